"""Losses of classes by margins: how far the right score is above the others, or above 0.
Read `ranking.py` next.
"""

from __future__ import annotations

import numpy as np

from ...arrays.arguments import as_number
from ...arrays.kinds import is_bool, is_integral
from ...arrays.refusing import instead_of, refuses
from ...errors import ArgumentError, DimensionError, DTypeError, ShapeError
from ...ops.elementwise.activations import softplus
from ...ops.elementwise.selection import clamp, where
from ...ops.indexing.along import gather
from ...ops.losses.reducing import check_reduction, reduce_tensor
from ...tensor import Tensor
from .loss_arguments import check_floats, check_tensors, legacy_reduction

__all__ = [
    "hinge_embedding_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "soft_margin_loss",
]

_NEVER = 40.0  # a threshold of softplus beyond which it is its argument to the last digit


@refuses
@instead_of("mul", "neg", "softplus")
def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return log(1 + e^(-t x)) for targets t of -1 and 1, reduced.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.soft_margin_loss(tnn.tensor([0.0, 3.0]), tnn.tensor([1.0, -1.0]))
        tensor(1.8709)
    """
    check_tensors("soft_margin_loss", input, target)
    check_floats("soft_margin_loss", input=input)
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, "soft_margin_loss")
    return reduce_tensor(softplus(-target * input, 1.0, _NEVER), kind)


@refuses
@instead_of("mul", "neg", "softplus", "sum")
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the binary cross-entropy of logits and targets of 0 and 1, averaged over the classes.

    Shapes: input and target (N, C) or (C), weight (C); the loss is (N) or () before the reduction.

    Example:
        >>> import tinygrad_nn as tnn
        >>> F = tnn.nn.functional
        >>> F.multilabel_soft_margin_loss(tnn.tensor([[0.0, 2.0]]), tnn.tensor([[0.0, 1.0]]))
        tensor(0.4100)
    """
    name = "multilabel_soft_margin_loss"
    check_tensors(name, input, target, weight=weight)
    check_floats(name, input=input)
    if input.ndim == 0:
        raise ShapeError(f"{name}: input needs a class dimension, got a 0-d tensor")
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, name)
    losses = target * softplus(-input, 1.0, _NEVER)
    losses = losses + (1 - target) * softplus(input, 1.0, _NEVER)
    if weight is not None:
        losses = losses * weight
    return reduce_tensor(losses.mean(-1), kind)


@refuses
@instead_of("sub", "mul", "where", "gather")
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the distance x where the target is 1, and max(0, margin - x) where it is -1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> F = tnn.nn.functional
        >>> F.hinge_embedding_loss(tnn.tensor([0.5, 0.2]), tnn.tensor([1, -1]), reduction="none")
        tensor([0.5000, 0.8000])
    """
    check_tensors("hinge_embedding_loss", input, target)
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, "hinge_embedding_loss")
    apart = clamp(as_number(margin, "margin", "hinge_embedding_loss") - input, min=0)
    losses = where(target != 1, apart, 0.0) + where(target != -1, input, 0.0)
    return reduce_tensor(losses, kind)


def _check_scores(name: str, input: Tensor) -> None:
    """Raise unless the input holds floats, of at least one class a sample."""
    check_floats(name, input=input)
    if input.ndim > 2 or 0 in input.array.shape[-1:]:
        raise ShapeError(
            f"{name}: input must be (N, C) or (C), of one class or more, got {input.array.shape}"
        )


def _classes(input: Tensor) -> int:
    return input.array.shape[-1] if input.ndim else 1


def _check_labels(name: str, target: Tensor) -> None:
    if not is_integral(target.array) or is_bool(target.array):
        raise DTypeError(
            f"{name}: target must hold class indices (int64), got {target.dtype}; use target.long()"
        )


@refuses
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return sum_{i != t} weight[t] max(0, margin - x[t] + x[i])^p / C, of scores and classes.

    Shapes: input (N, C) or (C), target (N) or () of int64, weight (C).

    Raises:
        ArgumentError: p is neither 1 nor 2. ShapeError, DTypeError: what does not fit.
        DimensionError: a class index out of range.

    Example:
        >>> import tinygrad_nn as tnn
        >>> scores = tnn.tensor([[0.1, 0.2, 0.4, 0.8]])
        >>> tnn.nn.functional.multi_margin_loss(scores, tnn.tensor([3]))
        tensor(0.3250)
    """
    name = "multi_margin_loss"
    check_tensors(name, input, target, weight=weight)
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, name)
    if p not in (1, 2):
        raise ArgumentError(f"{name}: p must be 1 or 2, got {p!r:.60}")
    _check_scores(name, input)
    _check_labels(name, target)
    classes = _classes(input)
    rows = input.array.size // classes
    if target.array.size != rows or target.ndim > 1:
        raise ShapeError(
            f"{name}: a target of shape {target.array.shape} does not fit an input of shape "
            f"{input.array.shape}; expected one class index per sample"
        )
    if weight is not None and weight.array.shape != (classes,):
        raise ShapeError(
            f"{name}: weight must have shape ({classes},), one per class, got {weight.array.shape}"
        )
    labels = target.array.reshape(rows)
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise DimensionError(f"{name}: target {outside[0]} is out of bounds for {classes} classes")
    x = input.reshape(rows, classes)
    column = target.reshape(rows, 1)
    z = as_number(margin, "margin", name) - gather(x, 1, column.long()) + x
    counts = (np.arange(classes) != labels[:, None]) & (z.array > 0)  # nan does not, as in PyTorch
    z = z if p == 1 else z * z
    if weight is not None:
        z = z * weight[column]
    losses = where(counts, z, 0.0).mean(1)
    return reduce_tensor(losses if input.ndim == 2 else losses[0], kind)


@refuses
def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return sum_{t, i} max(0, 1 - (x[t] - x[i])) / C over the targets t and all other classes i.

    Shapes: input and target (N, C) or (C). A row of the target lists classes, up to the first -1.

    Raises:
        ShapeError, DTypeError: what does not fit. DimensionError: a class index out of range.

    Example:
        >>> import tinygrad_nn as tnn
        >>> scores = tnn.tensor([[0.1, 0.2, 0.4, 0.8]])
        >>> tnn.nn.functional.multilabel_margin_loss(scores, tnn.tensor([[3, 0, -1, 1]]))
        tensor(0.8500)
    """
    name = "multilabel_margin_loss"
    check_tensors(name, input, target)
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, name)
    _check_scores(name, input)
    _check_labels(name, target)
    if target.array.shape != input.array.shape:
        raise ShapeError(
            f"{name}: target {target.array.shape} must have the input's shape {input.array.shape}"
        )
    classes = _classes(input)
    listed = target.array.reshape(-1, classes)
    outside = listed[(listed < -1) | (listed >= classes)]
    if outside.size:
        raise DimensionError(f"{name}: target {outside[0]} is out of bounds for {classes} classes")
    counts = np.logical_and.accumulate(listed >= 0, axis=1)
    others = np.ones(listed.shape, bool)
    rows, places = np.nonzero(counts)
    others[rows, listed[rows, places]] = False
    x = input.reshape(-1, classes)
    own = gather(x, 1, clamp(target.reshape(-1, classes), min=0).long())
    z = 1.0 - own.unsqueeze(2) + x.unsqueeze(1)  # (N, targets, classes)
    pairs = counts[:, :, None] & others[:, None, :] & (z.array > 0)
    losses = where(pairs, z, 0.0).sum((1, 2)) / classes
    return reduce_tensor(losses if input.ndim == 2 else losses[0], kind)
