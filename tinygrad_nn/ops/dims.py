"""Dimension arguments: negative ones counted from the end, wrong ones refused by name.
Read `reduce.py` and `shape.py` next, which take them.
"""

from __future__ import annotations

from operator import index
from typing import Any

from ..errors import DimensionError, DTypeError, ShapeError


def one_dim(dim: Any, ndim: int, name: str) -> int:
    """Return `dim` as 0 .. ndim - 1; a 0-d tensor has the dims 0 and -1."""
    try:
        given = index(dim)
    except TypeError:
        raise DTypeError(f"{name}: dim must be an int, got {dim!r}") from None
    limit = max(ndim, 1)
    if not -limit <= given < limit:
        raise DimensionError(
            f"{name}: dimension {given} is out of range for a tensor of {ndim} dimensions "
            f"(expected {-limit} to {limit - 1})"
        )
    return given % limit


def many_dims(dim: Any, ndim: int, name: str) -> tuple[int, ...]:
    """Return the dims to act on; None and () mean all of them."""
    if dim is None:
        return tuple(range(ndim))
    given = dim if isinstance(dim, (tuple, list)) else (dim,)
    dims = tuple(one_dim(each, ndim, name) for each in given)
    if len(set(dims)) != len(dims):
        raise ShapeError(f"{name}: a dimension appears twice in {tuple(given)}")
    if ndim == 0:
        return ()
    return dims or tuple(range(ndim))


def kept_shape(shape: tuple[int, ...], dim: Any) -> tuple[int, ...]:
    """Return `shape` with 1 at the reduced dims: what keepdim=True gives."""
    dims = many_dims(dim, len(shape), "")
    return tuple(1 if i in dims else size for i, size in enumerate(shape))


def count(shape: tuple[int, ...], dim: Any) -> int:
    """Return how many elements are reduced to one."""
    product = 1
    for each in many_dims(dim, len(shape), ""):
        product *= shape[each]
    return product
