"""What running a function tells of it: the lines of the program, names, and values at hand.
Read `test_shown_graph.py` next, for what Nodes alone tell.
"""

import sys

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.errors import DTypeError, GraphError


# fmt: off
def f(a, b):
    product = a * b
    y = (product + b).tanh() * tnn.exp(
        b
    )
    return y
# fmt: on


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(3, 2) for _ in range(3))

    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        scores = q @ k.T
        masked = scores + tnn.triu(tnn.full((4, 4), -float("inf")), 1)
        return masked.softmax(-1) @ v


def lit(player):
    """The expression that is lit at each step with a line."""
    sources = [frame["source"] for frame in player.frames]
    return [None if each is None else each[0][each[1] : each[2]] for each in sources]


# --- lines ----------------------------------------------------------------------------------------


def test_each_step_has_its_line_with_the_expression():
    player = viz.play(f, {"a": 2, "b": -3.0})
    assert lit(player)[:3] == ["a * b", "product + b", "(product + b).tanh()"]
    assert player.frames[0]["source"] == ("product = a * b", 10, 15)
    assert player.frames[3]["source"][0] == "y = (product + b).tanh() * tnn.exp("
    assert lit(player)[3] == "tnn.exp("  # goes on in the next line


def test_the_way_back_has_the_line_of_the_way_there():
    player = viz.play(f, [2, -3])
    back = [frame for frame in player.frames if frame["phase"] == "backward"]
    assert back[-1]["source"][0] == "product = a * b"
    assert player.frames[-1]["source"] is None


def test_a_layer_is_at_the_line_that_calls_it():
    model = nn.Sequential(nn.Linear(2, 1), nn.Tanh())
    player = viz.play(lambda x: model(x).sum(), tnn.ones(1, 2))
    assert set(lit(player)) == {"model(x)", "model(x).sum()", None}


def test_letters_beyond_ascii_are_lit_whole():
    player = viz.play(lambda é: (é * é).exp(), 0.5)
    assert lit(player)[:2] == ["é * é", "(é * é).exp()"]


def test_a_loss_that_is_there_has_no_lines_but_in_anomaly_mode():
    a = tnn.tensor(2.0, requires_grad=True)
    assert set(lit(viz.play(a * a + a))) == {None}
    with tnn.autograd.detect_anomaly():
        loss = a * a + a
    assert lit(viz.play(loss))[:2] == ["a * a", "a * a + a"]


def test_nothing_is_watched_afterwards():
    def profiler(*_):
        pass

    sys.setprofile(profiler)
    try:
        with pytest.raises(ZeroDivisionError):
            viz.play(lambda a: a / (1 // 0), 1.0)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    a = tnn.tensor(2.0, requires_grad=True)
    assert (a * a).grad_fn.line is None


def test_a_nan_on_the_way_back_is_shown_and_not_an_error():
    player = viz.play(lambda x: tnn.sqrt(x) * 0, 0.0)
    assert "nan" in player.frames[-1]["text"]


# --- names ----------------------------------------------------------------------------------------


def test_local_variables_name_what_they_hold():
    steps = str(viz.graph(f, [2, 3]))
    assert "→ product one number" in steps
    assert "→ y one number" in steps


def test_names_within_forward_reach_the_picture():
    model = Attention()
    for graph in (
        viz.graph(model, tnn.rand(4, 3)),
        viz.graph(lambda x: model(x), tnn.rand(4, 3)),
    ):
        printed = str(graph)
        for name in ("q", "k", "v", "scores", "masked"):
            assert f"→ {name} (4, " in printed


def test_an_input_keeps_its_name_where_the_function_uses_it_again():
    def again(x):
        x = x * 2
        x = x.exp()
        return x

    first = viz.play(again, 1.0).frames[0]["text"]
    assert first.replace("⊙", "·") == "v₁ = x · 2 = 1 · 2 = 2"


def test_the_outermost_function_says_what_a_result_is_called():
    def inner(h):
        made = h * 3
        return made

    def outer(x):
        result = inner(x)
        return result + 1

    printed = str(viz.graph(outer, 1.0))
    assert "→ result one" in printed
    assert "made" not in printed


# --- values ---------------------------------------------------------------------------------------


def test_a_mask_that_only_the_function_holds_is_known():
    tnn.manual_seed(0)
    model = Attention()
    printed = str(viz.graph(model, tnn.rand(4, 3)))
    masked = next(line for line in printed.splitlines() if "→ masked" in line)
    assert "min -inf" in masked.replace("−", "-")
    x, sum_of = tnn.rand(4, 3), lambda y: (y * y).sum()
    player = viz.play(lambda x: sum_of(model(x)), x)
    assert "no longer known" not in player.html
    unnamed = viz.play(lambda: sum_of(model(x)))
    assert "no longer known" not in unnamed.html


# --- what is called, and with what ----------------------------------------------------------------


@pytest.mark.parametrize(
    "inputs", [{"a": 2, "b": -3.0}, [2, -3], (2.0, tnn.tensor(-3.0, requires_grad=True))]
)
def test_inputs_may_be_a_dict_a_list_tensors_and_numbers(inputs):
    first = viz.play(f, inputs).frames[0]["text"]
    assert first.replace("⊙", "·") == "product = a · b = 2 · (−3) = −6"
    assert [each.name for each in viz.explain(f, inputs).derivation.given] == ["a", "b"]
    leaves = [node.name for node in viz.graph(f, inputs).nodes if node.kind == "leaf"]
    assert leaves == ["a", "b"]


def test_lists_and_arrays_of_floats_become_leaves_and_labels_stay_data():
    def loss(scores, labels):
        return nn.functional.cross_entropy(scores, labels)

    graph = viz.graph(loss, [np.eye(2), [0, 1]])
    assert [(node.kind, node.name) for node in graph.nodes][:2] == [
        ("leaf", "scores"),
        ("data", "labels"),
    ]


def test_a_function_without_a_graph_says_so():
    def double(x):
        return x.detach() * 2

    with pytest.raises(GraphError, match="calling double gave no tensor with a graph"):
        viz.play(double, 1.0)


def test_something_else_than_tensors_and_functions_is_refused():
    for show in (viz.graph, viz.play, viz.explain):
        with pytest.raises(DTypeError, match="not of a int"):
            show(3)


def test_the_methods_and_functions_take_the_same_options():
    a = tnn.tensor(2.0, requires_grad=True)
    loss = a * a
    options = {"inputs": {"width": a}, "params": [], "title": "An area"}
    assert loss.explain(**options).derivation.given[0].name == "width"
    assert "<title>An area</title>" in viz.explain(loss, **options).page()
    assert "<title>An area</title>" in viz.play(loss, **options).html
    assert viz.graph(loss, **options).title == "An area"
