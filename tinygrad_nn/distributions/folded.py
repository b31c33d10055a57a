"""What `HalfNormal` and `HalfCauchy` share: a distribution around 0 of which the sign is lost.
Read `half_normal.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..ops.names import where
from ..tensor import Tensor
from ..tensor.creation import as_tensor
from ..tensor.creation_like import zeros_like
from . import constraints
from .transformed_distribution import TransformedDistribution
from .transforms import AbsTransform

__all__ = ["Folded"]


class Folded(TransformedDistribution):
    """|x| for x of a distribution that is symmetric about 0: twice its density above 0."""

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, base_dist: Any, validate_args: bool | None = None) -> None:
        super().__init__(base_dist, AbsTransform(), validate_args)

    @property
    def scale(self) -> Tensor:
        """The scale of what was folded."""
        return self.base_dist.scale

    @property
    def mode(self) -> Tensor:
        return zeros_like(self.scale)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        value = as_tensor(value)
        return where(value >= 0, self.base_dist.log_prob(value) + math.log(2), -math.inf)

    def cdf(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Tensor) -> Tensor:
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Tensor:
        return self.base_dist.entropy() - math.log(2)
