"""`Poisson`, how many events occur in a unit of time.
Read `geometric.py` next.
"""

from __future__ import annotations

from typing import Any

from ..autograd.grad_mode import no_grad
from ..ops.names import poisson
from ..tensor import Tensor
from . import constraints
from .exp_family import ExponentialFamily
from .parameters import broadcast_all

__all__ = ["Poisson"]


class Poisson(ExponentialFamily):
    """The number of events where `rate` are expected: p(k) = rate^k e^(-rate) / k!.

    Samples are PyTorch's for the same seed. There is no closed form of the entropy.
    """

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    rate: Tensor

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        self._broadcast(validate_args, rate=rate)

    @property
    def mean(self) -> Tensor:
        return self.rate

    @property
    def mode(self) -> Tensor:
        return self.rate.floor()

    @property
    def variance(self) -> Tensor:
        return self.rate

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            return poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        rate, count = broadcast_all(self.rate, value)
        return count.xlogy(rate) - rate - (count + 1).lgamma()

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return (self.rate.log(),)

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        return natural_params[0].exp()
