"""`Geometric`, how many trials fail before the first success.
Read `laplace.py` next.
"""

from __future__ import annotations

from typing import Any

from ..arrays.limits import finfo
from ..autograd.grad_mode import no_grad
from ..errors import ArgumentError
from ..ops.names import where
from ..tensor import Tensor
from ..tensor.creation import empty
from ..tensor.creation_like import zeros_like
from . import constraints
from .bernoulli import cross_entropy
from .distribution import Distribution
from .parameters import ProbsOrLogits, broadcast_all

__all__ = ["Geometric"]


class Geometric(ProbsOrLogits, Distribution):
    """The failures before the first success: p(k) = (1 - p)^k p for k = 0, 1 ...

    Samples are PyTorch's for the same seed.

    Raises:
        ArgumentError: a probability of 0.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._broadcast(validate_args, **self._given(probs, logits))
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            raise ArgumentError(f"Geometric: parameter probs must be above 0, got {self.probs}")

    @property
    def mean(self) -> Tensor:
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Tensor:
        return zeros_like(self.probs)

    @property
    def variance(self) -> Tensor:
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape: Any = ()) -> Tensor:
        dtype = self.probs.dtype
        with no_grad():
            u = empty(self._extended_shape(sample_shape), dtype=dtype)
            u.uniform_(finfo(dtype).tiny, 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        failures, probs = broadcast_all(value, self.probs)
        is_sure = (probs == 1) & (failures == 0)  # 0 times log 0
        return failures * (-where(is_sure, 0.0, probs)).log1p() + self.probs.log()

    def entropy(self) -> Tensor:
        return cross_entropy(self.logits, self.probs) / self.probs
