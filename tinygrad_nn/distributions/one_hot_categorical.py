"""`OneHotCategorical`, one of several outcomes, as a row with a single 1.
Read `multinomial.py` next.
"""

from __future__ import annotations

from typing import Any, Self

from ..tensor import Tensor
from ..tensor.creation import eye
from ..tensor.ranges import arange
from . import constraints
from .categorical import Categorical
from .distribution import Distribution

__all__ = ["OneHotCategorical", "OneHotCategoricalStraightThrough"]


class OfCategories(Distribution):
    """What is a row for each outcome of a Categorical, which keeps the probabilities."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}

    _categorical: Categorical

    def _set(self, probs: Any, logits: Any, validate_args: bool | None) -> None:
        self._categorical = Categorical(probs, logits)
        shape = self._categorical.param_shape
        Distribution.__init__(self, shape[:-1], shape[-1:], validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Self:
        made = super().expand(batch_shape, _instance)
        made._categorical = self._categorical.expand(batch_shape)
        return made

    @property
    def probs(self) -> Tensor:
        """The probabilities of the outcomes."""
        return self._categorical.probs

    @property
    def logits(self) -> Tensor:
        """Their logarithms."""
        return self._categorical.logits

    @property
    def _param(self) -> Any:
        return self._categorical._param

    @property
    def param_shape(self) -> Any:
        """The shape of the probabilities."""
        return self._categorical.param_shape


class OneHotCategorical(OfCategories):
    """Rows of 0 with a 1 at the outcome: see `Categorical`."""

    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._set(probs, logits, validate_args)

    @property
    def mean(self) -> Tensor:
        return self.probs

    @property
    def mode(self) -> Tensor:
        return self._rows(self.probs.argmax(-1))

    @property
    def variance(self) -> Tensor:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        return self._rows(self._categorical.sample(sample_shape))

    def _rows(self, outcome: Any) -> Tensor:
        return one_hot(outcome, self.probs)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return self._categorical.log_prob(value.argmax(-1))

    def entropy(self) -> Tensor:
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Tensor:
        n = self.event_shape[0]
        rows = eye(n, dtype=self._param.dtype)
        rows = rows.reshape((n,) + (1,) * len(self.batch_shape) + (n,))
        return rows.expand((n, *self.batch_shape, n)) if expand else rows


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """One-hot rows whose gradient is that of the probabilities (Bengio et al. 2013)."""

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.sample(sample_shape) + (self.probs - self.probs.detach())


def one_hot(index: Tensor, like: Tensor) -> Tensor:
    """Return rows with a 1 at each index, as long as those of another tensor and of its dtype."""
    return (index.unsqueeze(-1) == arange(like.shape[-1])).type_as(like)
