"""Yes or no: binary cross-entropy.
Read `../../nn/functional/` next, which gives the losses PyTorch's signatures.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...errors import ArgumentError, ShapeError
from ..elementwise.activations import check_float, sigmoid
from ..elementwise.arithmetic import abs as absolute
from ..elementwise.functions import exp, log
from .reducing import check_reduction, reduce_tensor, reduced


@op(r"-\frac{1}{n} \sum_i (t_i \log\sigma(x_i) + (1 - t_i) \log(1 - \sigma(x_i)))")
def binary_cross_entropy_with_logits(
    input: Array,
    target: Array,
    weight: Data | None = None,
    pos_weight: Data | None = None,
    reduction: str = "mean",
) -> Array:
    """Return the cross-entropy of sigmoid(input) with targets from 0 to 1, stable for any logit."""
    name = "binary_cross_entropy_with_logits"
    check_reduction(reduction, name)
    check_float(input, name)
    if target.shape != input.shape:
        raise ShapeError(f"{name}: target {target.shape} must have the input's shape {input.shape}")
    x, t = in_float32(input), in_float32(target)
    positive = 1.0 if pos_weight is None else 1.0 + (pos_weight - 1.0) * t
    softplus = np.log1p(np.exp(-np.absolute(x))) + np.maximum(-x, 0)  # log(1 + e^-x)
    losses = (1.0 - t) * x + positive * softplus
    return reduced(losses if weight is None else losses * weight, reduction, input.dtype)


def _weighed(g: Array, slope: Array, weight: Any, reduction: str) -> Array:
    """Return the gradient of each element, of the slope of its loss: 0 for a weight of 0."""
    if reduction == "mean":
        g = g / math.prod(tuple(slope.shape))
    return g * slope if weight is None else np.where(weight == 0, 0.0, g * weight * slope)


def _bce_input_rule(
    g: Array, input: Array, target: Array, weight: Any, pos_weight: Any, reduction: str
) -> Array:
    """g / n * (sigmoid(input) - target): for weight and pos_weight 1."""
    if pos_weight is None:
        slope = sigmoid(input) - target
    else:
        slope = (1.0 - target) - (1.0 + (pos_weight - 1.0) * target) * sigmoid(-input)
    return _weighed(g, slope, weight, reduction)


def _bce_target_rule(g: Array, input: Array, weight: Any, pos_weight: Any, reduction: str) -> Array:
    """-g / n * input: for weight and pos_weight 1."""
    slope = -input
    if pos_weight is not None:
        softplus = log(1.0 + exp(-absolute(input))) + (absolute(input) - input) / 2.0
        slope = slope + (pos_weight - 1.0) * softplus
    return _weighed(g, slope, weight, reduction)


binary_cross_entropy_with_logits.vjp(input=_bce_input_rule, target=_bce_target_rule)


@binary_cross_entropy_with_logits.composite
def _bce_by_parts(
    input: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: str = "mean"
) -> Any:
    yes, no = sigmoid(input), sigmoid(-input)
    positive = target if pos_weight is None else pos_weight * target
    losses = -(positive * log(yes) + (1.0 - target) * log(no))
    return reduce_tensor(losses if weight is None else losses * weight, reduction)


_LEAST_LOG = -100.0  # so that the loss of a certain mistake is finite
_LEAST_VARIANCE = float(np.float32(1e-12))  # as in PyTorch


@op(r"-\frac{1}{n} \sum_i (t_i \log x_i + (1 - t_i) \log(1 - x_i))")
def binary_cross_entropy(
    input: Array, target: Array, weight: Data | None = None, reduction: str = "mean"
) -> Array:
    """Return the cross-entropy of probabilities, whose logarithms are at least -100."""
    name = "binary_cross_entropy"
    check_reduction(reduction, name)
    check_float(input, name)
    if target.shape != input.shape:
        raise ShapeError(f"{name}: target {target.shape} must have the input's shape {input.shape}")
    if not ((input >= 0) & (input <= 1)).all():
        raise ArgumentError(
            f"{name}: input holds probabilities, from 0 to 1; got {input.min()} to {input.max()}"
        )
    x, t = in_float32(input), in_float32(target)
    losses = (t - 1.0) * np.maximum(np.log1p(-x), _LEAST_LOG)
    losses -= t * np.maximum(np.log(x), _LEAST_LOG)
    return reduced(losses if weight is None else losses * weight, reduction, input.dtype)


def _probability_rule(g: Array, input: Array, target: Array, weight: Any, reduction: str) -> Array:
    """g / n * (x - t) / (x * (1 - x)): the divisor is at least 1e-12."""
    slope = (input - target) / np.maximum(input * (1.0 - input), _LEAST_VARIANCE)
    return _weighed(g, slope, weight, reduction)


def _probability_target_rule(g: Array, input: Array, weight: Any, reduction: str) -> Array:
    """g / n * (log(1 - x) - log(x)): for weight 1."""
    dt = _weighed(g, np.log(1.0 - input) - np.log(input), None, reduction)
    return dt if weight is None else dt * weight


binary_cross_entropy.vjp(input=_probability_rule, target=_probability_target_rule)


@binary_cross_entropy.composite
def _of_probabilities_by_parts(
    input: Any, target: Any, weight: Any = None, reduction: str = "mean"
) -> Any:
    losses = -(target * log(input) + (1.0 - target) * log(1.0 - input))
    return reduce_tensor(losses if weight is None else losses * weight, reduction)
