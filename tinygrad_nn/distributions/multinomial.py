"""`Multinomial`, how often each of several outcomes occurs.
Read `gamma.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..arrays.size import Size
from ..ops.names import where
from ..tensor import Tensor
from ..tensor.creation import tensor, zeros
from ..tensor.creation_like import ones_like
from . import constraints
from .binomial import Binomial
from .one_hot_categorical import OfCategories
from .parameters import broadcast_all

__all__ = ["Multinomial"]


class Multinomial(OfCategories):
    """The counts of the outcomes of `total_count` draws, with the same probabilities each.

    p(x) = n! / (x_1! ... x_k!) p_1^x_1 ... p_k^x_k. Samples are PyTorch's for the same seed.

    Raises:
        NotImplementedError: a total_count that is no int.
    """

    def __init__(
        self,
        total_count: int = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError(
                f"Multinomial: total_count is one int for the batch, got {total_count!r:.60}"
            )
        self.total_count = total_count
        self._set(probs, logits, validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Tensor:
        return self.probs * self.total_count

    @property
    def variance(self) -> Tensor:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        shape = Size(sample_shape)
        drawn = self._categorical.sample((self.total_count, *shape)).movedim(0, -1)
        counts = zeros(self._extended_shape(shape), dtype=drawn.dtype)
        return counts.scatter_add(-1, drawn, ones_like(drawn)).type_as(self.probs)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, counts = broadcast_all(self.logits, value)
        never = (counts == 0) & (logits == -math.inf)
        ways = (counts.sum(-1) + 1).lgamma() - (counts + 1).lgamma().sum(-1)
        return ways + (where(never, 0.0, logits) * counts).sum(-1)

    def entropy(self) -> Tensor:
        n = tensor(self.total_count)
        one = Binomial(self.total_count, self.probs)
        counts = one.enumerate_support(expand=False)[1:]
        weights = (counts + 1).lgamma()
        expected = (one.log_prob(counts).exp() * weights).sum((0, -1))
        return n * self._categorical.entropy() - (n + 1).lgamma() + expected
