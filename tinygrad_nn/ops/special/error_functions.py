"""The error function and its kin: erf, erfc, erfcx, erfinv.
Read `normal_functions.py` next.

Between -1/2 and 1/2 erf(x) is x times a rational function of x^2; beyond, e^(x^2) erfc(x) is t
times one of t = 2 / (x + 2). They were fitted by Remez's method, to 1e-17 and 2e-16 of the value,
and to 5e-8 for float32.
"""

from __future__ import annotations

import math

import numpy as np

from ...arrays.blocks import by_blocks, chosen
from ...arrays.dtypes import FLOAT16, FLOAT32, FLOAT64
from ...arrays.polynomials import polynomial, ratio
from ...arrays.promotion import rounded_once
from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray
from ...autograd.writing import in_place
from ..elementwise.complex_parts import check_ordered

__all__ = ["erf", "erf_", "erfc", "erfc_", "erfinv"]

_SMALL = (
    (
        *(1.12837916709551259, 0.0479153091638183623, 0.0323076637549307687),
        *(-0.00133730324393509559, 7.71035705086786142e-05),
    ),
    (1.0, 0.375797170455707913, 0.0538976450028637264, 0.00301053430445126821),
)
_LARGE = {
    FLOAT64: (
        (
            *(0.282094791773878101, -0.0123030766055426261, 1.08196124799273487),
            *(0.344770275859245608, 1.41079671233015703, 0.832957266531939766),
            *(0.921779267933037858, 0.566019478856283232, 0.295568454214763698),
            0.0953537290778383436,
        ),
        (
            *(1.0, -1.04361327101510507, 4.00406603210927539, -2.49372561523576423),
            *(4.34669531353784385, -1.38902337833898834, 1.40803780405893452),
            *(-0.120567203803912202, 0.0970467829122281506, 0.0100816822142727399),
        ),
    ),
    FLOAT32: (
        (
            *(0.282094804381490372, -0.146568106772012542, 0.245735181014285897),
            *(0.0379499429222804833, 0.0429460239232547862),
        ),
        (
            *(1.0, -1.51956248588984789, 1.51544023749670523),
            *(-0.673781662671956311, 0.14009790990913471),
        ),
    ),
}
# artanh(erf(x)) / x as a polynomial of x^2, for float32: fitted by least squares, reweighted
_AS_TANH = (
    *(1.12837923, 0.102769435, -0.00019235342, -0.000619416636),
    *(8.75203014e-05, -5.6519223e-06, 1.4101672e-07),
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
    rest *= sign
    near *= near
    near *= sign
    y = np.exp(near, out=near)
    y *= np.exp(rest, out=rest)
    return y


def _scaled(size: Array) -> Array:
    """Return e^(x^2) erfc(x) of x from 1/2 on."""
    t = size + 2.0
    t = np.divide(2.0, t, out=t)
    y = ratio(t, _LARGE[size.dtype])
    y *= t
    return y


def _tail(size: Array) -> Array:
    """Return erfc(x) of x from 1/2 on."""
    size = np.minimum(size, 30.0)  # it is 0 from 28 on
    y = _scaled(size)
    y *= _exp_of_square(size, -1.0)
    return y


def _near_zero(x: Array) -> Array:
    """Return erf(x) between -1/2 and 1/2, and anything but nan beyond."""
    x = np.clip(x, -0.5, 0.5)
    y = ratio(x * x, _SMALL)
    y *= x
    return y


def _erf(x: Array) -> Array:
    size = np.abs(x)
    y = _tail(size)
    y = chosen(size < 0.5, _near_zero(size), np.subtract(1.0, y, out=y))
    return np.copysign(y, x, out=y)


def _erf_as_tanh(x: Array) -> Array:
    y = polynomial(x * x, _AS_TANH)
    y *= x
    return np.tanh(y, out=y)


def _erfc(x: Array) -> Array:
    size = np.abs(x)
    y = _tail(size)
    y = chosen(x < 0.0, 2.0 - y, y)
    return chosen(size < 0.5, 1.0 - _near_zero(x), y)


def _erfcx(x: Array) -> Array:
    size = np.abs(x)
    y = _scaled(size)
    small = np.minimum(size, 30.0)  # beyond, the square's exponential is infinite
    e = _exp_of_square(small, 1.0)
    y = np.where(x < 0.0, 2.0 * e - y, y)
    return np.where(size < 0.5, e * (1.0 - _near_zero(x)), y)


@op(r"\operatorname{erf} x", elementwise=True)
def erf(input: FloatArray) -> Array:
    """Return the error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.

    DLMF 7.2.1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.erf(tnn.tensor([-1.0, 0.0, 2.0]))
        tensor([-0.8427,  0.0000,  0.9953])
    """
    check_ordered(input, "erf")
    if input.dtype is FLOAT16:
        return rounded_once(erf.op.forward)(input)
    return _erf_as_tanh(input) if input.dtype is FLOAT32 else by_blocks(_erf, input)


@op(r"\operatorname{erfc} x", elementwise=True)
def erfc(input: FloatArray) -> Array:
    """Return 1 - erf(x), to all digits where it is small (DLMF 7.2.2)."""
    check_ordered(input, "erfc")
    if input.dtype is FLOAT16:
        return rounded_once(erfc.op.forward)(input)
    return by_blocks(_erfc, input)


erf.vjp(input=lambda g, input: g * (_TWO_OVER_ROOT_PI * np.exp(-(input * input))))
erfc.vjp(input=lambda g, input: g * (-_TWO_OVER_ROOT_PI * np.exp(-(input * input))))


@op(r"e^{x^2} \operatorname{erfc} x", elementwise=True)
def special_erfcx(input: FloatArray) -> Array:
    """Return e^(x^2) erfc(x), which falls like 1 / x (DLMF 7.2.3)."""
    check_ordered(input, "special_erfcx")
    if input.dtype is FLOAT16:
        return rounded_once(special_erfcx.op.forward)(input)
    return by_blocks(_erfcx, input)


special_erfcx.vjp(input=lambda g, input, y: g * (2.0 * input * y - _TWO_OVER_ROOT_PI))

# M. J. Wichura, "Algorithm AS 241" (1988): PPND16, the normal distribution's quantiles
_MIDDLE = (
    (
        *(3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427),
        *(13731.693765509461125, 45921.953931549871457, 67265.770927008700853),
        *(33430.575583588128105, 2509.0809287301226727),
    ),
    (
        *(1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077),
        *(21213.794301586595867, 39307.895800092710610, 28729.085735721942674),
        5226.4952788528545610,
    ),
)
_OUTER = (
    (
        *(1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550),
        *(3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770),
        *(0.0227238449892691845833, 7.74545014278341407640e-04),
    ),
    (
        *(1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550),
        *(0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-04),
        1.05075007164441684324e-09,
    ),
)
_OUTERMOST = (
    (
        *(6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580),
        *(0.296560571828504891230, 0.0265321895265761230930, 1.24266094738807843860e-03),
        *(2.71155556874348757815e-05, 2.01033439929228813265e-07),
    ),
    (
        *(1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525),
        *(7.86869131145613259100e-04, 1.84631831751005468180e-05),
        *(1.42151175831644588870e-07, 2.04426310338993978564e-15),
    ),
)


def quantile_of_normal(share: Array, from_middle: Array) -> Array:
    """Return how far out a share of the normal distribution begins, of the smaller side.

    `from_middle` is 1/2 less that share: each is exact where it is small.
    """
    y = from_middle * ratio(0.180625 - from_middle * from_middle, _MIDDLE)
    depth = np.sqrt(-np.log(share))
    for is_there, offset, parts in (
        (from_middle > 0.425, 1.6, _OUTER),
        (depth > 5.0, 5.0, _OUTERMOST),
    ):
        if is_there.any():
            y[is_there] = ratio(depth[is_there] - offset, parts)
    y[share == 0.0] = np.inf
    return y


def _erfinv(x: Array) -> Array:
    size = np.abs(x.astype(FLOAT64, copy=False))
    y = quantile_of_normal((1.0 - size) / 2.0, size / 2.0) * math.sqrt(0.5)
    return np.copysign(y, x)


@op(r"\operatorname{erf}^{-1} x", elementwise=True)
def erfinv(input: FloatArray) -> Array:
    """Return the number whose erf is x: infinite at -1 and 1, nan beyond.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.erfinv(tnn.tensor([-0.5, 0.0, 1.0]))
        tensor([-0.4769,  0.0000,     inf])
    """
    check_ordered(input, "erfinv")
    if input.dtype is FLOAT16:
        return rounded_once(erfinv.op.forward)(input)
    return by_blocks(_erfinv, input).astype(input.dtype, copy=False)


erfinv.vjp(input=lambda g, input: g * (np.exp(erfinv(input) ** 2) / _TWO_OVER_ROOT_PI))

erf_, erfc_, erfinv_ = map(in_place, (erf, erfc, erfinv))


class ErrorFunctionMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    erf, erfc, erfinv, erf_, erfc_, erfinv_ = erf, erfc, erfinv, erf_, erfc_, erfinv_
