"""Division with a whole result, what remains of it, and what divides two integers.
Read `logic.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import FLOAT16, FLOAT32
from ...arrays.kinds import is_array, is_bool, is_integral
from ...arrays.promotion import rounded_once
from ...autograd.declaring import as_operator, op
from ...autograd.op import Array
from ...autograd.writing import in_place
from ...errors import ArgumentError, DTypeError
from .arithmetic import div
from .complex_parts import check_ordered
from .refusals import check_integers

__all__ = ["floor_divide", "fmod", "gcd", "gcd_", "lcm", "lcm_", "remainder"]

_MANY = 2**10


def _are_whole(input: Any, other: Any, name: str) -> bool:
    """Whether both are integers, which 0 does not divide; bool and complex are refused."""
    both = [np.asarray(each) for each in (input, other)]
    for each in both:
        check_ordered(each, name)
    if all(map(is_bool, both)):
        raise DTypeError(f"{name}: not defined for bool; use x.long()")
    whole = all(map(is_integral, both))
    if whole and np.size(input) and not np.all(other):
        raise ArgumentError(f"{name}: an integer is divided by 0, which has no whole result")
    return whole


def _are_many(input: Any, other: Any) -> bool:
    """Whether it is a float32 array, by such or a number, that `_whole_quotient` is worth it."""
    return (
        getattr(input, "dtype", None) is FLOAT32
        and input.size >= _MANY
        and getattr(other, "dtype", FLOAT32) is FLOAT32
    )


def _whole_quotient(
    rounding: Any, input: Array, other: Array, limit: float = 2.0**27
) -> Array | None:
    """Return input / other rounded in float64; None if some is above the limit, or not finite.

    Two numbers of 24 bits whose quotient is below 2^27 are further from a whole one than float64
    rounds, and the product of the quotient and `other` is exact. NumPy's own loops call libm for
    each element: 3 to 8 times as long.
    """
    quotient = np.asarray(np.divide(input, other, dtype=np.float64))
    rounding(quotient, quotient)
    return quotient if quotient.min() > -limit and quotient.max() < limit else None


def _remains(ufunc: Any, rounding: Any, input: Array, other: Any) -> Array:
    """Return input - other * rounding(input / other), with the sign of one of them at 0 too."""
    quotient = _whole_quotient(rounding, input, other)
    if quotient is None or not np.isfinite(other.sum()):
        return ufunc(input, other)
    quotient *= other
    np.subtract(input, quotient, quotient)
    return np.copysign(quotient.astype(FLOAT32), input if ufunc is np.fmod else other)


@op(r"\operatorname{round}(\frac{a}{b})", name="div_rounded", public="div", elementwise=True)
def div_rounded(input: Array, other: Array, *, rounding_mode: Any = "trunc") -> Array:
    """Return input / other rounded, "floor" down or "trunc" towards 0; the gradient is 0."""
    if rounding_mode not in ("floor", "trunc"):
        kind = ArgumentError if isinstance(rounding_mode, str) else DTypeError
        raise kind(
            f'div: rounding_mode must be None, "floor" or "trunc", got {rounding_mode!r:.60}'
        )
    whole = _are_whole(input, other, "div")
    if rounding_mode == "trunc" and not whole:
        return np.trunc(np.true_divide(input, other))
    if rounding_mode == "floor" and _are_many(input, other):
        return floor_divide.op.forward(input, other)
    down = np.floor_divide(input, other)
    if rounding_mode == "floor":
        return down
    return down + ((down < 0) & (down * other != input)).astype(down.dtype)


div_rounded.vjp(input=lambda g: np.zeros_like(g), other=lambda g: np.zeros_like(g))
div.op.variants["rounding_mode"] = div_rounded


@op(r"\lfloor \frac{a}{b} \rfloor", elementwise=True)
def floor_divide(input: Array, other: Array) -> Array:
    """Return input / other rounded down, as `//` does; each may be a number. The gradient is 0.

    Raises:
        ArgumentError: an integer divided by 0. DTypeError: bool or complex numbers.
    """
    _are_whole(input, other, "floor_divide")
    if _are_many(input, other):
        other = np.asarray(other, FLOAT32)
        whole = _whole_quotient(np.floor, input, other, 2.0**21)  # above, float32 rounds it
        return np.floor_divide(input, other) if whole is None else whole.astype(input.dtype)
    if FLOAT16 in (getattr(input, "dtype", None), getattr(other, "dtype", None)):
        dividend = input if is_array(input) else np.asarray(input, FLOAT16)
        return rounded_once(np.floor_divide)(dividend, other)  # a divisor is not rounded
    return np.floor_divide(input, other)


floor_divide.vjp(input=lambda g: np.zeros_like(g), other=lambda g: np.zeros_like(g))


@op(r"a - b \operatorname{trunc}(\frac{a}{b})", elementwise=True)
def fmod(input: Array, other: Array) -> Array:
    """Return what remains of input / other rounded towards 0: it has the sign of input.

    Raises:
        ArgumentError: an integer divided by 0. DTypeError: bool or complex numbers.
    """
    _are_whole(input, other, "fmod")
    if _are_many(input, other):
        other = np.asarray(other, FLOAT32)
        return _remains(np.fmod, np.trunc, input, other)
    return np.fmod(input, other)


def _truncated(input: Array, other: Array) -> Array:
    """np.trunc(input / other)."""
    return div_rounded(input, other, rounding_mode="trunc")


fmod.vjp(input=lambda g: g, other=lambda g, input, other: -g * _truncated(input, other))


@op(r"a - b \lfloor \frac{a}{b} \rfloor", elementwise=True)
def remainder(input: Array, other: Array) -> Array:
    """Return what remains of input / other rounded down, as `%` does: it has the sign of other.

    Raises:
        ArgumentError: an integer divided by 0. DTypeError: bool or complex numbers.
    """
    _are_whole(input, other, "remainder")
    if _are_many(input, other):
        other = np.asarray(other, FLOAT32)
        return _remains(np.remainder, np.floor, input, other)
    return np.remainder(input, other)


def _floored(input: Array, other: Array) -> Array:
    """np.floor(input / other)."""
    return div_rounded(input, other, rounding_mode="floor")


remainder.vjp(input=lambda g: g, other=lambda g, input, other: -g * _floored(input, other))


@op(r"\gcd(a, b)", elementwise=True)
def gcd(input: Array, other: Array) -> Array:
    """Return the greatest common divisor of two integers, which is not below 0."""
    check_integers("gcd", input, other)
    return np.gcd(input, other)


@op(r"\operatorname{lcm}(a, b)", elementwise=True)
def lcm(input: Array, other: Array) -> Array:
    """Return the least common multiple of two integers, which is not below 0."""
    check_integers("lcm", input, other)
    return np.lcm(input, other)


gcd_, lcm_ = in_place(gcd), in_place(lcm)


class DivisionMethods:
    """The operators `//` and `%` of a Tensor, and these operations as methods."""

    __slots__ = ()

    __floordiv__, __mod__ = as_operator(floor_divide), as_operator(remainder)

    def __rfloordiv__(self, other: Any) -> Any:
        return as_operator(floor_divide)(other, self)

    def __rmod__(self, other: Any) -> Any:
        return as_operator(remainder)(other, self)

    __ifloordiv__, __imod__ = in_place(__floordiv__), in_place(__mod__)

    floor_divide, fmod, remainder, gcd, lcm = floor_divide, fmod, remainder, gcd, lcm
    floor_divide_, fmod_ = in_place(floor_divide), in_place(fmod)
    remainder_, gcd_, lcm_ = in_place(remainder), gcd_, lcm_
