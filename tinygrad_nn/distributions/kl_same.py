"""Divergences of two distributions of a family.
Read `kl_across.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..autograd.engine import grad
from ..errors import ArgumentError
from ..ops.elementwise.activations import softplus
from ..ops.names import where
from .bernoulli import Bernoulli
from .beta import Beta
from .binomial import Binomial
from .categorical import Categorical
from .cauchy import Cauchy
from .continuous_bernoulli import ContinuousBernoulli
from .dirichlet import Dirichlet
from .exp_family import ExponentialFamily
from .exponential import Exponential
from .gamma import Gamma
from .geometric import Geometric
from .gumbel import Gumbel
from .half_normal import HalfNormal
from .independent import Independent
from .kl import kl_divergence, register_kl
from .laplace import Laplace
from .low_rank_multivariate_normal import LowRankMultivariateNormal
from .multivariate_normal import MultivariateNormal
from .normal import Normal
from .one_hot_categorical import OneHotCategorical
from .parameters import EULER, sum_rightmost
from .pareto import Pareto
from .poisson import Poisson
from .transformed_distribution import TransformedDistribution
from .uniform import Uniform


@register_kl(Normal, Normal)
def _normal(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@register_kl(HalfNormal, HalfNormal)
def _half_normal(p: Any, q: Any) -> Any:
    return _normal(p.base_dist, q.base_dist)


@register_kl(MultivariateNormal, MultivariateNormal)
@register_kl(MultivariateNormal, LowRankMultivariateNormal)
@register_kl(LowRankMultivariateNormal, MultivariateNormal)
@register_kl(LowRankMultivariateNormal, LowRankMultivariateNormal)
def _multivariate_normal(p: Any, q: Any) -> Any:
    """Half of log det C_q / det C_p + trace(C_q^-1 C_p) + xᵀ C_q^-1 x - k for x = loc_q - loc_p."""
    if p.event_shape != q.event_shape:
        raise ArgumentError(
            f"kl_divergence of a {type(p).__name__} and a {type(q).__name__} takes one "
            f"event_shape, got {tuple(p.event_shape)} and {tuple(q.event_shape)}"
        )
    distance = q._trace_with(*p._parts()) + q._squared_distance(q.loc - p.loc)
    return q._log_det() - p._log_det() + 0.5 * (distance - p.event_shape[0])


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(p: Any, q: Any) -> Any:
    of_constants = p._log_normalizing_constant() - q._log_normalizing_constant()
    of_zero = (-p.probs).log1p() - (-q.probs).log1p()
    return p.mean * (p.logits - q.logits) + of_constants + of_zero


@register_kl(Uniform, Uniform)
def _uniform(p: Any, q: Any) -> Any:
    is_outside = (q.low > p.low) | (q.high < p.high)
    return where(is_outside, math.inf, ((q.high - q.low) / (p.high - p.low)).log())


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p: Any, q: Any) -> Any:
    of_one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    of_one = where(p.probs == 0, 0.0, where(q.probs == 0, math.inf, of_one))
    of_zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    return of_one + where(p.probs == 1, 0.0, where(q.probs == 1, math.inf, of_zero))


@register_kl(Categorical, Categorical)
def _categorical(p: Any, q: Any) -> Any:
    terms = p.probs * (p.logits - q.logits)
    return where(p.probs == 0, 0.0, where(q.probs == 0, math.inf, terms)).sum(-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot_categorical(p: Any, q: Any) -> Any:
    return _categorical(p._categorical, q._categorical)


@register_kl(Binomial, Binomial)
def _binomial(p: Any, q: Any) -> Any:
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(
            "kl_divergence of two Binomials is not known where the second has more trials"
        )
    of_each = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return where(p.total_count > q.total_count, math.inf, p.total_count * of_each)


@register_kl(Geometric, Geometric)
def _geometric(p: Any, q: Any) -> Any:
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _poisson(p: Any, q: Any) -> Any:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@register_kl(Exponential, Exponential)
def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return ratio - ratio.log() - 1


@register_kl(Gamma, Gamma)
def _gamma(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    of_shape = (a - b) * a.digamma() + b.lgamma() - a.lgamma()
    return b * (p.rate / q.rate).log() + of_shape + (q.rate - p.rate) * (a / p.rate)


@register_kl(Dirichlet, Dirichlet)
def _dirichlet(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    total = a.sum(-1, keepdim=True)
    expected = (a - b) * (a.digamma() - total.digamma())
    of_q = b.lgamma().sum(-1) - b.sum(-1).lgamma()
    return of_q - a.lgamma().sum(-1) + total.squeeze(-1).lgamma() + expected.sum(-1)


@register_kl(Beta, Beta)
def _beta(p: Any, q: Any) -> Any:
    return _dirichlet(p._dirichlet, q._dirichlet)


@register_kl(Laplace, Laplace)
def _laplace(p: Any, q: Any) -> Any:
    ratio, apart = p.scale / q.scale, (p.loc - q.loc).abs()
    return apart / q.scale + ratio * (-apart / p.scale).exp() - ratio.log() - 1


@register_kl(Cauchy, Cauchy)
def _cauchy(p: Any, q: Any) -> Any:
    """Log of ((scale_p + scale_q)^2 + (loc_p - loc_q)^2) / (4 scale_p scale_q): Chyzak, Nielsen."""
    squares = (p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)
    return squares.log() - (4 * p.scale * q.scale).log()


@register_kl(Gumbel, Gumbel)
def _gumbel(p: Any, q: Any) -> Any:
    ratio, apart = p.scale / q.scale, (q.loc - p.loc) / q.scale
    of_tail = (apart + (1 + ratio).lgamma()).exp()
    return -ratio.log() - apart + ratio * EULER + of_tail - (1 + EULER)


@register_kl(Pareto, Pareto)
def _pareto(p: Any, q: Any) -> Any:
    ratio = q.alpha / p.alpha
    divergence = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return where(p.scale < q.scale, math.inf, divergence)


@register_kl(Independent, Independent)
def _independent(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError(
            "kl_divergence of two Independents takes one reinterpreted_batch_ndims, got "
            f"{p.reinterpreted_batch_ndims} and {q.reinterpreted_batch_ndims}"
        )
    return sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(TransformedDistribution, TransformedDistribution)
def _transformed(p: Any, q: Any) -> Any:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError(
            "kl_divergence of two transformed distributions takes the same transforms and "
            f"event_shape, got {p.transforms} and {q.transforms}"
        )
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(ExponentialFamily, ExponentialFamily)
def _exponential_family(p: Any, q: Any) -> Any:
    """F(theta_q) - F(theta_p) - (theta_q - theta_p) . grad F(theta_p): a Bregman divergence."""
    if type(p) is not type(q):
        raise NotImplementedError(
            f"no divergence of {type(p).__name__} from {type(q).__name__} is known, as in PyTorch; "
            "register_kl adds one"
        )
    theta = [each.detach().requires_grad_() for each in p._natural_params]
    normalizer = p._log_normalizer(*theta)
    gradients: Any = grad(normalizer.sum(), theta, create_graph=True)
    result = q._log_normalizer(*q._natural_params) - normalizer
    for of_p, of_q, gradient in zip(theta, q._natural_params, gradients, strict=True):
        result = result - sum_rightmost((of_q - of_p) * gradient, len(q.event_shape))
    return result
