"""Operations that act on each element by itself, with their gradient rules: a page of calculus.
Read `reduce.py` next. In a rule, `g` is the incoming gradient and `y` the output.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.dtypes import Array, default_float, result_dtype
from ..autograd.record import op
from ..errors import DTypeError, ShapeError

# Infinities and nan are values here, as in PyTorch: log(0) is -inf, no warning (0.9 µs a call).
silent = np.errstate(all="ignore")


def check_float(x: Array, name: str) -> None:
    """Raise `DTypeError` for integers and bool."""
    if x.dtype.kind != "f":
        raise DTypeError(f"{name}: not defined for {x.dtype}; use x.float()")


@op(r"a + b", elementwise=True, ufunc=np.add)
def add(a: Array, b: Array) -> Array:
    """Return a + b, broadcast; each may be a number."""
    return np.add(a, b)


add.vjp(a=lambda g: g, b=lambda g: g)


@op(r"a - b", elementwise=True, ufunc=np.subtract)
def sub(a: Array, b: Array) -> Array:
    """Return a - b, broadcast; each may be a number."""
    return np.subtract(a, b)


sub.vjp(a=lambda g: g, b=lambda g: -g)


def add_scaled(input: Any, other: Any, *, alpha: float = 1) -> Any:
    """Return input + alpha * other."""
    return add(input, other if alpha == 1 else mul(other, alpha))


def sub_scaled(input: Any, other: Any, *, alpha: float = 1) -> Any:
    """Return input - alpha * other."""
    return sub(input, other if alpha == 1 else mul(other, alpha))


@op(r"a \odot b", elementwise=True, ufunc=np.multiply)
def mul(a: Array, b: Array) -> Array:
    """Return a * b element by element, broadcast; each may be a number."""
    return np.multiply(a, b)


mul.vjp(a=lambda g, b: g * b, b=lambda g, a: g * a)


@op(r"\frac{a}{b}", elementwise=True)
@silent
def div(a: Array, b: Array) -> Array:
    """Return a / b, broadcast; integers divide to a float."""
    return np.true_divide(a, b)


div.vjp(a=lambda g, b: g / b, b=lambda g, y, b: -g * y / b)


@op(r"-x", elementwise=True)
def neg(x: Array) -> Array:
    """Return -x."""
    return np.negative(x)


neg.vjp(x=lambda g: -g)


@op(r"a^{b}", elementwise=True)
@silent
def pow(a: Array, b: Array) -> Array:
    """Return a to the power b; each may be a number. d/da is 0 where b is 0, even at a = 0."""
    if isinstance(a, np.ndarray) and a.dtype.kind == "b":
        a = a.astype(np.int64)  # NumPy's square of bool is int8
    try:
        return a**b
    except ValueError:
        np.broadcast_shapes(np.shape(a), np.shape(b))  # raises again if it is the shapes
        raise DTypeError(
            f"pow: {np.asarray(a).dtype} to a negative power is no integer; use x.float() ** y"
        ) from None


def _log_base(a: Any, b: Array) -> Any:
    """log(a): but 0 where a = 0 and b >= 0, for there a^b is flat in b."""
    if isinstance(a, (int, float)) and a != 0:
        return float(np.log(float(a)))  # a Python number: it leaves a float64 gradient float64
    return np.log(np.where((a == 0) & (b >= 0), 1.0, a))


pow.vjp(
    a=lambda g, a, b: g * (b * (b != 0) * a ** (b - (b != 0))),
    b=lambda g, y, a, b: g * y * _log_base(a, b),
)


@op(r"e^{x}", elementwise=True)
@silent
def exp(x: Array) -> Array:
    """Return e to the power x."""
    return np.exp(x)


exp.vjp(x=lambda g, y: g * y)


@op(r"\log x", elementwise=True)
@silent
def log(x: Array) -> Array:
    """Return the natural logarithm; log(0) is -inf, nan below."""
    return np.log(x)


log.vjp(x=lambda g, x: g / x)


@op(r"\sqrt{x}", elementwise=True)
@silent
def sqrt(x: Array) -> Array:
    """Return the square root; nan below 0. The gradient at 0 is inf."""
    return np.sqrt(x)


sqrt.vjp(x=lambda g, y: g / (2.0 * y))


@op(r"|x|", elementwise=True)
def abs(x: Array) -> Array:
    """Return the absolute value; the gradient at 0 is 0."""
    return np.absolute(x)


abs.vjp(x=lambda g, x: g * np.sign(x))


@op(r"\operatorname{sign}(x)", elementwise=True)
def sign(x: Array) -> Array:
    """Return -1, 0 or 1; the gradient is 0."""
    return np.sign(x)


sign.vjp(x=lambda g: g * 0.0)


@op(r"\tanh x", elementwise=True)
def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent."""
    return np.tanh(x)


tanh.vjp(x=lambda g, y: g * (1.0 - y * y))


