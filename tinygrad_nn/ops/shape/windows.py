"""Parts of a dimension as views: one position, a stretch, all windows of a size.
Read `strided.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Integer, Shape, as_dim, as_integer
from ...arrays.refusing import instead_of
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DimensionError, ShapeError
from ..elementwise.copying import clone
from ..indexing.picking import getitem
from ..with_out import with_out
from .sizes import shape_of

__all__ = ["narrow", "narrow_copy", "select"]


@instead_of("getitem")
def select(input: Any, dim: int, index: int) -> Any:
    """Return the slice at one position of a dimension, a view without that dimension."""
    return getitem(input, selection(shape_of(input, "select"), dim, index, "select"))


def selection(shape: tuple[int, ...], dim: Any, index: Any, name: str) -> tuple[Any, ...]:
    """Return the index that picks one position of a dimension."""
    if not shape:
        raise DimensionError(f"{name}: a 0-d tensor has no dimension to pick from")
    dim, index = as_dim(dim, len(shape), name), as_integer(index, "index", name)
    if not -shape[dim] <= index < shape[dim]:
        raise DimensionError(
            f"{name}: index {index} is out of range for dimension {dim} of shape {shape}"
        )
    return (*(slice(None),) * dim, index, ...)


@instead_of("getitem")
def narrow(input: Any, dim: int, start: int, length: int) -> Any:
    """Return the view of `length` positions of a dimension, from `start` on.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.narrow(tnn.arange(5), 0, 1, 3)
        tensor([1, 2, 3])
    """
    shape = shape_of(input, "narrow")
    if not shape:
        raise ShapeError("narrow: a 0-d tensor has no dimension to part")
    dim = as_dim(dim, len(shape), "narrow")
    size = shape[dim]
    first = as_integer(start, "start", "narrow")
    length = as_integer(length, "length", "narrow")
    if not -size <= first <= size:
        raise DimensionError(
            f"narrow: start {first} is out of range for dimension {dim} of shape {shape}"
        )
    first += size if first < 0 else 0
    if length < 0 or first + length > size:
        raise ShapeError(
            f"narrow: {length} positions from {first} on do not lie in dimension {dim} of shape "
            f"{shape}"
        )
    return getitem(input, (*(slice(None),) * dim, slice(first, first + length)))


@with_out
@instead_of("narrow")
def narrow_copy(input: Any, dim: int, start: int, length: int) -> Any:
    """Return a copy of `length` positions of a dimension, from `start` on."""
    return clone(narrow(input, dim, start, length))


@op(r"\operatorname{unfold}(x)", view=True)
def unfold(input: Array, dimension: Dim, size: Integer, step: Integer) -> Array:
    """Return a view of the windows of a dimension, `step` apart; their elements come last.

    Windows overlap where step < size, and then cannot be written.
    """
    shape, strides = input.shape or (1,), input.strides or (input.itemsize,)
    length = shape[dimension]
    if not 0 <= size <= length or step <= 0:
        raise ShapeError(
            f"unfold: windows of size {size}, {step} apart, do not fit in dimension {dimension} of "
            f"shape {input.shape}"
        )
    count = (length - size) // step + 1
    sizes = (*shape[:dimension], count, *shape[dimension + 1 :], size)
    apart = (*strides[:dimension], step * strides[dimension], *strides[dimension + 1 :])
    apart = (*apart, strides[dimension])
    if not input.ndim:
        sizes, apart = sizes[1:], apart[1:]
    if input.size and input.flags.c_contiguous:
        return np.ndarray(sizes, input.dtype, input, 0, apart)
    return np.lib.stride_tricks.as_strided(input, sizes, apart)


@op(r"\operatorname{fold}(x)")
def unfold_backward(
    input: Array, shape: Shape, dimension: Integer, size: Integer, step: Integer
) -> Array:
    """Return zeros of `shape` with all windows added where they were: the adjoint of unfold."""
    y = np.zeros(shape, input.dtype)
    if not shape:
        return y + input.sum(dtype=input.dtype) if size else y
    count = input.shape[dimension]
    to, of = np.moveaxis(y, dimension, -1), np.moveaxis(input, dimension, -2)
    if step >= size or size <= count:  # one place of all windows after the other
        for i in range(size):
            to[..., i : i + step * (count - 1) + 1 : step] += of[..., i]
    else:  # one window after the other
        for i in range(count):
            to[..., i * step : i * step + size] += of[..., i, :]
    return y


def _folded(g: Array, input_shape: Any, dimension: int, size: int, step: int) -> Array:
    """unfold_backward(g): an element gets the gradient of each window that it is in."""
    return unfold_backward(g, tuple(input_shape), dimension, size, step)


unfold.vjp(input=_folded)
unfold_backward.vjp(input=lambda g, dimension, size, step: unfold(g, dimension, size, step))


class WindowMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    select, narrow, narrow_copy, unfold = select, narrow, narrow_copy, unfold
