"""The error function and its kin: erf, erfc, erfinv, and the normal distribution's functions.
Read `../elementwise/gelu.py` next.

Between -1/2 and 1/2 erf(x) is x times a rational function of x^2; beyond, erfc(x) is e^(-x^2) times
one of 2 / (x + 2). Both were fitted by Remez's method to 1e-17 and 2e-16 of the value.
"""

from __future__ import annotations

import math

import numpy as np

from ...arrays.dtypes import FLOAT32
from ...arrays.polynomials import polynomial, ratio
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray
from ...autograd.writing import in_place
from ..elementwise.complex_parts import check_ordered

__all__ = ["erf", "erf_", "erfc", "erfc_"]

_SMALL = (
    (
        *(1.12837916709551259, 0.0479153091638183623, 0.0323076637549307687),
        *(-0.00133730324393509559, 7.71035705086786142e-05),
    ),
    (1.0, 0.375797170455707913, 0.0538976450028637264, 0.00301053430445126821),
)
_LARGE = (
    (
        *(0.282094791773878101, -0.0123030766055426261, 1.08196124799273487),
        *(0.344770275859245608, 1.41079671233015703, 0.832957266531939766),
        *(0.921779267933037858, 0.566019478856283232, 0.295568454214763698, 0.0953537290778383436),
    ),
    (
        *(1.0, -1.04361327101510507, 4.00406603210927539, -2.49372561523576423),
        *(4.34669531353784385, -1.38902337833898834, 1.40803780405893452),
        *(-0.120567203803912202, 0.0970467829122281506, 0.0100816822142727399),
    ),
)
# artanh(erf(x)) / x as a polynomial of x^2, for float32
_AS_TANH = (
    *(1.12837929, 0.102768589, -0.000190188307, -0.00062157677),
    *(8.84115675e-05, -5.80649186e-06, 1.50228387e-07),
)
_TWO_OVER_ROOT_PI = 2.0 / math.sqrt(math.pi)


def _exp_of_square(x: Array, sign: float) -> Array:
    """Return e^(x^2) or e^(-x^2), for 0 <= x <= 30: x^2 in two parts, the first without rounding.

    Rounded, it would be wrong by 10^-16 of x^2, and its exponential by as much of itself.
    """
    near = np.rint(x * 16.0)
    near *= 0.0625
    rest = x - near
    rest *= x + near
    near *= near
    return np.exp(near * sign) * np.exp(rest * sign)


def _scaled(size: Array) -> Array:
    """Return e^(x^2) erfc(x) of x from 1/2 on."""
    t = 2.0 / (size + 2.0)
    return t * ratio(t, _LARGE)


def _tail(size: Array) -> Array:
    """Return erfc(x) of x from 1/2 on."""
    size = np.minimum(size, 30.0)  # it is 0 from 28 on
    y = _scaled(size)
    y *= _exp_of_square(size, -1.0)
    return y


def _erf(x: Array) -> Array:
    if x.dtype is FLOAT32:
        y = polynomial(x * x, _AS_TANH)
        y *= x
        return np.tanh(y, out=y)
    size = np.abs(x)
    near_zero = np.minimum(size, 0.5)
    near_zero *= ratio(near_zero * near_zero, _SMALL)
    y = _tail(size)
    y = np.subtract(1.0, y, out=y)
    return np.copysign(np.where(size < 0.5, near_zero, y), x)


def _erfc(x: Array) -> Array:
    near_zero = np.clip(x, -0.5, 0.5)
    near_zero = 1.0 - near_zero * ratio(near_zero * near_zero, _SMALL)
    size = np.abs(x)
    y = _tail(size)
    return np.where(size < 0.5, near_zero, np.where(x < 0.0, 2.0 - y, y))


@op(r"\operatorname{erf} x", elementwise=True)
def erf(input: FloatArray) -> Array:
    """Return the error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x."""
    check_ordered(input, "erf")
    x = in_float32(input)
    return _erf(np.atleast_1d(x)).reshape(x.shape).astype(input.dtype, copy=False)


@op(r"\operatorname{erfc} x", elementwise=True)
def erfc(input: FloatArray) -> Array:
    """Return 1 - erf(x), to all digits where it is small."""
    check_ordered(input, "erfc")
    x = input.astype(np.float64, copy=False)
    return _erfc(np.atleast_1d(x)).reshape(x.shape).astype(input.dtype, copy=False)


erf.vjp(input=lambda g, input: g * (_TWO_OVER_ROOT_PI * np.exp(-(input * input))))
erfc.vjp(input=lambda g, input: g * (-_TWO_OVER_ROOT_PI * np.exp(-(input * input))))

erf_, erfc_ = in_place(erf), in_place(erfc)


class ErrorFunctionMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    erf, erfc, erf_, erfc_ = erf, erfc, erf_, erfc_
