"""Losses of numbers that are to meet other numbers.
Read `classification.py` next.
"""

from __future__ import annotations

from ...errors import ShapeError
from ...ops.losses import squared_error
from ...ops.losses.reducing import check_reduction
from ...tensor import Tensor
from ...warn import warn_user
from .loss_arguments import check_floats, check_tensors, in_common_dtype, legacy_reduction

__all__ = ["mse_loss"]


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
    if target.array.shape != input.array.shape:
        warn_user(
            f"mse_loss: a target of shape {target.array.shape} is broadcast against an input of "
            f"shape {input.array.shape}, which is seldom meant; give them one shape"
        )
    x, t = in_common_dtype(input, target)
    check_floats("mse_loss", input=x)
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
