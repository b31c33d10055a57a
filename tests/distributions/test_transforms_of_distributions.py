"""Transforms, constraints and divergences between families give PyTorch's numbers and prints.
Read `distribution_rows.py` next, for the distributions.
"""

import warnings
from itertools import product

import numpy as np
import pytest
from distribution_rows import definite, lower, positive, real, simplex
from distribution_table import difference, torch

import tinygrad_nn as tnn

# What makes a transform, and a point of its domain.
TRANSFORMS = {
    "Abs": (lambda d, f: d.AbsTransform(), positive(3, 4)),
    "Affine": (lambda d, f: d.AffineTransform(1.5, -2.0), real(3, 4)),
    "Affine of tensors": (
        lambda d, f: d.AffineTransform(f.tensor(real(4)), f.tensor(real(4, seed=9))),
        real(3, 4),
    ),
    "Affine of vectors": (lambda d, f: d.AffineTransform(0.5, 3.0, event_dim=1), real(3, 4)),
    "Cat": (
        lambda d, f: d.CatTransform([d.ExpTransform(), d.TanhTransform()], -1, [1, 3]),
        real(3, 4),
    ),
    "Compose": (
        lambda d, f: d.ComposeTransform([d.TanhTransform(), d.AffineTransform(0.0, 2.0)]),
        real(3, 4),
    ),
    "Compose with vectors": (
        lambda d, f: d.ComposeTransform([d.ExpTransform(), d.StickBreakingTransform()]),
        real(3, 4),
    ),
    "CorrCholesky": (lambda d, f: d.CorrCholeskyTransform(), real(2, 6)),
    "cdf": (
        lambda d, f: d.CumulativeDistributionTransform(
            d.Normal(f.tensor(0.5, dtype=f.float64), 1.5)
        ),
        real(3, 4),
    ),
    "Exp": (lambda d, f: d.ExpTransform(), real(3, 4)),
    "Independent": (lambda d, f: d.IndependentTransform(d.SigmoidTransform(), 1), real(3, 4)),
    "LowerCholesky": (lambda d, f: d.LowerCholeskyTransform(), real(2, 3, 3)),
    "PositiveDefinite": (
        lambda d, f: d.PositiveDefiniteTransform(),
        lower(2, 3, 3),
    ),
    "Power": (lambda d, f: d.PowerTransform(f.tensor(-1.5, dtype=f.float64)), positive(3, 4)),
    "Reshape": (lambda d, f: d.ReshapeTransform((2, 2), (4,)), real(3, 2, 2)),
    "Sigmoid": (lambda d, f: d.SigmoidTransform(), real(3, 4)),
    "Softmax": (lambda d, f: d.SoftmaxTransform(), real(3, 4)),
    "Softplus": (lambda d, f: d.SoftplusTransform(), real(3, 4)),
    "Stack": (
        lambda d, f: d.StackTransform([d.ExpTransform(), d.SigmoidTransform()], 1),
        real(3, 2),
    ),
    "StickBreaking": (lambda d, f: d.StickBreakingTransform(), real(3, 4)),
    "Tanh": (lambda d, f: d.TanhTransform(), real(3, 4)),
}
QUESTIONS = {
    "forwards": lambda t, x: t(x),
    "there and back": lambda t, x: t.inv(t(x)),
    "jacobian": lambda t, x: t.log_abs_det_jacobian(x, t(x)),
    "jacobian of the inverse": lambda t, x: t.inv.log_abs_det_jacobian(t(x), x),
}
SAID = {
    "itself": repr,
    "the inverse": lambda t: repr(t.inv),
    "domain": lambda t: repr(t.domain),
    "codomain": lambda t: repr(t.codomain),
    "dims": lambda t: (t.domain.event_dim, t.codomain.event_dim),
    "bijective": lambda t: t.bijective,
    "sign": lambda t: float(t.sign),
    "shape": lambda t: tuple(t.forward_shape((5, 3))),
    "shape of the inverse": lambda t: tuple(t.inverse_shape((5, 3))),
    "equal": lambda t: (t == t, t == t.inv, t.inv.inv is t, t.with_cache() == t),
}


