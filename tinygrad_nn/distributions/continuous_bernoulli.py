"""`ContinuousBernoulli`, which gives every number from 0 to 1 what a coin gives 0 and 1.
Read `binomial.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..ops.names import where
from ..tensor import Tensor
from ..tensor.sampling import rand
from . import constraints
from .bernoulli import cross_entropy
from .exp_family import ExponentialFamily
from .parameters import ProbsOrLogits, broadcast_all, clamp_probs, lazy_property, logits_to_probs

__all__ = ["ContinuousBernoulli"]


class ContinuousBernoulli(ProbsOrLogits, ExponentialFamily):
    """p(x) = C p^x (1 - p)^(1 - x) for x from 0 to 1, where p is `probs`, or sigmoid(logits).

    C = 2 artanh(1 - 2 p) / (1 - 2 p) (Loaiza-Ganem and Cunningham 2019). Where p lies within `lims`
    its series about 1/2 is taken. Samples are PyTorch's for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.distributions.ContinuousBernoulli(tnn.tensor([0.5])).log_prob(tnn.tensor([0.3]))
        tensor([0.])
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure = 0

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        self._lims = lims
        self._broadcast(validate_args, **self._given(probs, logits))
        if probs is not None:
            self.probs = clamp_probs(self.probs)

    @lazy_property
    def probs(self) -> Any:
        """p, which is not the mean."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _by_series(self, closed: Any, series: Any) -> Any:
        """Return `closed` of p, or `series` of p - 1/2 where p is near 1/2, and no gradient nan."""
        low, high = self._lims
        p = self.probs
        is_far = (p <= low) | (p > high)
        return where(is_far, closed(where(is_far, p, low)), series(p - 0.5))

    def _log_normalizing_constant(self) -> Any:
        """Return log C."""

        def closed(p: Any) -> Any:
            return ((-p).log1p() - p.log()).abs().log() - (1.0 - 2.0 * p).abs().log()

        def series(x: Any) -> Any:
            square = x.pow(2)
            return math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * square) * square

        return self._by_series(closed, series)

    @property
    def mean(self) -> Tensor:
        def closed(p: Any) -> Any:
            return p / (2.0 * p - 1.0) + 1.0 / ((-p).log1p() - p.log())

        return self._by_series(closed, lambda x: 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.pow(2)) * x)

    @property
    def variance(self) -> Tensor:
        def closed(p: Any) -> Any:
            return p * (p - 1.0) / (1.0 - 2.0 * p).pow(2) + ((-p).log1p() - p.log()).pow(-2)

        def series(x: Any) -> Any:
            square = x.pow(2)
            return 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * square) * square

        return self._by_series(closed, series)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.icdf(rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        logits, x = broadcast_all(self.logits, value)
        return self._log_normalizing_constant() - cross_entropy(logits, x)

    def cdf(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)

        def closed(p: Any) -> Any:
            return (p.pow(value) * (1.0 - p).pow(1.0 - value) + p - 1.0) / (2.0 * p - 1.0)

        share = self._by_series(closed, lambda x: value)
        return where(value <= 0.0, 0.0, where(value >= 1.0, 1.0, share))

    def icdf(self, value: Tensor) -> Tensor:
        def closed(p: Any) -> Any:
            of_zero = (-p).log1p()
            return ((value * (2.0 * p - 1.0) - p).log1p() - of_zero) / (p.log() - of_zero)

        return self._by_series(closed, lambda x: value)

    def entropy(self) -> Tensor:
        of_zero = (-self.probs).log1p()
        expected = self.mean * (of_zero - self.probs.log())
        return expected - self._log_normalizing_constant() - of_zero
