"""The functions behind the layers, with PyTorch's signatures: `import tinygrad_nn.nn.functional as F`.
Read `linear.py` and `loss.py` next, the Modules that call them.
"""

from __future__ import annotations

from typing import Any

from ..autograd.tensor_base import TensorBase
from ..errors import ShapeError
from ..ops import loss, softmax as softmax_ops
from ..ops.elementwise import relu as _relu
from ..ops.elementwise import sigmoid, tanh
from ..ops.linear import linear
from ..tensor import Tensor
from ..warn import warn_user

__all__ = [
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "linear",
    "log_softmax",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return max(input, 0); written into the input if `inplace`."""
    return input.relu_() if inplace else _relu(input)


def _implied_dim(input: Tensor, dim: int | None, name: str) -> int:
    if dim is not None:
        return dim
    warn_user(f"{name} without dim is ambiguous; pass dim=, as in {name}(x, dim=1)")
    return 0 if input.array.ndim in (0, 1, 3) else 1


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Return e^x / sum(e^x) over `dim`."""
    converted = input if dtype is None else input.to(dtype)
    return softmax_ops.softmax(converted, _implied_dim(input, dim, "softmax"))


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Return log(softmax(x)) over `dim`, in one stable step."""
    converted = input if dtype is None else input.to(dtype)
    return softmax_ops.log_softmax(converted, _implied_dim(input, dim, "log_softmax"))


def _reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """Read PyTorch's two older arguments."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return (input - target)^2, averaged, summed or per element ("none")."""
    if isinstance(target, TensorBase) and target.array.shape != input.array.shape:
        warn_user(
            f"mse_loss: a target of shape {target.array.shape} is broadcast against an input of shape "
            f"{input.array.shape}, which is seldom meant; give them one shape"
        )
    if target.array.dtype != input.array.dtype:
        common = (input[:0].sum() + target[:0].sum()).dtype if input.ndim and target.ndim else None
        common = common or (input + target).dtype
        input, target = input.to(common), target.to(common)
    return loss.mse_loss(input, target, _reduction(size_average, reduce, reduction))


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
    kind = _reduction(size_average, reduce, reduction)
    return loss.nll_loss(input, target, weight, ignore_index, kind)


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

    Shapes: input (N, C, ...) or (C) of logits; target (N, ...) or () of int64, or of the input's shape
    and dtype for probabilities. `weight` (C) weighs the classes, `ignore_index` leaves targets out,
    `label_smoothing` mixes in the even distribution.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.cross_entropy(tnn.zeros(2, 10), tnn.tensor([3, 7]))
        tensor(2.3026)
    """
    kind = _reduction(size_average, reduce, reduction)
    if target.array.shape == input.array.shape and target.is_floating_point():
        return _with_probabilities(input, target, weight, kind, label_smoothing)
    return loss.cross_entropy(input, target, weight, ignore_index, kind, label_smoothing)


def _with_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: str, label_smoothing: float
) -> Tensor:
    """-sum(q log softmax(x)), averaged over the predictions."""
    loss.check_reduction(reduction, "cross_entropy")
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
    """Return the cross-entropy of sigmoid(input) with targets from 0 to 1, of the same shape."""
    if target.array.shape != input.array.shape:
        raise ShapeError(
            f"binary_cross_entropy_with_logits: target {target.array.shape} must have the input's shape "
            f"{input.array.shape}"
        )
    kind = _reduction(size_average, reduce, reduction)
    return loss.binary_cross_entropy_with_logits(input, target, weight, pos_weight, kind)
