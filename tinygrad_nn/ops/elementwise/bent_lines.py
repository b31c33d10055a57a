"""Activations that keep what is above 0 and bend what is below: leaky_relu, hardtanh, elu, silu.
Read `selection.py` next.
"""

from __future__ import annotations

import numpy as np

from ...arrays.arguments import Number
from ...arrays.kinds import is_bool, is_integer
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DTypeError
from .activations import check_float, sigmoid
from .complex_parts import check_ordered
from .selection import masked

__all__: list[str] = []


@op(r"\begin{cases} x & \text{if } x > 0 \\ a x & \text{else} \end{cases}", elementwise=True)
def leaky_relu(input: Array, negative_slope: Number = 0.01) -> Array:
    """Return x where it is above 0, else x times the negative slope."""
    check_float(input, "leaky_relu")
    return np.where(input > 0, input, input * negative_slope)


@op(r"g \odot \begin{cases} 1 & \text{if } x > 0 \\ a & \text{else} \end{cases}", elementwise=True)
def leaky_relu_backward(grad: Array, input: Array, negative_slope: Number = 0.01) -> Array:
    """Return grad where the input is above 0, else grad times the slope: leaky_relu's gradient."""
    return np.where(input > 0, grad, grad * negative_slope)


leaky_relu.vjp(input=lambda g, input, negative_slope: leaky_relu_backward(g, input, negative_slope))
leaky_relu_backward.vjp(
    grad=lambda g, input, negative_slope: leaky_relu_backward(g, input, negative_slope),
    input=lambda g: np.zeros_like(g),
)


@op(r"\min(\max(x, l), u)", elementwise=True)
def hardtanh(input: Array, min_val: Number = -1.0, max_val: Number = 1.0) -> Array:
    """Return x kept between two bounds, where, unlike clamp's, the gradient is 0."""
    if is_bool(input):
        raise DTypeError("hardtanh: not defined for bool; use x.float()")
    check_ordered(input, "hardtanh")
    if is_integer(input):
        min_val, max_val = int(min_val), int(max_val)
    return np.minimum(np.maximum(input, min_val), max_val)


@op(r"g \odot [l < x < u]", elementwise=True)
def hardtanh_backward(
    grad: Array, input: Array, min_val: Number = -1.0, max_val: Number = 1.0
) -> Array:
    """Return grad where the input is between the bounds or nan, else 0: hardtanh's gradient."""
    return masked(grad, np.logical_not((input <= min_val) | (input >= max_val)))


hardtanh.vjp(input=lambda g, input, min_val, max_val: hardtanh_backward(g, input, min_val, max_val))
hardtanh_backward.vjp(
    grad=lambda g, input, min_val, max_val: hardtanh_backward(g, input, min_val, max_val),
    input=lambda g: np.zeros_like(g),
)


@op(
    r"s \begin{cases} x & \text{if } x > 0 \\ a (e^{b x} - 1) & \text{else} \end{cases}",
    elementwise=True,
)
def elu(input: Array, alpha: Number = 1.0, scale: Number = 1.0, input_scale: Number = 1.0) -> Array:
    """Return scale times x where it is above 0, else alpha (exp(input_scale x) - 1) times it."""
    check_float(input, "elu")
    x = in_float32(input)
    below = np.expm1(np.minimum(x, 0) * input_scale) * (alpha * scale)
    return np.where(x > 0, x * scale, below).astype(input.dtype, copy=False)


elu.vjp(
    input=lambda g, input, alpha, scale, input_scale: np.where(
        input <= 0,
        g * (alpha * scale * input_scale) * np.exp(np.where(input < 0, input, 0.0) * input_scale),
        g * scale,
    )
)


@op(r"x \, \sigma(x)", elementwise=True)
def silu(input: Array) -> Array:
    """Return x times its sigmoid."""
    check_float(input, "silu")
    x = in_float32(input)
    return (x * sigmoid.op.forward(x)).astype(input.dtype, copy=False)


def _silu_rule(g: Array, input: Array) -> Array:
    """g * sigmoid(x) * (1 + x * (1 - sigmoid(x)))."""
    s = sigmoid(input)
    return g * (s * (1.0 + input * (1.0 - s)))


silu.vjp(input=_silu_rule)
