"""`HalfNormal`, the absolute value of a normal about 0.
Read `half_cauchy.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..tensor import Tensor
from .folded import Folded
from .normal import Normal

__all__ = ["HalfNormal"]


class HalfNormal(Folded):
    """|x| for x of N(0, scale^2). Samples are PyTorch's for the same seed."""

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        super().__init__(Normal(0, scale, validate_args=False), validate_args)

    @property
    def mean(self) -> Tensor:
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Tensor:
        return self.scale.pow(2) * (1 - 2 / math.pi)
