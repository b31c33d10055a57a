"""The derivation in words: its formulas, evaluated, are the gradients; its names are the user's.
Read `test_shown_graph.py` next.
"""

import ast
import re

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.teaching import by_hand


def one_hot(classes):
    return np.eye(10)[classes]


def softmax(z):
    exponentials = np.exp(z - z.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def evaluated(explanation, **functions):
    """Each line's formula, computed by NumPy from the values of the symbols alone."""
    derivation = explanation.derivation
    names = {each.symbol: each.value for each in derivation.given}
    names |= {e.symbol: e.value for e in derivation.forward if e.value is not None}
    if derivation.count is not None:
        names[derivation.count[0]] = derivation.count[1]

    def value(formula):
        return eval(ast.unparse(formula), {**functions}, names)

    for each in derivation.forward:
        if each.formula is not None:
            names[each.symbol] = value(each.formula)
    found = {}
    for line in explanation.lines:
        found[line.symbol] = names[line.symbol] = value(line.formula)
    return found


@pytest.fixture
def write_up():
    """The write-up's network on 3 digits: the model, the images, their labels and the loss."""
    tnn.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 10), nn.ReLU(), nn.Linear(10, 10)).double()
    images, labels = tnn.rand(3, 784, dtype=tnn.float64), tnn.tensor([3, 1, 4])
    loss = nn.CrossEntropyLoss()(model(images), labels)
    return model, images, labels, loss


def test_the_write_ups_network_gives_the_formulas_derived_by_hand_in_their_order(write_up):
    *_, loss = write_up
    text = str(loss.explain())
    lines = re.findall(r"^ +\d\. (.*?)  +(\(.*?\))  +", text, re.MULTILINE)
    assert lines == [
        ("dZ2 = A2 − Y", "(3, 10)"),
        ("dW2 = (dZ2ᵀ A1)/m", "(10, 10)"),
        ("db2 = (Σ dZ2)/m", "(10,)"),
        ("dZ1 = (dZ2 W2) ⊙ [A1 > 0]", "(3, 10)"),
        ("dW1 = (dZ1ᵀ X)/m", "(10, 784)"),
        ("db1 = (Σ dZ1)/m", "(10,)"),
    ]


def test_its_formulas_evaluated_are_the_hand_formulas(write_up):
    model, images, labels, loss = write_up
    found = evaluated(loss.explain(), softmax=softmax, one_hot=one_hot)
    X, Y = images.numpy().T, one_hot(labels.numpy()).T
    W1, b1, W2, b2 = (parameter.detach().numpy() for parameter in model.parameters())
    passed = by_hand.forward(X, W1, b1[:, None], W2, b2[:, None])
    hand = by_hand.backward(X, Y, W2, passed)
    dZ2 = passed.A2 - Y
    dZ1 = W2.T @ dZ2 * (passed.Z1 > 0)
    for symbol, expected in {
        "dZ2": dZ2.T,  # rows are images here, columns there
        "dW2": hand.dW2,
        "db2": hand.db2[:, 0],
        "dZ1": dZ1.T,
        "dW1": hand.dW1,
        "db1": hand.db1[:, 0],
    }.items():
        np.testing.assert_allclose(found[symbol], expected, 1e-12, 1e-15, err_msg=symbol)


def test_its_parameters_get_what_backward_gives(write_up):
    model, _, _, loss = write_up
    lines = {line.name: line.value for line in loss.explain().lines if line.name}
    loss.backward()
    assert list(lines) == ["2.weight", "2.bias", "0.weight", "0.bias"]
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(lines[name], parameter.grad.numpy(), 1e-12)


@pytest.mark.parametrize(
    "criterion",
    [nn.MSELoss(), nn.MSELoss(reduction="sum"), lambda a, y: ((a - y) ** 2).mean()],
    ids=["mean", "sum", "by parts"],
)
def test_the_xor_networks_formulas_evaluated_are_its_gradients(criterion):
    tnn.manual_seed(0)
    X = tnn.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]], dtype=tnn.float64)
    Y = tnn.tensor([[0.0], [1], [1], [0]], dtype=tnn.float64)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Tanh()).double()
    loss = criterion(model(X), Y)
    explanation = loss.explain(params=model)
    found = evaluated(explanation)
    loss.backward()
    for line in explanation.lines:
        np.testing.assert_allclose(np.broadcast_to(found[line.symbol], line.shape), line.value)
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    leaves = {line.name: line for line in explanation.lines if line.name in gradients}
    assert leaves.keys() == gradients.keys()
    for name, line in leaves.items():
        np.testing.assert_allclose(line.value, gradients[name].numpy(), 1e-12)


