"""The normal distribution's functions, and entropies: ndtr, log_ndtr, ndtri, entr, xlog1py.
Read `bessel_functions.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.blocks import by_blocks
from ...arrays.dtypes import FLOAT16, FLOAT64
from ...arrays.kinds import is_array
from ...arrays.promotion import rounded_once
from ...arrays.refusing import instead_of
from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray
from ..elementwise.arithmetic import mul
from ..elementwise.complex_parts import check_ordered
from ..with_out import with_out
from .error_functions import erfc, quantile_of_normal, special_erfcx

_ROOT_HALF = math.sqrt(0.5)


@with_out
@instead_of("mul", "erfc", name="special_ndtr")
def ndtr(input: Any) -> Any:
    """Return the probability that a standard normal number is below x: erfc(-x / sqrt(2)) / 2.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.special.ndtr(tnn.tensor([-1.0, 0.0, 2.0]))
        tensor([0.1587, 0.5000, 0.9772])
    """
    return mul(erfc(mul(input, -_ROOT_HALF)), 0.5)


@op(r"\log \Phi(x)", elementwise=True)
def special_log_ndtr(input: FloatArray) -> Array:
    """Return the logarithm of ndtr(x), to all digits on both sides."""
    check_ordered(input, "special_log_ndtr")
    if input.dtype is FLOAT16:
        return rounded_once(special_log_ndtr.op.forward)(input)
    z = input * _ROOT_HALF
    left = np.log(special_erfcx(-z) / 2.0) - z * z
    return np.where(input < -1.0, left, np.log1p(erfc(z) / -2.0))


def _log_ndtr_rule(g: Array, input: Array) -> Array:
    """g * exp(-(x**2) / 2 - y) / (2 * pi) ** 0.5: g phi(x) / Phi(x), as e^y is Phi(x).

    Each side is computed where neither it nor its gradient overflows.
    """
    left, right = np.clip(input, None, 0.0), np.clip(input, 0.0, None)
    below = math.sqrt(2.0 / math.pi) / special_erfcx(left * -_ROOT_HALF)
    above = math.sqrt(0.5 / math.pi) * np.exp(right**2 / -2.0 - special_log_ndtr(right))
    return g * np.where(input < 0.0, below, above)


special_log_ndtr.vjp(input=_log_ndtr_rule)


def _ndtri(p: Array) -> Array:
    wide = p.astype(FLOAT64, copy=False)
    from_middle = wide - 0.5
    y = quantile_of_normal(np.where(wide < 0.5, wide, 1.0 - wide), np.abs(from_middle))
    return np.copysign(y, from_middle)


@op(r"\Phi^{-1}(x)", elementwise=True)
def special_ndtri(input: FloatArray) -> Array:
    """Return the number of which ndtr is x: infinite at 0 and 1, nan beyond."""
    check_ordered(input, "special_ndtri")
    return by_blocks(_ndtri, input).astype(input.dtype, copy=False)


special_ndtri.vjp(input=lambda g, y: g * (math.sqrt(2.0 * math.pi) * np.exp(y * y / 2.0)))


@op(r"-x \log x", elementwise=True)
def special_entr(input: FloatArray) -> Array:
    """Return -x log(x): 0 at 0, and -inf below."""
    check_ordered(input, "special_entr")
    if input.dtype is FLOAT16:
        return rounded_once(special_entr.op.forward)(input)
    y = np.where(input == 0, 0.0, -input * np.log(input))
    return np.where(input < 0, -np.inf, y).astype(input.dtype, copy=False)


special_entr.vjp(input=lambda g, input: g * (-1.0 - np.log(input)))


@op(r"a \log(1 + b)", elementwise=True)
def special_xlog1py(input: FloatArray, other: FloatArray) -> Array:
    """Return input * log(1 + other), and 0 where input is 0, unless other is nan."""
    dtype = (input if is_array(input) else other).dtype
    a, b = np.asarray(input, dtype), np.asarray(other, dtype)
    check_ordered(a, "special_xlog1py")
    return np.where((a == 0) & ~np.isnan(b), dtype.type(0), a * np.log1p(b))


def _log1p_where_needed(g: Array, input: Any, other: Any) -> Array:
    """g * np.log1p(other): 0 where 0 came in, or input is 0 at an infinite slope."""
    return np.where((input == 0) & (other <= -1), 0.0, special_xlog1py(g, other))


special_xlog1py.vjp(
    input=_log1p_where_needed, other=lambda g, input, other: g * (input / (other + 1.0))
)
