"""`torch.SymInt` and its kin: sizes that PyTorch's compiler does not know; here all are numbers.
Read `compiler.py` next.
"""

from __future__ import annotations

import math
from typing import Any

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


def sym_int(a: Any) -> int:
    """Return a number without its fraction, as an int.

    Example:
        >>> import tinygrad_nn as torch
        >>> torch.sym_int(-2.7), torch.sym_max(1, 2.0), torch.sym_not(False)
        (-2, 2.0, True)
    """
    return math.trunc(a)


def sym_float(a: Any) -> float:
    """Return a number as a float."""
    return float(a)


def sym_not(a: Any) -> bool:
    """Return whether something is not true."""
    return not a


def sym_max(a: Any, b: Any) -> Any:
    """Return the larger number, a float if one of them is."""
    largest = max(a, b)
    return float(largest) if float in (type(a), type(b)) else largest


def sym_min(a: Any, b: Any) -> Any:
    """Return the smaller number, a float if one of them is."""
    smallest = min(a, b)
    return float(smallest) if float in (type(a), type(b)) else smallest


def sym_ite(b: Any, t: Any, f: Any) -> Any:
    """Return `t` if `b` holds, else `f`."""
    return t if b else f


def sym_sum(args: Any) -> Any:
    """Return the sum of numbers."""
    return sum(args)
