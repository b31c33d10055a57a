"""The backward pass that is shown is the one that backward() runs: every operation, every path.
Read `test_explanation.py` next, which puts it into words.
"""

import numpy as np
import pytest
from op_checks import drawn_like, leaf, outputs_of
from op_rows import cases, for_each_case
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn
from tinygrad_nn import nn
from tinygrad_nn.errors import GraphError
from tinygrad_nn.viz.derivation.backward import backward_pass
from tinygrad_nn.viz.structure.subject import subject_of


def shown(loss, named):
    """The gradients that a shown backward pass leaves in the named leaves."""
    computation = subject_of(loss, inputs=named).read()
    gradients = backward_pass(computation).gradients
    return {q.name: gradients[q.id] for q in computation.quantities if q.id in gradients}


def one_number(case, operands):
    """All outputs with random weights as one real number, and the weights, None if there is none.

    The weights have to be held: what nobody holds cannot be taken up again.
    """
    outputs = [y for y in outputs_of(tnn, case, operands) if y.requires_grad]
    if all(y.numel() == 0 for y in outputs):
        return None, []
    random = np.random.default_rng(1)
    weights = [tnn.from_numpy(drawn_like(random, y)) for y in outputs]
    first, *others = [(y * w).sum().real for y, w in zip(outputs, weights, strict=True)]
    return sum(others, first), weights


@for_each_case(cases(TABLE + COMPOSED))
def test_every_operation_leaves_the_gradients_that_backward_leaves(case):
    operands = [leaf(tnn, operand) for operand in case.draw()]
    named = {f"operand {i}": each for i, each in enumerate(operands) if each.requires_grad}
    loss, _weights = one_number(case, operands)
    if loss is None:
        return
    found = shown(loss, named)
    loss.backward()
    for name, operand in named.items():
        expected = operand.grad
        assert (expected is None) == (name not in found), name
        if expected is not None:
            np.testing.assert_array_equal(found[name], expected.numpy(), err_msg=name)


WITHOUT_TENSORS_BESIDE = [
    case
    for case in cases(TABLE)
    if not any(isinstance(each, np.ndarray) for each in case.sample.attributes.values())
    and not case.row.makes_operands
]


@for_each_case(WITHOUT_TENSORS_BESIDE)
def test_what_backward_freed_is_computed_again(case):
    operands = [leaf(tnn, operand) for operand in case.draw()]
    named = {f"operand {i}": each for i, each in enumerate(operands) if each.requires_grad}
    loss, _weights = one_number(case, operands)
    if loss is None:
        return
    loss.backward()
    found = shown(loss, named)
    for name, operand in named.items():
        if operand.grad is not None:
            np.testing.assert_allclose(found[name], operand.grad.numpy(), 1e-12, err_msg=name)


def paths_to(found, id):
    """The contributions to the gradient of a tensor, in the order of arrival."""
    return [
        contribution
        for step in found.steps
        for contribution in step.contributions
        if contribution.operand.quantity.id == id
    ]


def number(value):
    return tnn.tensor(value, dtype=tnn.float64, requires_grad=True)


def test_of_a_product_each_factor_gets_the_other():
    a, b = number(2.0), number(-3.0)
    (step,) = backward_pass(subject_of(a * b).read()).steps
    assert step.incoming == 1
    assert [(c.operand.parameter, float(c.local), float(c.value)) for c in step.contributions] == [
        ("input", -3.0, -3.0),
        ("other", 2.0, 2.0),
    ]


def test_a_tensor_used_twice_in_one_operation_gets_two_contributions():
    a = number(3.0)
    b = a + a
    c = b + b
    computation = subject_of(c).read()
    found = backward_pass(computation)
    (at_a,) = [q.id for q in computation.quantities if q.name == "a"]
    (at_b,) = [q.id for q in computation.quantities if q.name == "b"]
    assert [float(each.value) for each in paths_to(found, at_b)] == [1.0, 1.0]
    assert [float(each.value) for each in paths_to(found, at_a)] == [2.0, 2.0]
    assert found.gradients[at_a] == 4.0


