"""The fused losses: each one Node, stable for any logits, with its textbook composition beside it.
Read `nn/functional.py` next, which gives them PyTorch's signatures.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays.dtypes import Array
from ..arrays.sums import accurate_sum, in_float32
from ..autograd.record import op
from ..errors import DimensionError, DTypeError, ShapeError
from .elementwise import abs as absolute
from .elementwise import check_float, exp, log, sigmoid, silent
from .index import gather
from .shape import expand
from .softmax import log_softmax, shifted, softmax

_INT64 = np.dtype(np.int64)
REDUCTIONS = ("none", "mean", "sum")


def check_reduction(reduction: str, name: str) -> None:
    """Raise ValueError for a reduction that is none of "none", "mean", "sum"."""
    if reduction not in REDUCTIONS:
        raise ValueError(f'{name}: reduction must be "none", "mean" or "sum", got {reduction!r}')


def _reduced(losses: Array, reduction: str, dtype: Any) -> Array:
    """Return the losses, or their sum or mean, rounded to `dtype` at the very end."""
    if reduction != "none":
        size = losses.size or math.nan  # the mean of nothing is nan
        losses = accurate_sum(losses)
        if reduction == "mean":
            losses = losses / size
    return losses if losses.dtype is dtype else losses.astype(dtype)


def _spread(g: Array, shape: tuple[int, ...], reduction: str) -> Array:
    """Return the gradient of each element's loss from that of the reduced one."""
    if reduction == "mean":
        g = g / math.prod(shape)
    return g if reduction == "none" else expand(g, shape)


# --- squared error --------------------------------------------------------------------------------


@op(r"\frac{1}{n} \sum_i (x_i - t_i)^2")
def mse_loss(input: Array, target: Array, reduction: str = "mean") -> Array:
    """Return the squared error (input - target)^2, reduced; the two broadcast."""
    check_reduction(reduction, "mse_loss")
    check_float(input, "mse_loss")
    try:
        difference = in_float32(input) - in_float32(target)
    except ValueError:
        raise ShapeError(
            f"mse_loss: input {input.shape} and target {target.shape} do not broadcast"
        ) from None
    return _reduced(difference * difference, reduction, input.dtype)


def _mse_rule(g: Array, input: Array, target: Array, reduction: str) -> Array:
    """2 * g / n * (input - target): n is what the mean divides by, 1 where there is none."""
    difference = input - target
    scale = 2.0 / (math.prod(difference.shape) or math.nan) if reduction == "mean" else 2.0
    return g * scale * difference


mse_loss.vjp(
    input=_mse_rule,
    target=lambda g, input, target, reduction: _mse_rule(g, target, input, reduction),
)


@mse_loss.composite
def _mse_by_parts(input: Any, target: Any, reduction: str = "mean") -> Any:
    return _reduce_tensor((input - target) ** 2, reduction)


