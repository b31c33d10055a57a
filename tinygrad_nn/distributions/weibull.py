"""`Weibull`, the time until something breaks.
Read `inverse_gamma.py` next.
"""

from __future__ import annotations

from typing import Any, Self

from ..tensor import Tensor
from ..tensor.creation_like import ones_like
from . import constraints
from .exponential import Exponential
from .parameters import EULER, broadcast_all
from .transformed_distribution import TransformedDistribution
from .transforms import AffineTransform, PowerTransform, Transform

__all__ = ["Weibull"]


class Weibull(TransformedDistribution):
    """scale t^(1 / concentration) of an exponential t. Samples are PyTorch's for the same seed."""

    arg_constraints = {"scale": constraints.positive, "concentration": constraints.positive}
    support = constraints.positive

    scale: Tensor
    concentration: Tensor

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        base = Exponential(ones_like(self.scale), validate_args)
        super().__init__(base, self._made(), validate_args)

    def _made(self) -> list[Transform]:
        return [PowerTransform(self.concentration_reciprocal), AffineTransform(0, self.scale)]

    @property
    def concentration_reciprocal(self) -> Tensor:
        """The power of the exponential."""
        return self.concentration.reciprocal()

    def expand(self, batch_shape: Any, _instance: Any = None) -> Self:
        made = super().expand(batch_shape, _instance)
        made.transforms = made._made()
        return made

    @property
    def mean(self) -> Tensor:
        return self.scale * (1 + self.concentration_reciprocal).lgamma().exp()

    @property
    def mode(self) -> Tensor:
        share = (self.concentration - 1) / self.concentration
        return self.scale * share**self.concentration_reciprocal

    @property
    def variance(self) -> Tensor:
        power = self.concentration_reciprocal
        squares = (1 + 2 * power).lgamma().exp() - (2 * (1 + power).lgamma()).exp()
        return self.scale.pow(2) * squares

    def entropy(self) -> Tensor:
        power = self.concentration_reciprocal
        return EULER * (1 - power) + (self.scale * power).log() + 1
