"""`RelaxedOneHotCategorical`, the Gumbel softmax as a distribution.
Read `negative_binomial.py` next.
"""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from ..tensor.creation_like import full_like
from ..tensor.sampling import rand
from . import constraints
from .one_hot_categorical import OfCategories
from .parameters import broadcast_all, clamp_probs
from .relaxed_bernoulli import Relaxed
from .transforms import ExpTransform

__all__ = ["ExpRelaxedCategorical", "RelaxedOneHotCategorical"]


class ExpRelaxedCategorical(OfCategories):
    """log_softmax((logits - log(-log u)) / temperature) for uniforms u."""

    support = constraints.real_vector  # and of logsumexp 0
    has_rsample = True

    def __init__(
        self,
        temperature: Tensor,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._set(probs, logits, validate_args)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        uniforms = clamp_probs(rand(shape, dtype=self.logits.dtype))
        scores = (self.logits - (-uniforms.log()).log()) / self.temperature
        return scores - scores.logsumexp(-1, keepdim=True)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        k = self.event_shape[0]
        logits, x = broadcast_all(self.logits, value)
        scale = full_like(self.temperature, float(k)).lgamma() + self.temperature.log() * (k - 1)
        scores = logits - x * self.temperature
        return (scores - scores.logsumexp(-1, keepdim=True)).sum(-1) + scale


class RelaxedOneHotCategorical(Relaxed):
    """softmax((logits - log(-log u)) / temperature), near a corner of the simplex, for uniforms u.

    Samples are PyTorch's for the same seed (Jang, Gu and Poole 2017; Maddison, Mnih and Teh 2017).
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.simplex

    def __init__(
        self,
        temperature: Tensor,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args)
        super().__init__(base, ExpTransform(), validate_args)
