"""Transforms of each number by itself: exp, powers, sigmoid, tanh, softplus, abs, affine ones.
Read `combining.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.kinds import is_number
from ...arrays.limits import finfo
from ...ops.elementwise.activations import softplus
from ...ops.names import broadcast_shapes
from ...tensor.creation_like import full_like
from .. import constraints
from ..parameters import broadcast_all, lazy_property, sum_rightmost
from .transform import Transform

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "ExpTransform",
    "PowerTransform",
    "SigmoidTransform",
    "SoftplusTransform",
    "TanhTransform",
]


class _Increasing(Transform):
    """A bijection of each number that keeps their order."""

    domain: Any = constraints.real
    bijective = True
    sign: Any = +1


class ExpTransform(_Increasing):
    """y = e^x; log |dy/dx| = x."""

    codomain: Any = constraints.positive

    def _call(self, x: Any) -> Any:
        return x.exp()

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return x


class PowerTransform(Transform):
    """y = x^exponent of positive numbers; dy/dx = exponent y / x."""

    domain: Any = constraints.positive
    codomain: Any = constraints.positive
    bijective = True
    compared = ("exponent",)

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        (self.exponent,) = broadcast_all(exponent)

    @lazy_property
    def sign(self) -> Any:
        """Whether the order of values stays."""
        return self.exponent.sign()

    def _call(self, x: Any) -> Any:
        return x.pow(self.exponent)

    def _inverse(self, y: Any) -> Any:
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Any) -> Any:
        return broadcast_shapes(shape, self.exponent.shape)

    inverse_shape = forward_shape


def clipped_sigmoid(x: Any) -> Any:
    """Return sigmoid(x), held off 0 and 1, whose logits are infinite."""
    limits = finfo(x.dtype)
    return x.sigmoid().clamp(min=limits.tiny, max=1.0 - limits.eps)


class SigmoidTransform(_Increasing):
    """y = 1 / (1 + e^-x); x = logit y."""

    codomain: Any = constraints.unit_interval

    def _call(self, x: Any) -> Any:
        return clipped_sigmoid(x)

    def _inverse(self, y: Any) -> Any:
        limits = finfo(y.dtype)
        held = y.clamp(min=limits.tiny, max=1.0 - limits.eps)
        return held.log() - (-held).log1p()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -softplus(-x) - softplus(x)


class SoftplusTransform(_Increasing):
    """y = log(1 + e^x), which is x itself where x is above 20."""

    codomain: Any = constraints.positive

    def _call(self, x: Any) -> Any:
        return softplus(x)

    def _inverse(self, y: Any) -> Any:
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -softplus(-x)


class TanhTransform(_Increasing):
    """y = tanh x; log |dy/dx| = 2 (log 2 - x - softplus(-2 x)), which doesn't lose 1 - y^2."""

    codomain: Any = constraints.interval(-1.0, 1.0)

    def _call(self, x: Any) -> Any:
        return x.tanh()

    def _inverse(self, y: Any) -> Any:
        return y.atanh()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class AbsTransform(Transform):
    """y = |x|, of which the inverse gives the positive one."""

    domain: Any = constraints.real
    codomain: Any = constraints.positive

    def _call(self, x: Any) -> Any:
        return x.abs()

    def _inverse(self, y: Any) -> Any:
        return y


class AffineTransform(Transform):
    """y = loc + scale x, of numbers or of values of `event_dim` dimensions."""

    bijective = True
    compared = ("loc", "scale")

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim

    @property
    def event_dim(self) -> int:
        return self._event_dim

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        if self.event_dim == 0:
            return constraints.real
        return constraints.independent(constraints.real, self.event_dim)

    @constraints.dependent_property(is_discrete=False)
    def codomain(self) -> Any:
        return self.domain

    @property
    def sign(self) -> Any:
        if is_number(self.scale):
            return (self.scale > 0) - (self.scale < 0)
        return self.scale.sign()

    def _call(self, x: Any) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Any) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        if is_number(self.scale):
            stretched = full_like(x, math.log(abs(self.scale)))
        else:
            stretched = self.scale.abs().log()
        shape = x.shape[: x.dim() - self.event_dim]
        return sum_rightmost(stretched, self.event_dim).expand(shape)

    def forward_shape(self, shape: Any) -> Any:
        shapes = (getattr(each, "shape", ()) for each in (self.loc, self.scale))
        return broadcast_shapes(shape, *shapes)

    inverse_shape = forward_shape
