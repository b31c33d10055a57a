"""`Categorical`, one of several outcomes, by its index.
Read `one_hot_categorical.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..arrays.limits import finfo
from ..arrays.size import Size
from ..errors import ArgumentError, DTypeError
from ..ops.names import broadcast_tensors
from ..tensor import Tensor
from ..tensor.creation import full
from ..tensor.drawing import multinomial
from . import constraints
from .bernoulli import outcomes
from .distribution import Distribution
from .parameters import ProbsOrLogits

__all__ = ["Categorical"]


class Categorical(ProbsOrLogits, Distribution):
    """An index of the last dimension of `probs`, which are divided by their sum, or of `logits`.

    log p(i) = log probs_i, or logits_i - logsumexp(logits). Samples are PyTorch's for the
    same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> d = tnn.distributions.Categorical(tnn.tensor([1.0, 3.0]))
        >>> d.log_prob(tnn.tensor([0, 1]))
        tensor([-1.3863, -0.2877])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True
    has_two_outcomes = False

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        ((name, given),) = self._given(probs, logits).items()
        if not isinstance(given, Tensor):
            raise DTypeError(f"Categorical: {name} must be a Tensor, got {given!r:.60}")
        if given.dim() < 1:
            raise ArgumentError(f"Categorical: {name} need a dimension of outcomes, got a 0-d one")
        if name == "probs":
            self.probs = given / given.sum(-1, keepdim=True)
        else:
            self.logits = given - given.logsumexp(-1, keepdim=True)
        Distribution.__init__(self, given.shape[:-1], validate_args=validate_args)

    @property
    def _num_events(self) -> int:
        return int(self.param_shape[-1])

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Tensor:
        return full(self._extended_shape(), math.nan, dtype=self.probs.dtype)

    @property
    def mode(self) -> Tensor:
        return self.probs.argmax(-1)

    @property
    def variance(self) -> Tensor:
        return self.mean

    def sample(self, sample_shape: Any = ()) -> Tensor:
        shape = Size(sample_shape)
        rows = self.probs.reshape(-1, self._num_events)
        drawn = multinomial(rows, shape.numel(), True).mT
        return drawn.reshape(self._extended_shape(shape))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        index, logits = broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, index[..., :1]).squeeze(-1)

    def entropy(self) -> Tensor:
        held = self.logits.clamp(min=finfo(self.logits.dtype).min)  # 0 times -inf is nan
        return -(held * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return outcomes(self._num_events, self, expand, "int64")
