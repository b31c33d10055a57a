"""Losses on how inputs lie to one another: in order, at an angle, at a distance.
Read `sequences.py` next.
"""

from __future__ import annotations

from collections.abc import Callable

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from .. import functional as F
from ..layers.distance import PairwiseDistance
from .loss import Loss

__all__ = [
    "CosineEmbeddingLoss",
    "MarginRankingLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]


class PairLoss(Loss):
    """What losses on pairs share."""

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:  # type: ignore[override]
        """Return the reduced loss."""
        return self._function(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MarginRankingLoss(PairLoss):
    """max(0, margin - t (x1 - x2)) for targets t of 1, x1 the larger, and -1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> loss = tnn.nn.MarginRankingLoss()
        >>> loss(tnn.tensor([1.0]), tnn.tensor([3.0]), tnn.tensor([1.0]))
        tensor(2.)
    """

    _function = staticmethod(F.margin_ranking_loss)


class CosineEmbeddingLoss(PairLoss):
    """1 - cos(x1, x2) where the target is 1, and max(0, cos(x1, x2) - margin) where it is -1."""

    _function = staticmethod(F.cosine_embedding_loss)


def _check(margin: float, name: str) -> float:
    if not margin > 0:
        raise ArgumentError(f"{name}: margin must be above 0, got {margin}")
    return margin


class TripletMarginLoss(Loss):
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d the p-norm of the difference.

    With `swap`, d(positive, negative) takes the place of the second where it is less
    (Balntas et al. 2016). Raises ArgumentError for a margin that is not above 0.
    """

    @refuses
    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = _check(margin, "TripletMarginLoss")
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:  # type: ignore[override]
        """Return the reduced loss."""
        return F.triplet_margin_loss(
            anchor,
            positive,
            negative,
            margin=self.margin,
            p=self.p,
            eps=self.eps,
            swap=self.swap,
            reduction=self.reduction,
        )


class TripletMarginWithDistanceLoss(Loss):
    """TripletMarginLoss with a distance of your own, by default `PairwiseDistance`."""

    @refuses
    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        self.distance_function = distance_function or PairwiseDistance()
        self.margin = _check(margin, "TripletMarginWithDistanceLoss")
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:  # type: ignore[override]
        """Return the reduced loss."""
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
