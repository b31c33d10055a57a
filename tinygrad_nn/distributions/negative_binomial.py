"""`NegativeBinomial`, how many trials succeed before several fail.
Read `pareto.py` next.
"""

from __future__ import annotations

from typing import Any

from ..autograd.grad_mode import no_grad
from ..ops.elementwise.smooth_bends import log_sigmoid
from ..ops.names import poisson, where
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution
from .gamma import Gamma
from .parameters import ProbsOrLogits, broadcast_all

__all__ = ["NegativeBinomial"]


class NegativeBinomial(ProbsOrLogits, Distribution):
    """The successes of probability `probs` before `total_count` failures.

    p(k) = gamma(n + k) / (k! gamma(n)) (1 - p)^n p^k: a Poisson of a gamma distributed rate.
    Samples are PyTorch's for the same seed.
    """

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0),
        "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }
    support = constraints.nonnegative_integer

    total_count: Tensor

    def __init__(
        self,
        total_count: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        ((name, chances),) = self._given(probs, logits).items()
        counts, chances = broadcast_all(total_count, chances)
        counts = counts.type_as(chances)
        self._broadcast(validate_args, total_count=counts, **{name: chances})

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Tensor:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Tensor:
        return self.mean / (-self.logits).sigmoid()

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            rates = Gamma(self.total_count, (-self.logits).exp(), validate_args=False)
            return poisson(rates.sample(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        n = self.total_count
        ways = (n + value).lgamma() - (1.0 + value).lgamma() - n.lgamma()
        outcome = n * log_sigmoid(-self.logits) + value * log_sigmoid(self.logits)
        return outcome + where(n + value == 0.0, 0.0, ways)
