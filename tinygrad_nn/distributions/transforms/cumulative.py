"""`CumulativeDistributionTransform`, the share of values below one.
Read `../transformed_distribution.py` next.
"""

from __future__ import annotations

from typing import Any

from .. import constraints
from .transform import Transform

__all__ = ["CumulativeDistributionTransform"]


class CumulativeDistributionTransform(Transform):
    """y = cdf(x) of a distribution, which makes its values uniform; the inverse is its icdf."""

    bijective = True
    codomain: Any = constraints.unit_interval
    sign: Any = +1
    compared = None

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        return self.distribution.support

    def _call(self, x: Any) -> Any:
        return self.distribution.cdf(x)

    def _inverse(self, y: Any) -> Any:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return self.distribution.log_prob(x)
