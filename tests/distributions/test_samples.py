"""Values drawn from a seed are PyTorch's, and so are the gradients of those that have one.
Read `test_transforms.py` next.
"""

import warnings

import numpy as np
import pytest
from distribution_rows import ROWS
from distribution_table import leaves, torch

import tinygrad_nn as tnn
from tinygrad_nn.distributions.pathwise import dirichlet_slope, gamma_slope

SHAPES = [(), (1,), (2, 3), (40,)]
DRAWN_HERE_ONLY = ("MixtureSameFamily(vectors)",)  # weights of a smaller batch
# PyTorch's slopes of what these draw have 3 digits.
PATHWISE = {"Beta", "Dirichlet", "Gamma", "Chi2", "StudentT", "InverseGamma", "FisherSnedecor"}
CLOSE = {"float64": 1e-12, "float32": 2e-6}
CLOSE_OF_SUMS = {"float64": 1e-12, "float32": 2e-5}  # of products that nearly cancel


def drawn(f, row, name, shape, dtype="float64"):
    """What is drawn from a seed, the gradients of a weighted sum, and what is drawn next."""
    inputs = [x.to(getattr(f, dtype)).detach().requires_grad_() for x in leaves(f, row.parameters)]
    f.manual_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        x = getattr(row.make(f.distributions, *inputs), name)(shape)
    after = f.rand(2).numpy()
    gradients = []
    if x.requires_grad and not row.name.startswith("Wishart"):  # PyTorch cannot
        weights = f.tensor(np.random.default_rng(1).normal(size=tuple(x.shape))).to(x.dtype)
        gradients = f.autograd.grad((x * weights).sum(), inputs, allow_unused=True)
    return x.detach().numpy(), [0 if g is None else g.numpy() for g in gradients], after


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_samples_are_pytorchs(row):
    compared = 0
    for shape in SHAPES:
        for dtype in ("float64", "float32"):
            for name in ("sample", "rsample"):
                try:
                    theirs = drawn(torch, row, name, shape, dtype)
                except (NotImplementedError, RuntimeError) as error:
                    if row.name in DRAWN_HERE_ONLY and name == "sample":
                        continue
                    with pytest.raises(type(error)):
                        drawn(tnn, row, name, shape, dtype)
                    continue
                ours = drawn(tnn, row, name, shape, dtype)
                compared += 1
                assert ours[0].dtype == theirs[0].dtype
                close = (CLOSE_OF_SUMS if row.name.startswith(("LKJ", "Wishart")) else CLOSE)[dtype]
                np.testing.assert_allclose(ours[0], theirs[0], close, close, err_msg=f"{shape}")
                np.testing.assert_array_equal(ours[2], theirs[2])
                if dtype == "float32":  # the gradients of large powers lose all their digits
                    continue
                close = 5e-3 if row.name.partition("(")[0] in PATHWISE else 1e-10
                for a, b in zip(ours[1], theirs[1], strict=True):
                    np.testing.assert_allclose(a, b, close, close)
    assert compared or row.name in DRAWN_HERE_ONLY


def test_a_wishart_matrix_that_is_singular_is_drawn_again(monkeypatch):
    d, drawn = tnn.distributions.Wishart(4.0, tnn.eye(2)), []

    def draw(shape):
        x = tnn.eye(2) * float(len(drawn) % 2) * tnn.ones(*shape, 1, 1)  # singular, then not
        drawn.append(x)
        return x

    monkeypatch.setattr(d, "_drawn", draw)
    assert tnn.equal(d.sample((3,)), tnn.eye(2).expand(3, 2, 2))
    assert tnn.equal(d.sample(), tnn.eye(2))
    assert [tuple(x.shape) for x in drawn] == [(3, 2, 2)] * 2 + [(2, 2), (1, 2, 2)]


def slope_of_quantile(quantile, parameter, share):
    """The derivative of a quantile by a parameter, by Richardson's central differences."""
    h = 1e-3 * parameter

    def difference(step):
        above, below = quantile(parameter + step, share), quantile(parameter - step, share)
        return (above - below) / (2 * step)

    coarse, fine, finest = difference(h), difference(h / 2), difference(h / 4)
    first, second = (4 * fine - coarse) / 3, (4 * finest - fine) / 3
    return (16 * second - first) / 15


