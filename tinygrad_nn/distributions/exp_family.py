"""`ExponentialFamily`: distributions whose entropy follows from their natural parameters.
Read `normal.py` next.
"""

from __future__ import annotations

from typing import Any

from ..autograd.engine import grad
from ..tensor import Tensor
from .distribution import Distribution

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    """p(x) = exp(t(x) . theta - F(theta) + k(x)), with natural parameters theta.

    A subclass gives theta, F and the mean of k, and has an entropy by Bregman divergence, F(theta)
    - theta . grad F(theta) - E k(x) (Nielsen and Nock 2010), unless it has a closed form.
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        raise self._has_no("natural parameters")

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        raise self._has_no("log normalizer")

    @property
    def _mean_carrier_measure(self) -> float:
        raise self._has_no("mean of a carrier measure")

    def entropy(self) -> Tensor:
        carried = -self._mean_carrier_measure
        theta = [each.detach().requires_grad_() for each in self._natural_params]
        normalizer = self._log_normalizer(*theta)
        gradients: Any = grad(normalizer.sum(), theta, create_graph=True)
        result = carried + normalizer
        for each, gradient in zip(theta, gradients, strict=True):
            result = result - (each * gradient).reshape((*self._batch_shape, -1)).sum(-1)
        return result