def asked(f, make, point, question):
    x = f.tensor(point, requires_grad=True)
    try:
        y = question(make(f.distributions, f), x)
    except (NotImplementedError, RuntimeError, ValueError) as error:
        return error
    if not y.requires_grad:
        return [y.numpy()]
    weights = f.tensor(np.random.default_rng(0).normal(size=tuple(y.shape)))
    return [y.detach().numpy(), f.autograd.grad((y * weights).sum(), x)[0].numpy()]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_is_pytorchs(name):
    make, point = TRANSFORMS[name]
    for asks, question in QUESTIONS.items():
        ours, theirs = (asked(f, make, point, question) for f in (tnn, torch))
        assert difference(ours, theirs) < 1e-10, asks
    for asks, question in SAID.items():
        said = []
        for f in (tnn, torch):
            try:
                said.append(question(make(f.distributions, f)))
            except (NotImplementedError, RuntimeError, ValueError, TypeError, IndexError) as error:
                said.append(error)
        ours, theirs = said
        if isinstance(theirs, Exception):
            assert isinstance(ours, type(theirs)), (asks, ours)
        else:
            assert ours == theirs, asks


def test_a_cache_gives_back_the_very_tensor():
    for make, point in TRANSFORMS.values():
        t = make(tnn.distributions, tnn)
        if isinstance(t, tnn.distributions.ComposeTransform):
            continue  # its parts keep theirs
        t = t.with_cache()
        x = tnn.tensor(point)
        y = t(x)
        assert t(x) is y
        assert t.inv(y) is x


