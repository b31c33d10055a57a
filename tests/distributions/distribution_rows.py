"""Distributions with their parameters and with values to ask for: the rows of a table.
Read `distribution_table.py` next, which compares them with PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Row(NamedTuple):
    """A distribution of two sets of parameters, made in either package, and values of it."""

    name: str
    make: Callable[..., Any]  # of `torch.distributions` or ours, and the parameters
    parameters: tuple[Any, ...]
    values: Any
    others: tuple[Any, ...] | None = None  # the parameters of a second one, for divergences
    discrete: bool = False


def made(name: str, *keywords: str) -> Callable[..., Any]:
    """Return what makes a distribution of its parameters, by these keywords if any are given."""

    def make(d: Any, *parameters: Any) -> Any:
        if keywords:
            return getattr(d, name)(**dict(zip(keywords, parameters, strict=True)))
        return getattr(d, name)(*parameters)

    return make


def positive(*shape: int, seed: int = 0, low: float = 0.3, high: float = 3.0) -> Any:
    return np.random.default_rng(seed).uniform(low, high, shape)


def real(*shape: int, seed: int = 1) -> Any:
    return np.random.default_rng(seed).normal(0, 1.5, shape)


def chance(*shape: int, seed: int = 2) -> Any:
    return np.random.default_rng(seed).uniform(0.1, 0.9, shape)


def simplex(*shape: int, seed: int = 3) -> Any:
    x = positive(*shape, seed=seed)
    return x / x.sum(-1, keepdims=True)


def lower(*shape: int, seed: int = 4) -> Any:
    x = np.tril(real(*shape, seed=seed))
    n = shape[-1]
    x[..., range(n), range(n)] = positive(*shape[:-1], seed=seed)
    return x


def definite(*shape: int, seed: int = 5) -> Any:
    x = lower(*shape, seed=seed)
    return x @ np.swapaxes(x, -1, -2)


def correlated(*shape: int, seed: int = 9) -> Any:
    x = lower(*shape, seed=seed)
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def counts(most: int, *shape: int, seed: int = 6) -> Any:
    return np.random.default_rng(seed).integers(0, most + 1, shape).astype(np.float64)


def one_hot(n: int, *shape: int, seed: int = 7) -> Any:
    return np.eye(n)[np.random.default_rng(seed).integers(0, n, shape)]


def two_sets(draw: Any, *shapes: Any) -> tuple[Any, Any]:
    """Return two sets of parameters, drawn alike."""
    first = tuple(each(*shapes, seed=10 + i) for i, each in enumerate(draw))
    return first, tuple(each(*shapes, seed=20 + i) for i, each in enumerate(draw))


def row(
    name: str, draw: Any, values: Any, *keywords: str, shape: Any = (4,), discrete: bool = False
) -> Row:
    parameters, others = two_sets(draw, *shape)
    shown = f"{name}({', '.join(keywords)})" if keywords else name
    return Row(shown, made(name, *keywords), parameters, values, others, discrete)


def whole(count: int) -> Callable[..., Any]:
    return lambda *shape, seed=0: np.full(shape, float(count))


def independent(d: Any, loc: Any, scale: Any) -> Any:
    return d.Independent(d.Normal(loc, scale), 1)


def mixture(d: Any, weights: Any, loc: Any, scale: Any) -> Any:
    return d.MixtureSameFamily(d.Categorical(weights), d.Normal(loc, scale))


def mixture_of_vectors(d: Any, weights: Any, loc: Any, scale: Any) -> Any:
    components = d.Independent(d.Normal(loc, scale), 1)
    return d.MixtureSameFamily(d.Categorical(logits=weights), components)


def transformed(*transforms: Callable[[Any, Any, Any], Any]) -> Callable[..., Any]:
    def make(d: Any, loc: Any, scale: Any) -> Any:
        made = [each(d, loc, scale) for each in transforms]
        return d.TransformedDistribution(d.Normal(loc, scale), made)

    return make


def stick_breaking(d: Any, loc: Any, scale: Any) -> Any:
    base = d.Independent(d.Normal(loc, scale), 1)
    return d.TransformedDistribution(base, d.StickBreakingTransform())


def squashed(d: Any, low: Any, high: Any) -> Any:
    base = d.Uniform(low, high + 4.0)
    return d.TransformedDistribution(base, [d.PowerTransform(low * 0 + 2.0), d.ExpTransform()])


def expanded(d: Any, loc: Any, scale: Any) -> Any:
    return d.Normal(loc, scale).expand((3, 4))


def with_low_rank(d: Any, loc: Any, factor: Any, diagonal: Any = None) -> Any:
    """Return a Gaussian of a low rank, or of a triangle where there is no diagonal."""
    if diagonal is None:
        return d.MultivariateNormal(loc, scale_tril=factor)
    return d.LowRankMultivariateNormal(loc, factor, diagonal)


NORMALS = two_sets((real, positive), 4)
MATRICES = two_sets((real, positive), 3, 4)
LOW_RANK = (real(2, 4), real(2, 4, 2), positive(2, 4))
TRIANGLE = (real(2, 4, seed=8), lower(4, 4))

ROWS = [
    row("Normal", (real, positive), real(5, 4)),
    Row("Normal(0-d)", made("Normal"), (np.array(0.3), np.array(1.2)), real(6)),
    Row("Normal(expanded)", expanded, NORMALS[0], real(2, 3, 4), NORMALS[1]),
    row("LogNormal", (real, positive), positive(5, 4)),
    Row("Uniform", made("Uniform"), (real(4) - 4, positive(4) + 4), real(5, 4),
        (real(4) - 9, positive(4) + 9)),
    row("Bernoulli", (chance,), counts(1, 5, 4), "probs", discrete=True),
    row("Bernoulli", (real,), counts(1, 5, 4), "logits", discrete=True),
    row("Binomial", (whole(7), chance), counts(7, 5, 4), "total_count", "probs", discrete=True),
    row("Binomial", (whole(7), real), counts(7, 5, 4), "total_count", "logits", discrete=True),
    row("Categorical", (simplex,), counts(2, 5, 4), "probs", shape=(4, 3), discrete=True),
    row("Categorical", (real,), counts(2, 5, 4), "logits", shape=(4, 3), discrete=True),
    row("OneHotCategorical", (simplex,), one_hot(3, 5, 4), "probs", shape=(4, 3), discrete=True),
    row("OneHotCategorical", (real,), one_hot(3, 5, 4), "logits", shape=(4, 3), discrete=True),
    Row("Multinomial", lambda d, p: d.Multinomial(4, p), (simplex(3, 4),),
        np.array([[1.0, 1, 2, 0], [4, 0, 0, 0], [0, 1, 0, 3]]), discrete=True),
    Row("Multinomial(logits)", lambda d, logits: d.Multinomial(4, logits=logits), (real(3, 4),),
        np.array([[1.0, 1, 2, 0], [4, 0, 0, 0], [0, 1, 0, 3]]), discrete=True),
    row("Beta", (positive, positive), chance(5, 4)),
    row("Dirichlet", (positive,), simplex(5, 4, 3), shape=(4, 3)),
    row("Gamma", (positive, positive), positive(5, 4)),
    row("Exponential", (positive,), positive(5, 4)),
    row("Laplace", (real, positive), real(5, 4)),
    row("Cauchy", (real, positive), real(5, 4)),
    row("StudentT", (lambda *s, seed: 0.5 + 2 * positive(*s, seed=seed), real, positive),
        real(5, 4)),
    row("Poisson", (positive,), counts(6, 5, 4), discrete=True),
    row("Geometric", (chance,), counts(6, 5, 4), "probs", discrete=True),
    row("Geometric", (real,), counts(6, 5, 4), "logits", discrete=True),
    row("Gumbel", (real, positive), real(5, 4)),
    row("HalfNormal", (positive,), positive(5, 4)),
    row("HalfCauchy", (positive,), positive(5, 4)),
    row("RelaxedBernoulli", (positive, chance), chance(5, 4), "temperature", "probs"),
    row("RelaxedBernoulli", (positive, real), chance(5, 4), "temperature", "logits"),
    Row("RelaxedOneHotCategorical", made("RelaxedOneHotCategorical"),
        (np.array(0.7), simplex(4, 3)), simplex(5, 4, 3)),
    row("NegativeBinomial", (positive, chance), counts(6, 5, 4), "total_count", "probs",
        discrete=True),
    row("NegativeBinomial", (positive, real), counts(6, 5, 4), "total_count", "logits",
        discrete=True),
    Row("Pareto", made("Pareto"), (positive(4), positive(4) + 1.0), 4 + positive(5, 4)),
    row("Weibull", (positive, positive), positive(5, 4)),
    row("InverseGamma", (positive, positive), positive(5, 4)),
    row("LogisticNormal", (real, positive), simplex(2, 5), shape=(4,)),
    row("Chi2", (positive,), positive(5, 4)),
    row("ContinuousBernoulli", (chance,), chance(5, 4), "probs"),
    row("ContinuousBernoulli", (real,), chance(5, 4), "logits"),
    Row("ContinuousBernoulli(near 1/2)", made("ContinuousBernoulli"),
        (np.array([0.49, 0.4999, 0.5, 0.5008]),), chance(5, 4), (chance(4),)),
    row("FisherSnedecor", (positive, lambda *s, seed: 3 + 2 * positive(*s, seed=seed)),
        positive(5, 4)),
    Row("FisherSnedecor(no mean)", made("FisherSnedecor"), (1 + positive(4), 1 + positive(4)),
        positive(5, 4)),
    Row("GeneralizedPareto", made("GeneralizedPareto"),
        (real(4) - 5, 9 * positive(4), np.array([0.7, 0.2, 0.0, -0.3])), positive(5, 4)),
    Row("GeneralizedPareto(bounded)", made("GeneralizedPareto"),
        (real(3) * 0 - 0.5, 1 + positive(3), np.array([-0.1, -1.0, -2.0])), -0.1 * chance(5, 3)),
    row("Kumaraswamy", (positive, positive), chance(5, 4)),
    row("VonMises", (real, positive), real(5, 4)),
    Row("VonMises(narrow)", made("VonMises"), (real(3), np.array([3.5, 4.0, 90.0])), real(5, 3)),
    Row("LKJCholesky", lambda d, c: d.LKJCholesky(3, c), (positive(2),), correlated(5, 2, 3, 3)),
    Row("LKJCholesky(0-d)", lambda d, c: d.LKJCholesky(2, c), (np.array(0.7),),
        correlated(5, 2, 2)),
    *(
        Row(f"LowRankMultivariateNormal({batch}, {of_factor})", made("LowRankMultivariateNormal"),
            (real(*batch, 4), real(*of_factor, 4, 2), positive(*of_factor, 4)), real(5, *batch, 4),
            (real(*batch, 4, seed=8), real(*of_factor, 4, 3, seed=9), positive(*batch, 4, seed=9)))
        for batch, of_factor in (((), ()), ((2,), (2,)), ((2,), ()))
    ),
    Row("LowRank, MultivariateNormal", with_low_rank, LOW_RANK, real(5, 2, 4), TRIANGLE),
    Row("MultivariateNormal, LowRank", with_low_rank, TRIANGLE, real(5, 2, 4), LOW_RANK),
    *(
        Row(f"Wishart({name}, {batch})", made("Wishart", "df", name),
            (3.5 + positive(*batch), matrix(*of_matrix, 3, 3)), definite(5, *batch, 3, 3),
            (3.5 + positive(*batch, seed=8), matrix(*of_matrix, 3, 3, seed=9)))
        for name, matrix in (
            ("scale_tril", lower), ("covariance_matrix", definite), ("precision_matrix", definite)
        )
        for batch, of_matrix in (((), ()), ((2,), (2,)), ((2,), ()))
    ),
    *(
        Row(f"MultivariateNormal({name}, {batch})", made("MultivariateNormal", "loc", name),
            (real(*batch, 3), matrix(*of_matrix, 3, 3)), real(5, *batch, 3),
            (real(*batch, 3, seed=8), matrix(*of_matrix, 3, 3, seed=9)))
        for name, matrix in (
            ("scale_tril", lower), ("covariance_matrix", definite), ("precision_matrix", definite)
        )
        for batch, of_matrix in (((), ()), ((2,), (2,)), ((2,), ()))
    ),
    Row("Independent", independent, MATRICES[0], real(5, 3, 4), MATRICES[1]),
    Row("MixtureSameFamily", mixture, (simplex(3), real(3), positive(3)), real(6)),
    Row("MixtureSameFamily(batch)", mixture, (simplex(2, 3), real(2, 3), positive(2, 3)),
        real(6, 2)),
    Row("MixtureSameFamily(vectors)", mixture_of_vectors,
        (real(3), real(2, 3, 4), positive(2, 3, 4)), real(6, 2, 4)),
    Row("Affine", transformed(lambda d, a, b: d.AffineTransform(a, b)), NORMALS[0], real(5, 4),
        NORMALS[0]),
    Row("Exp", transformed(lambda d, a, b: d.ExpTransform()), NORMALS[0], positive(5, 4),
        NORMALS[1]),
    Row("Sigmoid", transformed(lambda d, a, b: d.SigmoidTransform()), NORMALS[0], chance(5, 4),
        NORMALS[1]),
    Row("Tanh", transformed(lambda d, a, b: d.TanhTransform()), NORMALS[0], chance(5, 4),
        NORMALS[1]),
    Row("Softplus", transformed(lambda d, a, b: d.SoftplusTransform()), NORMALS[0],
        positive(5, 4), NORMALS[1]),
    Row("Exp, Affine, Tanh",
        transformed(lambda d, a, b: d.ExpTransform(), lambda d, a, b: d.AffineTransform(a, b),
                    lambda d, a, b: d.TanhTransform()),
        (NORMALS[0][0] - 9, NORMALS[0][1]), chance(5, 4) * 0.1),
    Row("Compose", transformed(lambda d, a, b: d.ComposeTransform(
        [d.AffineTransform(0.5, -2.0), d.SigmoidTransform()])), NORMALS[0], chance(5, 4)),
    Row("inverse", transformed(lambda d, a, b: d.SoftplusTransform().inv), NORMALS[0], -real(5, 4)),
    Row("Affine over vectors", transformed(lambda d, a, b: d.AffineTransform(a, b, event_dim=1)),
        NORMALS[0], real(5, 4)),
    Row("Independent transform",
        transformed(lambda d, a, b: d.IndependentTransform(d.SigmoidTransform(), 1)),
        NORMALS[0], chance(5, 4)),
    Row("Reshape", transformed(lambda d, a, b: d.ReshapeTransform((4,), (2, 2))), NORMALS[0],
        real(5, 2, 2)),
    Row("StickBreaking", stick_breaking, MATRICES[0], simplex(2, 3, 5), MATRICES[1]),
    Row("Power of a Uniform", squashed, (positive(4), positive(4)),
        np.exp(positive(3, 4, low=3.1, high=4.2) ** 2)),
]  # fmt: skip
