"""`Kumaraswamy`, which is nearly a beta distribution, in closed form.
Read `generalized_pareto.py` next.
"""

from __future__ import annotations

import math
from typing import Any, Self

from ..ops.names import where
from ..tensor import Tensor
from ..tensor.creation_like import ones_like, zeros_like
from . import constraints
from .parameters import EULER, broadcast_all
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform, Transform
from .uniform import Uniform

__all__ = ["Kumaraswamy"]


class Kumaraswamy(TransformedDistribution):
    """(1 - u^(1 / b))^(1 / a) of a uniform u: P(X > x) = (1 - x^a)^b (Kumaraswamy 1980).

    a is `concentration1` and b `concentration0`. Samples are PyTorch's for the same seed.
    """

    arg_constraints = {
        "concentration1": constraints.positive,
        "concentration0": constraints.positive,
    }
    support = constraints.unit_interval
    has_rsample = True

    concentration1: Tensor
    concentration0: Tensor

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        self.concentration1, self.concentration0 = broadcast_all(concentration1, concentration0)
        b = self.concentration0
        base = Uniform(zeros_like(b), ones_like(b), validate_args)
        super().__init__(base, self._made(), validate_args)

    def _made(self) -> list[Transform]:
        return [
            PowerTransform(self.concentration0.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(self.concentration1.reciprocal()),
        ]

    def expand(self, batch_shape: Any, _instance: Any = None) -> Self:
        made = super().expand(batch_shape, _instance)
        made.transforms = made._made()
        return made

    def _moment(self, n: int) -> Any:
        """Return the mean of x^n: b B(1 + n / a, b)."""
        power, b = 1 + n / self.concentration1, self.concentration0
        return b * (power.lgamma() + b.lgamma() - (power + b).lgamma()).exp()

    @property
    def mean(self) -> Tensor:
        return self._moment(1)

    @property
    def mode(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        has_none = (b < 1) | (a < 1)
        log_mode = b.reciprocal() * (-b).log1p() - (-b * a).log1p()
        return where(has_none, math.nan, log_mode).exp()

    @property
    def variance(self) -> Tensor:
        return self._moment(2) - self.mean.pow(2)

    def entropy(self) -> Tensor:
        a, b = self.concentration1, self.concentration0
        harmonic = (b + 1).digamma() + EULER
        of_powers = 1 - b.reciprocal() + (1 - a.reciprocal()) * harmonic
        return of_powers - a.log() - b.log()
