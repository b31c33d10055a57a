"""Higher derivatives: against PyTorch's, against differences, and fused against their parts.
Read `test_ops_gradient_laws.py` next.
"""

import math

import numpy as np
import pytest
from op_checks import (
    array,
    assert_close,
    check_against_differences,
    check_against_parts,
    check_against_torch,
    check_second_against_differences,
    derivatives,
    leaf,
    on_a_grid,
)
from op_rows import cases, for_each_case
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry
from tinygrad_nn.ops.layers import convolution, convolution_products

ROWS = [row for row in TABLE + COMPOSED if row.differentiable]
SMOOTH = [case for case in cases(ROWS) if "dtype" not in case.sample.attributes]
PARTED = [
    case for case in cases(ROWS) if case.row.name in registry and registry[case.row.name].composite
]
ONCE_IN_PYTORCH = {"cdist", "ctc_loss", "hardsigmoid"}  # which has no second derivative of them
INFINITE = {"acosh", "sinc", "pow", "atan2", "copysign", "sgn"}  # at 0 in PyTorch, or nan
OF_ANOTHER_SIDE = {"prelu_kernel"}  # PyTorch's second derivative at 0 is not of its first
BENT = {name for name, op in registry.items() if op.elementwise}
BENT -= INFINITE | OF_ANOTHER_SIDE | ONCE_IN_PYTORCH
BENT |= {"smooth_l1_loss", "huber_loss"}
OF_THE_LOGITS = {"ctc_loss"}  # its gradient is that behind log_softmax, as in PyTorch


def is_large(case):
    return sum(map(math.prod, case.sample.shapes)) > 150


# Functions of a (4, 3) and a (3, 3) matrix, written for both frameworks.
FUNCTIONS = {
    "tanh of a product": lambda f, x, w: f.tanh(x @ w).sum(),
    "softmax times log-softmax": lambda f, x, w: (
        f.softmax(x @ w, dim=1) * f.log_softmax(x, dim=0)
    ).sum(),
    "quotient of powers": lambda f, x, w: ((x**3 + w[:, :1].exp().sum()) / (1 + x * x)).mean(),
    "standard deviation": lambda f, x, w: f.sqrt((x @ w).var(dim=0)).sum(),
    "two layers and a loss": lambda f, x, w: f.nn.functional.cross_entropy(
        f.sigmoid(f.nn.functional.linear(x, w)) @ w, f.from_numpy(np.array([2, 0, 1, 1]))
    ),
    "squared error of both": lambda f, x, w: f.nn.functional.mse_loss(x @ w, x.exp()),
    "log of a sum of picked rows": lambda f, x, w: f.logsumexp(x[[0, 0, 3]] * w, dim=(0, 1)),
    "joined, turned and reduced": lambda f, x, w: (
        (f.cat([x, w.T]).unsqueeze(0) ** 2).permute(2, 0, 1).amax(dim=2) * w.mean(dim=1)[:, None]
    ).sum(),
    "gradients of a minimum": lambda f, x, w: (
        f.where(x > 0, f.minimum(x, x @ w), x * 2).clamp(-1, 1).abs() ** 1.5
    ).sum(),
}  # fmt: skip


@for_each_case(cases([row for row in ROWS if row.name not in ONCE_IN_PYTORCH]))
def test_second_derivatives_equal_pytorch(case):
    check_against_torch(case, order=2)


@for_each_case(cases([row for row in ROWS if row.name in BENT]))
def test_second_derivatives_at_bends_equal_pytorch(case):
    check_against_torch(case, on_a_grid(case.draw()), order=2)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_of_compositions_equal_pytorch_up_to_the_third(name, order):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(7)
    operands = [random.standard_normal((4, 3)), random.standard_normal((3, 3))]
    found = []
    for framework in (tnn, torch):
        variables = [leaf(framework, operand) for operand in operands]
        output = FUNCTIONS[name](framework, *variables)
        cotangent = leaf(framework, np.array(1.5))
        found.append([output, *derivatives(framework, [output], variables, [cotangent], order)])
    assert len(found[0]) == len(found[1]) > 2
    for ours, theirs in zip(*found, strict=True):
        assert_close(array(ours), array(theirs), name, rtol=1e-9)