CONSTRAINTS = {
    "boolean": np.array([0.0, 1, 2, -1]),
    "nonnegative_integer": np.array([0.0, 1.5, 2, -1]),
    "positive_integer": np.array([0.0, 1.5, 2, 1]),
    "real": np.array([0.0, np.nan, np.inf]),
    "real_vector": np.array([[0.0, np.nan], [1, 2]]),
    "positive": np.array([0.0, 1, -1]),
    "nonnegative": np.array([0.0, 1, -1]),
    "unit_interval": np.array([0.0, 1, 1.1, -0.1]),
    "simplex": np.concatenate([simplex(2, 3), real(2, 3)]),
    "one_hot": np.array([[0.0, 1, 0], [1, 1, 0], [0, 0, 0], [0.5, 0.5, 0]]),
    "lower_triangular": np.stack([lower(3, 3), real(3, 3)]),
    "lower_cholesky": np.stack([lower(3, 3), -lower(3, 3), real(3, 3)]),
    "square": real(2, 3, 3),
    "symmetric": definite(2, 3, 3),
    "positive_definite": np.stack([definite(3, 3), -definite(3, 3)]),
    "positive_semidefinite": np.stack([definite(3, 3), -definite(3, 3)]),
    "corr_cholesky": np.stack([np.eye(3), lower(3, 3)]),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_constraint_is_pytorchs(name):
    said = []
    for f in (tnn, torch):
        constraint = getattr(f.distributions.constraints, name)
        valid = constraint.check(f.tensor(CONSTRAINTS[name]))
        said.append(
            (repr(constraint), constraint.event_dim, constraint.is_discrete, valid.tolist())
        )
        for registry in ("biject_to", "transform_to"):
            try:
                said[-1] += (repr(getattr(f.distributions, registry)(constraint)),)
            except NotImplementedError:
                said[-1] += (None,)
    assert said[0] == said[1]


def families(f, seed):
    """Each family of the registered divergences, with parameters of a batch of 3."""
    d = f.distributions

    def p(i, low=0.4, high=2.0):
        x = positive(3, seed=seed + i, low=low, high=high)
        return f.tensor(x, requires_grad=True)

    return {
        "Beta": d.Beta(p(0), p(1)),
        "Bernoulli": d.Bernoulli(p(2, 0.1, 0.9)),
        "Binomial": d.Binomial(3, p(2, 0.1, 0.9)),
        "Categorical": d.Categorical(logits=f.tensor(real(3, 4, seed=seed))),
        "Cauchy": d.Cauchy(p(3), p(4)),
        "Chi2": d.Chi2(p(3)),
        "ContinuousBernoulli": d.ContinuousBernoulli(p(2, 0.1, 0.9)),
        "Dirichlet": d.Dirichlet(f.tensor(positive(3, 4, seed=seed))),
        "Exponential": d.Exponential(p(5)),
        "FisherSnedecor": d.FisherSnedecor(p(6), p(7)),
        "Gamma": d.Gamma(p(6), p(7)),
        "Geometric": d.Geometric(p(2, 0.1, 0.9)),
        "Gumbel": d.Gumbel(p(8), p(9)),
        "HalfNormal": d.HalfNormal(p(9)),
        "Kumaraswamy": d.Kumaraswamy(p(8), p(9)),
        "Laplace": d.Laplace(p(10), p(11)),
        "LogNormal": d.LogNormal(p(10), p(11)),
        "Normal": d.Normal(p(12), p(13)),
        "OneHotCategorical": d.OneHotCategorical(logits=f.tensor(real(3, 4, seed=seed))),
        "Pareto": d.Pareto(p(14), p(15) + 2.0),
        "Pareto from the left": d.Pareto(p(14, 0.01, 0.05), p(15)),
        "Poisson": d.Poisson(p(14)),
        "StudentT": d.StudentT(p(14)),
        "Uniform": d.Uniform(p(15, 0.1, 0.2), p(16, 0.8, 0.9)),
        "Uniform from 0": d.Uniform(0 * p(15), p(16, 0.8, 0.9)),
        "Uniform to 1": d.Uniform(p(15, 0.1, 0.2), 0 * p(16) + 1),
        "Uniform beyond 0 and 1": d.Uniform(-p(15), p(16, 2.0, 3.0)),
    }


@pytest.mark.parametrize("first", families(tnn, 0))
def test_divergences_between_families_are_pytorchs(first):
    known = 0
    ps = {f: families(f, 0)[first] for f in (tnn, torch)}
    qs = {f: families(f, 40) for f in (tnn, torch)}
    for second in qs[tnn]:
        found = []
        for f in (tnn, torch):
            p, q = ps[f], qs[f][second]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                try:
                    y = f.distributions.kl_divergence(p, q)
                except NotImplementedError as error:
                    found.append(error)
                    continue
            found.append([y.detach().numpy()])
        assert difference(*found) < 1e-10, second
        known += isinstance(found[1], list)
    assert known or first in ("StudentT", "FisherSnedecor", "Kumaraswamy")


def test_there_are_as_many_pairs_as_in_pytorch():
    names = families(tnn, 0).keys()
    pairs = dict.fromkeys((tnn, torch), 0)
    for f in pairs:
        ps, qs = families(f, 0), families(f, 40)
        for first, second in product(names, names):
            try:
                f.distributions.kl_divergence(ps[first], qs[second])
                pairs[f] += 1
            except NotImplementedError:
                pass
    assert pairs[tnn] == pairs[torch] > 60


def test_the_divergence_of_a_subclass_is_that_of_the_nearest():
    d = tnn.distributions

    class Own(d.Normal):
        pass

    p, q = Own(0.0, 1.0), d.Normal(1.0, 2.0)
    assert d.kl_divergence(p, q) == d.kl_divergence(d.Normal(0.0, 1.0), q)
    with pytest.raises(TypeError, match="register_kl"):
        d.register_kl(Own, 3)


def test_a_divergence_is_registered_for_a_base_that_is_no_distribution(library):
    d = library.distributions

    class Base:
        pass

    class Own(Base, d.Distribution):
        pass

    @d.register_kl(Base, Base)
    def always_seven(p, q):
        return 7.0

    assert d.kl_divergence(Own(validate_args=False), Own(validate_args=False)) == 7.0
