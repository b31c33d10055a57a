"""Divergences between families: the entropy of p, and the expected log q by a few means of p.
Read `constraint_registry.py` next.

log q of an exponential, gamma, normal, Gumbel or uniform q is made of x, x^2, log x and e^(-t x);
the means of these say the rest: one formula for each q, one mean for each p.
"""

from __future__ import annotations

import math
from typing import Any

from ..ops.names import where
from ..tensor.creation_like import full_like
from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .continuous_bernoulli import ContinuousBernoulli
from .exponential import Exponential
from .gamma import Gamma
from .gumbel import Gumbel
from .kl import register_kl
from .laplace import Laplace
from .normal import Normal
from .parameters import EULER
from .pareto import Pareto
from .poisson import Poisson
from .uniform import Uniform


def _mean_of_log(p: Any) -> Any:
    """Return the mean of log x."""
    if isinstance(p, Beta):
        return p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma()
    if isinstance(p, Exponential):
        return -EULER - p.rate.log()
    if isinstance(p, Gamma):
        return p.concentration.digamma() - p.rate.log()
    if isinstance(p, Pareto):
        return p.scale.log() + p.alpha.reciprocal()
    return (p.high.xlogy(p.high) - p.low.xlogy(p.low)) / (p.high - p.low) - 1


def _mean_of_decay(p: Any, t: Any) -> Any:
    """Return the mean of e^(-t x): the Laplace transform of the density."""
    if isinstance(p, Exponential):
        return p.rate / (p.rate + t)
    if isinstance(p, Gamma):
        return (1 + t / p.rate).pow(-p.concentration)
    if isinstance(p, Normal):
        return (0.5 * (t * p.scale).pow(2) - t * p.loc).exp()
    return ((-t * p.low).exp() - (-t * p.high).exp()) / (t * (p.high - p.low))


def _within(p: Any, low: Any, high: Any, divergence: Any) -> Any:
    """Return inf where a uniform p has values outside of what q can be."""
    is_outside = (p.low < low) | (p.high > high) if isinstance(p, Uniform) else None
    return divergence if is_outside is None else where(is_outside, math.inf, divergence)


@register_kl(Beta, Normal)
@register_kl(ContinuousBernoulli, Normal)
@register_kl(Exponential, Normal)
@register_kl(Gamma, Normal)
@register_kl(Gumbel, Normal)
@register_kl(Laplace, Normal)
@register_kl(Pareto, Normal)
@register_kl(Uniform, Normal)
def _from_normal(p: Any, q: Any) -> Any:
    squares = (p.variance + (p.mean - q.loc).pow(2)) / q.scale.pow(2)
    return 0.5 * (squares + math.log(2 * math.pi)) + q.scale.log() - p.entropy()


@register_kl(Beta, Exponential)
@register_kl(ContinuousBernoulli, Exponential)
@register_kl(Gamma, Exponential)
@register_kl(Pareto, Exponential)
@register_kl(Uniform, Exponential)
def _from_exponential(p: Any, q: Any) -> Any:
    return _within(p, 0, math.inf, q.rate * p.mean - q.rate.log() - p.entropy())


@register_kl(Beta, Gamma)
@register_kl(Exponential, Gamma)
@register_kl(Pareto, Gamma)
@register_kl(Uniform, Gamma)
def _from_gamma(p: Any, q: Any) -> Any:
    a = q.concentration
    of_log = a * q.rate.log() - a.lgamma() + (a - 1) * _mean_of_log(p)
    return _within(p, 0, math.inf, q.rate * p.mean - of_log - p.entropy())


@register_kl(Exponential, Gumbel)
@register_kl(Gamma, Gumbel)
@register_kl(Normal, Gumbel)
@register_kl(Uniform, Gumbel)
def _from_gumbel(p: Any, q: Any) -> Any:
    tail = (q.loc / q.scale).exp() * _mean_of_decay(p, 1 / q.scale)
    return tail - (q.loc - p.mean) / q.scale + q.scale.log() - p.entropy()


@register_kl(Beta, Uniform)
def _beta_from_uniform(p: Any, q: Any) -> Any:
    divergence = (q.high - q.low).log() - p.entropy()
    return where((q.low > 0) | (q.high < 1), math.inf, divergence)


