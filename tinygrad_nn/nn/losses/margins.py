"""Losses that ask for a margin between the right answer and the others.
Read `ranking.py` next.
"""

from __future__ import annotations

from ...arrays.refusing import refuses
from ...errors import ArgumentError, ShapeError
from ...tensor import Tensor
from .. import functional as F
from .loss import Loss, WeightedLoss

__all__ = [
    "HingeEmbeddingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "SoftMarginLoss",
]


class SoftMarginLoss(Loss):
    """log(1 + e^(-t x)) for targets t of 1 and -1."""

    _function = staticmethod(F.soft_margin_loss)


class HingeEmbeddingLoss(Loss):
    """x where the target is 1, and max(0, margin - x) where it is -1."""

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class MultiMarginLoss(WeightedLoss):
    """sum over j of max(0, margin - x_t + x_j)^p / C, weighed by class.

    Raises:
        ArgumentError: p is neither 1 nor 2. ShapeError: the weight is no vector.
    """

    @refuses
    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ArgumentError(f"MultiMarginLoss: p must be 1 or 2, got {p}")
        if weight is not None and weight.ndim != 1:
            raise ShapeError(
                f"MultiMarginLoss: weight must be a vector, got shape {weight.array.shape}"
            )
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.multi_margin_loss(
            input,
            target,
            p=self.p,
            margin=self.margin,
            weight=self.weight,
            reduction=self.reduction,
        )


class MultiLabelMarginLoss(Loss):
    """The sum of max(0, 1 - x_t + x_j) / C over the classes t that are right and j that are not.

    A row of the target lists the right classes, ended by -1.
    """

    _function = staticmethod(F.multilabel_margin_loss)


class MultiLabelSoftMarginLoss(WeightedLoss):
    """The mean over the classes of the cross-entropy of yes-or-no targets with sigmoid(x)."""

    _function = staticmethod(F.multilabel_soft_margin_loss)