@pytest.mark.parametrize("a", [0.05, 0.5, 1.0, 2.5, 20.0, 400.0])
def test_a_gamma_value_moves_as_the_quantile_does(a):
    special = pytest.importorskip("scipy.special")
    shares = np.array([1e-3, 0.1, 0.5, 0.9, 0.999])
    x = special.gammaincinv(a, shares)
    expected = slope_of_quantile(special.gammaincinv, a, shares)
    np.testing.assert_allclose(gamma_slope(x, np.full(5, a)), expected, 2e-8)


@pytest.mark.parametrize("b", [0.1, 0.5, 3.0, 50.0])
@pytest.mark.parametrize("a", [0.1, 0.5, 3.0, 50.0])
def test_a_beta_value_moves_as_the_quantile_does(a, b):
    special = pytest.importorskip("scipy.special")
    shares = np.array([0.05, 0.3, 0.6, 0.9])
    x = special.betaincinv(a, b, shares)
    expected = slope_of_quantile(lambda p, share: special.betaincinv(p, b, share), a, shares)
    slope = dirichlet_slope(x, np.full(4, a), np.full(4, a + b)) * (1 - x)
    np.testing.assert_allclose(slope, expected, 1e-6, 1e-12)  # 1 - x is rounded in both


def test_the_share_of_a_gamma_distribution_has_a_gradient_in_both():
    pytest.importorskip("scipy.special")
    a = tnn.tensor([0.5, 2.0, 9.0], dtype=tnn.float64, requires_grad=True)
    x = tnn.tensor([0.3, 2.5, 12.0], dtype=tnn.float64, requires_grad=True)

    def share(a, x):
        return tnn.distributions.Gamma(a, 1.0).cdf(x)

    assert tnn.autograd.gradcheck(share, (a, x))


def test_the_gradient_of_a_gamma_value_is_not_differentiated_again(library):
    a = library.tensor([2.0, 3.0], requires_grad=True)
    for make in (
        lambda: library.distributions.Gamma(a, 1.0),
        lambda: library.distributions.Beta(a, a),
    ):
        (g,) = library.autograd.grad((make().rsample() ** 2).sum(), a, create_graph=True)
        with pytest.raises((RuntimeError, NotImplementedError)):
            library.autograd.grad(g.sum(), a)


def test_a_wishart_matrix_moves_with_its_scale():
    start = tnn.tensor([[1.0, 0.0], [0.5, 2.0]], dtype=tnn.float64, requires_grad=True)

    def drawn(lower):
        tnn.manual_seed(0)
        d = tnn.distributions.Wishart(4.5, scale_tril=lower.tril(), validate_args=False)
        return d.rsample((3,))

    assert tnn.autograd.gradcheck(drawn, (start,))


def test_weights_of_a_smaller_batch_choose_for_each_of_a_larger():
    d = tnn.distributions
    weights = d.Categorical(tnn.tensor([0.5, 0.5]))
    mixture = d.MixtureSameFamily(weights, d.Normal(tnn.tensor([0.0, 9.0]).expand(50, 2), 0.1))
    tnn.manual_seed(0)
    x = mixture.sample((3,))
    assert x.shape == (3, 50)
    assert 30 < (x > 5).sum() < 120
    assert not ((x > 5).all(-1) | (x < 5).all(-1)).any()


def test_a_mean_of_samples_is_the_mean():
    d = tnn.distributions
    tnn.manual_seed(0)
    for each in (
        *(d.Normal(1.0, 2.0), d.Gamma(3.0, 2.0), d.Beta(2.0, 1.0), d.Poisson(4.0), d.Chi2(3.0)),
        *(d.Binomial(20, tnn.tensor(0.3)), d.Geometric(0.4), d.Gumbel(0.0, 1.0), d.HalfNormal(2.0)),
        *(d.StudentT(9.0), d.Laplace(1.0, 0.5), d.Uniform(-1.0, 3.0), d.LogNormal(0.0, 0.5)),
        *(d.ContinuousBernoulli(0.2), d.FisherSnedecor(5.0, 20.0), d.Kumaraswamy(2.0, 3.0)),
        d.GeneralizedPareto(1.0, 2.0, 0.1),
    ):
        x = each.sample((2000,))
        off = (x.mean(0) - each.mean).abs() / each.stddev * 2000**0.5
        assert off < 4, each
        assert 0.8 < x.var(0) / each.variance < 1.25, each
