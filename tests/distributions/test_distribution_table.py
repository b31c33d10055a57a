"""Every distribution's numbers, gradients, shapes and prints are PyTorch's, and its refusals.
Read `test_samples.py` next.
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


PLAIN = ("Normal", "Uniform", "Laplace", "Cauchy", "Gumbel", "Beta", "Gamma", "LogNormal")


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


REFUSED = {
    "scale below 0": lambda d, f: d.Normal(0.0, -1.0),
    "scale 0": lambda d, f: d.Normal(f.zeros(2), f.tensor([1.0, 0.0])),
    "loc nan": lambda d, f: d.Normal(float("nan"), 1.0),
    "bounds turned": lambda d, f: d.Uniform(1.0, 0.0),
    "bounds equal": lambda d, f: d.Uniform(1.0, 1.0),
    "probs above 1": lambda d, f: d.Bernoulli(1.5),
    "neither": lambda d, f: d.Bernoulli(),
    "both": lambda d, f: d.Bernoulli(0.5, 0.5),
    "count below 0": lambda d, f: d.Binomial(-1, f.tensor([0.5])),
    "categories 0-d": lambda d, f: d.Categorical(f.tensor(0.5)),
    "probs below 0": lambda d, f: d.Categorical(f.tensor([-0.5, 1.0])),
    "two counts": lambda d, f: d.Multinomial(f.tensor([1, 2]), f.ones(2)),
    "concentration 0": lambda d, f: d.Beta(0.0, 1.0),
    "concentration 0-d": lambda d, f: d.Dirichlet(f.tensor(1.0)),
    "rate below 0": lambda d, f: d.Poisson(-1.0),
    "probs 0": lambda d, f: d.Geometric(0.0),
    "no parameter": lambda d, f: d.Normal("a", 1.0),
    "shapes": lambda d, f: d.Normal(f.zeros(2), f.ones(3)),
    "two matrices": lambda d, f: d.MultivariateNormal(f.zeros(2), f.eye(2), f.eye(2)),
    "no matrix": lambda d, f: d.MultivariateNormal(f.zeros(2)),
    "loc 0-d": lambda d, f: d.MultivariateNormal(f.tensor(0.0), f.eye(2)),
    "matrix 1-d": lambda d, f: d.MultivariateNormal(f.zeros(2), f.ones(2)),
    "not definite": lambda d, f: d.MultivariateNormal(f.zeros(2), -f.eye(2)),
    "not symmetric": lambda d, f: d.MultivariateNormal(f.zeros(2), f.tensor([[1.0, 0.5], [0, 1]])),
    "not lower": lambda d, f: d.MultivariateNormal(f.zeros(2), scale_tril=f.ones(2, 2)),
    "too many dims": lambda d, f: d.Independent(d.Normal(0.0, 1.0), 1),
    "no Categorical": lambda d, f: d.MixtureSameFamily(d.Normal(0.0, 1.0), d.Normal(0.0, 1.0)),
    "no Distribution": lambda d, f: d.MixtureSameFamily(d.Categorical(f.ones(2)), 3),
    "components": lambda d, f: d.MixtureSameFamily(
        d.Categorical(f.ones(3)), d.Normal(f.zeros(2), 1.0)
    ),
    "no transform": lambda d, f: d.TransformedDistribution(d.Normal(0.0, 1.0), [3]),
    "cache_size": lambda d, f: d.ExpTransform(cache_size=2),
    "value no tensor": lambda d, f: d.Normal(0.0, 1.0).log_prob(0.5),
    "value outside": lambda d, f: d.Uniform(0.0, 1.0).log_prob(f.tensor(2.0)),
    "value no count": lambda d, f: d.Poisson(1.0).log_prob(f.tensor(0.5)),
    "value's shape": lambda d, f: d.Normal(f.zeros(3), 1.0).log_prob(f.zeros(2)),
    "value's event": lambda d, f: d.Dirichlet(f.ones(3)).log_prob(f.ones(2) / 2),
    "no entropy": lambda d, f: d.Poisson(1.0).entropy(),
    "no cdf": lambda d, f: d.Beta(1.0, 1.0).cdf(f.tensor(0.5)),
    "no rsample": lambda d, f: d.Bernoulli(0.5).rsample(),
    "no kl": lambda d, f: d.kl_divergence(d.Beta(1.0, 1.0), d.Poisson(1.0)),
    "kl of families": lambda d, f: d.kl_divergence(d.Bernoulli(0.5), d.Normal(0.0, 1.0)),
    "kl of shapes": lambda d, f: d.kl_divergence(
        d.MultivariateNormal(f.zeros(2), f.eye(2)), d.MultivariateNormal(f.zeros(3), f.eye(3))
    ),
    "several counts": lambda d, f: d.Binomial(f.tensor([1.0, 2.0]), f.ones(2) / 2).entropy(),
    "no such default": lambda d, f: d.Distribution.set_default_validate_args("yes"),
    "expand": lambda d, f: d.Normal(f.zeros(3), 1.0).expand((2,)),
    "onto boolean": lambda d, f: d.biject_to(d.constraints.boolean),
    "simplex 0-d": lambda d, f: d.StickBreakingTransform().forward_shape(()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_of_pytorchs_class(name):
    ours, theirs = both(lambda f: REFUSED[name](f.distributions, f))
    assert isinstance(theirs, Exception)
    assert isinstance(ours, type(theirs)), ours
    assert str(ours)


def test_an_error_names_the_parameter_the_value_and_the_constraint():
    d = tnn.distributions
    with pytest.raises(ValueError, match=r"Normal: parameter scale.*GreaterThan\(.*-1\."):
        d.Normal(tnn.zeros(2), tnn.tensor([1.0, -1.0]))
    with pytest.raises(ValueError, match=r"Uniform: the value.*Interval.*validate_args=False"):
        d.Uniform(0.0, 1.0).log_prob(tnn.tensor(2.0))


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
