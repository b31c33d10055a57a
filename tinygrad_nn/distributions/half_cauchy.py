"""`HalfCauchy`, the absolute value of a Cauchy distributed one about 0.
Read `gumbel.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..tensor import Tensor
from ..tensor.creation import full
from .cauchy import Cauchy
from .folded import Folded

__all__ = ["HalfCauchy"]


class HalfCauchy(Folded):
    """|x| for x of Cauchy(0, scale). Samples are PyTorch's for the same seed."""

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Cauchy(0, scale, validate_args=False), validate_args)

    @property
    def mean(self) -> Tensor:
        return full(self._extended_shape(), math.inf, dtype=self.scale.dtype)

    @property
    def variance(self) -> Tensor:
        return self.base_dist.variance