@for_each_case([case for case in SMOOTH if case.row.name not in OF_THE_LOGITS])
def test_gradients_agree_with_differences(case):
    check_against_differences(case, fast_mode=is_large(case))


@for_each_case(SMOOTH)
def test_second_derivatives_agree_with_differences(case):
    check_second_against_differences(case)


@pytest.mark.slow
@for_each_case(list(filter(is_large, SMOOTH)))
def test_every_entry_of_a_large_gradient_agrees_with_differences(case):
    check_against_differences(case)


@pytest.mark.slow
@for_each_case(SMOOTH)
def test_every_second_derivative_agrees_with_differences(case):
    check_second_against_differences(case, fast_mode=False)


@for_each_case([case for case in PARTED if len(case.sample.shapes) > 1])
def test_an_operand_made_of_another_is_not_gone_through_twice(case):
    """The composite takes operands as they are: the way from one to the other comes after it."""
    operands, function = case.draw(), case.row.call(tnn)
    given = {
        name: tnn.from_numpy(value) if isinstance(value, np.ndarray) else value
        for name, value in case.sample.attributes.items()
    }

    def gradient(create_graph):
        x = tnn.ones((), dtype=tnn.float64, requires_grad=True)
        first = tnn.from_numpy(operands[0]) * x
        others = [tnn.from_numpy(each) * (1 + first.sin().sum()) for each in operands[1:]]
        made = function(first, *others, **given)
        y = made[0] if isinstance(made, tuple) else made
        (g,) = tnn.autograd.grad((y * y).sum(), x, create_graph=create_graph)
        return g.item()

    assert gradient(True) == pytest.approx(gradient(False), 1e-9, 1e-9)


@pytest.mark.parametrize("order", [1, 2])
@for_each_case(PARTED)
def test_a_fused_operation_equals_its_parts(case, order):
    check_against_parts(case, order)


@pytest.mark.parametrize("case", [case for case in PARTED if case.row.name == "conv2d"], ids=str)
def test_a_convolution_of_many_columns_equals_its_parts(case, monkeypatch):
    monkeypatch.setattr(convolution_products, "_FEW", 0)
    caches = (convolution._geometry, convolution_products.geometry_over)
    for cache in caches:
        cache.cache_clear()
    check_against_parts(case)
    for cache in caches:
        cache.cache_clear()


SINGULAR = {
    "of rank 1": np.ones((3, 3)),
    "zeros": np.zeros((3, 3)),
    "of 1": np.zeros((1, 1)),
    "diagonal": np.diag([1.0, 2.0, 0.0, 0.0]),
    "one of a batch": np.stack([np.ones((2, 2)), np.eye(2)]),
}


@pytest.mark.parametrize("matrix", SINGULAR.values(), ids=SINGULAR)
def test_a_singular_matrix_has_the_derivatives_of_its_determinant(matrix):
    """PyTorch has the first; of the second it gives nan, or 0, where the rank is low."""
    assert tnn.autograd.gradgradcheck(
        tnn.linalg.det, tnn.from_numpy(matrix.copy()).requires_grad_()
    )
    x = tnn.from_numpy(matrix.copy()).requires_grad_()
    plain, recorded = (
        tnn.autograd.grad(tnn.linalg.det(x).sum(), x, create_graph=create)[0]
        for create in (False, True)
    )
    np.testing.assert_allclose(array(plain), array(recorded), atol=1e-12)


def test_a_complex_singular_matrix_has_the_derivatives_of_its_determinant():
    x = tnn.tensor([[1j, 2.0], [2.0, -4j]], dtype=tnn.complex128, requires_grad=True)
    (g,) = tnn.autograd.grad(tnn.linalg.det(x).real, x, create_graph=True)
    np.testing.assert_allclose(array(g), [[4j, -2], [-2, -1j]])  # conj of [[d, -c], [-b, a]]
    (h,) = tnn.autograd.grad((g.imag * tnn.tensor([[0.0, 1.0], [2.0, 3.0]])).sum(), x)
    np.testing.assert_allclose(array(h), [[-3j, 2j], [1j, 0]])
