"""PyTorch's dtypes over NumPy's, and PyTorch's rules for mixing them (by category, not by width).
Read `autograd/tensor_base.py` next: a tensor is an array of one of these.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DTypeError
from .bfloat16 import load, when_loaded
from .refusing import refuses, shown

Array = Any  # an ndarray on the first order; a Tensor where a rule is itself recorded


class dtype:  # noqa: N801 - PyTorch's spelling
    """A tensor's element type; NumPy takes it wherever it takes a dtype.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.float32, tnn.float32.itemsize, tnn.float32.is_floating_point
        (torch.float32, 4, True)
    """

    __slots__ = ("dtype", "is_complex", "is_floating_point", "is_signed", "itemsize", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        like = np.dtype("float16" if name == "bfloat16" else name)
        if name != "bfloat16":
            self.dtype = like  # the attribute that NumPy looks for
        self.itemsize = like.itemsize
        self.is_floating_point = like.kind == "f"
        self.is_complex = like.kind == "c"
        self.is_signed = like.kind in "ifc"

    def __getattr__(self, name: str) -> Any:
        if name != "dtype":
            raise AttributeError(f"a dtype has no {name}; it has {', '.join(self.__slots__)}")
        self.dtype = load()  # only bfloat16 has none from the start
        return self.dtype

    def __repr__(self) -> str:
        return f"torch.{self.name}"  # printed values compare equal to PyTorch's

    def to_real(self) -> dtype:
        """Return the dtype of the real part: for one that is not complex, itself."""
        return float64 if self is complex128 else float32 if self is complex64 else self

    def to_complex(self) -> dtype:
        """Return the dtype of complex numbers with parts of this one; it takes 32 bits at least.

        Raises:
            DTypeError: a dtype that is neither floating-point nor complex.
        """
        if not (self.is_floating_point or self.is_complex):
            raise DTypeError(f"to_complex(): no complex numbers have parts of {self.name}")
        return complex128 if self in (float64, complex128) else complex64

    def __reduce__(self) -> str:
        return self.name  # pickled and copied by reference: there is one object per dtype


float16 = half = dtype("float16")
bfloat16 = dtype("bfloat16")
float32 = dtype("float32")
float64 = double = dtype("float64")
uint8 = dtype("uint8")
int8 = dtype("int8")
int16 = short = dtype("int16")
int32 = dtype("int32")
int64 = long = dtype("int64")
complex64 = cfloat = dtype("complex64")
complex128 = cdouble = dtype("complex128")
bool = dtype("bool")  # noqa: A001 - PyTorch's spelling
int = int32  # noqa: A001
float = float32  # noqa: A001

_BY_NUMPY = {
    d.dtype: d
    for d in (
        *(float16, float32, float64, complex64, complex128),
        *(uint8, int8, int16, int32, int64, bool),
    )
}
_BY_PYTHON = {type(0.0): float64, type(0): int64, type(True): bool, type(0j): complex128}
_CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2, "V": 2, "c": 3}  # V: bfloat16
_FLOATS = "fV"

INT64 = int64.dtype
when_loaded(lambda numpy_dtype: _BY_NUMPY.setdefault(numpy_dtype, bfloat16))
FLOAT16, FLOAT32, FLOAT64 = float16.dtype, float32.dtype, float64.dtype
COMPLEX64, COMPLEX128 = complex64.dtype, complex128.dtype
_default = np.dtype(np.float32)


def from_numpy(numpy_dtype: np.dtype[Any]) -> dtype:
    """Return our dtype for NumPy's; `DTypeError` for one that a tensor cannot hold."""
    found = _BY_NUMPY.get(numpy_dtype)
    if found is None and numpy_dtype.name == "bfloat16" and numpy_dtype == bfloat16.dtype:
        return bfloat16  # loaded by this question
    if found is None:
        names = ", ".join(d.name for d in _BY_NUMPY.values())
        raise DTypeError(f"a tensor cannot hold NumPy's {numpy_dtype}; it holds: {names}")
    return found


