"""Classes: negative log-likelihood and cross-entropy.
Read `binary.py` next.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import Integer, Number
from ...arrays.kinds import is_array, is_bool, is_integral
from ...arrays.sums import accurate_sum, holds_nan, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...errors import ArgumentError, DimensionError, DTypeError, ShapeError
from ..elementwise.activations import check_float
from ..elementwise.selection import masked, where
from ..indexing.along import gather
from ..layers.softmax import log_softmax, shifted
from .reducing import check_reduction, reduce_tensor

_INT64 = np.dtype(np.int64)
_NEVER = np.zeros((), bool)
_LARGE = 1e32  # squares of sums of exponentials: below, they are far from overflow


def _class_dim(shape: tuple[int, ...]) -> int:
    return 0 if len(shape) == 1 else 1


def _way_out(input: Array, target: Array, dim: int) -> str:
    """Return how targets of a shape that is often given become class indices."""
    if is_integral(input) and not is_integral(target):
        return "; predictions come first, then targets"
    if target.shape == input.shape:
        return f"; one-hot targets become indices by .argmax({dim}), or probabilities by .float()"
    if target.ndim == input.ndim and target.shape[dim] == 1:
        return f"; use target.squeeze({dim})"
    return ""


def _check_classes(input: Array, target: Array, weight: Any, name: str) -> int:
    """Check shapes and dtypes; return the number of classes."""
    if input.ndim == 0:
        raise ShapeError(f"{name}: input needs a class dimension, got a 0-d tensor")
    dim = _class_dim(input.shape)
    classes = input.shape[dim]
    expected = input.shape[:dim] + input.shape[dim + 1 :]
    if target.shape != expected:
        raise ShapeError(
            f"{name}: a target of shape {target.shape} does not fit an input of shape "
            f"{input.shape}; expected {expected}, one class index per prediction"
            f"{_way_out(input, target, dim)}"
        )
    check_float(input, name)
    if target.dtype is not _INT64 and (not is_integral(target) or is_bool(target)):
        raise DTypeError(
            f"{name}: target must hold class indices (int64), got {target.dtype}; use target.long()"
        )
    if weight is not None and weight.shape != (classes,):
        raise ShapeError(
            f"{name}: weight must have shape ({classes},), one per class, got {weight.shape}"
        )
    return classes


def _located(
    input: Array, target: Array, weight: Any, ignore_index: int, name: str
) -> tuple[Array, Any, Any]:
    """Return the places of the targets' elements in the input, their weights, and which count.

    The weights are None if all are 1, and the last is None if no target is ignored: most often.
    """
    classes = _check_classes(input, target, weight, name)
    if not 0 <= ignore_index < classes:
        try:
            places = _places(target, input.shape)
        except ValueError:
            pass  # which may be one that is ignored
        else:
            return places, None if weight is None else weight.take(target), None
    counts = target != ignore_index
    outside = target[((target < 0) | (target >= classes)) & counts]
    if outside.size:
        raise DimensionError(
            f"{name}: target {outside.flat[0]} is out of bounds for {classes} classes (0 to "
            f"{classes - 1}, or ignore_index={ignore_index})"
        )
    index = np.where(counts, target, 0)
    w = counts.astype(input.dtype) if weight is None else weight.take(index) * counts
    return _places(index, input.shape), w, counts


def _places(target: Array, shape: tuple[int, ...]) -> Array:
    """Return where the targets' elements are, row by row in memory; ValueError if one is not."""
    if len(shape) == 2:
        return np.ravel_multi_index((_rows(len(target)), target), shape)  # checks in 1 µs
    grid = np.indices(target.shape, sparse=True)
    return np.ravel_multi_index((*grid[:1], target, *grid[1:]), shape)


@lru_cache(maxsize=16)
def _rows(n: int) -> Array:
    return np.arange(n)


def _with_classes(x: Array) -> Array:
    """Return what there is of each prediction with a class dimension of size 1."""
    return x[:, None] if x.ndim else x.reshape(1)


def _counted(x: Array, counts: Any) -> Array:
    """Return 0 where a prediction is ignored: what is nan too, as inf times a weight of 0 is."""
    return np.where(counts, x, x.dtype.type(0)) if counts is not None and holds_nan(x) else x


def _reduced_classes(
    losses: Array, w: Any, counts: Any, reduction: str, dtype: Any
) -> tuple[Array, Any]:
    """Return the loss and m, what a mean divides by: the predictions, or the sum of their w."""
    if counts is not None:
        losses = np.where(counts, losses, 0)  # also where inf times a weight of 0 is nan
    if reduction == "none":
        return losses.astype(dtype, copy=False), 1.0
    total: Any = accurate_sum(losses)
    m: Any = 1.0
    if reduction == "mean":
        m = (losses.size or math.nan) if w is None else accurate_sum(in_float32(w))
        total = total / m
        if counts is not None and not counts.any():
            m = 1.0  # 0 / 0 makes the loss nan, but no weight of the network
    return np.asarray(total, dtype), m


