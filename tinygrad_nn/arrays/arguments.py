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
from .kinds import is_array, is_number, plain_number
from .refusing import shown

Dim = int  # one dimension of the first operand; forward and rules see it as 0 .. ndim - 1
Dims = Any  # an int, several, or None for all: forward and rules see a tuple, or None for all
NamedDims = Any  # the same, but () means none
Integer = int  # any other int: a number of groups
Number = Any  # a factor, a bound: forward and rules see one of Python's numbers
Shape = Any  # sizes: a tuple of ints
Index = Any  # what stands in x[...]: basic ones as they are, others as a tuple of arrays
Dtype = Any  # a dtype, ours, Python's or NumPy's: NumPy's; None stays None
REQUIRED: Any = object()  # the default of an argument that has none


def as_integer(value: Any, argument: str, name: str) -> int:
    """Return an int, also one of NumPy's, a 0-d tensor, or what has `__index__`; no bool."""
    if type(value) is int:
        return value
    try:
        if not isinstance(value, bool):
            return index(getattr(value, "array", value))  # of a tensor
    except TypeError:
        pass
    raise DTypeError(f"{name}: {argument} must be an int, got {value!r:.60}")


def as_integers(given: Any, argument: str, name: str) -> tuple[int, ...]:
    """Return several ints, or one alone, as PyTorch reads them: the first is no bool."""
    made: list[int] = []
    for each in given if isinstance(given, (tuple, list)) else (given,):
        value: Any = getattr(each, "array", each)
        if getattr(value, "size", 0) == 1:
            value = value.reshape(())  # a tensor needs just one element
        elif made and isinstance(value, bool):
            value = int(value)
        made.append(as_integer(value, argument, name))
    return tuple(made)


def as_number(value: Any, argument: str, name: str) -> Any:
    """Return one of Python's numbers of one, of NumPy's, or a tensor without dims or gradient."""
    array = getattr(value, "array", value)
    if is_array(array) and not array.ndim and getattr(value, "node", None) is None:
        return array.item()
    if is_number(value):
        return plain_number(value)
    raise DTypeError(f"{name}: {argument} must be a number, got {shown(value)}")


def as_dim(dim: Any, ndim: int, name: str) -> int:
    """Return `dim` as 0 .. ndim - 1; a 0-d tensor has the dims 0 and -1."""
    if dim is REQUIRED:
        raise TypeError(f"{name}() is missing its argument 'dim'")
    given = dim if type(dim) is int else as_integer(dim, "dim", name)
    limit = ndim or 1
    if not -limit <= given < limit:
        raise DimensionError(
            f"{name}: dimension {given} is out of range for a tensor of {ndim} dimensions "
            f"(expected {-limit} to {limit - 1})"
        )
    return given % limit


def as_dims(dim: Any, ndim: int, name: str, of_none: Any = None) -> tuple[int, ...] | None:
    """Return the dims to act on as a tuple; None if they are all. () is `of_none`: all or none."""
    if type(dim) is int and -ndim <= dim < ndim:
        return (dim % ndim,) if ndim > 1 else None
    given = dim if isinstance(dim, (tuple, list)) else (dim,)
    if not given:
        return of_none
    dims = tuple([as_dim(each, ndim, name) for each in as_integers(given, "dim", name)])
    if len(set(dims)) != len(dims):
        raise ShapeError(f"{name}: a dimension appears twice in {tuple(given)}")
    return None if len(dims) >= ndim else dims


def as_shape(shape: Any, name: str) -> tuple[int, ...]:
    """Return sizes, or dims, as a tuple of ints; one of them may stand alone."""
    if type(shape) is tuple:
        for each in shape:
            if type(each) is not int:
                break
        else:
            return shape
    return as_integers(shape, "each size or dim", name)


def as_dtype(dtype: Any, name: str) -> Any:
    """Return NumPy's dtype; None stays None."""
    try:
        return None if dtype is None else to_numpy(dtype)
    except DTypeError as error:
        raise DTypeError(f"{name}: {error}") from None


def as_bool(flag: Any, argument: str, name: str) -> bool:
    """Return True or False; a number for `keepdim` is a dim that should be in a tuple."""
    if isinstance(flag, bool):
        return flag
    is_dim = type(flag) is int and argument == "keepdim"
    raise DTypeError(
        f"{name}(): {argument} is True or False, got {flag!r:.60}"
        + (f"; several dims are one tuple, as in {name}(dim=(0, 1))" if is_dim else "")
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
