"""The arguments of operations that are no tensors, made one form of before anything sees them.
Read `../autograd/op.py` next: a parameter's annotation (Dim, Shape ...) says what it is.
"""

from __future__ import annotations

import math
from functools import lru_cache
from operator import index
from typing import Any

from ..errors import DimensionError, DTypeError, ShapeError
from .dtypes import to_numpy

Dim = int  # one dimension of the first operand; forward and rules see it as 0 .. ndim - 1
Dims = Any  # an int, several, or None for all: forward and rules see a tuple, or None for all
Shape = Any  # sizes: a tuple of ints
Index = Any  # what stands in x[...]: basic ones as they are, others as a tuple of arrays
Dtype = Any  # a dtype, ours, Python's or NumPy's: NumPy's; None stays None
REQUIRED: Any = object()  # the default of an argument that has none


def as_dim(dim: Any, ndim: int, name: str) -> int:
    """Return `dim` as 0 .. ndim - 1; a 0-d tensor has the dims 0 and -1."""
    if dim is REQUIRED:
        raise TypeError(f"{name}() is missing its argument 'dim'")
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


def as_dims(dim: Any, ndim: int, name: str) -> tuple[int, ...] | None:
    """Return the dims to act on as a tuple; None if they are all, as () and None mean too."""
    if dim is None or dim == ():
        return None
    if type(dim) is int and -ndim <= dim < ndim:
        return (dim % ndim,) if ndim > 1 else None
    given = dim if isinstance(dim, (tuple, list)) else (dim,)
    dims = tuple(as_dim(each, ndim, name) for each in given)
    if len(set(dims)) != len(dims):
        raise ShapeError(f"{name}: a dimension appears twice in {tuple(given)}")
    return None if len(dims) >= ndim or not dims else dims


def as_shape(shape: Any, name: str) -> tuple[int, ...]:
    """Return sizes as a tuple of ints."""
    try:
        return tuple(map(index, shape))
    except TypeError:
        try:
            return (index(shape),)
        except TypeError:
            raise DTypeError(f"{name}: sizes are ints, got {shape!r:.40}") from None


def as_dtype(dtype: Any) -> Any:
    """Return NumPy's dtype; None stays None."""
    return None if dtype is None else to_numpy(dtype)


def as_bool(flag: Any, argument: str, name: str) -> bool:
    """Return True or False; anything else is most likely a dim that should be in a tuple."""
    if isinstance(flag, bool):
        return flag
    raise TypeError(
        f"{name}(): {argument} is True or False, got {flag!r}; several dims are one tuple, as in "
        f"{name}(dim=(0, 1))"
    )


@lru_cache(maxsize=1024)
def kept_shape(shape: tuple[int, ...], dims: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return `shape` with 1 at the reduced dims: what keepdim=True gives."""
    if dims is None:
        return (1,) * len(shape)
    return tuple(1 if i in dims else size for i, size in enumerate(shape))


@lru_cache(maxsize=1024)
def count(shape: tuple[int, ...], dims: tuple[int, ...] | None) -> int:
    """Return how many elements are reduced to one."""
    return math.prod(shape if dims is None else (shape[i] for i in dims))
