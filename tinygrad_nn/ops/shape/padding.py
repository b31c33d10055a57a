"""Elements put around a tensor, or with widths below 0 cut off: a constant, or its own elements.
Read `../indexing/` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number, Shape, as_integers
from ...arrays.layout import with_channels_as
from ...arrays.reading import number_from
from ...arrays.refusing import instead_of, shown
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.tensor_base import TensorBase
from ...errors import ArgumentError, DTypeError, ShapeError

__all__ = ["constant_pad_nd"]

MODES = ("constant", "reflect", "replicate", "circular")


def _widths(name: str, shape: tuple[int, ...], pad: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return (before, after) for each dimension, of a list that begins with the last one."""
    if len(pad) % 2 or len(pad) > 2 * len(shape):
        raise ShapeError(
            f"{name}: pad holds two widths, before and after, for each of the last dimensions; got "
            f"{pad} for shape {shape}"
        )
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    widths = [(0, 0)] * (len(shape) - len(pairs)) + pairs[::-1]
    for i, (before, after) in enumerate(widths):
        if shape[i] + before + after < 0 or -min(before, 0) > shape[i] or -min(after, 0) > shape[i]:
            raise ShapeError(
                f"{name}: widths {before} and {after} leave nothing of dimension {i}, of size "
                f"{shape[i]}"
            )
    return widths


@op(r"\operatorname{pad}(x)")
def constant_pad_nd(input: Array, pad: Shape, value: Number = 0) -> Array:
    """Return the input with `value` around it, as wide as `pad` says: (left, right, top, bottom).

    The list begins with the last dimension; a width below 0 cuts off.
    """
    widths = _widths("constant_pad_nd", input.shape, pad)
    shape = [size + sum(pair) for size, pair in zip(input.shape, widths, strict=True)]
    if value == 0:
        y = np.zeros(shape, input.dtype)
    else:
        y = np.full(shape, number_from(value, input.dtype, "constant_pad_nd"), input.dtype)
    inside, kept = [], []
    for (before, after), size in zip(widths, shape, strict=True):
        inside.append(slice(max(before, 0), size - max(after, 0)))
        kept.append(slice(max(-before, 0), min(after, 0) or None))
    y[tuple(inside)] = input[tuple(kept)]
    return with_channels_as(y, input)


def _cut_off(g: Array, pad: tuple[int, ...]) -> Array:
    """cut(g, pad): padded by the same widths below 0."""
    return constant_pad_nd(g, tuple([-width for width in pad]))


constant_pad_nd.vjp(input=_cut_off)


def _copies(mode: str, size: int, before: int, after: int) -> list[tuple[int, int]]:
    """Return, of a padded dimension, each position outside and the one that it is a copy of."""
    outside = (*range(before), *range(before + size, before + size + after))
    last = before + size - 1
    if mode == "reflect":
        return [(i, 2 * (before if i < before else last) - i) for i in outside]
    if mode == "replicate":
        return [(i, before if i < before else last) for i in outside]
    return [(i, i + size if i < before else i - size) for i in outside]


@op(r"\operatorname{pad}(x)", public="pad")
def pad_with_own(input: Array, pad: Shape, padding_mode: str) -> Array:
    """Return the input with its own elements around it; no width is below 0."""
    widths = _widths("pad", input.shape, pad)
    y = np.empty(
        [size + sum(pair) for size, pair in zip(input.shape, widths, strict=True)], input.dtype
    )
    y[_inside(input.shape, widths)] = input
    for dim, (before, after) in enumerate(widths):  # corners are filled by the last dimension
        slices = y.swapaxes(0, dim)
        for place, source in _copies(padding_mode, input.shape[dim], before, after):
            slices[place] = slices[source]
    return y if padding_mode == "circular" else with_channels_as(y, input)


def _inside(shape: tuple[int, ...], widths: list[tuple[int, int]]) -> tuple[slice, ...]:
    pairs = zip(shape, widths, strict=True)
    return tuple([slice(before, before + size) for size, (before, _) in pairs])


@op(r"\operatorname{fold}(x)")
def fold_padding(input: Array, pad: Shape, padding_mode: str, shape: Shape) -> Array:
    """Return the adjoint of `pad_with_own`, of an input of `shape`: each copy is added back."""
    widths = _widths("pad", shape, pad)
    y = np.array(in_float32(input), order="C")
    for dim in reversed(range(len(shape))):
        slices = y.swapaxes(0, dim)
        for place, source in _copies(padding_mode, shape[dim], *widths[dim]):
            slices[source] += slices[place]
    return y[_inside(shape, widths)].astype(input.dtype)


pad_with_own.vjp(
    input=lambda g, input_shape, pad, padding_mode: fold_padding(g, pad, padding_mode, input_shape)
)
fold_padding.vjp(input=lambda g, pad, padding_mode: pad_with_own(g, pad, padding_mode))


@instead_of("constant_pad_nd", name="pad")
def pad(input: Any, pad: Any, mode: str = "constant", value: Any = None) -> Any:
    """Return the input with elements around it: zeros, another constant, or its own ones.

    Args:
        input: any shape; but for "constant", 1, 2 or 3 last dimensions of an image, or of a batch.
        pad: two widths, before and after, for the last dimension, then for the one before it, ...
            A width below 0 cuts off.
        mode: "constant"; "reflect" mirrors at the outermost element, "replicate" repeats it,
            "circular" goes on from the other side.
        value: of "constant", 0 if it is not given.

    Raises:
        ShapeError: widths that do not fit the input. ArgumentError: another mode, or a value that
        the mode does not use.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.pad(tnn.tensor([[1.0, 2.0, 3.0]]), (2, 1), mode="reflect")
        tensor([[3., 2., 1., 2., 3., 2.]])
    """
    if not isinstance(input, TensorBase):
        raise DTypeError(f"pad() takes a Tensor, got {shown(input)}")
    widths, shape = as_integers(pad, "each width", "pad"), input.array.shape
    if mode == "constant":
        return constant_pad_nd(input, widths, 0 if value is None else value)
    if mode not in MODES:
        raise ArgumentError(f"pad: mode is one of {', '.join(MODES)}, got {shown(mode)}")
    if value is not None and value != 0:
        raise ArgumentError(f'pad: a value is for mode="constant", not for "{mode}"')
    if len(widths) not in (2, 4, 6) or len(shape) - len(widths) // 2 not in (1, 2):
        raise ShapeError(
            f'pad: with mode="{mode}" the last 1, 2 or 3 dimensions are padded, behind one or two '
            f"others; got pad {widths} for shape {shape}"
        )
    cut = tuple([min(width, 0) for width in widths])
    if min(cut) < 0 and mode == "circular":  # what is cut off is not wrapped; else it is copied
        input = constant_pad_nd(input, cut)
        shape = input.array.shape
    added = tuple([max(width, 0) for width in widths])
    for i, width in enumerate(added):
        size = shape[-1 - i // 2]
        most = {"reflect": size - 1, "replicate": width if size else 0, "circular": size}[mode]
        if width > most:
            raise ShapeError(
                f'pad: with mode="{mode}" a dimension of size {size} can be padded by {most} at '
                f"most, got {width}, in pad {widths} for shape {shape}"
            )
    padded = pad_with_own(input, added, mode)
    return constant_pad_nd(padded, cut) if min(cut) < 0 and mode != "circular" else padded