def _reduce_tensor(losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


# --- classes: negative log-likelihood and cross-entropy -------------------------------------------


def _class_dim(shape: tuple[int, ...]) -> int:
    return 0 if len(shape) == 1 else 1


def check_classes(
    input: Array, target: Array, weight: Any, ignore_index: int, name: str
) -> tuple[int, bool]:
    """Check shapes, dtypes and the range; return the class dimension and whether this is plain.

    Plain is the usual case: (N, C) with targets that are all classes, none ignored, none weighted.
    """
    if input.ndim == 0:
        raise ShapeError(f"{name}: input needs a class dimension, got a 0-d tensor")
    dim = _class_dim(input.shape)
    classes = input.shape[dim]
    expected = input.shape[:dim] + input.shape[dim + 1 :]
    if target.shape != expected:
        raise ShapeError(
            f"{name}: a target of shape {target.shape} does not fit an input of shape "
            f"{input.shape}; expected {expected}, one class index per prediction"
        )
    check_float(input, name)
    if target.dtype.kind not in "iu":
        raise DTypeError(
            f"{name}: target must hold class indices (int64), got {target.dtype}; use target.long()"
        )
    if weight is None and _all_count(target, classes, ignore_index):
        return dim, input.ndim == 2
    outside = target[((target < 0) | (target >= classes)) & (target != ignore_index)]
    if outside.size:
        raise DimensionError(
            f"{name}: target {outside.flat[0]} is out of bounds for {classes} classes (0 to "
            f"{classes - 1}, or ignore_index={ignore_index})"
        )
    if weight is not None and weight.shape != (classes,):
        raise ShapeError(
            f"{name}: weight must have shape ({classes},), one per class, got {weight.shape}"
        )
    return dim, False


def _all_count(target: Array, classes: int, ignore_index: int) -> bool:
    """Whether every target is a class and none is ignored: the usual case, found in 3 µs."""
    if target.dtype is not _INT64 or not target.size or 0 <= ignore_index < classes:
        return False
    largest = np.maximum.reduce(target.view(np.uint64), axis=None)  # below 0: very large
    return bool(largest < classes)


def _mass(
    shape: tuple[int, ...],
    target: Array,
    weight: Any,
    ignore_index: int,
    label_smoothing: float,
    like: Array,
) -> tuple[Array, Array]:
    """Return (q, w): each class's weight in a prediction's loss -sum(q log p), and the weights that
    the mean divides by the sum of.

    q is w_t at the target, smoothed evenly over the classes.
    """
    dim = _class_dim(shape)
    valid = target != ignore_index
    index = np.where(valid, target, 0)
    weights = np.ones_like(like, shape=shape[dim]) if weight is None else weight.astype(like.dtype)
    w = weights[index] * valid
    q = np.zeros_like(like, shape=shape)
    np.put_along_axis(q, np.expand_dims(index, dim), np.expand_dims(w, dim), axis=dim)
    if label_smoothing:
        even = weights.reshape([-1 if i == dim else 1 for i in range(len(shape))]) / shape[dim]
        q = (1.0 - label_smoothing) * q + label_smoothing * even * np.expand_dims(valid, dim)
    return q.astype(like.dtype, copy=False), w.astype(like.dtype, copy=False)


def _reduced_classes(losses: Array, w: Array, reduction: str, dtype: Any) -> Array:
    if reduction != "none":
        losses = accurate_sum(losses)
        if reduction == "mean":
            losses = losses / accurate_sum(in_float32(w))
    return losses.astype(dtype, copy=False)


def _spread_classes(g: Array, w: Any, shape: tuple[int, ...], reduction: str) -> Array:
    if reduction == "none":
        dim = _class_dim(shape)
        return g.reshape((*g.shape[:dim], 1, *g.shape[dim:]))
    if reduction == "sum":
        return g
    return g / (shape[0] if w is None else accurate_sum(w))


def _picked(x: Array, target: Array, ignore_index: int) -> Array:
    dim = _class_dim(x.shape)
    index = np.expand_dims(np.where(target != ignore_index, target, 0), dim)
    return np.take_along_axis(x, index, axis=dim).squeeze(dim)


@op(r"-\frac{1}{m} \sum_i x_{i, t_i}")
@silent
def nll_loss(
    input: Array,
    target: Array,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Array:
    """Return -weight[t] * input[t] for log-probabilities (N, C, ...) and targets (N, ...)."""
    check_reduction(reduction, "nll_loss")
    _, plain = check_classes(input, target, weight, ignore_index, "nll_loss")
    if plain:
        losses = -in_float32(input)[np.arange(len(target)), target]
        return _reduced(losses, reduction, input.dtype)
    valid = target != ignore_index
    w = valid.astype(input.dtype) if weight is None else weight[np.where(valid, target, 0)] * valid
    losses = np.where(valid, -w * _picked(in_float32(input), target, ignore_index), 0.0)
    return _reduced_classes(losses, w, reduction, input.dtype)


def _nll_rule(
    g: Array,
    input_shape: Any,
    target: Array,
    weight: Any,
    ignore_index: int,
    reduction: str,
) -> Array:
    """-g / m * one_hot(target): m predictions count in the mean. Weights weigh them and m."""
    like = getattr(g, "array", g)
    q, w = _mass(tuple(input_shape), target, weight, ignore_index, 0.0, like)
    if reduction == "mean" and np.all(target == ignore_index):
        reduction = "sum"  # 0, not 0 / 0: the loss is nan, but no weight becomes nan by it
    return _spread_classes(g, w, tuple(input_shape), reduction) * -q


nll_loss.vjp(input=_nll_rule)


@nll_loss.composite
def _nll_by_parts(
    input: Any, target: Any, weight: Any = None, ignore_index: int = -100, reduction: str = "mean"
) -> Any:
    dim = _class_dim(input.shape)
    valid = target != ignore_index
    index = target * valid
    w = valid.to(input.dtype) if weight is None else weight[index] * valid
    losses = -w * gather(input, dim, index.unsqueeze(dim)).squeeze(dim)
    return losses.sum() / w.sum() if reduction == "mean" else _reduce_tensor(losses, reduction)


@op(r"-\frac{1}{m} \sum_i \log\operatorname{softmax}(x_i)_{t_i}")
@silent
def cross_entropy(
    input: Array,
    target: Array,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """Return the negative log of softmax at the target: logits (N, C, ...), targets (N, ...)."""
    check_reduction(reduction, "cross_entropy")
    dim, plain = check_classes(input, target, weight, ignore_index, "cross_entropy")
    if not 0.0 <= label_smoothing <= 1.0:
        raise ValueError(f"cross_entropy: label_smoothing must be in [0, 1], got {label_smoothing}")
    x = in_float32(input)
    if plain and not label_smoothing:
        z = shifted(x, 1)
        losses = np.log(accurate_sum(np.exp(z), 1)) - z[np.arange(len(target)), target]
        return _reduced(losses, reduction, input.dtype)
    log_p = log_softmax(x, dim)
    if not label_smoothing:
        loss: Array = nll_loss(log_p, target, weight, ignore_index, reduction)
        return loss.astype(input.dtype, copy=False)
    q, w = _mass(x.shape, target, weight, ignore_index, label_smoothing, x)
    losses = -accurate_sum(np.where(q == 0, 0, q * log_p), dim)
    return _reduced_classes(losses, w, reduction, input.dtype)


def _cross_entropy_rule(
    g: Array,
    input: Array,
    target: Array,
    weight: Any,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> Array:
    """g / m * (softmax(input) - one_hot(target)): the predicted minus the wanted, dZ2 = A2 - Y.

    With weights or smoothing softmax(input) sum(q) - q: q is the mass wanted of each class.
    """
    shape = tuple(input.shape)
    dim = _class_dim(shape)
    usual = len(shape) == 2 and weight is None and not label_smoothing
    if usual and type(input) is np.ndarray and _all_count(target, shape[1], ignore_index):
        p = np.exp(shifted(input, 1))
        p /= accurate_sum(p, 1, True)
        p[np.arange(shape[0]), target] -= 1.0
        p *= _spread_classes(g, None, shape, reduction)
        return p
    like = getattr(input, "array", input)
    q, w = _mass(shape, target, weight, ignore_index, label_smoothing, like)
    total = accurate_sum(q, dim, True) if label_smoothing else np.expand_dims(w, dim)
    difference = softmax(input, dim) * total - q
    if reduction == "mean" and np.all(target == ignore_index):
        reduction = "sum"
    return _spread_classes(g, w, shape, reduction) * difference


cross_entropy.vjp(input=_cross_entropy_rule)


@cross_entropy.composite
def _cross_entropy_by_parts(
    input: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    dim = _class_dim(input.shape)
    log_p = log_softmax(input, dim)
    plain = _nll_by_parts(log_p, target, weight, ignore_index, reduction)
    if not label_smoothing:
        return plain
    valid = target != ignore_index
    weighed = log_p
    if weight is not None:
        weighed = log_p * weight.reshape([-1 if i == dim else 1 for i in range(input.ndim)])
    even = -weighed.mean(dim) * valid
    if reduction == "mean":
        weights = valid if weight is None else weight[target * valid] * valid
        even = even.sum() / weights.sum()
    elif reduction == "sum":
        even = even.sum()
    return (1.0 - label_smoothing) * plain + label_smoothing * even


# --- yes or no: binary cross-entropy --------------------------------------------------------------


@op(r"-\frac{1}{n} \sum_i (t_i \log\sigma(x_i) + (1 - t_i) \log(1 - \sigma(x_i)))")
@silent
def binary_cross_entropy_with_logits(
    input: Array,
    target: Array,
    weight: Any = None,
    pos_weight: Any = None,
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
    return _reduced(losses if weight is None else losses * weight, reduction, input.dtype)


def _weighed(g: Array, shape: tuple[int, ...], weight: Any, reduction: str) -> Array:
    g = _spread(g, shape, reduction)
    return g if weight is None else g * weight


def _bce_input_rule(
    g: Array, input: Array, target: Array, weight: Any, pos_weight: Any, reduction: str
) -> Array:
    """g / n * (sigmoid(input) - target): for weight and pos_weight 1."""
    positive = 1.0 if pos_weight is None else 1.0 + (pos_weight - 1.0) * target
    slope = (1.0 - target) - positive * sigmoid(-input)
    return _weighed(g, tuple(input.shape), weight, reduction) * slope


def _bce_target_rule(g: Array, input: Array, weight: Any, pos_weight: Any, reduction: str) -> Array:
    """-g / n * input: for weight and pos_weight 1."""
    slope = -input
    if pos_weight is not None:
        softplus = log(1.0 + exp(-absolute(input))) + (absolute(input) - input) / 2.0
        slope = slope + (pos_weight - 1.0) * softplus
    return _weighed(g, tuple(input.shape), weight, reduction) * slope


binary_cross_entropy_with_logits.vjp(input=_bce_input_rule, target=_bce_target_rule)


@binary_cross_entropy_with_logits.composite
def _bce_by_parts(
    input: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: str = "mean"
) -> Any:
    yes, no = sigmoid(input), sigmoid(-input)
    positive = target if pos_weight is None else pos_weight * target
    losses = -(positive * log(yes) + (1.0 - target) * log(no))
    return _reduce_tensor(losses if weight is None else losses * weight, reduction)