@op(r"\sigma(x)", elementwise=True)
def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)), written with exp(-|x|), which cannot overflow."""
    if x.dtype.kind != "f":
        x = x.astype(default_float())  # -|x| of an unsigned integer would wrap
    e = np.exp(-np.absolute(x))
    return np.where(x < 0, e, 1.0) / (1.0 + e)


sigmoid.vjp(x=lambda g, y: g * y * (1.0 - y))


@op(r"\frac{1}{\beta} \log(1 + e^{\beta x})", elementwise=True)
def softplus(x: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """Return log(1 + e^(beta x)) / beta, and x itself where beta x is above the threshold."""
    check_float(x, "softplus")
    z = beta * x
    smooth = (np.maximum(z, 0) + np.log1p(np.exp(-np.absolute(z)))) / beta  # cannot overflow
    return np.where(z > threshold, x, smooth)


softplus.vjp(
    x=lambda g, x, beta, threshold: np.where(beta * x > threshold, g, g * sigmoid(beta * x))
)


@op(r"\max(x, 0)", elementwise=True)
def relu(x: Array) -> Array:
    """Return max(x, 0); the gradient at 0 is 0."""
    return np.maximum(x, 0)


relu.vjp(x=lambda g, y: g * (y > 0))


@op(r"\max(a, b)", elementwise=True)
def maximum(a: Array, b: Array) -> Array:
    """Return the larger of a and b; where they tie, each gets half the gradient."""
    return np.maximum(a, b)


maximum.vjp(
    a=lambda g, a, b: np.where(a == b, g / 2.0, g * (a > b)),
    b=lambda g, a, b: np.where(a == b, g / 2.0, g * (b > a)),
)


@op(r"\min(a, b)", elementwise=True)
def minimum(a: Array, b: Array) -> Array:
    """Return the smaller of a and b; where they tie, each gets half the gradient."""
    return np.minimum(a, b)


minimum.vjp(
    a=lambda g, a, b: np.where(a == b, g / 2.0, g * (a < b)),
    b=lambda g, a, b: np.where(a == b, g / 2.0, g * (b < a)),
)


@op(r"\min(\max(x, l), u)", elementwise=True)
def clamp(x: Array, min: Any = None, max: Any = None) -> Array:
    """Return x kept between min and max (numbers, tensors, None); the bounds pass the gradient."""
    if min is None and max is None:
        raise ValueError("clamp: at least one of min and max must be given")
    dtype = x.dtype
    for bound in (min, max):
        if bound is not None:
            dtype = _meet(x.astype(dtype, copy=False), bound, "clamp")
    y = x.astype(dtype, copy=False)
    try:
        if min is not None:
            y = np.maximum(y, np.asarray(min, dtype))
        return y if max is None else np.minimum(y, np.asarray(max, dtype))
    except ValueError:
        raise _apart("clamp", x, min, max) from None


def _meet(x: Array, other: Any, name: str) -> Any:
    """Return the dtype of an array with another, or with a number, which counts by its category."""
    if isinstance(other, np.ndarray):
        return result_dtype(x, other)
    return result_dtype(x[None], _as_array(other, name))


def _as_array(number: Any, name: str) -> Array:
    array = np.asarray(number)
    if array.ndim or array.dtype.kind not in "fiub":
        raise DTypeError(f"{name}: a number or a tensor expected, got {number!r:.40}")
    return array.astype(default_float()) if array.dtype.kind == "f" else array


def _apart(name: str, *operands: Any) -> ShapeError:
    shapes = [str(each.shape) for each in operands if isinstance(each, np.ndarray)]
    return ShapeError(f"{name}: shapes {', '.join(shapes)} do not broadcast")


def _within(x: Array, min: Any, max: Any) -> Array:
    """(min <= x) & (x <= max): of the bounds that there are."""
    inside = True if min is None else x >= min
    return inside if max is None else (x <= max) & inside


clamp.vjp(
    x=lambda g, x, min, max: g * _within(x, min, max),
    min=lambda g, x, min, max: g * ((x < min) if max is None else (x < min) & (min < max)),
    max=lambda g, x, min, max: g * ((x > max) if min is None else (x > max) | (max < min)),
)


@op(r"\begin{cases} x & \text{if } c \\ y & \text{else} \end{cases}", elementwise=True)
def where(condition: Array, x: Any, y: Any) -> Array:
    """Return x where the condition holds, else y; broadcast, and each may be a number."""
    condition = np.asarray(condition)
    if condition.dtype.kind != "b":
        raise DTypeError(f"where: a condition of bool expected, got {condition.dtype}; use c != 0")
    if not isinstance(x, np.ndarray) and not isinstance(y, np.ndarray):
        x, y = _as_array(x, "where"), _as_array(y, "where")
    dtype = _meet(x, y, "where") if isinstance(x, np.ndarray) else _meet(y, x, "where")
    try:
        return np.where(condition, np.asarray(x, dtype), np.asarray(y, dtype))
    except ValueError:
        raise _apart("where", condition, x, y) from None


where.vjp(
    x=lambda g, condition: np.where(condition, g, 0.0),
    y=lambda g, condition: np.where(condition, 0.0, g),
)


@op(r"x")
def cast(x: Array, dtype: Any) -> Array:
    """Return x in another dtype; the gradient comes back in x's own."""
    return x.astype(dtype)


cast.vjp(x=lambda g: g)


@op(r"x")
def clone(x: Array) -> Array:
    """Return a copy with memory of its own, still part of the graph."""
    return x.copy()


clone.vjp(x=lambda g: g)
