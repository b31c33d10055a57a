"""Reading Python lists, numbers and arrays as PyTorch does: floats become the default dtype.
Read `../tensor/creation.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from functools import reduce
from typing import Any

import numpy as np

from ..errors import DTypeError, RangeError, ShapeError
from . import dtypes
from .arguments import as_integers
from .kinds import category
from .warnings import quiet

_NUMBERS = (bool, int, float, complex, np.generic)
_NO_LENGTH = -1


class DataValueError(DTypeError, ValueError):
    """Data that is no number, or no number of that dtype."""


def array_from(data: Any, dtype: Any, name: str) -> np.ndarray[Any, Any]:
    """Return `data` as an ndarray; Python floats as the default dtype, NumPy's dtypes as they are.

    Raises:
        ShapeError: nested lists of unequal length. DataValueError: anything that is no number.
        RangeError: a number that is too large for the dtype.
    """
    wanted = None if dtype is None else dtypes.to_numpy(dtype)
    tensor_array = _array_inside(data)
    if tensor_array is not None:
        data = tensor_array
    if not isinstance(data, (np.ndarray, np.generic)):
        return _array_of_numbers(*_flattened(data, name), wanted, name)
    array = np.asarray(data)
    if array.dtype.kind not in "buifc" and array.dtype.name != "bfloat16":
        raise DataValueError(f"{name}(): an array of {array.dtype} cannot become a tensor")
    native = dtypes.from_numpy(array.dtype.newbyteorder("=")).dtype
    if wanted is not None and isinstance(data, np.generic) and array.dtype.kind != "c":
        _check_range(array, wanted, name)
    with quiet():  # 1e300 in float32 is inf, as in PyTorch
        return _real_if_asked(array, wanted).astype(wanted or native, copy=False)


def number_from(value: Any, dtype: Any, name: str) -> np.ndarray[Any, Any]:
    """Return one number as a 0-d ndarray of a dtype that can hold it.

    Raises:
        RangeError: a number that is too large for the dtype. DataValueError: one of another kind.
    """
    array = array_from(value, dtype, name)
    if isinstance(value, float) and math.isfinite(value) and np.isinf(array):
        raise RangeError(f"{name}(): {value!r} does not fit {array.dtype}")
    return array


def _real_if_asked(array: np.ndarray[Any, Any], wanted: Any) -> np.ndarray[Any, Any]:
    """Return the real part of a complex array that is to become one without imaginary parts."""
    drops = wanted is not None and array.dtype.kind == "c" and wanted.kind not in "cb"
    return array.real.copy() if drops else array


def sizes_from(given: Any, name: str) -> tuple[int, ...]:
    """Return sizes, of which there may be any number, as a tuple of ints.

    Raises:
        DTypeError: a size that is no integer. ShapeError: a negative size.
    """
    sizes = as_integers(given, "each size", f"{name}()")
    for size in sizes:
        if size < 0:
            raise ShapeError(f"{name}(): sizes cannot be negative, got {sizes}")
        if size >= 2**63:
            raise ShapeError(f"{name}(): a size is too large, in {given!r:.60}")
    return sizes


def _flattened(data: Any, name: str) -> tuple[list[Any], tuple[int, ...]]:
    """Return the numbers of nested sequences in one list, and the shape that they fill."""
    level = [data]
    shape: list[int] = []
    while level and not all(issubclass(kind, _NUMBERS) for kind in set(map(type, level))):
        inside = [_array_inside(each) for each in level]
        level = [
            each if array is None else _number(array, name)
            for each, array in zip(level, inside, strict=True)
        ]
        lengths = [_length(each, name) for each in level]
        first = lengths[0]
        other = next((length for length in lengths if length != first), first)
        if other != first and _NO_LENGTH in (first, other):
            raise ShapeError(f"{name}(): numbers and lists are mixed at dimension {len(shape)}")
        if other != first:
            raise ShapeError(
                f"{name}(): a list of length {first} expected at dimension {len(shape)}, "
                f"got {other}"
            )
        if first == _NO_LENGTH:
            level = [each[()] if isinstance(each, np.ndarray) else each for each in level]
            break
        shape.append(first)
        level = [inner for each in level for inner in each]
    return level, tuple(shape)


def _array_inside(value: Any) -> np.ndarray[Any, Any] | None:
    """Return the array that a tensor stands on; a tensor is whatever has one."""
    array = getattr(value, "array", None)
    return array if isinstance(array, np.ndarray) else None


def _number(array: np.ndarray[Any, Any], name: str) -> Any:
    if array.size != 1:
        raise DataValueError(
            f"{name}(): a tensor of shape {array.shape} inside a list; join tensors with "
            "tnn.stack or tnn.cat"
        )
    return array.reshape(())[()]


def _length(value: Any, name: str) -> int:
    if isinstance(value, _NUMBERS) or (isinstance(value, np.ndarray) and not value.ndim):
        return _NO_LENGTH
    if isinstance(value, (str, bytes, Mapping, Set)) or not hasattr(value, "__len__"):
        raise DataValueError(
            f"{name}(): numbers or lists of numbers expected, got {value!r:.40} "
            f"({type(value).__name__})"
        )
    return len(value)


def _array_of_numbers(
    numbers: list[Any], shape: tuple[int, ...], wanted: Any, name: str
) -> np.ndarray[Any, Any]:
    """Return the numbers in the dtype `wanted`, or else in the one that they meet in."""
    kinds = [_dtype_of(kind) for kind in set(map(type, numbers))]
    found = reduce(dtypes.promoted, kinds) if kinds else dtypes.default_float()
    if wanted is None:
        wanted = found
    elif found.kind == "c":
        if wanted.kind not in "cb":
            raise DataValueError(f"{name}(): a complex number cannot become {wanted}")
        found = dtypes.COMPLEX128
    elif category(wanted) in ("float", "complex") or category(found) == "float":
        found = dtypes.FLOAT64  # no rounding on the way from Python's floats
    with quiet():
        try:
            array = np.array(numbers, found)
        except OverflowError:
            raise RangeError(f"{name}(): an integer is too large for {found}") from None
        _check_range(array, wanted, name)
        return array.astype(wanted, copy=False).reshape(shape)


def _dtype_of(kind: type) -> np.dtype[Any]:
    if issubclass(kind, np.generic):
        return dtypes.from_numpy(np.dtype(kind)).dtype
    if issubclass(kind, (float, complex)):
        return dtypes.dtype_of_number(kind())
    return np.dtype(np.bool_ if kind is bool else np.int64)


def _check_range(array: np.ndarray[Any, Any], wanted: np.dtype[Any], name: str) -> None:
    if wanted.kind not in "iu" or array.dtype == wanted or not array.size:
        return
    limits = np.iinfo(wanted)
    wraps = wanted.kind == "u" and category(array.dtype) != "float"  # the integer -1 is 255
    least, most = -limits.max if wraps else limits.min, limits.max
    low, high = array.min().item(), array.max().item()
    if not least <= low <= high <= most:
        raise RangeError(f"{name}(): {low if low < least else high} does not fit {wanted}")
