"""`Bernoulli`, a coin.
Read `continuous_bernoulli.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..autograd.grad_mode import no_grad
from ..ops.losses.binary import binary_cross_entropy_with_logits
from ..ops.names import bernoulli, where
from ..tensor import Tensor
from ..tensor.ranges import arange
from . import constraints
from .exp_family import ExponentialFamily
from .parameters import ProbsOrLogits, broadcast_all

__all__ = ["Bernoulli"]


class Bernoulli(ProbsOrLogits, ExponentialFamily):
    """1 with probability `probs`, or sigmoid(logits), else 0.

    log p(x) = x log p + (1 - x) log(1 - p). Samples are PyTorch's for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.distributions.Bernoulli(tnn.tensor([0.25])).log_prob(tnn.tensor([1.0]))
        tensor([-1.3863])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True
    _mean_carrier_measure = 0

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._broadcast(validate_args, **self._given(probs, logits))

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        likelier = (self.probs >= 0.5).type_as(self.probs)
        return where(self.probs == 0.5, math.nan, likelier)

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            return bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, outcome = broadcast_all(self.logits, value)
        return -cross_entropy(logits, outcome)

    def entropy(self) -> Tensor:
        return cross_entropy(self.logits, self.probs)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return outcomes(2, self, expand)

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.probs.logit(),)

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        return natural_params[0].exp().log1p()


def cross_entropy(logits: Tensor, target: Tensor) -> Any:
    """Return -t log p - (1 - t) log(1 - p) of logits."""
    return binary_cross_entropy_with_logits(logits, target, None, None, "none")


def outcomes(count: int, distribution: Any, expand: bool, dtype: Any = None) -> Tensor:
    """Return 0 to count - 1 along a new first dimension of the batch."""
    dtype = distribution._param.dtype if dtype is None else dtype
    values = arange(count, dtype=dtype).reshape((-1,) + (1,) * len(distribution.batch_shape))
    return values.expand((-1, *distribution.batch_shape)) if expand else values
