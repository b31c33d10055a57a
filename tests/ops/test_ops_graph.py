"""What operations leave behind: gradients that can be used again, and NumPy's settings untouched.
Read `test_ops_calls.py` next.
"""

import numpy as np
import pytest
from looping import looped
from op_checks import (
    check_what_requires_a_gradient,
    cotangents_for,
    leaf,
    outputs_of,
)
from op_rows import cases
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import op, registry
from tinygrad_nn.errors import ArgumentError, DTypeError, GraphError

ROWS = [row for row in TABLE + COMPOSED if row.differentiable]
CONVOLUTIONS = [f"{kind}{dims}" for kind in ("", "_transpose") for dims in (1, 2, 3)]
POOLS = [
    *[("max_pool", ""), ("max_pool", "_with_indices"), ("avg_pool", "")],
    *[(f"{kind}_pool", "") for kind in ("adaptive_avg", "adaptive_max", "fractional_max")],
]
# Whose gradient requires one in PyTorch only, and why.
MORE_IN_PYTORCH = {  # by the operand's place
    "layer_norm": (2, "it is linear in its bias"),
    "pad_with_own": (0, "it is linear; PyTorch keeps its input"),
    "batch_norm": (2, "it is linear in its bias"),
    **{f"conv{kind}d": (2, "it is linear in its bias") for kind in CONVOLUTIONS},
    **{
        f"{name}{dims}d{more}": (0, "its gradient depends on where elements are, or were chosen")
        for name, more in POOLS
        for dims in (1, 2, 3)
        if (name, dims) != ("fractional_max_pool", 1)
    },
    "hardsigmoid": (0, "and then cannot be differentiated"),
    "interpolate()": (0, "so does that of the means of areas"),
}
LESS_IN_PYTORCH = {
    ("det", (1, 1)): "of one element it is that element, which only PyTorch looks for",
    ("det", (0, 2, 2)): "of no element it is a constant in PyTorch",
    ("scaled_dot_product_attention", (0, 3, 4, 6)): "of no element it is a constant in PyTorch",
}
REFUSING = {  # LAPACK has no answer for some matrices, and what is below 0 is no probability
    *("inv", "det", "slogdet", "svd", "pinv", "matrix_exp", "solve", "solve_triangular", "qr"),
    *("linalg_cholesky", "cholesky_solve", "lu_factor", "eig", "eigh", "binary_cross_entropy"),
}
ODD_NUMBERS = {
    "inf": [np.inf, -np.inf],
    "nan": [np.nan],
    "zeros": [0.0, -0.0],
    "huge": [1e308, -1e308],
    "tiny": [5e-324, -5e-324],
}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_gradient_requires_a_gradient_where_pytorchs_does(row):
    but, _ = MORE_IN_PYTORCH.get(row.name, (None, ""))
    for case in cases([row]):
        if (row.name, case.sample.shapes[0]) not in LESS_IN_PYTORCH:
            check_what_requires_a_gradient(case, but)


@pytest.mark.parametrize("name", MORE_IN_PYTORCH)
def test_the_exceptions_are_exceptions(name):
    (row,) = (row for row in ROWS if row.name == name)
    place, _ = MORE_IN_PYTORCH[name]
    case = next(case for case in cases([row]) if len(case.sample.shapes) > place)
    with pytest.raises(AssertionError, match="require a gradient"):
        check_what_requires_a_gradient(case)


@pytest.mark.parametrize(("name", "shape"), LESS_IN_PYTORCH)
def test_the_constants_are_constants(name, shape):
    (row,) = (row for row in ROWS if row.name == name)
    case = next(case for case in cases([row]) if case.sample.shapes[0] == shape)
    with pytest.raises(AssertionError, match="require a gradient"):
        check_what_requires_a_gradient(case)


@pytest.mark.parametrize(
    "function",
    [tnn.relu, tnn.abs, tnn.sign, lambda x: tnn.maximum(x, x * 2), lambda x: x.clamp(-1, 1)],
)
def test_a_gradient_that_is_flat_has_usable_zeros_for_a_gradient(function):
    x = tnn.tensor([-2.0, 0.5, 3.0], requires_grad=True)
    (first,) = tnn.autograd.grad(function(x).sum(), x, create_graph=True)
    if first.requires_grad:
        (second,) = tnn.autograd.grad((first * first).sum(), x, allow_unused=True)
        np.testing.assert_array_equal(second.array, 0)


def test_the_gradient_of_relu_is_usable():
    x = tnn.tensor([-1.0, 0.0, 2.0], requires_grad=True)
    (first,) = tnn.autograd.grad(tnn.relu(x).sum(), x, create_graph=True)
    assert first.requires_grad
    (second,) = tnn.autograd.grad(first.sum(), x)
    assert second.tolist() == [0.0, 0.0, 0.0]
    second.add_(1)  # memory of its own


# --- silence --------------------------------------------------------------------------------------


def forward_and_backward(case, operands):
    tensors = [leaf(tnn, operand) for operand in operands]
    roots = [y for y in outputs_of(tnn, case, tensors) if y.requires_grad]
    leaves = [x for x in tensors if x.requires_grad]
    if roots:
        given = {"retain_graph": True, "allow_unused": True}
        cotangents = [each.detach() for each in cotangents_for(tnn, roots)]
        tnn.autograd.grad(roots, leaves, cotangents, **given)
        tnn.autograd.grad(roots, leaves, cotangents, create_graph=True, **given)


