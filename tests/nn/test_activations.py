"""Activations and softmax, as functions and as Modules: PyTorch's values, gradients and warnings.
Read `test_losses.py` next.
"""

from math import inf, nan

import numpy as np
import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

SHAPES = [(), (1,), (7,), (3, 4), (2, 3, 4), (2, 1, 3, 2), (0, 3)]
FUNCTIONS = {
    "relu": lambda library: library.nn.functional.relu,
    "ReLU": lambda library: library.nn.ReLU(),
    "tanh": lambda library: library.nn.functional.tanh,
    "Tanh": lambda library: library.nn.Tanh(),
    "sigmoid": lambda library: library.nn.functional.sigmoid,
    "Sigmoid": lambda library: library.nn.Sigmoid(),
    "softmax": lambda library: lambda x: library.nn.functional.softmax(x, dim=-1),
    "Softmax": lambda library: library.nn.Softmax(dim=0),
    "log_softmax": lambda library: lambda x: library.nn.functional.log_softmax(x, 0),
    "LogSoftmax": lambda library: library.nn.LogSoftmax(-1),
}


def numbers(shape, scale=3.0, seed=0):
    return np.random.default_rng(seed).standard_normal(shape) * scale


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients_are_pytorch_s(name, shape, dtype):
    x, weight = numbers(shape).astype(dtype), numbers(shape, seed=1).astype(dtype)

    def program(library):
        given = library.tensor(x, requires_grad=True)
        y = FUNCTIONS[name](library)(given)
        (y * library.tensor(weight)).sum().backward()
        return [y, given.grad]

    rtol, atol = (1e-12, 1e-14) if dtype == "float64" else (2e-6, 1e-6)
    assert_same(program, rtol, atol)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_extreme_values_are_pytorch_s(name):
    inf, nan = float("inf"), float("nan")

    def program(library):
        rows = [
            [1e4, -1e4, 0.0, -0.0],
            [inf, 0.0, 1.0, 2.0],
            [-inf, 0.0, 1.0, 2.0],
            [nan, 0.0, 1.0, 2.0],
            [-inf, -inf, -inf, -inf],
        ]
        return [FUNCTIONS[name](library)(library.tensor(row).double()) for row in rows]

    assert_same(program)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dim", [0, 1, 2, -1, -3, 3, -4])
def test_softmax_goes_over_the_dim_that_is_asked_for(name, dim):
    x = numbers((2, 3, 4))
    assert_same(lambda library: getattr(library.nn.functional, name)(library.tensor(x), dim))
    assert_same(lambda library: getattr(library, name)(library.tensor(x), dim))
    assert_same(lambda library: getattr(library.tensor(x), name)(dim=dim))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("ndim", [0, 1, 2, 3, 4])
def test_without_a_dim_softmax_warns_and_takes_pytorch_s(name, ndim):
    x = numbers((2,) * ndim)
    assert_same(lambda library: getattr(library.nn.functional, name)(library.tensor(x)))
    with pytest.warns(UserWarning, match="dim"):
        getattr(tnn.nn.functional, name)(tnn.tensor(x))


def test_the_warning_points_at_the_line_that_called():
    with pytest.warns(UserWarning, match="dim") as caught:
        tnn.nn.Softmax()(tnn.ones(2, 2))
    assert caught[0].filename == __file__


def test_softmax_converts_to_a_dtype_first():
    x = numbers((2, 3)).astype("float32")

    def program(library):
        softmax = library.nn.functional.softmax
        whole = softmax(library.tensor([1, 2]), dim=0, dtype=library.float32)
        return [softmax(library.tensor(x), dim=1, dtype=library.float64), whole]

    assert_same(program, 1e-7, 1e-7)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_integers_is_refused(name):
    with pytest.raises(RuntimeError, match=name):
        getattr(tnn.nn.functional, name)(tnn.tensor([1, 2]), dim=0)
    with pytest.raises(RuntimeError):
        getattr(torch.nn.functional, name)(torch.tensor([1, 2]), dim=0)


def test_an_inplace_relu_writes_into_its_input(library):
    x = library.tensor([-1.0, 2.0])
    assert library.nn.ReLU(inplace=True)(x) is x
    assert x.tolist() == [0.0, 2.0]
    with pytest.raises(RuntimeError):
        library.nn.ReLU(True)(library.ones(1, requires_grad=True))


def test_relu_takes_integers(library):
    assert library.nn.functional.relu(library.tensor([-2, 3])).tolist() == [0, 3]


def test_functions_take_their_input_by_name(library):
    F = library.nn.functional
    x = library.tensor([0.0])
    for function in (F.relu, F.tanh, F.sigmoid):
        assert function(input=x).shape == (1,)
    assert F.softmax(input=x, dim=0).tolist() == [1.0]


def softplus_of(framework, dtype, beta, threshold):
    """Its value, first and second derivative, over what overflows and what does not."""
    values = [60000.0, 1000, 89, 30, 25, 19, 1.5, 0.25, -1.5, -30, -95, -1000, -60000, nan]
    x = framework.tensor(values, dtype=getattr(framework, dtype), requires_grad=True)
    y = framework.nn.functional.softplus(x, beta, threshold)
    (first,) = framework.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = framework.autograd.grad(first.sum(), x)
    return [each.detach().double().numpy() for each in (y, first, second)]


@pytest.mark.parametrize(
    ("dtype", "tol"), [("float16", 4e-3), ("float32", 1e-5), ("float64", 1e-9)]
)
def test_softplus_is_pytorchs_for_any_beta_and_threshold(dtype, tol):
    """Where PyTorch's overflows below its threshold, log(1 + e^z) / beta is x here."""
    torch = pytest.importorskip("torch")
    for beta in (-1, -1e5, 1, 2, 0.5, 0, 1e5, 1e-5, inf, -inf, nan):
        for threshold in (20, 2049, 0, -5, 17, 100, inf, -inf, 1e9):
            ours, theirs = (softplus_of(f, dtype, beta, threshold) for f in (tnn, torch))
            known = np.isfinite(theirs[0])
            for one, other in zip(ours, theirs, strict=True):
                of = np.isfinite(other) | ~known
                np.testing.assert_allclose(
                    one[known & of], other[known & of], tol, tol, err_msg=f"{beta}, {threshold}"
                )
    for beta, expected in ((1, 1000.0), (-1, -0.0)):
        y = tnn.nn.functional.softplus(tnn.tensor(1000.0), beta, 2049)
        assert y.item() == expected
