"""Sums, products, powers and signs of tensors and numbers, element by element.
Read `functions.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number
from ...arrays.dtypes import COMPLEX128, FLOAT16, FLOAT32, FLOAT64
from ...arrays.kinds import REAL, is_array, is_bool, is_complex, is_integral
from ...arrays.layout import copied
from ...arrays.promotion import in_one_dtype, rounded_once
from ...arrays.refusing import instead_of
from ...arrays.sums import holds_nan
from ...autograd.declaring import alias, as_operator, elementwise, op
from ...autograd.op import Array
from ...autograd.tensor_base import TensorBase
from ...autograd.writing import in_place
from ...errors import DTypeError
from .complex_parts import check_ordered, conj
from .copying import cast
from .refusals import array_of, check_not_bool

__all__ = [
    "abs",
    "abs_",
    "absolute",
    "add",
    "div",
    "divide",
    "float_power",
    "mul",
    "multiply",
    "neg",
    "neg_",
    "negative",
    "negative_",
    "positive",
    "pow",
    "reciprocal",
    "reciprocal_",
    "rsub",
    "sgn",
    "sign",
    "square",
    "square_",
    "sub",
    "subtract",
    "true_divide",
]


def _added_scaled(add: Any, input: Any, other: Any, alpha: Any, name: str) -> Any:
    """Return input + alpha * other; of integers only with an integer, of float16 rounded once."""
    dtype = (input if is_array(input) else other).dtype
    if (dtype is FLOAT32 or dtype is FLOAT64) and type(alpha) is not complex:
        return add(input, alpha * other)
    both = [np.asarray(each) for each in (input, other)]
    if isinstance(alpha, float) and all(map(is_integral, both)):
        raise DTypeError(f"{name}: alpha is {alpha}, but the operands are integers or bool")
    if isinstance(alpha, complex) and not any(map(is_complex, both)):
        raise DTypeError(f"{name}: alpha is {alpha}, but the operands are not complex")
    if all(map(is_bool, both)):
        return add(input, np.logical_and(other, alpha))
    if dtype is FLOAT16:
        input, other = (each.astype(FLOAT32) if is_array(each) else each for each in (input, other))
        return add(input, alpha * other).astype(FLOAT16)
    if is_array(other):  # an integer wraps in the operands' dtype: -1 is 255 in uint8
        other, alpha = in_one_dtype((other, alpha), name, "Array")
    return add(input, alpha * other)


@op(r"a + b", elementwise=True)
def add(input: Array, other: Array, *, alpha: Number = 1) -> Array:
    """Return input + alpha * other, broadcast; each may be a number."""
    if alpha == 1:
        return np.add(input, other)
    return _added_scaled(np.add, input, other, alpha, "add")


add.vjp(input=lambda g: g, other=lambda g, alpha: g if alpha == 1 else alpha * g)


@op(r"a - b", elementwise=True)
def sub(input: Array, other: Array, *, alpha: Number = 1) -> Array:
    """Return input - alpha * other, broadcast; each may be a number."""
    if alpha == 1:
        return np.subtract(input, other)
    return _added_scaled(np.subtract, input, other, alpha, "sub")


sub.vjp(input=lambda g: g, other=lambda g, alpha: -g if alpha == 1 else -alpha * g)


mul = elementwise(
    *(np.multiply, r"a \odot b", "Return input * other, broadcast; each may be a number."),
    name="mul",
    takes_exact_numbers=True,
)
mul.vjp(input=lambda g, other: g * other, other=lambda g, input: g * input)


div = elementwise(
    *(np.true_divide, r"\frac{a}{b}"),
    "Return input / other, broadcast; integers divide to a float.",
    of="FloatArray",
    name="div",
    takes_exact_numbers=True,
)
div.vjp(
    input=lambda g, other: g / other,
    other=lambda g, input, other: -g * ((input / other) / other),
)


reciprocal = elementwise(np.reciprocal, r"\frac{1}{x}", "Return 1 / input.", of="FloatArray")
reciprocal.vjp(input=lambda g, y: -g * (y * y))


neg = elementwise(np.negative, r"-x", "Return -input.", name="neg")
neg.vjp(input=lambda g: -g)


def _cube(x: Array) -> Array:
    return x * x * x


@op(r"a^{b}", elementwise=True)
def pow(input: Array, exponent: Array) -> Array:
    """Return input to the power; each may be a number. d/da is 0 where b is 0, even at a = 0."""
    if is_bool(input if is_array(input) else exponent):
        return _bool_power(input, exponent)
    if type(exponent) in (int, float) and exponent == 3:
        cube = rounded_once(_cube) if input.dtype is FLOAT16 else _cube
        return cube(input)  # NumPy has a fast way for 2, and not for 3
    if not is_array(input):
        exponent = np.asarray(exponent, order="C")  # PyTorch lays a power of a number out in rows
    try:
        return input**exponent
    except ValueError:
        np.broadcast_shapes(np.shape(input), np.shape(exponent))  # raises again if it is the shapes
    is_whole = (exponent >= 0) | (np.abs(input) == 1)  # 1 / a^n, which is cut to 0 of all others
    return np.where(is_whole, input ** np.where(exponent < 0, exponent % 2, exponent), 0)


def _bool_power(input: Array, exponent: Any) -> Array:
    """Return bool to the power True or False; PyTorch has none of bool to bool elementwise."""
    if is_array(exponent):
        raise DTypeError("pow: not defined for bool to the power of a bool tensor; use x.long()")
    return copied(input) if exponent else np.ones_like(input)


def _log_base(a: Any, b: Array) -> Any:
    """log(a): but 0 where a = 0 and b >= 0, for there a^b is flat in b."""
    if isinstance(a, (int, float, complex)) and a != 0:  # a number keeps float64 what is float64
        return complex(np.log(complex(a))) if is_complex(b) else float(np.log(a))
    return np.log(np.where((a == 0) & (b.real >= 0), 1.0, a))


def _base_rule(g: Array, input: Array, exponent: Any) -> Array:
    """g * (b * a ** (b - 1)): but 0 where b is 0, for there a^b is flat in a."""
    if isinstance(exponent, (int, float, complex)):
        return g * (exponent * input ** (exponent - 1)) if exponent else np.zeros_like(g)
    return np.where(exponent == 0, 0.0, g * (exponent * input ** (exponent - 1)))


pow.vjp(
    input=_base_rule,
    exponent=lambda g, y, input, exponent: g * y * _log_base(input, exponent),
)


def _signs(x: Array) -> Array:
    """np.sign(x): but of a real nan 0, as in PyTorch, and of bool the same."""
    if x.dtype not in REAL:
        return copied(x) if is_bool(x) else np.sign(x)
    y = np.sign(x)
    return np.where(np.isnan(y), y.dtype.type(0), y) if holds_nan(y) else y


@op(r"\operatorname{sgn}(x)", elementwise=True)
def sgn(input: Array) -> Array:
    """Return x / |x|, which is -1, 0 or 1 of a real x, and 0 of a real nan."""
    return _signs(input)


def _sgn_rule(g: Array, input: Array) -> Array:
    """(g - (g * y).real * conj(y)) / abs(x): what turns x and lengthens nothing; 0 for a real x."""
    if not is_complex(input):
        return np.zeros_like(g)
    y, length = sgn(input), abs(input)
    turned = (g - (g * y).real * conj(y)) / (length + (length == 0))
    return np.where(length != 0, turned, 0.0)


sgn.vjp(input=_sgn_rule)


abs = elementwise(
    np.absolute, r"|x|", "Return the absolute value; the gradient at 0 is 0.", name="abs"
)
abs.vjp(input=lambda g, input: g * sgn(input))


@op(r"\operatorname{sign}(x)", elementwise=True)
def sign(input: Array) -> Array:
    """Return -1, 0 or 1, and 0 of nan; the gradient is 0."""
    check_ordered(input, "sign")
    return _signs(input)


sign.vjp(input=lambda g: np.zeros_like(g))


@op(r"x^2", elementwise=True)
def square(input: Array) -> Array:
    """Return input * input; of bool, integers."""
    return np.square(input.astype(np.int64) if is_bool(input) else input)


square.vjp(input=lambda g, input: g * (2.0 * input))


absolute, negative = alias(abs, "absolute"), alias(neg, "negative")
subtract, multiply = alias(sub, "subtract"), alias(mul, "multiply")
divide, true_divide = alias(div, "divide"), alias(div, "true_divide")


def positive(input: Any) -> Any:
    """Return the tensor itself, as `+x` does.

    Raises:
        DTypeError: a tensor of bool.
    """
    check_not_bool("positive", array_of(input, "positive"))
    return input


@instead_of("sub", name="rsub")
def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """Return other - alpha * input: `sub` with its operands the other way round."""
    return sub(other, input, alpha=alpha)


@instead_of("pow", name="float_power")
def float_power(input: Any, exponent: Any, *, out: Any = None) -> Any:
    """Return input to the power, in float64, or complex128 if one is complex; each may be a number.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.float_power(tnn.tensor([1, 2]), -1)
        tensor([1.0000, 0.5000], dtype=torch.float64)
    """
    arrays = [np.asarray(getattr(each, "array", each)) for each in (input, exponent)]
    dtype = COMPLEX128 if any(map(is_complex, arrays)) else FLOAT64
    wide = [
        cast(each, dtype) if isinstance(each, TensorBase) and each.array.dtype != dtype else each
        for each in (input, exponent)
    ]
    raised: Any = pow
    return raised(*wide, out=out)


abs_, neg_, square_ = in_place(abs), in_place(neg), in_place(square)
negative_, reciprocal_ = in_place(negative), in_place(reciprocal)


class ArithmeticMethods:
    """The operators of a Tensor, and these operations as methods."""

    __slots__ = ()

    __add__ = __radd__ = as_operator(add)
    __sub__ = as_operator(sub)
    __mul__ = __rmul__ = as_operator(mul)
    __truediv__ = __div__ = as_operator(div)
    __pow__ = as_operator(pow)
    __neg__ = neg
    __abs__ = abs

    def __pos__(self) -> Any:
        return positive(self)

    def __rsub__(self, other: Any) -> Any:
        return as_operator(sub)(other, self)

    def __rtruediv__(self, other: Any) -> Any:
        return as_operator(mul)(
            reciprocal(self), other
        )  # as PyTorch does: what is kept is 1 / self

    __rdiv__ = __rtruediv__

    def __rpow__(self, other: Any) -> Any:
        return as_operator(pow)(other, self)

    add, sub, subtract, mul, multiply = add, sub, subtract, mul, multiply
    div, divide, true_divide = div, divide, true_divide
    pow, float_power, square, reciprocal = pow, float_power, square, reciprocal
    neg, negative, positive = neg, negative, positive
    abs, absolute = abs, absolute
    sign, sgn = sign, sgn

    add_, sub_, subtract_ = in_place(add), in_place(sub), in_place(subtract)
    mul_, multiply_ = in_place(mul), in_place(multiply)
    div_, divide_, true_divide_ = in_place(div), in_place(divide), in_place(true_divide)
    pow_, float_power_ = in_place(pow), in_place(float_power)
    __iadd__, __isub__, __imul__ = in_place(__add__), in_place(__sub__), in_place(__mul__)
    __itruediv__, __ipow__ = in_place(__truediv__), in_place(__pow__)
    __idiv__ = __itruediv__
    neg_, negative_, square_, reciprocal_ = neg_, negative_, square_, reciprocal_
    abs_, absolute_ = abs_, in_place(absolute)
    sign_, sgn_ = in_place(sign), in_place(sgn)
