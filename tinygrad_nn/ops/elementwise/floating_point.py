"""What a floating-point number is made of: its sign, its mantissa and exponent, its neighbours.
Read `combining.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.dtypes import FLOAT16
from ...arrays.kinds import is_floating
from ...arrays.promotion import rounded_once
from ...autograd.declaring import elementwise, op
from ...autograd.op import Array, FloatArray
from ...autograd.writing import in_place
from ...errors import DTypeError
from .arithmetic import sgn
from .complex_parts import check_ordered
from .refusals import check_not_integers

__all__ = ["copysign", "frexp", "ldexp", "ldexp_", "nextafter", "signbit"]


@op(r"x < 0", elementwise=True)
def signbit(input: Array) -> Array:
    """Return whether each element has the sign minus, as bool; -0.0 has it."""
    check_ordered(input, "signbit")
    return np.signbit(input)


copysign = elementwise(
    *(np.copysign, r"|a| \operatorname{sgn} b"),
    "Return the input with the sign of other; the gradient at 0 is 0.",
    of="FloatArray",
)
copysign.vjp(input=lambda g, input, y: g * (sgn(input) * sgn(y)), other=lambda g: np.zeros_like(g))


@op(r"a \cdot 2^{b}", elementwise=True)
def ldexp(input: FloatArray, other: FloatArray) -> Array:
    """Return input times 2 to the power other: what `frexp` takes apart."""
    if FLOAT16 in (getattr(input, "dtype", None), getattr(other, "dtype", None)):
        return rounded_once(ldexp.op.forward)(input, other)
    return input * 2.0**other


ldexp.vjp(
    input=lambda g, other: g * 2.0**other,
    other=lambda g, y: g * (y * math.log(2.0)),
)


@op(r"x = m \cdot 2^{b}", returns="mantissa, exponent")
def frexp(input: Array) -> Any:
    """Return mantissa and exponent: input = mantissa * 2^exponent, 0.5 <= |mantissa| < 1.

    The exponent is int32, and gets no gradient.

    Raises:
        DTypeError: other than floats.

    Example:
        >>> import tinygrad_nn as tnn
        >>> mantissa, exponent = tnn.frexp(tnn.tensor([3.0, 0.25]))
        >>> mantissa, exponent
        (tensor([0.7500, 0.5000]), tensor([ 2, -1], dtype=torch.int32))
    """
    if not is_floating(input):
        raise DTypeError(f"frexp: floats expected, got {input.dtype}; use x.float()")
    return np.frexp(input)


def _frexp_rule(g_mantissa: Array, exponent: Array) -> Array:
    """g_mantissa / 2.0 ** exponent."""
    if hasattr(g_mantissa, "array"):  # a Tensor
        return ldexp(g_mantissa, (-exponent).to(g_mantissa.dtype))
    return np.ldexp(g_mantissa, -exponent)


frexp.vjp(input=_frexp_rule)


@op(r"\operatorname{nextafter}(a, b)", elementwise=True)
def nextafter(input: Array, other: Array) -> Array:
    """Return the next floating-point number from input on towards other; its slope is 1.

    Raises:
        DTypeError: integers and bool.
    """
    check_not_integers("nextafter", input, other)
    return np.nextafter(input, other)


nextafter.vjp(  # where both are equal, input stands still in PyTorch's rule
    input=lambda g, input, other: np.where(input != other, g, 0.0),
    other=lambda g: np.zeros_like(g),
)


ldexp_ = in_place(ldexp)


class FloatingPointMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    signbit, copysign, copysign_ = signbit, copysign, in_place(copysign)
    ldexp, ldexp_, frexp = ldexp, ldexp_, frexp
    nextafter, nextafter_ = nextafter, in_place(nextafter)
