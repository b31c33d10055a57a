"""What all losses share: how the single losses become one number.
Read `regression.py` next.
"""

from __future__ import annotations

from ..functional.loss_arguments import legacy_reduction
from ..module import Module


class Loss(Module):
    """A loss with a reduction: "mean", "sum" or "none"."""

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__()
        self.reduction = legacy_reduction(size_average, reduce, reduction)
