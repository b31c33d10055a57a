"""`StudentT`, a normal divided by an estimate of its deviation.
Read `covariances.py` next.
"""

from __future__ import annotations

import math
from typing import Any, Self

from ..ops.names import where
from ..tensor import Tensor
from . import constraints
from .chi2 import Chi2
from .distribution import Distribution
from .parameters import standard_normal

__all__ = ["StudentT"]


class StudentT(Distribution):
    """loc + scale z / sqrt(c / df), for a normal z and c of Chi2(df).

    log p(x) = -(df + 1) / 2 log(1 + y^2 / df) - log B(1/2, df / 2) - log(df) / 2 - log scale, for
    y = (x - loc) / scale. Samples are PyTorch's for the same seed.
    """

    arg_constraints = {
        "df": constraints.positive,
        "loc": constraints.real,
        "scale": constraints.positive,
    }
    support = constraints.real
    has_rsample = True

    df: Tensor
    loc: Tensor
    scale: Tensor
    _chi2: Chi2

    def __init__(
        self, df: Any, loc: Any = 0.0, scale: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self._broadcast(validate_args, df=df, loc=loc, scale=scale)
        self._chi2 = Chi2(self.df)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Self:
        made = super().expand(batch_shape, _instance)
        made._chi2 = self._chi2.expand(batch_shape)
        return made

    @property
    def mean(self) -> Tensor:
        return where(self.df <= 1, math.nan, self.loc)

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        is_finite = self.df > 2
        df = where(is_finite, self.df, 3.0)  # so that no gradient is of 1 / 0
        finite = self.scale.pow(2) * df / (df - 2)
        return where(is_finite, finite, where(self.df > 1, math.inf, math.nan))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        normals = standard_normal(self._extended_shape(sample_shape), self.df)
        squares = self._chi2.rsample(sample_shape)
        return self.loc + self.scale * (normals * (squares / self.df).rsqrt())

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        y = (value - self.loc) / self.scale
        normalizer = (
            self.scale.log()
            + 0.5 * self.df.log()
            + 0.5 * math.log(math.pi)
            + (0.5 * self.df).lgamma()
            - (0.5 * (self.df + 1.0)).lgamma()
        )
        return -0.5 * (self.df + 1.0) * (y**2.0 / self.df).log1p() - normalizer

    def entropy(self) -> Tensor:
        half, next_half = 0.5 * self.df, 0.5 * (self.df + 1)
        log_beta = half.lgamma() + math.lgamma(0.5) - next_half.lgamma()
        spread = next_half * (next_half.digamma() - half.digamma())
        return self.scale.log() + spread + 0.5 * self.df.log() + log_beta