@register_kl(Uniform, Beta)
def _uniform_from_beta(p: Any, q: Any) -> Any:
    rest = Uniform(1 - p.high, 1 - p.low, validate_args=False)
    a, b = q.concentration1, q.concentration0
    log_beta = a.lgamma() + b.lgamma() - (a + b).lgamma()
    expected = (a - 1) * _mean_of_log(p) + (b - 1) * _mean_of_log(rest)
    return _within(p, 0, 1, log_beta - expected - p.entropy())


@register_kl(Beta, ContinuousBernoulli)
@register_kl(Uniform, ContinuousBernoulli)
def _from_continuous_bernoulli(p: Any, q: Any) -> Any:
    """PyTorch has inf for a uniform p that reaches 0 or 1 too, where log q is finite."""
    of_constants = (-q.probs).log1p() + q._log_normalizing_constant()
    divergence = -p.entropy() - p.mean * q.logits - of_constants
    return (
        divergence
        if isinstance(p, Beta)
        else where((p.low <= 0) | (p.high >= 1), math.inf, divergence)
    )


@register_kl(ContinuousBernoulli, Uniform)
def _continuous_bernoulli_from_uniform(p: Any, q: Any) -> Any:
    """PyTorch has inf for a uniform q from 0, or to 1, too."""
    divergence = (q.high - q.low).log() - p.entropy()
    return where((q.low >= 0) | (q.high <= 1), math.inf, divergence)


@register_kl(Uniform, Pareto)
def _uniform_from_pareto(p: Any, q: Any) -> Any:
    of_log = q.alpha.log() + q.alpha * q.scale.log() - (q.alpha + 1) * _mean_of_log(p)
    return _within(p, q.scale, math.inf, -of_log - p.entropy())


@register_kl(Normal, Laplace)
def _normal_from_laplace(p: Any, q: Any) -> Any:
    """The mean of |x - loc_q| is that of a folded normal."""
    apart = p.loc - q.loc
    z = apart / p.scale
    folded = math.sqrt(2 / math.pi) * p.scale * (-0.5 * z.pow(2)).exp()
    folded = folded + apart * (math.sqrt(0.5) * z).erf()
    return folded / q.scale + (2 * q.scale).log() - p.entropy()


@register_kl(Bernoulli, Poisson)
def _bernoulli_from_poisson(p: Any, q: Any) -> Any:
    return q.rate - p.probs * q.rate.log() - p.entropy()


@register_kl(Beta, Pareto)
@register_kl(ContinuousBernoulli, Pareto)
@register_kl(Exponential, Beta)
@register_kl(Exponential, ContinuousBernoulli)
@register_kl(Exponential, Pareto)
@register_kl(Exponential, Uniform)
@register_kl(Gamma, Beta)
@register_kl(Gamma, ContinuousBernoulli)
@register_kl(Gamma, Pareto)
@register_kl(Gamma, Uniform)
@register_kl(Gumbel, Beta)
@register_kl(Gumbel, ContinuousBernoulli)
@register_kl(Gumbel, Exponential)
@register_kl(Gumbel, Gamma)
@register_kl(Gumbel, Pareto)
@register_kl(Gumbel, Uniform)
@register_kl(Laplace, Beta)
@register_kl(Laplace, ContinuousBernoulli)
@register_kl(Laplace, Exponential)
@register_kl(Laplace, Gamma)
@register_kl(Laplace, Pareto)
@register_kl(Laplace, Uniform)
@register_kl(Normal, Beta)
@register_kl(Normal, ContinuousBernoulli)
@register_kl(Normal, Exponential)
@register_kl(Normal, Gamma)
@register_kl(Normal, Pareto)
@register_kl(Normal, Uniform)
@register_kl(Pareto, Beta)
@register_kl(Pareto, ContinuousBernoulli)
@register_kl(Pareto, Uniform)
@register_kl(Poisson, Bernoulli)
@register_kl(Poisson, Binomial)
def _infinite(p: Any, q: Any) -> Any:
    """P has values that q cannot have; the batch is that of p, as in PyTorch."""
    names = ("loc", "concentration", "concentration1", "rate", "alpha", "probs")
    first = next(name for name in names if hasattr(p, name))
    return full_like(getattr(p, first), math.inf)
