"""What a distribution cannot take is refused: the class is PyTorch's, the words name what is wrong.
Read `test_samples.py` next.
"""

import re

import numpy as np
import pytest
from distribution_rows import ROWS
from test_distribution_table import both

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError

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
    "sizes of a low rank": lambda d, f: d.LowRankMultivariateNormal(
        f.zeros(3), f.zeros(2, 1), f.ones(3)
    ),
    "batches of a low rank": lambda d, f: d.LowRankMultivariateNormal(
        f.zeros(2, 3), f.zeros(4, 3, 1), f.ones(3)
    ),
    "loc 0-d of a low rank": lambda d, f: d.LowRankMultivariateNormal(
        f.tensor(0.0), f.zeros(1, 1), f.ones(1)
    ),
    "kl of ranks": lambda d, f: d.kl_divergence(
        d.LowRankMultivariateNormal(f.zeros(3), f.zeros(3, 1), f.ones(3)),
        d.MultivariateNormal(f.zeros(2), f.eye(2)),
    ),
    "one row": lambda d, f: d.LKJCholesky(1),
    "df too small": lambda d, f: d.Wishart(1.0, f.eye(2)),
    "matrix of df 1-d": lambda d, f: d.Wishart(3.0, f.ones(2)),
    "Wishart, not definite": lambda d, f: d.Wishart(3.0, -f.eye(2)),
    "neither of a continuous": lambda d, f: d.ContinuousBernoulli(),
    "beyond the end": lambda d, f: d.GeneralizedPareto(0.0, 1.0, -1.0).log_prob(f.tensor(1.5)),
    "no correlation": lambda d, f: d.LKJCholesky(2).log_prob(f.ones(2, 2)),
    "no rsample of angles": lambda d, f: d.VonMises(0.0, 1.0).rsample(),
    "no cdf of angles": lambda d, f: d.VonMises(0.0, 1.0).cdf(f.tensor(0.5)),
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


def poisoned(x, value):
    """An array of which the last element is replaced."""
    changed = np.array(x, dtype=np.float64)
    changed.reshape(-1)[-1] = value
    return changed


POISONS = (float("nan"), -1.0, 0.0, 2.5)
# PyTorch names the distributions that these are made of.
OF_PARTS = ("StudentT", "FisherSnedecor", "LKJCholesky")
# PyTorch clamps the first, and runs into the others before it checks them.
CHECKED_HERE = ("ContinuousBernoulli", "LowRank")


def words(said):
    """The parameter, the distribution and the constraint that an error of PyTorch's names."""
    found = re.search(
        r"parameter (\w+) \(.*\) of distribution (\w+).* to satisfy the constraint (.*), but",
        str(said),
        re.DOTALL,
    )
    return found.groups() if found else ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_parameter_out_of_its_constraint_is_named_as_in_pytorch(row):
    for i, value in [(i, value) for i in range(len(row.parameters)) for value in POISONS]:
        parameters = list(row.parameters)
        parameters[i] = poisoned(parameters[i], value)
        ours, theirs = both(
            lambda f, given=parameters: row.make(f.distributions, *(f.tensor(x) for x in given))
        )
        if row.name.startswith(CHECKED_HERE) and isinstance(ours, Exception):
            assert re.match(r"\w+: parameter \w+, a .*must satisfy \w+\(", str(ours))
            continue
        assert isinstance(ours, Exception) == isinstance(theirs, Exception), (i, value)
        if isinstance(theirs, Exception):
            assert isinstance(ours, type(theirs)), (i, value)
            if row.name.startswith(OF_PARTS):
                assert re.match(rf"{row.name.partition('(')[0]}: parameter \w+, a ", str(ours))
            else:
                assert [each for each in words(theirs) if each not in str(ours)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_value_out_of_the_support_is_refused_with_it(row):
    for value in (float("nan"), -1.0, 0.3, 9.5):

        def asked(f, value=value):
            d = row.make(f.distributions, *(f.tensor(x) for x in row.parameters))
            return d.log_prob(f.tensor(poisoned(row.values, value)))

        ours, theirs = both(asked)
        if isinstance(theirs, ValueError):
            assert isinstance(ours, ArgumentError)
            support = re.search(r"within the support \((.*)\)\s+of the distribution", str(theirs))
            assert support is None or support[1] in str(ours)
        else:
            assert not isinstance(ours, ValueError)
