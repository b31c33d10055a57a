"""`as_strided`: any strides over the memory that a tensor stands in.
Read `replacing.py` next.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import as_integer, as_integers
from ...arrays.refusing import instead_of
from ...arrays.storage import Geometry, geometry_from, memory_of
from ...arrays.sums import add_at_places
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import GraphError, ShapeError
from .sizes import shape_of

__all__ = ["as_strided"]


@op(r"\operatorname{strided}(x)", view=True, public="as_strided")
def strided_view(input: Array, of: Any, to: Any) -> Array:
    """Return the elements at the places `to` of the memory in which the input lies as `of`."""
    memory = memory_of(input)
    if geometry_from(input, memory) != of:  # a view taken again, of a gradient that lies otherwise
        if not set(_flat(to)) <= set(_flat(of)):
            raise GraphError(
                "as_strided: a view that reaches beyond its input cannot be taken again of a "
                "gradient; .clone() it before it, or its base, is written in place"
            )
        return restrided.op.forward(input, of, to, of)
    if to.span() > memory.size:
        raise ShapeError(
            f"as_strided: size {to.shape}, stride {to.strides} and storage_offset {to.offset} "
            f"reach beyond the {memory.size} elements of the memory"
        )
    step = input.itemsize
    strides = [each * step for each in to.strides]
    if not memory.size:
        return np.zeros(to.shape, input.dtype)
    return np.ndarray(to.shape, input.dtype, memory, to.offset * step, strides)


@op(r"\operatorname{restride}(x)")
def restrided(input: Array, of: Any, to: Any, shared: Any) -> Array:
    """Return what lies at the places `to` of a memory into which the input is added at `of`.

    Each place is divided by how many elements of `shared` lie there. The adjoint goes back.
    """
    size = max(of.span(), to.span(), shared.span())
    memory = np.zeros(size, input.dtype)
    add_at_places(memory, _flat(of), input.reshape(-1))
    counts = _counts(shared)
    if counts is not None:
        memory[: counts.size] /= counts.astype(memory.dtype)
    return memory[_flat(to)].reshape(to.shape)


@lru_cache(maxsize=16)
def _flat(geometry: Geometry) -> Array:
    return geometry.places().reshape(-1)


@lru_cache(maxsize=16)
def _counts(geometry: Geometry) -> Array | None:
    """Return how many elements lie at each place; None if none share one."""
    counts = np.bincount(_flat(geometry))
    return np.maximum(counts, 1) if counts.size and counts.max() > 1 else None


strided_view.vjp(input=lambda g, of, to: restrided(g, to, of, of))
restrided.vjp(input=lambda g, of, to, shared: restrided(g, to, of, shared))


def geometries(
    input: Any, size: Any, stride: Any, storage_offset: Any, name: str
) -> tuple[Geometry, Geometry]:
    """Return where the elements of the input lie, and where those asked for do."""
    shape_of(input, name)
    of = geometry_from(input.array, memory_of(input.array))
    sizes = as_integers(size, "each size", name)
    strides = as_integers(stride, "each stride", name)
    offset = of.offset
    if storage_offset is not None:
        offset = as_integer(storage_offset, "storage_offset", name)
    if len(sizes) != len(strides) or min((*sizes, *strides, offset), default=0) < 0:
        raise ShapeError(
            f"{name}: as many strides as sizes expected, none below 0, got size {sizes}, stride "
            f"{strides} and storage_offset {storage_offset}"
        )
    return of, Geometry(sizes, strides, offset)


@instead_of("strided_view")
def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """Return a view of any size, strides and offset, in elements, of the memory of a tensor.

    An element that is seen several times gets all gradients. A view whose elements share a place
    cannot be written.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.as_strided(tnn.arange(5), (2, 3), (2, 1))
        tensor([[0, 1, 2],
                [2, 3, 4]])
    """
    return strided_view(input, *geometries(input, size, stride, storage_offset, "as_strided"))


class StridedMethods:
    """This operation as a method of a Tensor."""

    __slots__ = ()

    as_strided = as_strided
