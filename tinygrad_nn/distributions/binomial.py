"""`Binomial`, how many of several coins show 1.
Read `categorical.py` next.
"""

from __future__ import annotations

from typing import Any

from ..autograd.grad_mode import no_grad
from ..ops.names import binomial
from ..tensor import Tensor
from . import constraints
from .bernoulli import outcomes
from .distribution import Distribution
from .parameters import ProbsOrLogits, broadcast_all

__all__ = ["Binomial"]


class Binomial(ProbsOrLogits, Distribution):
    """How many of `total_count` trials of probability `probs` succeed.

    p(k) = n! / (k! (n - k)!) p^k (1 - p)^(n - k). Samples are PyTorch's for the same seed.

    Raises:
        NotImplementedError: the entropy or the support of a batch of several counts.
    """

    arg_constraints = {
        "total_count": constraints.nonnegative_integer,
        "probs": constraints.unit_interval,
        "logits": constraints.real,
    }
    has_enumerate_support = True

    total_count: Tensor

    def __init__(
        self,
        total_count: Any = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        ((name, chances),) = self._given(probs, logits).items()
        counts, chances = broadcast_all(total_count, chances)
        counts = counts.type_as(chances)
        self._broadcast(validate_args, total_count=counts, **{name: chances})

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.total_count * self.probs

    @property
    def mode(self) -> Tensor:
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        with no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        n, logits = self.total_count, self.logits
        # log(1 + e^l), whose two halves don't overflow; the clamps share the gradient at 0
        above_zero = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2
        of_failures = n * above_zero + n * (-logits.abs()).exp().log1p()
        ways = (n + 1).lgamma() - (value + 1).lgamma() - (n - value + 1).lgamma()
        return value * logits + ways - of_failures

    def entropy(self) -> Tensor:
        self._one_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(log_prob.exp() * log_prob).sum(0)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return outcomes(1 + self._one_count("enumerate_support"), self, expand)

    def _one_count(self, name: str) -> int:
        most = int(self.total_count.max())
        if self.total_count.min() != most:
            raise NotImplementedError(
                f"Binomial.{name}() takes one total_count for the whole batch, got "
                f"{int(self.total_count.min())} to {most}"
            )
        return most
