"""What kind an array is, asked here and nowhere else: bfloat16 and other array types come in here.
Read `warnings.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .bfloat16 import when_loaded
from .dtypes import COMPLEX64, COMPLEX128, FLOAT16, FLOAT32, FLOAT64

ndarray = np.ndarray
REAL = [FLOAT32, FLOAT64, FLOAT16]  # `dtype in REAL` finds the commonest by identity, in 20 ns
COMPLEX = (COMPLEX64, COMPLEX128)
HALVES = [FLOAT16]  # computed in float32 and rounded once
CATEGORIES = {"b": "bool", "u": "integer", "i": "integer", "f": "float", "c": "complex"}
CATEGORIES["V"] = "float"  # bfloat16: NumPy knows it as a type of somebody else's
DIFFERENTIABLE = [*REAL, *COMPLEX]  # the dtypes that can require a gradient
for dtypes in (REAL, HALVES, DIFFERENTIABLE):
    when_loaded(dtypes.append)


def is_array(value: Any) -> bool:
    """Whether this is an array that operations take as it is."""
    return isinstance(value, ndarray)


def is_number(value: Any) -> bool:
    """Whether this is one of Python's numbers, or of NumPy's."""
    return isinstance(value, (bool, int, float, complex, np.generic))


def plain_number(value: Any) -> Any:
    """Return NumPy's numbers, and those of a class such as an IntEnum, as Python's own."""
    if isinstance(value, np.generic):
        return value.item()
    kinds: tuple[Any, ...] = (bool, int, float, complex)
    for kind in kinds:
        if isinstance(value, kind):
            return kind(value)
    return value


def is_floating(x: Any) -> bool:
    """Whether the elements are real floating-point numbers."""
    return x.dtype in REAL


def is_half(x: Any) -> bool:
    """Whether the elements are floats of 16 bits, which are computed in float32."""
    return x.dtype in HALVES


def may_scale(given: Any, x: Any) -> bool:
    """Whether a weight or bias may stand beside an input: in its dtype; 16 bits take float32."""
    return given.dtype == x.dtype or (given.dtype == FLOAT32 and is_half(x))


def is_complex(x: Any) -> bool:
    """Whether the elements are complex numbers."""
    return x.dtype not in REAL and x.dtype in COMPLEX  # unequal dtypes take 40 ns each to compare


def is_differentiable(x: Any) -> bool:
    """Whether the elements are numbers that a gradient can be taken of: floats or complex."""
    return x.dtype in DIFFERENTIABLE


def category(dtype: Any) -> str:
    """Return "bool", "integer", "float" or "complex": what NumPy's dtype holds; or "other"."""
    return CATEGORIES.get(dtype.kind, "other")


def fits_in(given: Any, held: Any) -> bool:
    """Whether elements can be stored in an array of another dtype: none of a larger category."""
    if is_bool(held):
        return is_bool(given)
    if is_integral(held):
        return is_integral(given)
    return is_complex(held) or not is_complex(given)


def is_bool(x: Any) -> bool:
    """Whether the elements are truth values."""
    return bool(x.dtype.kind == "b")


def is_integer(x: Any) -> bool:
    """Whether the elements are integers, signed or not; bool is none."""
    return x.dtype.kind in "iu"


def is_integral(x: Any) -> bool:
    """Whether the elements are integers or bool."""
    return x.dtype.kind in "iub"