def test_a_tensor_used_more_than_once_gets_a_line_per_path_and_their_sum():
    a = tnn.tensor(2.0, requires_grad=True)
    b = tnn.tensor(-3.0, requires_grad=True)
    explanation = ((a * b + b) * tnn.tanh(b)).explain()
    lines = [line for line in explanation.lines if line.tensor == "b"]
    assert [line.path for line in lines] == [1, 2, 3, 0]
    assert lines[-1].value == pytest.approx(sum(line.value for line in lines[:-1]))
    assert "the sum over the 3 paths" in str(explanation)
    assert "db = db_1 + db_2 + db_3" in str(explanation)


def test_broadcasting_is_named_as_the_sum_that_undoes_it():
    b = tnn.tensor(1.0, requires_grad=True)
    x = tnn.ones(4, requires_grad=True)
    text = str((x * b).sum().explain())
    assert "summed over axis 0, along which it was broadcast" in text


def test_a_mean_inside_a_larger_loss_is_no_convention():
    w = tnn.ones(3, requires_grad=True)
    explanation = ((w * 2).mean() + (w * w).sum()).explain()
    assert explanation.derivation.count is None
    (line,) = [line for line in explanation.lines if line.tensor == "w" and not line.path]
    assert line.value.tolist() == pytest.approx([2 / 3 + 2] * 3)


def test_markdown_has_latex_and_html_has_mathml(write_up):
    explanation = write_up[-1].explain()
    assert "$dZ_{2} = A_{2} - Y$" in explanation.markdown()
    assert explanation._repr_html_().count("<math") > 12
    assert explanation.page("t").startswith("<!doctype html>")


HOSTILE = '</script><b>\n`x` $y$ "q" \u2028'


def test_a_hostile_name_is_harmless_in_every_form():
    a = tnn.tensor(2.0, requires_grad=True)
    a.name = HOSTILE
    explanation = (a * a).explain()
    assert "<b>" not in explanation.html()
    assert "<b>" not in explanation.page(HOSTILE)
    assert all("\n" not in line and "\u2028" not in line for line in str(explanation).split("\n"))
    assert explanation.markdown().count("`") % 2 == 0


def test_a_users_own_backward_is_said_to_be_one():
    class Twice(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    a = tnn.tensor(3.0, requires_grad=True)
    explanation = Twice.apply(a).explain()
    assert [(line.symbol, line.formula, float(line.value)) for line in explanation] == [
        ("da", None, 2.0)
    ]
    assert "what its own backward returns" in str(explanation)


def test_a_new_operation_is_explained_by_its_rule():
    from tinygrad_nn.autograd import op, registry

    @op(r"x^3", elementwise=True)
    def cube(x):
        return x * x * x

    cube.vjp(x=lambda g, x: g * 3.0 * x * x)
    try:
        x = tnn.tensor(2.0, requires_grad=True)
        text = str(cube(x).explain())
    finally:
        del registry["cube"]
    assert "L = x³" in text
    assert "= 12" in text


def test_viz_explain_is_the_same_as_the_method():
    a = tnn.tensor(2.0, requires_grad=True)
    loss = a * a
    assert str(viz.explain(loss)) == str(loss.explain())


def test_the_gradients_of_several_outputs_come_in_together():
    x = tnn.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]], requires_grad=True)
    a, _, c = x.split(1, dim=1)
    loss = (a * c).sum()
    assert "dx = [da; 0; dc]" in str(loss.explain())
    assert "a = split(x)₀" in str(loss.explain())
    assert "c = split(x)₂" in str(loss.explain())
    loss.backward()
    line = next(line for line in loss.explain() if line.symbol == "dx")
    assert line.value.tolist() == x.grad.tolist() == [[3.0, 0.0, 1.0], [7.0, 0.0, 4.0]]


def test_a_factor_that_a_formula_leaves_out_is_shown_where_it_is_not_1():
    x, y = (tnn.tensor(value, requires_grad=True) for value in (1.0, 2.0))
    told = str(x.add(y, alpha=3).explain())
    assert "L = x + 3 y" in told
    assert "dy = 3" in told


def test_a_leaf_has_nothing_to_derive():
    assert list(tnn.tensor(1.0, requires_grad=True).explain()) == []
