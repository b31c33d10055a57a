"""`RelaxedBernoulli`, a coin between 0 and 1 that has a gradient.
Read `relaxed_categorical.py` next.
"""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from ..tensor.sampling import rand
from . import constraints
from .distribution import Distribution
from .parameters import ProbsOrLogits, broadcast_all, probs_to_logits
from .transformed_distribution import TransformedDistribution
from .transforms import SigmoidTransform

__all__ = ["LogitRelaxedBernoulli", "RelaxedBernoulli"]


class LogitRelaxedBernoulli(ProbsOrLogits, Distribution):
    """(logit u + logits) / temperature for a uniform u (Maddison, Mnih and Teh 2017)."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.real

    def __init__(
        self,
        temperature: Tensor,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._broadcast(validate_args, **self._given(probs, logits))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        logits = probs_to_logits(self.probs.expand(shape), True)
        return (probs_to_logits(rand(shape, dtype=logits.dtype), True) + logits) / self.temperature

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, x = broadcast_all(self.logits, value)
        apart = logits - x * self.temperature
        return self.temperature.log() + apart - 2 * apart.exp().log1p()


class Relaxed(TransformedDistribution):
    """What asks the distribution beneath for its parameters."""

    has_rsample = True

    @property
    def temperature(self) -> Tensor:
        """Near 0 for values near those of the discrete distribution, and for large gradients."""
        return self.base_dist.temperature

    @property
    def logits(self) -> Tensor:
        """The logits of the discrete distribution."""
        return self.base_dist.logits

    @property
    def probs(self) -> Tensor:
        """Its probabilities."""
        return self.base_dist.probs


class RelaxedBernoulli(Relaxed):
    """sigmoid((logit u + logits) / temperature): near 0 or 1, with a gradient.

    Samples are PyTorch's for the same seed.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval

    def __init__(
        self,
        temperature: Tensor,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args)
