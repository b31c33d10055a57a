"""`VonMises`, the normal distribution of angles.
Read `bernoulli.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..autograd.grad_mode import no_grad
from ..ops.names import where
from ..tensor import Tensor
from ..tensor.creation import zeros
from ..tensor.sampling import rand
from . import constraints
from .distribution import Distribution

__all__ = ["VonMises"]

# Abramowitz and Stegun 1964, 9.8.1 to 9.8.4: I_0(x) and I_1(x) / x in powers of (x / 3.75)^2, and
# sqrt(x) e^-x of both in powers of 3.75 / x, to 2e-7; these are PyTorch's numbers too.
SMALL = (
    (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813),
    (0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411),
)
LARGE = (
    (0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537,
     -0.01647633, 0.00392377),
    (0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555, 0.02282967, -0.02895312,
     0.01787654, -0.00420059),
)  # fmt: skip
BEND = 3.75  # from here on the second is taken


def _polynomial(x: Any, coefficients: tuple[float, ...]) -> Any:
    total: Any = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        total = coefficient + x * total
    return total


def log_bessel(x: Any, order: int) -> Any:
    """Return log I_0(x) or log I_1(x), the modified Bessel functions, for x above 0."""
    near = _polynomial((x / BEND) * (x / BEND), SMALL[order])
    far = x - 0.5 * x.log() + _polynomial(BEND / x, LARGE[order]).log()
    return where(x < BEND, (x.abs() * near if order else near).log(), far)


class VonMises(Distribution):
    """log p(x) = concentration cos(x - loc) - log(2 pi I_0(concentration)), for angles x.

    The angles are in radians; those of values may lie anywhere, those drawn lie from -pi to pi. The
    mean and the variance are those of angles, 1 - I_1 / I_0. Samples are PyTorch's for the same
    seed, by rejection from a wrapped Cauchy distribution (Best and Fisher 1979).

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.distributions.VonMises(0.0, 1.0).log_prob(tnn.tensor([0.0, 2 * tnn.pi]))
        tensor([-1.0738, -1.0738])
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real
    has_rsample = False

    loc: Tensor
    concentration: Tensor

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self._broadcast(validate_args, loc=loc, concentration=concentration)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        of_one, of_zero = (log_bessel(self.concentration, order) for order in (1, 0))
        return 1 - (of_one - of_zero).exp()

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            loc, kappa = self.loc.double(), self.concentration.double()
            tau = 1 + (1 + 4 * kappa**2).sqrt()
            rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
            of_proposal = where(kappa < 1e-5, 1 / kappa + kappa, (1 + rho**2) / (2 * rho))
            shape = self._extended_shape(sample_shape)
            x, is_done = zeros(shape, dtype=kappa.dtype), zeros(shape, dtype="bool")
            while not is_done.all():
                turn, u, side = rand((3, *shape), dtype=kappa.dtype).unbind()
                z = (math.pi * turn).cos()
                cosine = (1 + of_proposal * z) / (of_proposal + z)
                c = kappa * (of_proposal - cosine)
                is_taken = (c * (2 - c) - u > 0) | ((c / u).log() + 1 - c >= 0)
                x = where(is_taken, (side - 0.5).sign() * cosine.acos(), x)
                is_done = is_done | is_taken
            return ((x + math.pi + loc) % (2 * math.pi) - math.pi).to(self.loc.dtype)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        kappa = self.concentration
        log_prob = kappa * (value - self.loc).cos() - math.log(2 * math.pi) - log_bessel(kappa, 0)
        return log_prob