@op(r"-\frac{1}{m} \sum_i x_{i, t_i}", keeps="m, places, w, counts")
def nll_loss(
    input: Array,
    target: Data,
    weight: Data | None = None,
    ignore_index: Integer = -100,
    reduction: str = "mean",
) -> Any:
    """Return -weight[t] * input[t] for log-probabilities (N, C, ...) and targets (N, ...)."""
    check_reduction(reduction, "nll_loss")
    places, w, counts = _located(input, target, weight, ignore_index, "nll_loss")
    losses = -in_float32(input).take(places)
    if w is not None:
        losses *= w
    return *_reduced_classes(losses, w, counts, reduction, input.dtype), places, w, counts


def _nll_rule(
    g: Array,
    input: Array,
    target: Array,
    weight: Any,
    reduction: str,
    m: Any,
    places: Array,
    w: Any,
    counts: Any,
) -> Array:
    """-g / m * one_hot(target): m predictions count in the mean. Weights weigh them and m.

    It names target and weight to have backward refused where they were written to since, and the
    input for the gradient to be recorded as one of it, flat there, as in PyTorch.
    """
    share = -1.0 / m if w is None else -w / m
    if is_array(g):
        dx = np.zeros(input.shape, g.dtype)
        dx.reshape(-1)[places] = _counted(g * share, counts)
        return dx
    like: Any = getattr(g, "array", g)
    slope = np.zeros(input.shape, like.dtype)
    slope.reshape(-1)[places] = share
    dx = (_with_classes(g) if reduction == "none" else g) * slope
    return dx if like is g else where(_NEVER, input, dx)


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
    keeps="m, exponentials, totals, places, w, counts",
)
def cross_entropy(
    input: Array,
    target: Data,
    weight: Data | None = None,
    ignore_index: Integer = -100,
    reduction: str = "mean",
    label_smoothing: Number = 0.0,
) -> Any:
    """Return the negative log of softmax at the target: logits (N, C, ...), targets (N, ...)."""
    check_reduction(reduction, "cross_entropy")
    places, w, counts = _located(input, target, weight, ignore_index, "cross_entropy")
    if not 0.0 <= label_smoothing <= 1.0:
        raise ArgumentError(
            f"cross_entropy: label_smoothing must be in [0, 1], got {label_smoothing}"
        )
    x, dim = in_float32(input), _class_dim(input.shape)
    if not label_smoothing:  # sum e^(x - x_t), without a maximum to look for
        e, totals = _exponentials(x - _with_classes(x.take(places)), dim)
        losses, flat = np.log(totals), totals.ravel()
    if label_smoothing or not flat.dot(flat) < _LARGE:
        z = shifted(x, dim)
        at_target = z.take(places)
        even, whole = _smoothing(label_smoothing, weight, x.shape)
        if label_smoothing and weight is not None:
            evenly = accurate_sum(z * even, dim)
        elif label_smoothing:
            evenly = even * accurate_sum(z, dim)
        e, totals = _exponentials(z, dim)
        log_totals = np.log(totals)
        losses = log_totals - at_target
    if w is not None:
        losses *= w
    if label_smoothing:
        losses = (1.0 - label_smoothing) * losses + (whole * log_totals - evenly)
    reduced = _reduced_classes(losses, w, counts, reduction, input.dtype)
    return *reduced, e, totals, places, w, counts


def _exponentials(z: Array, dim: int) -> tuple[Array, Array]:
    """Return e^z, written over z, and its sums over the classes."""
    e = np.ascontiguousarray(np.exp(z, z))  # the rule writes to places of it, row by row
    return e, accurate_sum(e, dim)


def _smoothing(label_smoothing: float, weight: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Return what each class gets of a prediction's weight, and the sum of that."""
    even = label_smoothing / shape[_class_dim(shape)]
    if weight is None:
        return even, label_smoothing
    weights = even * in_float32(weight)
    return weights.reshape(-1, *(1,) * (len(shape) - 2)), accurate_sum(weights)


@cross_entropy.backward
def _cross_entropy_rule(
    g: Array,
    target: Array,
    weight: Any,
    label_smoothing: float,
    m: Any,
    exponentials: Array,
    totals: Array,
    places: Array,
    w: Any,
    counts: Any,
) -> Array:
    """g / m * (softmax(input) - one_hot(target)): the predicted minus the wanted, dZ2 = A2 - Y.

    With weights or smoothing softmax(input) sum(q) - q: q is the mass wanted of each class.
    """
    g = g[()] / m
    at_target = g if w is None else _counted(g * w, counts)
    if not label_smoothing:
        p = exponentials * _with_classes(at_target / totals)
    else:
        at_target = (1.0 - label_smoothing) * at_target
        spread = g if counts is None else masked(g, counts)
        even, whole = _smoothing(label_smoothing, weight, exponentials.shape)
        p = exponentials * _with_classes((at_target + spread * whole) / totals)
        p -= _with_classes(spread) * even
    p.reshape(-1)[places] -= at_target
    return p


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
    even = where(valid, -weighed.mean(dim), 0.0)
    if reduction == "mean":
        weights = valid if weight is None else weight[target * valid] * valid
        even = even.sum() / weights.sum()
    elif reduction == "sum":
        even = even.sum()
    return (1.0 - label_smoothing) * plain + label_smoothing * even
