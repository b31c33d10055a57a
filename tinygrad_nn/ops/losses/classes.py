"""Classes: negative log-likelihood and cross-entropy.
Read `binary.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.kinds import is_array, is_bool, is_integral
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...errors import DimensionError, DTypeError, ShapeError
from ..elementwise.activations import check_float
from ..indexing.along import along, gather
from ..layers.softmax import log_softmax, shifted
from .reducing import check_reduction, reduce_tensor, reduced

_INT64 = np.dtype(np.int64)


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
    if not is_integral(target) or is_bool(target):
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
    w = valid.astype(like.dtype)
    if weight is not None:
        w *= weight.take(index)
    q = np.zeros_like(like, shape=shape)
    q[along(dim, _with_classes(index, dim))] = _with_classes(w, dim)
    if label_smoothing:
        even: Any = label_smoothing / shape[dim]
        if weight is not None:
            even = even * weight.reshape([-1 if i == dim else 1 for i in range(len(shape))])
        q = (1.0 - label_smoothing) * q + even * _with_classes(valid, dim)
    return q.astype(like.dtype, copy=False), w


def _with_classes(x: Array, dim: int) -> Array:
    """Return an array of the targets' shape with a class dimension of size 1."""
    return x.reshape((*x.shape[:dim], 1, *x.shape[dim:]))


def _reduced_classes(losses: Array, w: Array, reduction: str, dtype: Any) -> Array:
    if reduction != "none":
        losses = accurate_sum(losses)
        if reduction == "mean":
            losses = losses / accurate_sum(in_float32(w))
    return losses.astype(dtype, copy=False)


def _spread_classes(g: Array, w: Any, shape: tuple[int, ...], reduction: str) -> Array:
    if reduction == "none":
        return _with_classes(g, _class_dim(shape))
    if reduction == "sum":
        return g
    return g / (shape[0] if w is None else accurate_sum(w))


def _picked(x: Array, target: Array, ignore_index: int) -> Array:
    dim = _class_dim(x.shape)
    index = _with_classes(np.where(target != ignore_index, target, 0), dim)
    return x[along(dim, index)].reshape(target.shape)


@op(r"-\frac{1}{m} \sum_i x_{i, t_i}")
def nll_loss(
    input: Array,
    target: Data,
    weight: Data | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Array:
    """Return -weight[t] * input[t] for log-probabilities (N, C, ...) and targets (N, ...)."""
    check_reduction(reduction, "nll_loss")
    _, plain = check_classes(input, target, weight, ignore_index, "nll_loss")
    if plain:
        losses = -in_float32(input)[np.arange(len(target)), target]
        return reduced(losses, reduction, input.dtype)
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
    plain = len(input_shape) == 2 and weight is None and is_array(g)
    if plain and _all_count(target, input_shape[1], ignore_index):
        dx = np.zeros(input_shape, g.dtype)
        if reduction == "mean":
            g = g / g.dtype.type(len(target))
        dx[np.arange(len(target)), target] = -g
        return dx
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
    return losses.sum() / w.sum() if reduction == "mean" else reduce_tensor(losses, reduction)


@op(
    r"-\frac{1}{m} \sum_i \log\operatorname{softmax}(x_i)_{t_i}",
    keeps="exponentials, totals, places, log_p",
)
def cross_entropy(
    input: Array,
    target: Data,
    weight: Data | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Return the negative log of softmax at the target: logits (N, C, ...), targets (N, ...)."""
    check_reduction(reduction, "cross_entropy")
    dim, plain = check_classes(input, target, weight, ignore_index, "cross_entropy")
    if not 0.0 <= label_smoothing <= 1.0:
        raise ValueError(f"cross_entropy: label_smoothing must be in [0, 1], got {label_smoothing}")
    x = in_float32(input)
    if plain and not label_smoothing:
        z = np.ascontiguousarray(shifted(x, 1))
        places = np.arange(0, x.size, x.shape[1])
        places += target
        at_target = z.take(places)
        e = np.exp(z, z)
        totals = accurate_sum(e, 1)
        loss = reduced(np.log(totals) - at_target, reduction, input.dtype)
        return loss, e, totals, places, None
    log_p = log_softmax(x, dim)
    if label_smoothing:
        q, w = _mass(x.shape, target, weight, ignore_index, label_smoothing, x)
        losses = -accurate_sum(np.where(q == 0, 0, q * log_p), dim)
        loss = _reduced_classes(losses, w, reduction, input.dtype)
    else:
        loss = nll_loss(log_p, target, weight, ignore_index, reduction)
    return np.asarray(loss).astype(input.dtype, copy=False), None, None, None, log_p


@cross_entropy.backward
def _cross_entropy_rule(
    g: Array,
    target: Array,
    weight: Any,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
    exponentials: Any,
    totals: Any,
    places: Any,
    log_p: Any,
) -> Array:
    """g / m * (softmax(input) - one_hot(target)): the predicted minus the wanted, dZ2 = A2 - Y.

    With weights or smoothing softmax(input) sum(q) - q: q is the mass wanted of each class.
    """
    if exponentials is not None:
        if reduction == "mean":
            g = g / g.dtype.type(len(totals))
        p = exponentials * np.divide(g, totals)[:, None]
        p.reshape(-1)[places] -= g
        return p
    dim = _class_dim(log_p.shape)
    q, w = _mass(log_p.shape, target, weight, ignore_index, label_smoothing, log_p)
    total = accurate_sum(q, dim, True) if label_smoothing else _with_classes(w, dim)
    difference = np.exp(log_p) * total - q
    if reduction == "mean" and np.all(target == ignore_index):
        reduction = "sum"
    return _spread_classes(g, w, log_p.shape, reduction) * difference


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
