"""The functions between the layers of a network: sigmoid, softplus, relu.
Read `selection.py` next.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import Number
from ...arrays.dtypes import FLOAT16, FLOAT32
from ...arrays.kinds import is_array, is_floating
from ...arrays.promotion import rounded_once
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array, FloatArray
from ...autograd.writing import in_place
from ...errors import DTypeError
from .complex_parts import check_ordered
from .refusals import check_not_bool
from .selection import masked

__all__ = ["relu", "relu_", "sigmoid", "sigmoid_"]

_BOOL = np.dtype(bool)


def check_float(x: Array, name: str) -> None:
    """Raise `DTypeError` for tensors of integers and bool; a number has the dtype of the others."""
    if hasattr(x, "dtype") and not is_floating(x):
        raise DTypeError(f"{name}: not defined for {x.dtype}; use x.float()")


@op(r"\sigma(x)", elementwise=True)
def sigmoid(input: FloatArray) -> Array:
    """Return 1 / (1 + exp(-x))."""
    if input.dtype is FLOAT16:
        return rounded_once(sigmoid.op.forward)(input)
    y = np.negative(input)
    y = np.exp(y, y) if y.ndim else np.exp(y)
    y += 1.0  # inf where exp overflows, and then 1 / inf is 0
    return np.reciprocal(y)


sigmoid.vjp(input=lambda g, y: g * (y * (1.0 - y)))


@op(r"\frac{1}{\beta} \log(1 + e^{\beta x})", elementwise=True)
def softplus(input: Array, beta: Number = 1.0, threshold: Number = 20.0) -> Array:
    """Return log(1 + e^(beta x)) / beta, and x itself where beta x is above the threshold."""
    check_float(input, "softplus")
    if input.dtype is FLOAT16:
        return softplus.op.forward(in_float32(input), beta, threshold).astype(FLOAT16)
    z = input if beta == 1.0 else beta * input
    limit = threshold if threshold < 40.0 else 40.0  # above, log(1 + e^z) is z in float64 too
    smooth = np.log1p(np.exp(np.minimum(z, limit)))
    if beta != 1.0:
        smooth = smooth / beta
    if beta > 0.0 and _is_one(z, threshold):
        return np.maximum(smooth, input)
    return np.where(z > limit, input, smooth)


def _is_one(z: Array, threshold: float) -> bool:
    """In float32 log(1 + e^z) is z from 17 on, and its slope 1."""
    return threshold >= 17.0 and z.dtype is FLOAT32


def _softplus_rule(g: Array, input: Array, beta: float, threshold: float) -> Array:
    """g * sigmoid(beta * x): and g where beta x is above the threshold."""
    z = input if beta == 1.0 else beta * input
    slope = g * sigmoid(z)
    return slope if _is_one(z, threshold) else np.where(z > threshold, g, slope)


softplus.vjp(input=_softplus_rule)


@lru_cache(maxsize=16)
def _zero(dtype: np.dtype[Any]) -> Array:
    return np.zeros((), dtype)  # NumPy makes one of the number 0 at every call, in 0.3 µs


@lru_cache(maxsize=4)
def _zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return np.zeros(shape, dtype)


def zeros_beside(x: Array) -> Array:
    """Return what np.maximum and np.minimum of x are fastest with, in the place of 0."""
    few = 512 < x.size < 1_000_000  # one zero each: NumPy is 3 times as slow with a single one
    return _zeros(x.shape, x.dtype) if few else _zero(x.dtype)


@op(r"\max(x, 0)", elementwise=True)
def relu(input: Array) -> Array:
    """Return max(x, 0); the gradient at 0 is 0."""
    check_ordered(input, "relu")
    if input.dtype is _BOOL:
        check_not_bool("relu", input)
    return np.maximum(input, zeros_beside(input))


def _relu_rule(g: Array, y: Array) -> Array:
    """g * (y > 0): what came in, where x is above 0."""
    if is_array(g):  # y is never below 0; where it is nan it is not 0, and passes
        return masked(g, np.not_equal(y, _zero(y.dtype)))
    return threshold_backward(g, y)


relu.vjp(input=_relu_rule)


@op(r"g \odot [x > t]", elementwise=True)
def threshold_backward(grad: Array, input: Array, threshold: Number = 0) -> Array:
    """Return grad where the input is above the threshold or nan, else 0: relu's gradient, at 0."""
    is_usual = threshold == 0 and is_array(input)
    below = np.less_equal(input, _zero(input.dtype) if is_usual else threshold)
    return masked(grad, np.logical_not(below))


threshold_backward.vjp(
    grad=lambda g, input, threshold: threshold_backward(g, input, threshold),
    input=lambda g: np.zeros_like(g),
)

relu_, sigmoid_ = in_place(relu), in_place(sigmoid)


class ActivationMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    relu, sigmoid, relu_, sigmoid_ = relu, sigmoid, relu_, sigmoid_
