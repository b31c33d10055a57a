"""Numbers made whole: up, down, towards 0, to the nearest; and what is left behind the point.
Read `division.py` next. The gradient of what is flat almost everywhere is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Integer
from ...arrays.dtypes import FLOAT16
from ...arrays.kinds import is_floating
from ...arrays.layout import copied
from ...arrays.promotion import rounded_once
from ...autograd.declaring import alias, op
from ...autograd.op import Array
from ...autograd.writing import in_place
from ...errors import DTypeError
from .complex_parts import check_ordered
from .refusals import check_not_bool

__all__ = [
    "ceil",
    "ceil_",
    "fix",
    "fix_",
    "floor",
    "floor_",
    "frac",
    "frac_",
    "round",
    "round_",
    "trunc",
    "trunc_",
]


def _rounded(ufunc: Any, x: Array, name: str) -> Array:
    """Return the ufunc of floats, and integers as they are."""
    if is_floating(x):
        return ufunc(x)
    check_ordered(x, name)
    check_not_bool(name, x)
    return copied(x)


@op(r"\lfloor x \rfloor", elementwise=True)
def floor(input: Array) -> Array:
    """Return the largest whole number that is not above x."""
    return _rounded(np.floor, input, "floor")


@op(r"\lceil x \rceil", elementwise=True)
def ceil(input: Array) -> Array:
    """Return the smallest whole number that is not below x."""
    return _rounded(np.ceil, input, "ceil")


@op(r"\operatorname{trunc}(x)", elementwise=True)
def trunc(input: Array) -> Array:
    """Return x without what is behind its point: rounded towards 0."""
    return _rounded(np.trunc, input, "trunc")


@op(r"\operatorname{round}(x)", elementwise=True)
def round(input: Array, *, decimals: Integer = 0) -> Array:
    """Return x rounded to a number of decimals; halves go to the even neighbour.

    A number of decimals below 0 rounds before the point: -2 to hundreds.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.round(tnn.tensor([0.5, 1.5, 2.345])), tnn.round(tnn.tensor([2.345]), decimals=2)
        (tensor([0., 2., 2.]), tensor([2.3400]))
    """
    if not decimals:
        return _rounded(np.rint, input, "round")
    if not is_floating(input):
        raise DTypeError(f"round: no decimals to round in {input.dtype}; use x.float()")
    if input.dtype is FLOAT16:
        return rounded_once(round.op.forward)(input, decimals=decimals)
    scale = 10.0 ** abs(decimals)
    return np.rint(input * scale) / scale if decimals > 0 else np.rint(input / scale) * scale


for _flat in (floor, ceil, trunc, round):
    _flat.vjp(input=lambda g: np.zeros_like(g))


@op(r"x - \operatorname{trunc}(x)", elementwise=True)
def frac(input: Array) -> Array:
    """Return what is behind the point of x, with its sign.

    Raises:
        DTypeError: integers and bool, which have no point.
    """
    if not is_floating(input):
        raise DTypeError(f"frac: not defined for {input.dtype}; use x.float()")
    whole = np.trunc(input)
    return np.subtract(input, whole, out=whole) if whole.ndim else input - whole


frac.vjp(input=lambda g: g)

fix = alias(trunc, "fix")
floor_, ceil_, trunc_, fix_ = map(in_place, (floor, ceil, trunc, fix))
round_, frac_ = in_place(round), in_place(frac)


class RoundingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    floor, ceil, trunc, fix, round, frac = floor, ceil, trunc, fix, round, frac
    floor_, ceil_, trunc_, fix_, round_, frac_ = floor_, ceil_, trunc_, fix_, round_, frac_
