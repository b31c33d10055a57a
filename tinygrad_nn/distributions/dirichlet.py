"""`Dirichlet`, a distribution over the probabilities of several outcomes.
Read `beta.py` next.
"""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from ..ops.names import where
from ..tensor import Tensor
from . import constraints
from .exp_family import ExponentialFamily
from .one_hot_categorical import one_hot
from .pathwise import dirichlet

__all__ = ["Dirichlet"]


class Dirichlet(ExponentialFamily):
    """p(x) = gamma(sum a) / prod gamma(a_i) prod x_i^(a_i - 1), for x of sum 1.

    a is the `concentration`, its last dimension one value. Samples are PyTorch's for the same seed.
    """

    arg_constraints = {"concentration": constraints.independent(constraints.positive, 1)}
    support = constraints.simplex
    has_rsample = True

    concentration: Tensor

    def __init__(self, concentration: Tensor, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ArgumentError("Dirichlet: concentration needs a dimension of outcomes, got none")
        self.concentration = concentration
        shape = concentration.shape
        super().__init__(shape[:-1], shape[-1:], validate_args)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        a = self.concentration
        return (a - 1.0).xlogy(value).sum(-1) + a.sum(-1).lgamma() - a.lgamma().sum(-1)

    @property
    def mean(self) -> Tensor:
        return self.concentration / self.concentration.sum(-1, keepdim=True)

    @property
    def mode(self) -> Tensor:
        above = (self.concentration - 1).clamp(min=0.0)
        inside = above / above.sum(-1, keepdim=True)
        at_a_corner = (self.concentration < 1).all(-1, keepdim=True)
        return where(at_a_corner, one_hot(inside.argmax(-1), inside), inside)

    @property
    def variance(self) -> Tensor:
        total = self.concentration.sum(-1, keepdim=True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def entropy(self) -> Tensor:
        a = self.concentration
        k, total = a.shape[-1], a.sum(-1)
        return (
            a.lgamma().sum(-1)
            - total.lgamma()
            - (k - total) * total.digamma()
            - ((a - 1.0) * a.digamma()).sum(-1)
        )

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.concentration,)

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        (x,) = natural_params
        return x.lgamma().sum(-1) - x.sum(-1).lgamma()
