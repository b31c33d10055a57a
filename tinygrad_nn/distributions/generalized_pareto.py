"""`GeneralizedPareto`, what lies beyond a high threshold.
Read `weibull.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..ops.names import isclose, where
from ..tensor import Tensor
from ..tensor.creation_like import zeros_like
from ..tensor.sampling import rand
from . import constraints
from .distribution import Distribution

__all__ = ["GeneralizedPareto"]


class GeneralizedPareto(Distribution):
    """P(X > x) = (1 + c z)^(-1 / c) for z = (x - loc) / scale >= 0, and e^-z where c is 0.

    c is the `concentration`: above 0 the tail falls as a power, below 0 it ends at loc - scale / c
    (Pickands 1975). Samples are PyTorch's for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.distributions.GeneralizedPareto(0.0, 1.0, 1.0).cdf(tnn.tensor([1.0]))
        tensor([0.5000])
    """

    arg_constraints = {
        "loc": constraints.real,
        "scale": constraints.positive,
        "concentration": constraints.real,
    }
    has_rsample = True

    loc: Tensor
    scale: Tensor
    concentration: Tensor

    def __init__(
        self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None
    ) -> None:
        self._broadcast(validate_args, loc=loc, scale=scale, concentration=concentration)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        is_bounded = self.concentration < 0
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, where(is_bounded, end, math.inf))

    def _by_concentration(self, of_power: Any, of_exponential: Any) -> Any:
        """Return what `of_power` makes of c, and the other where c is 0; no gradient is nan."""
        c = self.concentration
        is_zero = isclose(c, zeros_like(c))
        return where(is_zero, of_exponential, of_power(where(is_zero, 1.0, c)))

    def _standardized(self, value: Tensor) -> Any:
        if self._validate_args:
            self._validate_sample(value)
        return (value - self.loc) / self.scale

    @property
    def mean(self) -> Tensor:
        is_finite = self.concentration < 1
        c = where(is_finite, self.concentration, 0.5)
        return where(is_finite, self.loc + self.scale / (1 - c), math.nan)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        is_finite = self.concentration < 0.5
        c = where(is_finite, self.concentration, 0.25)
        return where(is_finite, self.scale**2 / ((1 - c) ** 2 * (1 - 2 * c)), math.nan)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        z = self._standardized(value)

        def of_power(c: Any) -> Any:
            power = 1 / c + 1
            return where(power == 0, power, power * (c * z).log1p())

        return -self.scale.log() - self._by_concentration(of_power, z)

    def log_survival_function(self, value: Tensor) -> Tensor:
        """Return log P(X > value)."""
        z = self._standardized(value)
        return self._by_concentration(lambda c: -(c * z).log1p() / c, -z)

    def log_cdf(self, value: Tensor) -> Tensor:
        """Return log P(X <= value)."""
        return (-self.log_survival_function(value).exp()).log1p()

    def cdf(self, value: Tensor) -> Tensor:
        return self.log_cdf(value).exp()

    def icdf(self, value: Tensor) -> Tensor:
        log_above = (-value).log1p()

        def of_power(c: Any) -> Any:
            return self.loc + self.scale / c * (-c * log_above).expm1()

        return self._by_concentration(of_power, self.loc - self.scale * log_above)

    def entropy(self) -> Tensor:
        return self.scale.log() + self.concentration + 1
