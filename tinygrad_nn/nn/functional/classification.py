"""Losses of classes: of logits, log-probabilities and probabilities.
Read `../losses/` next, the Modules that call them.
"""

from __future__ import annotations

from typing import Any

from ...arrays.kinds import is_floating
from ...arrays.refusing import instead_of, refuses
from ...errors import ArgumentError, DTypeError, ShapeError
from ...ops.layers import softmax as softmax_ops
from ...ops.layers.linear import linear
from ...ops.losses import binary, classes
from ...ops.losses.reducing import check_reduction
from ...tensor import Tensor
from .loss_arguments import (
    check_broadcast,
    check_floats,
    check_tensors,
    in_common_dtype,
    legacy_reduction,
)

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "linear_cross_entropy",
    "nll_loss",
]


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative log-likelihood: log-probabilities (N, C, ...), class indices (N, ...)."""
    _check_classification("nll_loss", input, target, weight)
    kind = legacy_reduction(size_average, reduce, reduction)
    return classes.nll_loss(input, target, weight, ignore_index, kind)


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the cross-entropy of softmax(input) with class indices, or with class probabilities.

    Shapes: input (N, C, ...) or (C) of logits; target (N, ...) or () of int64, or of the input's
    shape and a floating-point dtype for probabilities. `weight` (C) weighs the classes,
    `ignore_index` leaves targets out, `label_smoothing` mixes in the even distribution.

    Raises:
        ShapeError, DTypeError: what does not fit. DimensionError: a class index out of range.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.cross_entropy(tnn.zeros(2, 10), tnn.tensor([3, 7]))
        tensor(2.3026)
    """
    if weight is not None or not isinstance(input, Tensor) or not isinstance(target, Tensor):
        _check_classification("cross_entropy", input, target, weight)
    kind = reduction
    if size_average is not None or reduce is not None:
        kind = legacy_reduction(size_average, reduce, reduction)
    if target.array.shape != input.array.shape or not is_floating(target.array):
        return classes.cross_entropy(input, target, weight, ignore_index, kind, label_smoothing)
    if not isinstance(ignore_index, int) or not isinstance(label_smoothing, (int, float)):
        raise DTypeError(
            "cross_entropy: ignore_index is an int and label_smoothing a number, got "
            f"{ignore_index!r:.40} and {label_smoothing!r:.40}"
        )
    if ignore_index >= 0:
        raise ArgumentError(
            f"cross_entropy: ignore_index={ignore_index} has no meaning for class probabilities"
        )
    return _with_probabilities(input, target, weight, kind, label_smoothing)


def _check_classification(name: str, input: Any, target: Any, weight: Any) -> None:
    are_tensors = isinstance(input, Tensor) and isinstance(target, Tensor)
    if not are_tensors or not (weight is None or isinstance(weight, Tensor)):
        check_tensors(name, input, target, weight=weight)
    if weight is not None and weight.array.dtype is not input.array.dtype:
        raise DTypeError(
            f"{name}: weight must be {input.dtype} as the input is, got {weight.dtype}"
        )


@instead_of("log_softmax", "mul", name="cross_entropy")
def _with_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, label_smoothing: float
) -> Tensor:
    """-sum(q log softmax(x)), averaged over the predictions."""
    check_reduction(reduction, "cross_entropy")
    if not 0.0 <= label_smoothing <= 1.0:
        raise ArgumentError(
            f"cross_entropy: label_smoothing must be in [0, 1], got {label_smoothing}"
        )
    if input.ndim == 0:
        raise ShapeError("cross_entropy: input needs a class dimension, got a 0-d tensor")
    dim = 0 if input.ndim == 1 else 1
    classes = input.array.shape[dim]
    log_p = softmax_ops.log_softmax(input, dim)
    if label_smoothing:
        target = target * (1.0 - label_smoothing) + label_smoothing / (classes or 1)
    if weight is not None:
        if tuple(weight.shape) != (classes,):
            raise ShapeError(
                f"cross_entropy: weight of shape {tuple(weight.shape)} must have one value for "
                f"each of {classes} classes"
            )
        log_p = log_p * weight.reshape([-1 if i == dim else 1 for i in range(input.ndim)])
    losses = -(target * log_p).sum(dim)
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return the cross-entropy of sigmoid(input) with targets from 0 to 1, of the same shape.

    `weight` weighs each element and `pos_weight` the targets' part of each; both broadcast to the
    input's shape.

    Raises:
        ShapeError, DTypeError: what does not fit.

    Example:
        >>> import tinygrad_nn as tnn
        >>> F = tnn.nn.functional
        >>> F.binary_cross_entropy_with_logits(tnn.tensor([0.0, 2.0]), tnn.tensor([0.0, 1.0]))
        tensor(0.4100)
    """
    name = "binary_cross_entropy_with_logits"
    check_tensors(name, input, target, weight=weight, pos_weight=pos_weight)
    check_floats(name, input=input, target=target)
    x, t = in_common_dtype(input, target)
    for each in (weight, pos_weight):
        if each is not None:
            check_broadcast(name, each, x)
    kind = legacy_reduction(size_average, reduce, reduction)
    return binary.binary_cross_entropy_with_logits(x, t, weight, pos_weight, kind)


@refuses
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the cross-entropy of probabilities with targets from 0 to 1, of the same shape.

    Logarithms are at least -100. `weight` weighs each element and broadcasts to the input's shape.

    Raises:
        ArgumentError: what is no probability. ShapeError, DTypeError: what does not fit.

    Example:
        >>> import tinygrad_nn as tnn
        >>> F = tnn.nn.functional
        >>> F.binary_cross_entropy(tnn.tensor([0.5, 0.0]), tnn.tensor([1.0, 0.0]))
        tensor(0.3466)
    """
    name = "binary_cross_entropy"
    check_tensors(name, input, target, weight=weight)
    check_floats(name, input=input, target=target)
    x, t = in_common_dtype(input, target)
    if weight is not None:
        check_broadcast(name, weight, x)
    kind = legacy_reduction(size_average, reduce, reduction)
    return binary.binary_cross_entropy(x, t, weight, kind)


@refuses
@instead_of("linear", "cross_entropy")
def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Tensor:
    """Return the cross-entropy of linear(input, linear_weight, linear_bias), in two steps.

    Shapes: input (N, in) or (in), linear_weight (C, ..., in); see `cross_entropy` for the rest.
    `options` would part the work to save memory, and changes nothing here.
    """
    classes, out = linear_weight.array.shape[0], linear_weight.array.shape[:-1]
    if linear_bias is not None and linear_bias.array.shape != out:
        raise ShapeError(
            f"linear_cross_entropy: linear_bias must have shape {out}, got "
            f"{linear_bias.array.shape}"
        )
    flat = linear_weight.reshape(-1, linear_weight.array.shape[-1])
    bias = None if linear_bias is None else linear_bias.reshape(-1)
    logits = linear(input, flat, bias).reshape(*input.array.shape[:-1], classes, *out[1:])
    ignored = -100 if ignore_index is None else ignore_index
    return cross_entropy(
        *(logits, target, weight),
        ignore_index=ignored,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )
