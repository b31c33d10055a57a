"""What operations say of dtypes that they do not take.
Read `complex_parts.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.kinds import is_array, is_bool, is_integer, is_integral
from ...arrays.refusing import shown, tensor_instead
from ...errors import DTypeError


def array_of(value: Any, name: str) -> Any:
    """Return the array of a tensor, or one itself.

    Raises:
        DTypeError: anything else.
    """
    array = getattr(value, "array", value)
    if not is_array(array):
        raise DTypeError(f"{name}() takes Tensors, got {shown(value)}; {tensor_instead(value)}")
    return array


def check_integers(name: str, *operands: Any) -> None:
    """Raise `DTypeError` for tensors of all but integers, of which bool is none."""
    for each in operands:
        if is_array(each) and not is_integer(each):
            raise DTypeError(f"{name}: takes integers, got {each.dtype}; use x.long()")


def check_not_integers(name: str, *operands: Any) -> None:
    """Raise `DTypeError` for tensors of integers and bool; numbers may be whole."""
    for each in operands:
        if is_array(each) and is_integral(each):
            raise DTypeError(f"{name}: not defined for {each.dtype}; use x.float()")


def check_not_bool(name: str, *operands: Any) -> None:
    """Raise `DTypeError` for tensors of truth values."""
    for each in operands:
        if is_array(each) and is_bool(each):
            raise DTypeError(f"{name}: not defined for bool; use x.long()")
