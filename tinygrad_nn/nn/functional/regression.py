"""Losses of numbers that are to meet other numbers.
Read `classification.py` next.
"""

from __future__ import annotations

from ...arrays.arguments import as_number
from ...arrays.refusing import instead_of, refuses
from ...errors import ShapeError
from ...ops.elementwise.arithmetic import abs as absolute
from ...ops.losses import absolute_error, squared_error
from ...ops.losses.reducing import check_reduction, reduce_tensor
from ...tensor import Tensor
from ...warn import warn_user
from .loss_arguments import check_floats, check_tensors, in_common_dtype, legacy_reduction

__all__ = ["huber_loss", "l1_loss", "mse_loss", "smooth_l1_loss"]


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
    check_tensors("mse_loss", input, target, weight=weight)
    if weight is not None or target.array.shape != input.array.shape:
        _check_shapes("mse_loss", input, target, weight)
    x, t = in_common_dtype(input, target)
    check_floats("mse_loss", input=x)
    kind = legacy_reduction(size_average, reduce, reduction)
    if weight is None:
        return squared_error.mse_loss(x, t, kind)
    check_reduction(kind, "mse_loss")
    losses = squared_error.mse_loss(x, t, "none") * weight
    return losses.sum() / weight.sum() if kind == "mean" else reduce_tensor(losses, kind)


@refuses
@instead_of("sub", "mul")
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return |input - target|, averaged, summed or per element; its slope at 0 is 0.

    Takes complex numbers and integers too. With a `weight` of the input's shape, the mean is over
    the sum of the weights. Warns if the shapes differ, and broadcasts them.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.l1_loss(tnn.tensor([1.0, -2.0]), tnn.zeros(2))
        tensor(1.5000)
    """
    x, t = _pair("l1_loss", input, target, weight)
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, "l1_loss")
    losses = absolute(x - t)
    if weight is None:
        return reduce_tensor(losses, kind)
    losses = losses * weight
    return losses.sum() / weight.sum() if kind == "mean" else reduce_tensor(losses, kind)


@refuses
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Return d^2 / (2 beta) where the distance d is below beta, else d - beta / 2 (Girshick 2015).

    With beta = 0 it is `l1_loss`. Warns if the shapes differ, and broadcasts them.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.smooth_l1_loss(tnn.tensor([0.5, 2.0]), tnn.zeros(2), reduction="none")
        tensor([0.1250, 1.5000])
    """
    kind = legacy_reduction(size_average, reduce, reduction)
    width = as_number(beta, "beta", "smooth_l1_loss")
    if width == 0:
        return l1_loss(input, target, reduction=kind)
    x, t = _pair("smooth_l1_loss", input, target)
    return absolute_error.smooth_l1_loss(x, t, kind, width)


@refuses
def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """Return d^2 / 2 where the distance d is at most delta, else delta (d - delta / 2).

    A `weight` of the input's shape weighs each loss, and the mean is over their number. Warns if
    the shapes differ, and broadcasts them.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.huber_loss(tnn.tensor([1.0, 4.0]), tnn.zeros(2), delta=2.0)
        tensor(3.2500)
    """
    x, t = _pair("huber_loss", input, target, weight)
    if weight is None:
        return absolute_error.huber_loss(x, t, reduction, delta)
    check_reduction(reduction, "huber_loss")
    return reduce_tensor(absolute_error.huber_loss(x, t, "none", delta) * weight, reduction)


def _pair(
    name: str, input: Tensor, target: Tensor, weight: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return input and target in one dtype, checked, with a warning if they would broadcast."""
    check_tensors(name, input, target, weight=weight)
    _check_shapes(name, input, target, weight)
    return in_common_dtype(input, target)


def _check_shapes(name: str, input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    """Warn of a target that broadcasts; raise for a weight that would."""
    if target.array.shape != input.array.shape:
        warn_user(
            f"{name}: a target of shape {target.array.shape} is broadcast against an input of "
            f"shape {input.array.shape}, which is seldom meant; give them one shape"
        )
    if weight is not None and weight.array.shape != input.array.shape:
        raise ShapeError(
            f"{name}: weight {weight.array.shape} must have the input's shape {input.array.shape}"
        )
