"""PyTorch's dtypes over NumPy's, and PyTorch's rules for mixing them (by category, not by width).
Read `limits.py` next: the largest and the smallest numbers that these hold.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DTypeError

Array = Any  # an ndarray on the first order; a Tensor where a rule is itself recorded


class dtype:  # noqa: N801 - PyTorch's spelling
    """A tensor's element type; NumPy takes it wherever it takes a dtype.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.float32, tnn.float32.itemsize, tnn.float32.is_floating_point
        (torch.float32, 4, True)
    """

    __slots__ = ("dtype", "is_floating_point", "is_signed", "itemsize", "name")
    is_complex = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.dtype = np.dtype(name)  # the attribute that NumPy looks for
        self.itemsize = self.dtype.itemsize
        self.is_floating_point = self.dtype.kind == "f"
        self.is_signed = self.dtype.kind in "if"

    def __repr__(self) -> str:
        return f"torch.{self.name}"  # printed values compare equal to PyTorch's

    def __reduce__(self) -> str:
        return self.name  # pickled and copied by reference: there is one object per dtype


float16 = half = dtype("float16")
float32 = dtype("float32")
float64 = double = dtype("float64")
uint8 = dtype("uint8")
int8 = dtype("int8")
int16 = short = dtype("int16")
int32 = dtype("int32")
int64 = long = dtype("int64")
bool = dtype("bool")  # noqa: A001 - PyTorch's spelling
int = int32  # noqa: A001
float = float32  # noqa: A001

_BY_NUMPY = {
    d.dtype: d for d in (float16, float32, float64, uint8, int8, int16, int32, int64, bool)
}
_BY_PYTHON = {type(0.0): float64, type(0): int64, type(True): bool}
_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}

FLOAT64 = np.dtype(np.float64)
_default = np.dtype(np.float32)


def from_numpy(numpy_dtype: np.dtype[Any]) -> dtype:
    """Return our dtype for NumPy's; `DTypeError` for one that a tensor cannot hold."""
    found = _BY_NUMPY.get(numpy_dtype)
    if found is None:
        names = ", ".join(d.name for d in _BY_NUMPY.values())
        raise DTypeError(f"a tensor cannot hold NumPy's {numpy_dtype}; it holds: {names}")
    return found


def to_numpy(given: Any) -> np.dtype[Any]:
    """Return NumPy's dtype for ours, for Python's `float`, `int`, `bool`, or for NumPy's own."""
    if isinstance(given, dtype):
        return given.dtype
    if given in _BY_PYTHON:
        return _BY_PYTHON[given].dtype
    try:
        return from_numpy(np.dtype(given)).dtype
    except TypeError as error:
        raise DTypeError(f"dtype expected, such as tnn.float32, got {given!r}") from error


def get_default_dtype() -> dtype:
    """Return the dtype that Python floats become (float32 unless it was set)."""
    return from_numpy(_default)


def set_default_dtype(d: dtype, /) -> None:
    """Make Python floats become `d`, a floating-point dtype."""
    global _default
    numpy_dtype = to_numpy(d)
    if numpy_dtype.kind != "f":
        raise DTypeError(f"set_default_dtype() takes a floating-point dtype, got {d!r}")
    _default = numpy_dtype


def default_float() -> np.dtype[Any]:
    """Return NumPy's form of the default dtype."""
    return _default


def promoted(first: np.dtype[Any], second: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype that two of NumPy's dtypes meet in: any float beats any integer.

    NumPy would widen (int64 with float32 gives float64); PyTorch keeps the float.
    """
    if (first.kind == "f") != (second.kind == "f"):
        return first if first.kind == "f" else second
    return np.promote_types(first, second)


def result_dtype(first: Any, second: Any) -> np.dtype[Any]:
    """Return the dtype that two arrays meet in; a 0-d array only counts by its category.

    float32 of shape (3,) with float64 of shape () is float32; int64 of shape (3,) with float64 of
    shape () is float64.
    """
    if (first.ndim == 0) != (second.ndim == 0):
        scalar, array = (first, second) if first.ndim == 0 else (second, first)
        if _CATEGORY[scalar.dtype.kind] <= _CATEGORY[array.dtype.kind]:
            return array.dtype
        return scalar.dtype
    return promoted(first.dtype, second.dtype)


def dtype_of_number(number: Any) -> np.dtype[Any]:
    """Return what a Python number becomes: a float the default dtype, an int int64, or bool."""
    kind = type(number)
    return _default if kind is type(0.0) else _BY_PYTHON[kind].dtype


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """Return the smallest dtype of the larger category (bool, integer, float) that holds both.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.promote_types(tnn.int64, tnn.float16)
        torch.float16
    """
    return from_numpy(promoted(to_numpy(type1), to_numpy(type2)))


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """Return the dtype of arithmetic on two tensors, or on tensors and Python numbers.

    A 0-d tensor counts only if its category (bool, integer, float) is larger than that of a tensor
    with dimensions; a number, only if its category is larger than any tensor's.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.result_type(tnn.tensor([1, 2]), 1.0)
        torch.float32
    """
    arrays = [each.array for each in (tensor1, tensor2) if hasattr(each, "array")]
    numbers = [dtype_of_number(each) for each in (tensor1, tensor2) if not hasattr(each, "array")]
    if len(arrays) == 2:
        return from_numpy(result_dtype(*arrays))
    if not arrays:
        return from_numpy(promoted(*numbers))
    (array,), (number,) = arrays, numbers
    larger = _CATEGORY[number.kind] > _CATEGORY[array.dtype.kind]
    return from_numpy(number if larger else array.dtype)
