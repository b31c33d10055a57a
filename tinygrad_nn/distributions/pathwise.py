"""Drawn gamma and Dirichlet values as functions of their parameters: implicit reparameterisation.
Read `quadrature.py` next, which integrates.

A value x drawn at the parameter a moves with it so that its probability cdf(x; a) stays the same,
hence dx/da = -(d cdf / da) / density (Figurnov, Mohamed and Mnih 2018). PyTorch takes polynomials
that are right to 3 or 4 digits; here it is right to 10 and more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays.warnings import quiet
from ..autograd.function import Function, once_differentiable
from ..autograd.tensor_base import make_tensor
from ..ops.names import broadcast_tensors
from ..ops.special.gamma_functions import digamma
from ..ops.special.incomplete_gamma import lower_share
from ..random import default_generator, gamma
from .quadrature import between, onwards

__all__ = ["dirichlet", "dirichlet_slope", "gamma_share", "gamma_slope", "standard_gamma"]

Array = NDArray[Any]


def standard_gamma(concentration: Any) -> Any:
    """Return a value of the gamma distribution of rate 1 for each concentration."""
    return _StandardGamma.apply(concentration)


def dirichlet(concentration: Any) -> Any:
    """Return probabilities, which sum to 1 over the last dimension."""
    return _Dirichlet.apply(concentration)


def gamma_share(concentration: Any, x: Any) -> Any:
    """Return the share of gamma distributed values below x, by SciPy; both have a gradient."""
    return _GammaShare.apply(*broadcast_tensors(concentration, x))


class _StandardGamma(Function):
    @staticmethod
    def forward(ctx: Any, concentration: Any) -> Any:
        drawn = make_tensor(gamma.standard_gamma(default_generator, concentration.array))
        ctx.save_for_backward(drawn, concentration)
        return drawn

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Any) -> Any:
        drawn, concentration = (each.array for each in ctx.saved_tensors)
        return g * make_tensor(gamma_slope(drawn, concentration).astype(drawn.dtype))


class _Dirichlet(Function):
    @staticmethod
    def forward(ctx: Any, concentration: Any) -> Any:
        drawn = make_tensor(gamma.dirichlet(default_generator, concentration.array))
        ctx.save_for_backward(drawn, concentration)
        return drawn

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Any) -> Any:
        drawn, concentration = ctx.saved_tensors
        x, a = drawn.array, concentration.array
        slope = dirichlet_slope(x, a, a.sum(-1, keepdims=True)).astype(x.dtype)
        return make_tensor(slope) * (g - (drawn * g).sum(-1, keepdim=True))


class _GammaShare(Function):
    @staticmethod
    def forward(ctx: Any, concentration: Any, x: Any) -> Any:
        ctx.save_for_backward(concentration, x)
        return lower_share(concentration.detach(), x.detach())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Any) -> Any:
        concentration, x = ctx.saved_tensors
        density = ((concentration - 1.0).xlogy(x) - x - concentration.lgamma()).exp()
        slope = make_tensor(gamma_slope(x.array, concentration.array).astype(x.dtype))
        return -g * density * slope, g * density


def gamma_slope(x: Array, a: Array) -> Array:
    """Return dx/da of values x of the gamma distribution of concentration a.

    It is x times the sum over n of t_n (digamma(a + n + 1) - log x), with
    t_n = x^n / (a (a + 1) ... (a + n)), from the series of the cdf (DLMF 8.7.1). From
    log x = digamma(a + 1) on, where its terms have two signs, it is x times the integral over s > 0
    of (log x + s - digamma(a)) exp(a s - x (e^s - 1)), as the mean of log x is digamma(a).
    """
    x, a = (np.asarray(each, np.float64) for each in np.broadcast_arrays(x, a))
    slope = np.empty(x.shape)
    with quiet():
        log_x, above = np.log(x), digamma(a + 1.0)
        is_left = log_x <= above
        slope[is_left] = _gamma_series(x[is_left], a[is_left], (above - log_x)[is_left])
        x, a, beyond = x[~is_left], a[~is_left], (log_x - above + 1.0 / a)[~is_left]

        def integrand(s: Array) -> Array:
            return (beyond + s) * np.exp(a * s - x * np.expm1(s))

        slope[~is_left] = x * onwards(integrand, 1.0 / (x - a + np.sqrt(x) + 0.5))
    return slope


def _gamma_series(x: Array, a: Array, short: Array) -> Array:
    term, n = 1.0 / a, 0.0
    total = term * short
    while np.any(term * short > 1e-17 * total):
        n += 1.0
        short = short + 1.0 / (a + n)
        term = term * (x / (a + n))
        total = total + term * short
    return x * total


def dirichlet_slope(x: Array, a: Array, total: Array) -> Array:
    """Return (dx/da) / (1 - x) of values x of Beta(a, total - a).

    With y = logit x, b = total - a and t = sigmoid(y + s), it is x times the integral of
    |log t - digamma(a) + digamma(total)| (t / x)^a ((1 - t) / (1 - x))^b over s > 0 where log x is
    above digamma(a) - digamma(total), its mean, and over s < 0 where it is below.
    """
    x, a, total = (np.asarray(each, np.float64) for each in np.broadcast_arrays(x, a, total))
    with quiet():
        b, expected = total - a, digamma(a) - digamma(total)
        log_x, log_rest = np.log(x), np.log1p(-x)
        way = np.where(log_x >= expected, 1.0, -1.0)
        y = log_x - log_rest

        def integrand(s: Array) -> Array:
            z = y + way * s
            log_t, log_rest_of_t = -np.logaddexp(0.0, -z), -np.logaddexp(0.0, z)
            share = np.exp(a * (log_t - log_x) + b * (log_rest_of_t - log_rest))
            return np.abs(log_t - expected) * share

        middle = np.maximum(-way * y, 0.0)  # where t is 1/2, if that lies ahead
        steep = np.where(way > 0, b, a) + np.sqrt(a * b / (total + 1.0))
        return x * (between(integrand, middle) + onwards(integrand, 1.0 / steep, middle))
