"""`torch.SymInt` and its kin: sizes that PyTorch's compiler does not know; here all are numbers.
Read `compiler.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..arrays.arguments import as_number
from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError

__all__ = ["SymBool", "SymFloat", "SymInt", "sym_float", "sym_int", "sym_ite", "sym_max"]
__all__ += ["sym_min", "sym_not", "sym_sum"]


class SymInt:
    """An integer that is not known yet: nothing is one here, since nothing is compiled."""

    def __init__(self, node: Any) -> None:
        self.node = node


class SymFloat:
    """A float that is not known yet: nothing is one here."""

    def __init__(self, node: Any) -> None:
        self.node = node


class SymBool:
    """A bool that is not known yet: nothing is one here."""

    def __init__(self, node: Any) -> None:
        self.node = node


def _real(value: Any, argument: str, name: str) -> Any:
    number = as_number(value, argument, name)
    if isinstance(number, complex):
        raise DTypeError(f"{name}: {argument} must be a real number, got {shown(value)}")
    return number


def sym_int(a: Any) -> int:
    """Return a number without its fraction, as an int.

    Raises:
        ArgumentError: nan or infinity.

    Example:
        >>> import tinygrad_nn as torch
        >>> torch.sym_int(-2.7), torch.sym_max(1, 2.0), torch.sym_not(False)
        (-2, 2.0, True)
    """
    number = _real(a, "a", "sym_int")
    if not math.isfinite(number):
        raise ArgumentError(f"sym_int: a must be finite, got {number}")
    return math.trunc(number)


def sym_float(a: Any) -> float:
    """Return a number as a float."""
    return float(_real(a, "a", "sym_float"))


def sym_not(a: Any) -> bool:
    """Return whether something is not true."""
    return not a


def sym_max(a: Any, b: Any) -> Any:
    """Return the larger number, a float if one of them is."""
    return _chosen(max, a, b, "sym_max")


def sym_min(a: Any, b: Any) -> Any:
    """Return the smaller number, a float if one of them is."""
    return _chosen(min, a, b, "sym_min")


def _chosen(choose: Callable[..., Any], a: Any, b: Any, name: str) -> Any:
    numbers = _real(a, "a", name), _real(b, "b", name)
    chosen = choose(numbers)
    return float(chosen) if float in map(type, numbers) else chosen


def sym_ite(b: Any, t: Any, f: Any) -> Any:
    """Return `t` if `b` holds, else `f`."""
    return t if b else f


def sym_sum(args: Any) -> Any:
    """Return the sum of numbers."""
    if not isinstance(args, (list, tuple)):
        raise DTypeError(f"sym_sum: a list of numbers expected, got {shown(args)}")
    return sum(as_number(each, "a number of args", "sym_sum") for each in args)
