"""Elements repeated in new memory: the whole tensor side by side, or each element by itself.
Read `windows.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Integer, Shape, as_dim, as_integer
from ...arrays.kinds import is_bool, is_integral
from ...arrays.refusing import instead_of, shown
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import ArgumentError, DTypeError, ShapeError
from ..indexing.slices import index_select
from ..reduction.sums import sum
from .sizes import reshape, shape_of, sizes_given

__all__ = ["repeat_interleave", "tile"]


def _side_by_side(shape: tuple[int, ...], repeats: tuple[int, ...]) -> list[int]:
    """Return the shape with the count of each dimension in front of its size."""
    sizes = (1,) * (len(repeats) - len(shape)) + shape
    return [n for pair in zip(repeats, sizes, strict=True) for n in pair]


@op(r"\operatorname{repeat}(x)")
def repeat(input: Array, repeats: Shape) -> Array:
    """Return the tensor laid side by side `repeats` times, per dimension; new ones in front."""
    if len(repeats) < input.ndim or min(repeats, default=0) < 0:
        raise ShapeError(
            f"repeat: a count for each of the {input.ndim} dimensions of shape {input.shape} "
            f"expected, none below 0, got {repeats}"
        )
    each = _side_by_side(input.shape, repeats)
    y = np.empty(each, input.dtype)
    y[...] = input.reshape([1 if i % 2 == 0 else n for i, n in enumerate(each)])
    return y.reshape([count * size for count, size in zip(each[::2], each[1::2], strict=True)])


def _added_up(g: Array, input_shape: Any, repeats: tuple[int, ...]) -> Array:
    """sum_of_copies(g): over the counts."""
    counts = tuple(2 * i for i, count in enumerate(repeats) if count != 1)
    each = g.reshape(_side_by_side(tuple(input_shape), repeats))
    return (sum(each, counts) if counts else each).reshape(input_shape)


repeat.vjp(input=_added_up)


@instead_of("repeat")
def tile(input: Any, dims: Any) -> Any:
    """Return the tensor repeated as `repeat` does; counts that are missing in front are 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.tile(tnn.tensor([[1, 2], [3, 4]]), (2,))
        tensor([[1, 2, 1, 2],
                [3, 4, 3, 4]])
    """
    shape = shape_of(input, "tile")
    counts = tuple(dims) if isinstance(dims, (tuple, list)) else (dims,)
    return repeat(input, (1,) * (len(shape) - len(counts)) + counts)


@op(r"\operatorname{repeat}(x)", public="repeat_interleave")
def repeat_each(input: Array, repeats: Integer, dim: Dim) -> Array:
    """Return each slice along `dim` as often as `repeats` says, one after the other."""
    if repeats < 0:
        raise ShapeError(f"repeat_interleave: repeats cannot be below 0, got {repeats}")
    before, size, after = _around(input.shape, dim)
    y = np.empty((*before, size, repeats, *after), input.dtype)
    y[...] = input.reshape((*before, size, 1, *after))
    return y.reshape((*before, size * repeats, *after))


def _around(shape: Any, dim: int) -> tuple[tuple[int, ...], int, tuple[int, ...]]:
    shape = tuple(shape)
    return shape[:dim], shape[dim], shape[dim + 1 :]


def _each_added_up(g: Array, input_shape: Any, repeats: int, dim: int) -> Array:
    """sum_of_copies(g): over those of each slice."""
    before, size, after = _around(input_shape, dim)
    return sum(g.reshape((*before, size, repeats, *after)), dim + 1)


repeat_each.vjp(input=_each_added_up)


@instead_of("index_select", "reshape")
def repeat_interleave(
    input: Any, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Any:
    """Return each element as often as `repeats` says, one count for all or a tensor of counts.

    Without `dim`, of the flattened tensor; with it, of the slices along it. A tensor of counts
    alone gives the positions: `repeat_interleave(tensor([2, 1]))` is `tensor([0, 0, 1])`.

    Raises:
        TypeError: counts that are no integers. RuntimeError: counts below 0, or of another number
            than there are elements; an `output_size` that is not the number of results.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.repeat_interleave(tnn.tensor([1.0, 2.0]), 2)
        tensor([1., 1., 2., 2.])
    """
    shape = shape_of(input, "repeat_interleave")
    if repeats is None:
        positions = _positions(input.array, input.array.size)
        _check_output_size(positions.size, output_size)
        return make_tensor(positions.astype(input.array.dtype, copy=False))
    if dim is None or not shape:
        dim = 0 if dim is None else as_dim(dim, 0, "repeat_interleave")
        input, shape = reshape(input, (-1,)), (math.prod(shape),)
    dim = as_dim(dim, len(shape), "repeat_interleave")
    counts = repeats.array if isinstance(repeats, TensorBase) else repeats
    if isinstance(counts, (tuple, list)):
        counts = np.array([as_integer(n, "each count", "repeat_interleave") for n in counts])
    if not isinstance(counts, np.ndarray):
        repeats = as_integer(counts, "repeats", "repeat_interleave")
        _check_output_size(shape[dim] * repeats, output_size)
        return repeat_each(input, repeats, dim)
    positions = _positions(counts, shape[dim])
    _check_output_size(positions.size, output_size)
    return index_select(input, dim, make_tensor(positions))


def _positions(counts: Array, size: int) -> Array:
    """Return each position of `size` as often as its count says."""
    if not is_integral(counts) or is_bool(counts):
        raise DTypeError(f"repeat_interleave: repeats must be integers, got {shown(counts)}")
    if counts.ndim > 1 or counts.size not in (1, size):
        raise ShapeError(
            f"repeat_interleave: repeats of shape {counts.shape} must be one count, or one for "
            f"each of {size}"
        )
    if counts.size and counts.min() < 0:
        raise ShapeError(f"repeat_interleave: a count cannot be below 0, got {counts.min()}")
    return np.repeat(np.arange(size), counts.reshape(-1))


def _check_output_size(size: int, said: int | None) -> None:
    if said is not None and as_integer(said, "output_size", "repeat_interleave") != size:
        raise ArgumentError(f"repeat_interleave: output_size is {said}, there are {size}")


class RepeatingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    repeat_interleave = repeat_interleave

    def repeat(self, *counts: Any, repeats: Any = None) -> Any:
        """Return the tensor laid side by side as often as each count says."""
        return repeat(self, sizes_given(counts, repeats))

    def tile(self, *counts: Any, dims: Any = None) -> Any:
        """Return the tensor repeated; counts that are missing in front are 1."""
        return tile(self, sizes_given(counts, dims))
