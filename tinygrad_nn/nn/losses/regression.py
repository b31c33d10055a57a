"""Losses on numbers: the squared error.
Read `classification.py` next.
"""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from .loss import Loss


class MSELoss(Loss):
    """The squared error (x - t)^2.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.MSELoss()(tnn.tensor([1.0, 2.0]), tnn.tensor([0.0, 0.0]))
        tensor(2.5000)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced squared error."""
        return F.mse_loss(input, target, reduction=self.reduction)
