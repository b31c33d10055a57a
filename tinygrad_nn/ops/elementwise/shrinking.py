"""Activations that pull towards 0 or jump: shrinks, softsign, threshold, sigmoids made of lines.
Read `gelu.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number
from ...arrays.dtypes import FLOAT16
from ...arrays.kinds import is_integer
from ...arrays.promotion import rounded_once
from ...arrays.refusing import instead_of
from ...autograd.declaring import op
from ...autograd.op import Array, RealArray
from ...autograd.writing import in_place
from ...errors import ArgumentError
from .activations import check_float, threshold_backward
from .arithmetic import abs, div, sub
from .complex_parts import check_ordered
from .functions import tanh
from .refusals import check_not_bool, check_not_integers
from .selection import masked

__all__ = ["hardshrink", "threshold", "threshold_"]

_SIXTH = 0.1666666716337204  # PyTorch has it in float32, whatever the gradient is in


@op(r"x \odot [|x| > l]", elementwise=True)
def hardshrink(input: Array, lambd: Number = 0.5) -> Array:
    """Return x where it is beyond -lambd and lambd, else 0.

    Raises:
        DTypeError: integers and bool.
    """
    check_float(input, "hardshrink")
    return masked(input, _is_beyond(input, lambd))


def _is_beyond(x: Array, bound: float) -> Array:
    """~((x >= -bound) & (x <= bound)): which nan is, too."""
    return np.logical_not((x >= -bound) & (x <= bound))


@op(r"g \odot [|x| > l]", elementwise=True)
def shrink_backward(grad: RealArray, input: RealArray, lambd: Number = 0.5) -> Array:
    """Return grad where the input is beyond -lambd and lambd or nan: the shrinks' gradient."""
    check_not_integers("shrink_backward", grad, input)
    return masked(grad, _is_beyond(input, lambd))


hardshrink.vjp(input=lambda g, input, lambd: shrink_backward(g, input, lambd))
shrink_backward.vjp(
    grad=lambda g, input, lambd: shrink_backward(g, input, lambd),
    input=lambda g: np.zeros_like(g),
)


@op(r"\operatorname{sign}(x) \max(|x| - l, 0)", elementwise=True)
def softshrink(input: Array, lambd: Number = 0.5) -> Array:
    """Return x nearer to 0 by lambd, and 0 where it is not beyond it.

    Raises:
        DTypeError: integers and bool. ArgumentError: a lambd below 0.
    """
    check_float(input, "softshrink")
    if not lambd >= 0.0:
        raise ArgumentError(f"softshrink: lambd must not be below 0, got {lambd}")
    return input - np.clip(input, -lambd, lambd)


softshrink.vjp(input=lambda g, input, lambd: shrink_backward(g, input, lambd))


@instead_of("sub", "tanh")
def tanhshrink(input: Any) -> Any:
    """Return x - tanh(x)."""
    return sub(input, tanh(input))


@instead_of("abs", "add", "div")
def softsign(input: Any) -> Any:
    """Return x / (1 + |x|)."""
    return div(input, abs(input) + 1)


@op(r"\begin{cases} x & \text{if } x > t \\ v & \text{else} \end{cases}", elementwise=True)
def threshold(input: Array, threshold: Number, value: Number) -> Array:
    """Return x where it is above the threshold or nan, else the value.

    Raises:
        DTypeError: bool and complex numbers.
    """
    check_ordered(input, "threshold")
    check_not_bool("threshold", input)
    if is_integer(input):
        threshold, value = int(threshold), int(value)
    return np.where(input <= threshold, input.dtype.type(value), input)


threshold.vjp(input=lambda g, input, threshold: threshold_backward(g, input, threshold))


@op(r"\frac{1}{6} \min(\max(x + 3, 0), 6)", elementwise=True)
def hardsigmoid(input: Array) -> Array:
    """Return x / 6 + 1/2 kept between 0 and 1, where the gradient is 0.

    Raises:
        DTypeError: integers and bool.
    """
    check_float(input, "hardsigmoid")
    if input.dtype is FLOAT16:
        return rounded_once(hardsigmoid.op.forward)(input)
    y = np.asarray(input + 3.0)
    y = np.clip(y, 0.0, 6.0, out=y)
    y /= 6.0
    return y


hardsigmoid.vjp(
    input=lambda g, input: masked(g * _SIXTH, (input > -3.0) & (input < 3.0)),
)


@op(r"\frac{x}{6} \min(\max(x + 3, 0), 6)", elementwise=True)
def hardswish(input: Array) -> Array:
    """Return x times its hardsigmoid (Howard et al. 2019).

    Raises:
        DTypeError: integers and bool.
    """
    check_float(input, "hardswish")
    if input.dtype is FLOAT16:
        return rounded_once(hardswish.op.forward)(input)
    y = np.asarray(input + 3.0)
    y = np.clip(y, 0.0, 6.0, out=y)
    y *= input
    y /= 6.0
    return y


def _hardswish_rule(g: Array, input: Array) -> Array:
    """np.where(input < 3, g * (input / 3 + 0.5), g) * (input > -3): 1 from 3 on, 0 up to -3."""
    slope = g * (input / 3.0 + 0.5)
    return masked(np.where(input < 3.0, slope, g), np.logical_not(input <= -3.0))


hardswish.vjp(input=_hardswish_rule)

threshold_ = in_place(threshold)


class ShrinkingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    hardshrink = hardshrink
