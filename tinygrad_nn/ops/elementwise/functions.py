"""Exponentials, logarithms, roots and hyperbolic functions, element by element.
Read `trigonometric.py` next.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from ...arrays.dtypes import FLOAT16
from ...arrays.kinds import is_array, is_complex
from ...arrays.promotion import rounded_once
from ...autograd.declaring import alias, elementwise, op
from ...autograd.op import Array, FloatArray, RealArray
from ...autograd.writing import in_place
from .complex_parts import check_ordered
from .refusals import check_not_integers

__all__ = [
    "acosh",
    "acosh_",
    "arccosh",
    "arccosh_",
    "arcsinh",
    "arcsinh_",
    "arctanh",
    "arctanh_",
    "asinh",
    "asinh_",
    "atanh",
    "atanh_",
    "cosh",
    "cosh_",
    "exp",
    "exp2",
    "exp2_",
    "exp_",
    "expm1",
    "expm1_",
    "hypot",
    "log",
    "log10",
    "log10_",
    "log1p",
    "log1p_",
    "log2",
    "log2_",
    "log_",
    "logaddexp",
    "logaddexp2",
    "rsqrt",
    "rsqrt_",
    "sinh",
    "sinh_",
    "sqrt",
    "sqrt_",
    "tanh",
    "tanh_",
    "xlogy",
    "xlogy_",
]

_function = partial(elementwise, of="FloatArray")

exp = _function(np.exp, r"e^{x}", "Return e to the power x.")
exp.vjp(input=lambda g, y: g * y)

exp2 = _function(np.exp2, r"2^{x}", "Return 2 to the power x.")
exp2.vjp(input=lambda g, y: g * (y * math.log(2.0)))

expm1 = _function(np.expm1, r"e^{x} - 1", "Return e^x - 1, exact near 0.")
expm1.vjp(input=lambda g, y: g * (y + 1.0))

log = _function(np.log, r"\log x", "Return the natural logarithm; log(0) is -inf, nan below.")
log.vjp(input=lambda g, input: g / input)

log2 = _function(np.log2, r"\log_2 x", "Return the logarithm to base 2.")
log2.vjp(input=lambda g, input: g / (input * math.log(2.0)))

log10 = _function(np.log10, r"\log_{10} x", "Return the logarithm to base 10.")
log10.vjp(input=lambda g, input: g / (input * math.log(10.0)))

log1p = _function(np.log1p, r"\log(1 + x)", "Return log(1 + x), exact near 0.")
log1p.vjp(input=lambda g, input: g / (input + 1.0))


@op(r"\log(e^{a} + e^{b})", elementwise=True)
def logaddexp(input: Array, other: Array) -> Array:
    """Return log(exp(input) + exp(other)), without overflow on the way."""
    check_not_integers("logaddexp", input, other)
    if not any(is_array(each) and is_complex(each) for each in (input, other)):
        return np.logaddexp(input, other)
    is_larger = np.real(input) >= np.real(other)
    larger: Array = np.where(is_larger, input, other)
    smaller: Array = np.where(is_larger, other, input)
    return larger + np.where(
        larger == smaller, math.log(2.0), np.log1p(np.exp(smaller - larger))
    ).astype(larger.dtype, copy=False)


logaddexp.vjp(
    input=lambda g, input, other: g / (1.0 + exp(other - input)),
    other=lambda g, input, other: g / (1.0 + exp(input - other)),
)


@op(r"\log_2(2^{a} + 2^{b})", elementwise=True)
def logaddexp2(input: Array, other: Array) -> Array:
    """Return log2(2^input + 2^other), without overflow on the way."""
    check_not_integers("logaddexp2", input, other)
    return np.logaddexp2(input, other)


logaddexp2.vjp(
    input=lambda g, input, other: g / (1.0 + exp2(other - input)),
    other=lambda g, input, other: g / (1.0 + exp2(input - other)),
)


@op(r"a \log b", elementwise=True)
def xlogy(input: FloatArray, other: FloatArray) -> Array:
    """Return input * log(other), and 0 where input is 0, unless other is nan; each may be a number.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.xlogy(tnn.tensor([0.0, 2.0]), tnn.tensor([0.0, 1.0]))
        tensor([0., 0.])
    """
    dtype = (input if is_array(input) else other).dtype
    a, b = np.asarray(input, dtype), np.asarray(other, dtype)  # a number's log is float64
    check_ordered(a, "xlogy")
    return np.where((a == 0) & ~np.isnan(b), dtype.type(0), a * np.log(b))


def _log_where_needed(g: Array, input: Any, other: Any) -> Array:
    """g * log(other): and 0 where 0 came in or input is 0 and other too, at an infinite slope."""
    return np.where((input == 0) & (other <= 0), 0.0, xlogy(g, other))


xlogy.vjp(input=_log_where_needed, other=lambda g, input, other: g * (input / other))


sqrt = _function(
    np.sqrt, r"\sqrt{x}", "Return the square root; nan below 0. The gradient at 0 is inf."
)
sqrt.vjp(input=lambda g, y: g / (2.0 * y))


@op(r"\frac{1}{\sqrt{x}}", elementwise=True)
def rsqrt(input: FloatArray) -> Array:
    """Return 1 / sqrt(x): inf at 0, nan below."""
    if input.dtype is FLOAT16:
        return rounded_once(rsqrt.op.forward)(input)
    y = np.sqrt(input)
    return np.reciprocal(y, y) if y.ndim else np.reciprocal(y)


rsqrt.vjp(input=lambda g, y: g * (-0.5 * (y * y * y)))


@op(r"\sqrt{a^2 + b^2}", elementwise=True)
def hypot(input: RealArray, other: RealArray) -> Array:
    """Return the length of the hypotenuse over input and other; integers are refused."""
    check_not_integers("hypot", input, other)
    for each in (input, other):
        if is_array(each):
            check_ordered(each, "hypot")
    return np.hypot(input, other)


hypot.vjp(input=lambda g, input, y: g * (input / y), other=lambda g, other, y: g * (other / y))


sinh = _function(np.sinh, r"\sinh x", "Return the hyperbolic sine.")
cosh = _function(np.cosh, r"\cosh x", "Return the hyperbolic cosine.")
tanh = _function(np.tanh, r"\tanh x", "Return the hyperbolic tangent.")
sinh.vjp(input=lambda g, input: g * cosh(input))
cosh.vjp(input=lambda g, input: g * sinh(input))
tanh.vjp(input=lambda g, y: g * (1.0 - y * y))

asinh = _function(
    np.arcsinh, r"\operatorname{arsinh} x", "Return the inverse of sinh.", name="asinh"
)
acosh = _function(
    *(np.arccosh, r"\operatorname{arcosh} x"),
    "Return the inverse of cosh, from 0 on; nan below 1.",
    name="acosh",
)
atanh = _function(
    *(np.arctanh, r"\operatorname{artanh} x"),
    "Return the inverse of tanh: infinite at -1 and 1, nan beyond.",
    name="atanh",
)
asinh.vjp(input=lambda g, input: g * rsqrt(input * input + 1.0))
atanh.vjp(input=lambda g, input: g / ((1.0 - input) * (1.0 + input)))


def _acosh_rule(g: Array, input: Array) -> Array:
    """g / sqrt((x - 1) * (x + 1)): of complex numbers the roots one by one, for their branch."""
    if is_complex(getattr(input, "array", input)):
        return g * (rsqrt(input - 1.0) * rsqrt(input + 1.0))
    return g * rsqrt((input - 1.0) * (input + 1.0))


acosh.vjp(input=_acosh_rule)

arcsinh, arccosh = alias(asinh, "arcsinh"), alias(acosh, "arccosh")
arctanh = alias(atanh, "arctanh")

exp_, exp2_, expm1_ = in_place(exp), in_place(exp2), in_place(expm1)
log_, log2_, log10_, log1p_ = in_place(log), in_place(log2), in_place(log10), in_place(log1p)
sqrt_, rsqrt_, xlogy_ = in_place(sqrt), in_place(rsqrt), in_place(xlogy)
sinh_, cosh_, tanh_ = map(in_place, (sinh, cosh, tanh))
asinh_, acosh_, atanh_ = map(in_place, (asinh, acosh, atanh))
arcsinh_, arccosh_, arctanh_ = map(in_place, (arcsinh, arccosh, arctanh))


class FunctionMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    exp, exp2, expm1, exp_, exp2_, expm1_ = exp, exp2, expm1, exp_, exp2_, expm1_
    log, log2, log10, log1p = log, log2, log10, log1p
    log_, log2_, log10_, log1p_ = log_, log2_, log10_, log1p_
    logaddexp, logaddexp2, xlogy, xlogy_ = logaddexp, logaddexp2, xlogy, xlogy_
    sqrt, rsqrt, sqrt_, rsqrt_ = sqrt, rsqrt, sqrt_, rsqrt_
    hypot, hypot_ = hypot, in_place(hypot)
    sinh, cosh, tanh, sinh_, cosh_, tanh_ = sinh, cosh, tanh, sinh_, cosh_, tanh_
    asinh, acosh, atanh, asinh_, acosh_, atanh_ = asinh, acosh, atanh, asinh_, acosh_, atanh_
    arcsinh, arccosh, arctanh = arcsinh, arccosh, arctanh
    arcsinh_, arccosh_, arctanh_ = arcsinh_, arccosh_, arctanh_