def to_numpy(given: Any) -> np.dtype[Any]:
    """Return NumPy's dtype for ours, for Python's `float`, `int`, `bool`, or for NumPy's own."""
    if isinstance(given, dtype):
        return given.dtype
    if isinstance(given, type) and given in _BY_PYTHON:
        return _BY_PYTHON[given].dtype
    try:
        if given is None or isinstance(given, (list, tuple, dict)) or hasattr(given, "array"):
            raise TypeError
        return from_numpy(np.dtype(given)).dtype
    except (TypeError, ValueError) as error:
        if isinstance(error, DTypeError):
            raise
        raise DTypeError(f"dtype expected, such as tnn.float32, got {given!r}") from error


def get_default_dtype() -> dtype:
    """Return the dtype that Python floats become (float32 unless it was set)."""
    return from_numpy(_default)


def set_default_dtype(d: dtype, /) -> None:
    """Make Python floats become `d`, a floating-point dtype."""
    global _default
    numpy_dtype = to_numpy(d)
    if numpy_dtype.kind not in _FLOATS:
        raise DTypeError(f"set_default_dtype() takes a floating-point dtype, got {d!r}")
    _default = numpy_dtype


def default_float() -> np.dtype[Any]:
    """Return NumPy's form of the default dtype."""
    return _default


def promoted(first: np.dtype[Any], second: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype that two of NumPy's dtypes meet in: any float beats any integer.

    NumPy would widen (int64 with float32 gives float64); PyTorch keeps the float.
    """
    if (first.kind in "fcV") != (second.kind in "fcV"):
        return first if first.kind in "fcV" else second
    if first.kind + second.kind in ("fV", "Vf") and FLOAT16 in (first, second):
        return FLOAT32  # float16 and bfloat16: neither holds the other
    return np.promote_types(first, second)


def result_dtype(*operands: Any) -> np.dtype[Any]:
    """Return the dtype that arrays and Python numbers meet in, by category before width.

    A 0-d array counts only by its category beside one with dimensions, and a number only by its
    category beside any array: float32 of shape (3,) with float64 of shape () is float32, and with
    1j complex64; int64 of shape (3,) with float64 of shape () is float64, and with 1.5 float32.
    """
    met: list[np.dtype[Any] | None] = [None, None, None]  # arrays, 0-d arrays, numbers
    for each in operands:
        is_array = isinstance(each, np.ndarray)
        dtype = each.dtype if is_array else dtype_of_number(each)
        place = 2 if not is_array else 0 if each.ndim else 1
        before = met[place]
        met[place] = dtype if before is None else promoted(before, dtype)
    return _counted(met[0], _counted(met[1], met[2]))  # type: ignore[return-value]


def _counted(strong: np.dtype[Any] | None, weak: np.dtype[Any] | None) -> np.dtype[Any] | None:
    """Return `strong`, or what it becomes where the category of `weak` is larger."""
    if strong is None or weak is None:
        return weak if strong is None else strong
    if _CATEGORY[weak.kind] <= _CATEGORY[strong.kind]:
        return strong
    if strong.kind in _FLOATS:
        return np.dtype(f"complex{16 * strong.itemsize}" if strong.itemsize > 2 else COMPLEX64)
    return weak


def dtype_of_number(number: Any) -> np.dtype[Any]:
    """Return what a number becomes: a float the default dtype, a complex its complex form."""
    if isinstance(number, (type(True), np.bool_)):
        return bool.dtype
    if isinstance(number, (type(0), np.integer)):
        return int64.dtype
    if isinstance(number, (complex, np.complexfloating)):
        return COMPLEX128 if _default is FLOAT64 else COMPLEX64
    return _default


@refuses
def promote_types(type1: dtype, type2: dtype) -> dtype:
    """Return the smallest dtype of the larger category (bool, integer, float) that holds both.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.promote_types(tnn.int64, tnn.float16)
        torch.float16
    """
    return from_numpy(promoted(to_numpy(type1), to_numpy(type2)))


def result_type(tensor: Any, other: Any) -> dtype:
    """Return the dtype of arithmetic on two tensors, or on tensors and Python numbers.

    A 0-d tensor counts only if its category (bool, integer, float) is larger than that of a tensor
    with dimensions; a number, only if its category is larger than any tensor's.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.result_type(tnn.tensor([1, 2]), 1.0)
        torch.float32
    """
    given = [getattr(each, "array", each) for each in (tensor, other)]
    for each in given:
        if not isinstance(each, (np.ndarray, np.generic, complex, type(0.0), type(0))):
            raise DTypeError(f"result_type() takes Tensors and numbers, got {shown(each)}")
    return from_numpy(result_dtype(*given))
