"""The functions behind the layers, with PyTorch's signatures; programs import them as F.
Read `layers/` and `losses/` next, the Modules that call them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.arguments import as_dtype
from ..arrays.dtypes import promoted
from ..arrays.kinds import is_floating
from ..arrays.refusing import instead_of, shown
from ..errors import ArgumentError, DTypeError, ShapeError
from ..ops.elementwise import activations, functions
from ..ops.layers import softmax as softmax_ops
from ..ops.layers.attention import scaled_dot_product_attention
from ..ops.layers.convolution import conv2d
from ..ops.layers.dropout import dropout
from ..ops.layers.linear import linear
from ..ops.layers.normalization import layer_norm
from ..ops.losses import binary, classes, squared_error
from ..ops.losses.reducing import check_reduction
from ..tensor import Tensor
from ..warn import warn_user

__all__ = [
    "binary_cross_entropy_with_logits",
    "conv2d",
    "cross_entropy",
    "dropout",
    "layer_norm",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "relu",
    "scaled_dot_product_attention",
    "sigmoid",
    "softmax",
    "softplus",
    "tanh",
]


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return max(input, 0); written into the input if `inplace`."""
    return input.relu_() if inplace else activations.relu(input)


def tanh(input: Tensor) -> Tensor:
    """Return (e^x - e^-x) / (e^x + e^-x), between -1 and 1."""
    return functions.tanh(input)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return log(1 + e^(beta x)) / beta, and x itself where beta x is above the threshold."""
    return activations.softplus(input, beta, threshold)


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + e^-x), between 0 and 1."""
    return activations.sigmoid(input)


def _implied_dim(input: Tensor, dim: int | None, name: str) -> int:
    if dim is not None:
        return dim
    if not isinstance(input, Tensor):
        raise DTypeError(f"{name}() takes a Tensor, got {shown(input)}")
    warn_user(f"{name} without dim is ambiguous; pass dim=, as in {name}(x, dim=1)")
    return 0 if input.array.ndim in (0, 1, 3) else 1


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Return e^x / sum(e^x) over `dim`."""
    converted = input if dtype is None else input.to(dtype=as_dtype(dtype, "softmax"))
    return softmax_ops.softmax(converted, _implied_dim(input, dim, "softmax"))


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Return log(softmax(x)) over `dim`, in one stable step."""
    converted = input if dtype is None else input.to(dtype=as_dtype(dtype, "log_softmax"))
    return softmax_ops.log_softmax(converted, _implied_dim(input, dim, "log_softmax"))


def legacy_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """Return what the two older arguments mean, with a warning, or else `reduction`."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        meant = "none"
    else:
        meant = "sum" if size_average is False else "mean"
    warn_user(f"size_average and reduce are old spellings; pass reduction={meant!r} instead")
    return meant


def _check_tensors(name: str, input: Any, target: Any, **weights: Any) -> None:
    for argument, value in (("input", input), ("target", target), *weights.items()):
        optional = argument in weights and value is None
        if not optional and not isinstance(value, Tensor):
            raise DTypeError(f"{name}: {argument} must be a Tensor, got {type(value).__name__}")


def _check_floats(name: str, **given: Tensor) -> None:
    for argument, value in given.items():
        if not is_floating(value.array):
            raise DTypeError(f"{name}: {argument} must be floating point, got {value.dtype}")


def _in_common_dtype(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    if x.array.dtype is t.array.dtype:
        return x, t
    common = promoted(x.array.dtype, t.array.dtype)
    return x.to(dtype=common), t.to(dtype=common)


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return (input - target)^2, averaged, summed or per element ("none").

    With a `weight` of the input's shape it is weight (input - target)^2, and the mean is its sum
    over the sum of the weights. Warns if the shapes differ, and broadcasts them.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.mse_loss(tnn.tensor([1.0, 2.0]), tnn.zeros(2))
        tensor(2.5000)
    """
    _check_tensors("mse_loss", input, target, weight=weight)
    if target.array.shape != input.array.shape:
        warn_user(
            f"mse_loss: a target of shape {target.array.shape} is broadcast against an input of "
            f"shape {input.array.shape}, which is seldom meant; give them one shape"
        )
    x, t = _in_common_dtype(input, target)
    _check_floats("mse_loss", input=x)
    kind = legacy_reduction(size_average, reduce, reduction)
    if weight is None:
        return squared_error.mse_loss(x, t, kind)
    if weight.array.shape != x.array.shape:
        raise ShapeError(
            f"mse_loss: weight {weight.array.shape} must have the input's shape {x.array.shape}"
        )
    check_reduction(kind, "mse_loss")
    losses = squared_error.mse_loss(x, t, "none") * weight
    if kind == "none":
        return losses
    return losses.sum() if kind == "sum" else losses.sum() / weight.sum()


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
        _check_tensors(name, input, target, weight=weight)
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
        target = target * (1.0 - label_smoothing) + label_smoothing / classes
    if weight is not None:
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
    _check_tensors(name, input, target, weight=weight, pos_weight=pos_weight)
    _check_floats(name, input=input, target=target)
    x, t = _in_common_dtype(input, target)
    for each in (weight, pos_weight):
        if each is not None:
            _check_broadcast(name, each, x)
    kind = legacy_reduction(size_average, reduce, reduction)
    return binary.binary_cross_entropy_with_logits(x, t, weight, pos_weight, kind)


def _check_broadcast(name: str, weight: Tensor, input: Tensor) -> None:
    try:
        np.broadcast_to(weight.array, input.array.shape)
    except ValueError:
        raise ShapeError(
            f"{name}: a weight of shape {weight.array.shape} does not broadcast to the input's "
            f"shape {input.array.shape}"
        ) from None