def test_a_tensor_used_three_times_gets_the_sum_of_three_paths():
    x = number(2.0)
    loss = x * x + x.exp()
    computation = subject_of(loss).read()
    found = backward_pass(computation)
    (at,) = [q.id for q in computation.quantities if q.name == "x"]
    assert sorted(float(each.value) for each in paths_to(found, at)) == [2.0, 2.0, np.exp(2.0)]
    assert found.gradients[at] == pytest.approx(4.0 + np.exp(2.0))


def test_a_shared_layer_gets_a_contribution_per_use():
    tnn.manual_seed(0)
    layer = nn.Linear(3, 3).double()
    x = tnn.rand(2, 3, dtype=tnn.float64)
    loss = layer(layer(x).tanh()).sum()
    computation = subject_of(loss, params=layer).read()
    found = backward_pass(computation)
    (at,) = [q.id for q in computation.quantities if q.name == "weight"]
    assert len(paths_to(found, at)) == 2
    loss.backward()
    np.testing.assert_array_equal(found.gradients[at], layer.weight.grad.numpy())


def test_broadcasting_is_a_sum_on_the_way_back():
    bias = tnn.zeros(1, 4, dtype=tnn.float64, requires_grad=True)
    x = tnn.ones(2, 3, 4, dtype=tnn.float64, requires_grad=True)
    loss = (x + bias).sum()
    of_add = backward_pass(subject_of(loss).read()).steps[1]
    by_name = {each.operand.parameter: each for each in of_add.contributions}
    assert by_name["input"].summed == ()
    assert by_name["other"].summed == (0, 1)
    assert by_name["other"].unreduced.shape == (2, 3, 4)
    assert by_name["other"].value.tolist() == [[6.0] * 4]


def test_the_local_derivative_is_given_where_it_is_one_number_per_element():
    x = tnn.tensor([0.0, 1.0], dtype=tnn.float64, requires_grad=True)
    w = tnn.ones(2, 2, dtype=tnn.float64, requires_grad=True)
    loss = (x.tanh() @ w).sum()
    steps = {each.step.op.name: each for each in backward_pass(subject_of(loss).read()).steps}
    np.testing.assert_allclose(steps["tanh"].contributions[0].local, [1.0, 1 - np.tanh(1.0) ** 2])
    assert steps["matmul"].contributions[0].local is None


class TwoOutputs(tnn.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y, x + y

    @staticmethod
    def backward(ctx, g, h):
        x, y = ctx.saved_tensors
        return g * y + h, g * x + h


def test_a_users_own_function_takes_part():
    x, y = number(2.0), number(5.0)
    first, second = TwoOutputs.apply(x, y)
    loss = first * second + first
    found = shown(loss, {"x": x, "y": y})
    loss.backward()
    assert (found["x"], found["y"]) == (x.grad.item(), y.grad.item()) == (50.0, 26.0)


def test_the_gradients_of_leaves_are_left_alone():
    a = number(2.0)
    loss = a * a
    backward_pass(subject_of(loss).read())
    assert a.grad is None


def test_more_than_one_number_is_refused():
    with pytest.raises(GraphError, match=r"starts at one number, not at a tensor of shape \(2,\)"):
        backward_pass(subject_of(tnn.ones(2, requires_grad=True) * 2).read())


def test_a_value_written_to_in_place_is_refused_as_by_backward():
    x = tnn.ones(2, requires_grad=True)
    y = x.exp()
    loss = y.sum()
    y.data.zero_()
    with pytest.raises(GraphError, match="modified in place"):
        backward_pass(subject_of(loss).read())


def test_what_was_freed_is_computed_again_only_from_the_same_values():
    model, x = nn.Linear(2, 1), tnn.ones(3, 2)
    loss = model(x).tanh().sum()
    loss.backward()
    with tnn.no_grad():
        model.weight += 1
    with pytest.raises(GraphError, match="has changed since"):
        backward_pass(subject_of(loss).read())


def test_freed_values_that_nobody_holds_are_refused():
    w = tnn.ones(3, requires_grad=True)
    loss = (w * tnn.rand(3)).sum()
    loss.backward()
    with pytest.raises(GraphError, match="retain_graph=True"):
        backward_pass(subject_of(loss).read())


def test_what_is_lent_to_a_freed_graph_is_taken_back():
    x = number(2.0)
    loss = x.exp() * x
    loss.backward()
    backward_pass(subject_of(loss).read())
    assert loss.node.is_freed
    with pytest.raises(GraphError, match="a second time"):
        loss.backward()
