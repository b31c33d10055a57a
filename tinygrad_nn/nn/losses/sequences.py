"""`CTCLoss`, for sequences of which nobody has said which step is which label.
Read `../../optim/` next: the optimizers that make losses smaller.
"""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .loss import Loss

__all__ = [
    "CTCLoss",
]


class CTCLoss(Loss):
    """The negative log-likelihood of labels over all their alignments (Graves et al. 2006).

    Shapes: log_probs (T, N, C) or (T, C), targets (N, S) or one after another; see
    `nn.functional.ctc_loss`.
    """

    def __init__(
        self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False
    ) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(  # type: ignore[override]
        self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any
    ) -> Tensor:
        """Return the reduced loss."""
        lengths = input_lengths, target_lengths
        return F.ctc_loss(
            log_probs, targets, *lengths, self.blank, self.reduction, self.zero_infinity
        )
