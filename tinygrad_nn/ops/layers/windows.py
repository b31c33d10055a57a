"""The windows that a kernel sees as it moves over the last one, two or three dimensions.
Read `convolution.py` next, a product with them; `pooling.py` chooses among them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_integers
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, ShapeError

Sizes = tuple[int, ...]


def as_sizes(given: Any, dims: int, argument: str, name: str, least: int) -> Sizes:
    """Return an int, or one for each dimension, as a tuple of `dims` ints, none below `least`."""
    if type(given) is int and given >= least:  # most often
        return (given,) * dims
    values = as_integers(given, argument, name)
    if len(values) not in (1, dims) or min(values) < least:
        one_each = "an int" if dims == 1 else f"an int or {dims} of them"
        raise ArgumentError(f"{name}: {argument} is {one_each}, {least} or more; got {given!r}")
    return values if len(values) == dims else values * dims


def under(offset: Sizes, stride: Sizes, dilation: Sizes, places: Sizes) -> tuple[Any, ...]:
    """Return the index of what one element of the kernel meets, as it moves."""
    each = zip(offset, stride, dilation, places, strict=True)
    return (..., *(slice(k * d, k * d + s * (n - 1) + 1, s) for k, s, d, n in each))


def places_of(sizes: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Sizes:
    """Return in how many places a kernel fits, 0 or fewer where it does not fit at all."""
    each = zip(sizes, kernel, stride, dilation, strict=True)
    return tuple((n - d * (k - 1) - 1) // s + 1 for n, k, s, d in each)


def check_dims(shape: Any, dims: int, name: str) -> None:
    """Raise `ShapeError` unless there are channels before `dims` dimensions, in a batch or not."""
    if len(shape) not in (dims + 1, dims + 2):
        letters = ", ".join("DHW"[-dims:] if dims > 1 else "L")
        raise ShapeError(
            f"{name}: an input of (N, C, {letters}) or (C, {letters}) is expected, "
            f"got shape {tuple(shape)}"
        )


def padded(input: Array, before: Sizes, after: Sizes, value: Any = 0) -> Array:
    """Return the input with elements of a value before and after it in its last dimensions."""
    if not any(before) and not any(after):
        return input
    dims = len(before)
    each = zip(before, input.shape[-dims:], after, strict=True)
    y = np.full((*input.shape[:-dims], *(b + n + a for b, n, a in each)), value, input.dtype)
    y[inner(before, input.shape)] = input
    return y


def inner(padding: Sizes, shape: Any) -> tuple[Any, ...]:
    """Return where an input of that shape stands in its padded form."""
    sizes = shape[len(shape) - len(padding) :]
    return (..., *(slice(p, p + n) for p, n in zip(padding, sizes, strict=True)))


@op(r"\operatorname{windows}(x)")
def windows(input: Array, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Sizes) -> Array:
    """Return what each element of the kernel meets, (N, C, *kernel, *places)."""
    x = padded(input, padding, padding)
    dims = len(kernel)
    places = places_of(x.shape[-dims:], kernel, stride, dilation)
    steps = x.strides[-dims:]
    inside = (step * d for step, d in zip(steps, dilation, strict=True))
    along = (step * s for step, s in zip(steps, stride, strict=True))
    return np.lib.stride_tricks.as_strided(
        x, (*x.shape[:-dims], *kernel, *places), (*x.strides[:-dims], *inside, *along)
    ).copy()


@op(r"\operatorname{windows}^T(x)")
def fold_windows(
    input: Array, sizes: Sizes, stride: Sizes, dilation: Sizes, padding: Sizes
) -> Array:
    """Return each element of windows added where it was taken from: the adjoint of `windows`."""
    dims = len(sizes)
    kernel, places = input.shape[-2 * dims : -dims], input.shape[-dims:]
    before = input.shape[: -2 * dims]
    wide = tuple(n + 2 * p for n, p in zip(sizes, padding, strict=True))
    values = in_float32(input)
    y = np.zeros((*before, *wide), values.dtype)
    for offset in np.ndindex(*kernel):  # in one pass no place is met twice
        seen = (..., *offset, *(slice(None),) * dims)
        y[under(offset, stride, dilation, places)] += values[seen]
    return np.ascontiguousarray(y[inner(padding, (*before, *sizes))], input.dtype)


def _windows_rule(
    g: Array, input_shape: Any, kernel: Any, stride: Any, dilation: Any, padding: Any
) -> Array:
    """fold_windows(g)."""
    return fold_windows(g, tuple(input_shape)[-len(kernel) :], stride, dilation, padding)


def _fold_rule(
    g: Array, input_shape: Any, sizes: Any, stride: Any, dilation: Any, padding: Any
) -> Array:
    """windows(g)."""
    dims = len(sizes)
    kernel = tuple(input_shape)[-2 * dims : -dims]
    y = windows(g, kernel, stride, dilation, padding)
    places = tuple(input_shape)[-dims:]
    return y if tuple(y.shape)[-dims:] == places else y[(..., *map(slice, places))]


windows.vjp(input=_windows_rule)
fold_windows.vjp(input=_fold_rule)
