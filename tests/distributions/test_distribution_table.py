"""Every distribution's numbers, gradients, shapes and prints are PyTorch's.
Read `test_refusals_of_distributions.py` next.
"""

import copy
import warnings

import numpy as np
import pytest
from distribution_rows import ROWS
from distribution_table import ALLOWED, OF_TRIGAMMA, asked, compared, difference, in_doubles, torch

import tinygrad_nn as tnn

WITHOUT_KL = (
    *("StudentT", "RelaxedBernoulli", "NegativeBinomial", "Weibull"),
    *("FisherSnedecor", "VonMises", "Kumaraswamy"),
)  # PyTorch has none


def both(program):
    """What a program makes of each package, or the error that it raises."""
    made = []
    for f in (tnn, torch):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                made.append(program(f))
        except (ValueError, TypeError, RuntimeError, NotImplementedError) as error:
            made.append(error)
    return made


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_answers_and_gradients_are_pytorchs(row):
    allowed = OF_TRIGAMMA.get(row.name.partition("(")[0], ALLOWED)
    found = list(compared(row))
    assert [each for each in found if each.difference > allowed] == []
    answered = {each.question for each in found if not each.is_refused}
    assert "log_prob" in answered
    assert ("kl" in answered) == (row.others is not None and not row.name.startswith(WITHOUT_KL))


def test_the_table_sees_a_difference():
    row = next(each for each in ROWS if each.name == "Normal")
    ours, theirs = asked(tnn, row, "log_prob"), asked(torch, row, "log_prob")
    assert difference(ours, theirs) < 1e-15
    ours[2] = ours[2] * (1 + 1e-9)  # a gradient
    assert difference(ours, theirs) > ALLOWED
    assert difference(ours, NotImplementedError()) == np.inf


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_shapes_supports_and_prints_are_pytorchs(row):
    def facts(f):
        d = row.make(f.distributions, *(f.tensor(x) for x in row.parameters))
        larger = d.expand((2, *d.batch_shape))
        lines = [repr(d), tuple(d.batch_shape), tuple(d.event_shape), d.has_rsample]
        lines += [d.has_enumerate_support, repr(d.support), d.support.event_dim]
        lines += [repr(larger), tuple(larger.batch_shape), tuple(larger.sample((3,)).shape)]
        lines += [tuple(d.sample().shape), d.sample((2, 1)).requires_grad, str(d.sample().dtype)]
        value = f.tensor(row.values, dtype=f.float64)
        lines += [np.round(larger.log_prob(value[:1]).detach().numpy(), 9).tolist()]
        return lines

    def facts_in_doubles(f):
        with in_doubles(f):
            return facts(f)

    ours, theirs = both(facts_in_doubles)
    if isinstance(theirs, Exception):  # weights of a smaller batch, which draw nothing there
        assert row.name == "MixtureSameFamily(vectors)"
    else:
        assert str(ours).replace("torch.float64", "float64") == str(theirs).replace(
            "torch.float64", "float64"
        )


PLAIN = (
    *("Normal", "Uniform", "Laplace", "Cauchy", "Gumbel", "Beta", "Gamma", "LogNormal"),
    *("FisherSnedecor", "Kumaraswamy", "VonMises"),
)


@pytest.mark.parametrize("name", PLAIN)
def test_numbers_make_a_distribution_of_shape_0(name):
    def facts(f):
        d = getattr(f.distributions, name)(0.5, 2.0)
        value = f.tensor([0.6, 0.9])
        return [
            repr(d),
            tuple(d.batch_shape),
            d.log_prob(value).numpy().tolist(),
            str(d.mean.dtype),
        ]

    ours, theirs = both(facts)
    assert ours[:2] == theirs[:2]
    np.testing.assert_allclose(ours[2], theirs[2], 1e-5)


def test_nothing_is_checked_where_validate_args_is_false():
    d = tnn.distributions
    assert d.Normal(0.0, -1.0, validate_args=False).scale == -1
    assert d.Uniform(0.0, 1.0, validate_args=False).log_prob(tnn.tensor(2.0)) == -np.inf
    assert d.Normal(0.0, 1.0, validate_args=False).expand((2,))._validate_args is False
    d.Distribution.set_default_validate_args(False)
    try:
        assert d.Normal(0.0, -1.0).scale == -1
    finally:
        d.Distribution.set_default_validate_args(True)


def test_a_distribution_can_be_copied():
    for row in ROWS[:30]:
        d = row.make(tnn.distributions, *(tnn.tensor(x) for x in row.parameters))
        twin = copy.deepcopy(d)
        value = tnn.tensor(row.values)
        assert np.array_equal(twin.log_prob(value).numpy(), d.log_prob(value).numpy())


LOW_RANK = "LowRankMultivariateNormal((2,), ())"


@pytest.mark.parametrize("name", ["covariance_matrix", "precision_matrix", "scale_tril"])
@pytest.mark.parametrize("row", [r for r in ROWS if r.name.startswith(("Wishart", LOW_RANK))][:4])
def test_the_matrices_of_a_distribution_and_of_an_expanded_one_are_pytorchs(row, name):
    def matrices(f):
        d = row.make(f.distributions, *(f.tensor(x) for x in row.parameters))
        larger = d.expand((3, *d.batch_shape))
        return [getattr(each, name).numpy() for each in (d, larger)]

    for ours, theirs in zip(*both(matrices), strict=True):
        np.testing.assert_allclose(ours, theirs, 1e-10, 1e-10)


def test_the_tail_of_a_generalized_pareto_is_pytorchs():
    def tail(f):
        d = f.distributions.GeneralizedPareto(f.tensor([0.0, 0.1]), 2.0, f.tensor([0.5, -0.5]))
        x = f.tensor([0.3, 2.5])
        return [getattr(d, name)(x).tolist() for name in ("log_survival_function", "log_cdf")]

    np.testing.assert_allclose(*both(tail), 1e-5)


def test_few_degrees_of_freedom_are_warned_of():
    with pytest.warns(UserWarning, match=r"Wishart: Low df values detected, 1\.5 of 2 rows"):
        d = tnn.distributions.Wishart(1.5, tnn.eye(2))
    tnn.manual_seed(0)
    assert d.sample((50,)).shape == (50, 2, 2)
