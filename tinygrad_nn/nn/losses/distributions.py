"""Losses on distributions: Kullback and Leibler's, and likelihoods of counts and of normals.
Read `classification.py` next.
"""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import functional as F
from .loss import Loss

__all__ = [
    "GaussianNLLLoss",
    "KLDivLoss",
    "PoissonNLLLoss",
]


class KLDivLoss(Loss):
    """t (log t - x), x being log-probabilities; with `log_target` t is given as its logarithm.

    "batchmean" as the reduction divides the sum by the batch's size, as the divergence's formula.

    Example:
        >>> import tinygrad_nn as tnn
        >>> loss = tnn.nn.KLDivLoss(reduction="batchmean")
        >>> loss(tnn.tensor([[0.5, 0.5]]).log(), tnn.tensor([[1.0, 0.0]]))
        tensor(0.6931)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(Loss):
    """e^x - t x for counts t, x being the logarithm of their rate; else x - t log(x + eps).

    With `full`, Stirling's approximation of log t! is added where t is above 1.
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.poisson_nll_loss(
            log_input,
            target,
            log_input=self.log_input,
            full=self.full,
            eps=self.eps,
            reduction=self.reduction,
        )


class GaussianNLLLoss(Loss):
    """(log var + (x - t)^2 / var) / 2, var being at least eps (Nix and Weigend 1994).

    With `full`, log(2 pi) / 2 is added.
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(  # type: ignore[override]
        self, input: Tensor, target: Tensor, var: Any
    ) -> Tensor:
        """Return the reduced loss for a variance that is a tensor or a number."""
        return F.gaussian_nll_loss(
            input, target, var, full=self.full, eps=self.eps, reduction=self.reduction
        )
