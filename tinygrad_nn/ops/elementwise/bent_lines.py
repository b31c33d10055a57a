"""Activations that keep what is above 0 and bend what is below: leaky_relu, hardtanh, elu, celu.
Read `shrinking.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number
from ...arrays.kinds import is_array, is_bool, is_complex, is_integer
from ...arrays.refusing import instead_of
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.writing import in_place
from ...errors import ArgumentError, DTypeError
from .activations import check_float, sigmoid, zeros_beside
from .complex_parts import check_ordered
from .selection import masked

__all__ = ["celu", "celu_", "selu", "selu_"]


@op(r"\begin{cases} x & \text{if } x > 0 \\ a x & \text{else} \end{cases}", elementwise=True)
def leaky_relu(input: Array, negative_slope: Number = 0.01) -> Array:
    """Return x where it is above 0, else x times the negative slope."""
    check_float(input, "leaky_relu")
    if 0.0 < negative_slope <= 1.0:  # 0.2 ns an element, np.where 3.5
        y = np.asarray(input * negative_slope)
        return np.maximum(input, y, out=y)
    return np.where(input > 0, input, input * negative_slope)


@op(r"g \odot \begin{cases} 1 & \text{if } x > 0 \\ a & \text{else} \end{cases}", elementwise=True)
def leaky_relu_backward(grad: Array, input: Array, negative_slope: Number = 0.01) -> Array:
    """Return grad where the input is above 0, else grad times the slope: leaky_relu's gradient."""
    if not (is_array(input) and 0.0 <= negative_slope <= 1.0):
        return np.where(input > 0, grad, grad * negative_slope)
    slope = np.asarray(np.greater(input, 0).astype(input.dtype))
    slope = np.clip(slope, negative_slope, 1.0, out=slope)  # half of np.maximum's time
    return np.multiply(slope, grad, out=slope if slope.shape == np.shape(grad) else None)


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
    zeros = zeros_beside(x)
    y = np.asarray(np.minimum(x, zeros))
    y = np.expm1(_times(y, input_scale), out=y)
    y = _times(y, alpha * scale)
    y += _times(np.asarray(np.maximum(x, zeros)), scale)  # one of the two is 0
    return y.astype(input.dtype, copy=False)


def _times(x: Array, factor: float) -> Array:
    return x if factor == 1.0 else np.multiply(x, factor, out=x)


def _elu_rule(g: Array, input: Array, alpha: float, scale: float, input_scale: float) -> Array:
    """g * scale * np.where(input > 0, 1, alpha * input_scale * np.exp(input_scale * input)).

    Without np.where, which takes 3.5 ns an element, all of it in 0.7.
    """
    below = alpha * scale * input_scale
    if not is_array(g):
        x = np.where(input < 0, input, 0.0)  # at 0 the derivative of this is 0, not a half
        return np.where(input <= 0, g * below * np.exp(x * input_scale), g * scale)
    zeros = zeros_beside(input)
    slope = np.asarray(np.fmin(input, zeros))  # 0 of nan, whose gradient passes
    slope = np.exp(_times(slope, input_scale), out=slope)
    slope = _times(slope, below)
    if below != scale:
        above = np.logical_not(np.less_equal(input, zeros)).astype(slope.dtype)
        above *= scale - below  # e^0 is 1
        slope += above
    slope *= g
    return slope


elu.vjp(input=_elu_rule)


@op(
    r"\begin{cases} x & \text{if } x > 0 \\ a (e^{x / a} - 1) & \text{else} \end{cases}",
    elementwise=True,
)
def celu(input: Array, alpha: Number = 1.0) -> Array:
    """Return x where it is above 0, else alpha (exp(x / alpha) - 1): smooth at 0 (Barron 2017).

    Raises:
        DTypeError: integers and bool. ArgumentError: an alpha of 0.
    """
    check_float(input, "celu")
    if alpha == 0:
        raise ArgumentError("celu: alpha cannot be 0")
    return elu.op.forward(input, alpha, 1.0, 1.0 / alpha)


celu.vjp(input=lambda g, input, alpha: _elu_rule(g, input, alpha, 1.0, 1.0 / alpha))

_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017, equation 14


@instead_of("elu")
def selu(input: Any) -> Any:
    """Return the elu that keeps mean 0 and variance 1 from layer to layer (Klambauer 2017)."""
    return elu(input, _ALPHA, _SCALE)


@op(r"x \, \sigma(x)", elementwise=True, keeps="share")
def silu(input: Array) -> Any:
    """Return x times its sigmoid."""
    if not is_complex(input):
        check_float(input, "silu")
    x = in_float32(input)
    share = sigmoid.op.forward(x)
    return np.asarray(x * share).astype(input.dtype, copy=False), share


@silu.backward
def _silu_rule(g: Array, input: Array, share: Array) -> Array:
    """g * sigmoid(x) * (1 + x * (1 - sigmoid(x)))."""
    slope = np.asarray(1.0 - share)
    slope *= input
    slope += 1.0
    slope *= share
    slope *= g
    return slope


@silu.composite
def _silu_by_parts(input: Any) -> Any:
    return input * sigmoid(input)


celu_, selu_ = in_place(celu), in_place(selu)
