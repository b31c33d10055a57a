"""Losses on numbers: squared and absolute errors, and those between the two.
Read `distributions.py` next.
"""

from __future__ import annotations

from ...arrays.refusing import refuses, shown
from ...errors import DTypeError
from ...tensor import Tensor
from .. import functional as F
from .loss import Loss

__all__ = [
    "HuberLoss",
    "L1Loss",
    "MSELoss",
    "SmoothL1Loss",
]


class MSELoss(Loss):
    """The squared error (x - t)^2.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.MSELoss()(tnn.tensor([1.0, 2.0]), tnn.tensor([0.0, 0.0]))
        tensor(2.5000)
    """

    _function = staticmethod(F.mse_loss)


class L1Loss(Loss):
    """The absolute error |x - t|."""

    _function = staticmethod(F.l1_loss)


class SmoothL1Loss(Loss):
    """(x - t)^2 / (2 beta) where |x - t| is below beta, else |x - t| - beta / 2 (Girshick 2015)."""

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """(x - t)^2 / 2 where |x - t| is below delta, else delta (|x - t| - delta / 2) (Huber 1964)."""

    @refuses
    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not isinstance(delta, (float, int)):
            raise DTypeError(f"HuberLoss: delta must be a number, got {shown(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)
