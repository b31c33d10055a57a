"""The absolute error with a smooth bottom: squared within a distance of 0, linear beyond.
Read `classes.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays.arguments import Number
from ...arrays.kinds import is_array
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, ShapeError
from ..elementwise.activations import check_float
from ..elementwise.arithmetic import abs as absolute
from ..elementwise.arithmetic import sign
from ..elementwise.selection import where
from .reducing import check_reduction, reduce_tensor, reduced


def _reduced_error(
    name: str, input: Array, target: Array, reduction: str, loss: Callable[[Array], Array]
) -> Array:
    """Return the losses of the distances |input - target|, reduced."""
    check_reduction(reduction, name)
    check_float(input, name)
    try:
        difference = in_float32(input) - in_float32(target)
    except ValueError:
        raise ShapeError(
            f"{name}: input {input.shape} and target {target.shape} do not broadcast"
        ) from None
    d = np.absolute(difference, out=difference) if difference.ndim else np.absolute(difference)
    losses = loss(d)
    return np.asarray(reduced(losses, reduction, input.dtype))


def _rounded_off(d: Array, width: float) -> Array:
    """Return d^2 / 2 for distances below the width, width (d - width / 2) for others."""
    squared = np.clip(d, 0.0, width)  # in a third of np.minimum's time
    half = squared * 0.5
    half = np.subtract(d, half, out=half if half.ndim else None)
    half *= squared
    return half


def _bounded(x: Array, width: float) -> Array:
    """Return clip(x, -width, width), whose own gradient is 0 at both bounds, as PyTorch has it."""
    if is_array(x):
        return np.clip(x, -width, width)
    return where(absolute(x) < width, x, sign(x) * width)


def _share(g: Array, difference: Array, reduction: str) -> Array:
    """g / n: the part of the loss's gradient that each element gets."""
    return g / (math.prod(difference.shape) or math.nan) if reduction == "mean" else g


@op(r"\frac{1}{n} \sum_i \begin{cases} \frac{d_i^2}{2 \beta} & \text{if } d_i < \beta \\ "
    r"d_i - \frac{\beta}{2} & \text{else} \end{cases}, d_i = |x_i - t_i|")  # fmt: skip
def smooth_l1_loss(
    input: Array, target: Array, reduction: str = "mean", beta: Number = 1.0
) -> Array:
    """Return d^2 / (2 beta) for distances d below beta, d - beta / 2 for others, reduced."""
    if not beta > 0:
        raise ArgumentError(f"smooth_l1_loss: beta must be above 0, got {beta}")

    def loss(d: Array) -> Array:
        return _rounded_off(d, beta) if beta == 1.0 else _rounded_off(d, beta) / beta

    return _reduced_error("smooth_l1_loss", input, target, reduction, loss)


def _smooth_l1_rule(g: Array, input: Array, target: Array, reduction: str, beta: float) -> Array:
    """g / n * clip((input - target) / beta, -1, 1)."""
    difference = input - target
    steep = difference if beta == 1.0 else difference / beta
    return _share(g, difference, reduction) * _bounded(steep, 1.0)


smooth_l1_loss.vjp(
    input=_smooth_l1_rule,
    target=lambda g, input, target, reduction, beta: (
        -_smooth_l1_rule(g, input, target, reduction, beta)
    ),
)


@smooth_l1_loss.composite
def _smooth_l1_by_parts(input: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    d = absolute(input - target)
    return reduce_tensor(where(d < beta, d * d / (2.0 * beta), d - beta / 2.0), reduction)


@op(r"\frac{1}{n} \sum_i \begin{cases} \frac{d_i^2}{2} & \text{if } d_i \le \delta \\ "
    r"\delta (d_i - \frac{\delta}{2}) & \text{else} \end{cases}, d_i = |x_i - t_i|")  # fmt: skip
def huber_loss(input: Array, target: Array, reduction: str = "mean", delta: Number = 1.0) -> Array:
    """Return d^2 / 2 for distances d up to delta, delta (d - delta / 2) for others (Huber 1964)."""
    if not delta > 0:
        raise ArgumentError(f"huber_loss: delta must be above 0, got {delta}")

    def loss(d: Array) -> Array:
        return _rounded_off(d, delta)

    return _reduced_error("huber_loss", input, target, reduction, loss)


def _huber_rule(g: Array, input: Array, target: Array, reduction: str, delta: float) -> Array:
    """g / n * clip(input - target, -delta, delta)."""
    difference = input - target
    return _share(g, difference, reduction) * _bounded(difference, delta)


huber_loss.vjp(
    input=_huber_rule,
    target=lambda g, input, target, reduction, delta: (
        -_huber_rule(g, input, target, reduction, delta)
    ),
)


@huber_loss.composite
def _huber_by_parts(input: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    d = absolute(input - target)
    return reduce_tensor(where(d <= delta, d * d / 2.0, delta * (d - delta / 2.0)), reduction)
