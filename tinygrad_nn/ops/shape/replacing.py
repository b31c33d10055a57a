"""Copies of a tensor with another one in place of one of its views.
Read `stacking.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.arguments import as_dim, as_integer
from ...arrays.refusing import instead_of
from ...autograd.views import replay
from ...autograd.writing import overlay
from ...errors import DTypeError, ShapeError
from ..indexing.picking import getitem
from ..with_out import with_out
from .diagonals import diagonal as diagonal_view
from .sizes import shape_of
from .strided import geometries, strided_view
from .windows import selection

__all__ = ["as_strided_scatter", "diagonal_scatter", "select_scatter", "slice_scatter"]


def _scattered(input: Any, src: Any, step: Any, name: str) -> Any:
    """Return a copy of the input in which the view that `step` takes of it is replaced by src."""
    seen = replay(input.array, (step,))
    if shape_of(src, name) != seen.shape:
        raise ShapeError(
            f"{name}: src has shape {src.array.shape}, and what it replaces {seen.shape}"
        )
    if src.array.dtype != input.array.dtype:
        raise DTypeError(
            f"{name}: src is {src.array.dtype} and the input {input.array.dtype}; give them one "
            "dtype, as with .to()"
        )
    return overlay(input, src, (step,))


@with_out
def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """Return a copy of the input with src at one position of a dimension.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.select_scatter(tnn.zeros(2, 2), tnn.ones(2), 0, 1)
        tensor([[0., 0.],
                [1., 1.]])
    """
    place = selection(shape_of(input, "select_scatter"), dim, index, "select_scatter")
    return _scattered(input, src, (getitem.op, (place,)), "select_scatter")


@with_out
def slice_scatter(
    input: Any,
    src: Any,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Any:
    """Return a copy of the input with src in a slice of a dimension."""
    name = "slice_scatter"
    shape = shape_of(input, name)
    if not shape:
        raise ShapeError(f"{name}: a 0-d tensor has no dimension to part")
    dim = as_dim(dim, len(shape), name)
    first, last = (None if n is None else as_integer(n, "each end", name) for n in (start, end))
    by = as_integer(step, "step", name)
    if by <= 0:
        raise ShapeError(f"{name}: step must be above 0, got {by}")
    place = (*(slice(None),) * dim, slice(first, last, by))
    return _scattered(input, src, (getitem.op, (place,)), name)


@with_out
@instead_of("diagonal")
def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """Return a copy of the input with src on the diagonal of two dimensions."""
    name = "diagonal_scatter"
    ndim = len(shape_of(input, name))
    dims = [as_dim(dim, ndim, name) for dim in (dim1, dim2)]
    step = (diagonal_view.op, (as_integer(offset, "offset", name), *dims))
    return _scattered(input, src, step, name)


@with_out
def as_strided_scatter(
    input: Any, src: Any, size: Any, stride: Any, storage_offset: int | None = None
) -> Any:
    """Return a copy of the input with src at the places that `as_strided` sees."""
    name = "as_strided_scatter"
    step = (strided_view.op, geometries(input, size, stride, storage_offset, name))
    return _scattered(input, src, step, name)


class ReplacingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    select_scatter, slice_scatter = select_scatter, slice_scatter
    diagonal_scatter, as_strided_scatter = diagonal_scatter, as_strided_scatter
