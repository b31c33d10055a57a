"""What all losses share: how the single losses become one number.
Read `regression.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from ...arrays.refusing import refuses
from ...tensor import Tensor
from ..functional.loss_arguments import legacy_reduction
from ..module import Module


class Loss(Module):
    """A loss with a reduction: "mean", "sum" or "none".

    `size_average` and `reduce` are the old way to say it, and warn.
    """

    _function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return self._function(input, target, reduction=self.reduction)


class WeightedLoss(Loss):
    """A loss with a weight for each class or element, which moves with the module."""

    weight: Tensor | None

    @refuses
    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return self._function(input, target, weight=self.weight, reduction=self.reduction)