@looped("kind", ODD_NUMBERS)
@pytest.mark.parametrize("row", TABLE + COMPOSED, ids=str)
def test_no_operation_warns(row, kind):
    """Warnings are errors in these tests; NumPy is set to raise on top."""
    for case in cases([row]):
        operands = []
        for x in case.draw():
            if x.dtype.kind in "fc":
                x = np.resize(np.array(ODD_NUMBERS[kind], x.dtype), x.shape)
            operands.append(x)
        with np.errstate(all="raise"):
            before = np.geterr()
            try:
                forward_and_backward(case, operands)
            except (np.linalg.LinAlgError, ArgumentError):
                assert row.name in REFUSING
            assert np.geterr() == before, case


@looped("row", TABLE + COMPOSED)
def test_numpys_settings_are_what_they_were_after_a_call_that_failed(row):
    before = np.geterr()
    for wrong in ("a", None, object()):
        with pytest.raises((RuntimeError, TypeError, ValueError)):
            row.call(tnn)(*[wrong] * len(row.operands))
        assert np.geterr() == before
    case = cases([row])[0]
    with pytest.raises((RuntimeError, TypeError, ValueError)):
        row.call(tnn)(*[leaf(tnn, x) for x in case.draw()], no_such_argument=1)
    assert np.geterr() == before


@pytest.mark.parametrize("mode", ["ignore", "warn", "raise"])
def test_numpys_settings_are_the_users_own(mode):
    with np.errstate(all=mode):
        x = tnn.tensor([0.0, -1.0], requires_grad=True)
        y = tnn.log(x) / x
        assert set(np.geterr().values()) == {mode}
        y.sum().backward()
        with pytest.raises(RuntimeError):
            tnn.add(x, tnn.ones(3))
        with pytest.raises(RuntimeError):
            y.sum().backward()
        assert set(np.geterr().values()) == {mode}


# --- forwards and rules that are wrong ------------------------------------------------------------


@pytest.fixture
def declared():
    """`op`, whose operations are forgotten after the test."""
    before = set(registry)
    yield op
    for name in set(registry) - before:
        del registry[name]


def double(declared, rule, **given):
    operation = declared("2 x", name="doubled", **given)(lambda x: 2 * x)
    return operation.vjp(x=rule)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("answer", [None, 3.5, "a", [1.0]], ids=repr)
def test_a_rule_that_returns_no_array_is_an_error_that_names_the_operation(
    declared, answer, create_graph
):
    x = tnn.ones(3, requires_grad=True)
    y = double(declared, lambda g: answer)(x)
    with pytest.raises((GraphError, DTypeError), match="doubled"):
        y.backward(tnn.ones(3), create_graph=create_graph)


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_rule_that_returns_another_shape_is_an_error_that_names_the_operation(
    declared, create_graph
):
    x = tnn.ones(3, requires_grad=True)
    y = double(declared, lambda g: g[:2])(x)
    with pytest.raises(RuntimeError, match="doubled"):
        y.backward(tnn.ones(3), create_graph=create_graph)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_joint_rule_of_the_wrong_number_of_gradients_names_the_operation(declared, count):
    @declared("a b", name="joined")
    def joined(a: "Array", b: "Array"):  # noqa: F821
        return a * b

    @joined.backward
    def _(g, a, b, wants):
        return (g,) * count

    joined.composite(lambda a, b: a * b)
    x, z = (tnn.ones(3, requires_grad=True) for _ in range(2))
    with pytest.raises(GraphError, match=rf"joined .*{count} gradients for 2"):
        joined(x, z).sum().backward()


def test_a_rule_for_a_list_of_the_wrong_number_of_gradients_names_the_operation(declared):
    @declared("a b", name="listed")
    def listed(tensors: "Arrays"):  # noqa: F821
        return tensors[0] + tensors[1]

    listed.vjp(tensors=lambda g: [g])
    with pytest.raises(GraphError, match=r"listed .*1 gradients for 2"):
        listed([tnn.ones(3, requires_grad=True), tnn.ones(3)]).sum().backward()


@pytest.mark.parametrize("made", [None, "a", object()], ids=["None", "str", "object"])
def test_a_forward_that_returns_no_array_is_an_error_that_names_the_operation(declared, made):
    operation = declared("x", name="broken")(lambda x: made)
    operation.vjp(x=lambda g: g)
    for requires_grad in (False, True):
        with pytest.raises((DTypeError, GraphError), match="broken"):
            operation(tnn.ones(3, requires_grad=requires_grad))


@pytest.mark.parametrize("count", [1, 3])
def test_a_forward_of_the_wrong_number_of_outputs_names_the_operation(declared, count):
    operation = declared("x", name="broken", returns="one, other")(lambda x: (x,) * count)
    operation.vjp(x=lambda g_one, g_other: g_one + g_other)
    for requires_grad in (False, True):
        with pytest.raises((DTypeError, GraphError), match="broken"):
            operation(tnn.ones(3, requires_grad=requires_grad))


def test_a_forward_that_keeps_too_little_names_the_operation(declared):
    operation = declared("x", name="broken", keeps="mask")(lambda x: x)
    operation.vjp(x=lambda g, mask: g * mask)
    with pytest.raises((DTypeError, GraphError), match="broken"):
        operation(tnn.ones(3, requires_grad=True))
