"""The graph of a computation: its names, values, modules and folds, before and after backward.
Read `test_golden_dot.py` next: twelve of them as text.
"""

import json

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.errors import DTypeError, GraphError


def facts(graph):
    return [(node.kind, node.name) for node in graph.nodes]


def edges(graph):
    names = {node.id: node.name for node in graph.nodes}
    return {(names[edge.source], edge.operand, names[edge.target]) for edge in graph.edges}


def node(graph, name):
    (found,) = [each for each in graph.nodes if each.name == name]
    return found


@pytest.fixture
def step():
    """A training step: the model, the images, their labels and the loss."""
    tnn.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    images, labels = tnn.rand(5, 3), tnn.tensor([0, 1, 0, 1, 1])
    return model, images, labels, nn.CrossEntropyLoss()(model(images), labels)


STEP_EDGES = {
    ("images", "input", "linear"),
    ("0.weight", "weight", "linear"),
    ("0.bias", "bias", "linear"),
    ("linear", "x", "relu"),
    ("relu", "input", "linear"),
    ("2.weight", "weight", "linear"),
    ("2.bias", "bias", "linear"),
    ("linear", "input", "cross_entropy"),
    ("labels", "target", "cross_entropy"),
}


def test_a_training_step_shows_data_parameters_and_operations_by_the_programs_own_names(step):
    model, images, labels, loss = step  # noqa: RUF059 - their names are shown
    graph = viz.graph(loss)
    assert facts(graph) == [
        ("data", "images"),
        ("parameter", "0.weight"),
        ("parameter", "0.bias"),
        ("operation", "linear"),
        ("operation", "relu"),
        ("parameter", "2.weight"),
        ("parameter", "2.bias"),
        ("operation", "linear"),
        ("data", "labels"),
        ("operation", "cross_entropy"),
    ]
    assert edges(graph) == STEP_EDGES
    assert [each.shape for each in graph.nodes[:4]] == [(5, 3), (4, 3), (4,), (5, 4)]
    last = graph.nodes[-1]
    assert (last.is_output, last.label, last.shape) == (True, "loss", ())


def test_after_backward_the_same_graph_is_there_with_the_gradients(step):
    model, images, labels, loss = step  # noqa: RUF059
    before = viz.graph(loss)
    loss.backward()
    after = viz.graph(loss)
    assert facts(after) == facts(before)
    assert [each.value for each in after.nodes] == [each.value for each in before.nodes]
    assert not any(each.gradient for each in before.nodes)
    assert {each.name for each in after.nodes if each.gradient} == set(model.state_dict())


def test_data_that_no_rule_keeps_is_shown():
    w, b = tnn.tensor([2.0, 3.0], requires_grad=True), tnn.tensor(1.0, requires_grad=True)
    x, y = tnn.tensor([1.0, 2.0]), tnn.tensor([5.0, 6.0])
    graph = viz.graph(((w * x + b - y) ** 2).mean())
    assert ("y", "b", "sub") in edges(graph)
    assert node(graph, "y").value == "[5, 6]"


def test_a_value_that_was_not_kept_is_computed_again():
    w, b = tnn.tensor([2.0, 3.0], requires_grad=True), tnn.tensor(1.0, requires_grad=True)
    graph = viz.graph((w + b).sum())
    assert node(graph, "add").value == "[3, 4]"


def test_a_tensor_that_nobody_holds_is_shown_without_its_value():
    w = tnn.tensor([2.0, 3.0], requires_grad=True)
    graph = viz.graph((w + tnn.tensor([1.0, 1.0])).sum())
    lost = node(graph, "data")
    assert (lost.kind, lost.shape, lost.value) == ("data", None, "")
    assert node(graph, "sum").value == "7"


def test_names_come_first_from_the_tensor_then_params_then_inputs_then_variables():
    w, x = tnn.ones(2, requires_grad=True), tnn.ones(2)
    z = (w * x).sum()
    assert [name for _, name in facts(viz.graph(z))][:2] == ["w", "x"]
    assert [name for _, name in facts(viz.graph(z, inputs={"pixels": x}))][:2] == ["w", "pixels"]
    assert [name for _, name in facts(viz.graph(z, params={"weight": w}))][:2] == ["weight", "x"]
    w.name, x.name = "slope", "ink"
    named = viz.graph(z, inputs={"pixels": x}, params={"weight": w})
    assert [name for _, name in facts(named)][:2] == ["slope", "ink"]


def test_what_an_operation_made_can_have_a_name():
    x = tnn.ones(2, requires_grad=True)
    hidden = x * 2
    hidden.name = "pre-activation"
    total = hidden.sum()
    graph = viz.graph(total)
    assert [(each.name, each.label) for each in graph.nodes[1:]] == [
        ("mul", "pre-activation"),
        ("sum", "total"),
    ]


def test_a_number_stands_in_the_formula_of_its_operation():
    x = tnn.tensor(3.0, requires_grad=True)
    assert viz.graph(x**2).nodes[-1].formula == "a²"


def test_two_modules_are_told_apart_by_their_variables():
    encoder, decoder = nn.Linear(2, 3), nn.Linear(3, 2)
    graph = viz.graph(decoder(encoder(tnn.ones(1, 2))).sum())
    parameters = [name for kind, name in facts(graph) if kind == "parameter"]
    assert parameters == ["encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias"]
    assert [cluster.name for cluster in graph.clusters] == ["decoder: Linear", "encoder: Linear"]


def test_a_tensor_used_twice_is_one_node_with_two_edges():
    w = tnn.tensor(2.0, requires_grad=True)
    graph = viz.graph(w * w)
    assert facts(graph) == [("leaf", "w"), ("operation", "mul")]
    assert [edge.operand for edge in graph.edges] == ["a", "b"]


def test_operands_of_a_list_are_numbered_data_among_them():
    a, b, c = tnn.zeros(2, requires_grad=True), tnn.ones(1), tnn.zeros(3, requires_grad=True)
    assert edges(viz.graph(tnn.cat([a, b, c]))) == {
        ("a", "tensors[0]", "cat"),
        ("b", "tensors[1]", "cat"),
        ("c", "tensors[2]", "cat"),
    }


def test_a_users_function_is_an_operation_like_any_other():
    class Double(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return 2 * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g

    w = tnn.tensor([2.0], requires_grad=True)
    graph = viz.graph(Double.apply(w), saved=True)
    assert facts(graph) == [("leaf", "w"), ("operation", "Double")]
    assert edges(graph) == {("w", "x", "Double")}
    assert graph.nodes[-1].kept == (("saved tensor 0", 4),)


def test_several_results_are_one_graph():
    x = tnn.ones(2, requires_grad=True)
    graph = viz.graph([x * 2, x.exp()])
    assert [each.is_output for each in graph.nodes] == [False, True, True]


def test_a_leaf_is_a_graph_of_itself():
    w = tnn.ones(2, requires_grad=True)
    assert facts(viz.graph(w)) == [("leaf", "w")]


def test_arrows_point_the_way_that_was_asked_for():
    x = tnn.ones(2, requires_grad=True)
    assert viz.graph(x * 2, direction="backward").direction == "backward"


def test_what_is_kept_is_counted_once_in_bytes(step):
    *_, loss = step
    graph = viz.graph(loss, saved=True)
    assert node(graph, "relu").kept == (("output", 80),)
    # images 60, hidden 80 (kept twice), 2.weight 32, scores 40, labels 40
    assert "Kept for backward: 252 bytes in 5 arrays." in graph.notes
    loss.backward()
    assert any("freed" in note for note in viz.graph(loss, saved=True).notes)


def test_values_can_be_left_out(step):
    *_, loss = step
    assert not any(each.value for each in viz.graph(loss, values="none").nodes)


@pytest.mark.parametrize("given", [{"values": "all"}, {"direction": "up"}])
def test_a_word_that_means_nothing_is_refused(step, given):
    with pytest.raises(ValueError, match="must be"):
        viz.graph(step[-1], **given)


def test_the_graph_fits_into_json(step):
    described = json.loads(json.dumps(viz.graph(step[-1]).to_dict()))
    assert described["nodes"][3]["name"] == "linear"


@pytest.mark.parametrize(
    "make", [lambda: tnn.zeros(2, 3), lambda: nn.Linear(3, 3)(tnn.zeros(2, 3))]
)
def test_a_tensor_without_a_graph_is_refused(make):
    with tnn.no_grad():
        tensor = make()
    with pytest.raises(GraphError, match=r"no graph of this tensor, of shape \(2, 3\)"):
        viz.graph(tensor)


@pytest.mark.parametrize("given", [3.0, "loss", None, []])
def test_what_is_no_tensor_is_refused(given):
    with pytest.raises(DTypeError, match="a graph is drawn of"):
        viz.graph(given)


@pytest.mark.parametrize(
    "given", [{"params": {"w": 3}}, {"inputs": {"x": 3}}, {"inputs": 3}, {"params": [("w", "w")]}]
)
def test_names_of_what_is_no_tensor_are_refused(given):
    with pytest.raises(DTypeError, match="="):
        viz.graph(tnn.ones(1, requires_grad=True) * 2, **given)


# --- models ---------------------------------------------------------------------------------------


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.inner = nn.Linear(size, size)
        self.outer = nn.Linear(size, size)

    def forward(self, x):
        return x + self.outer(tnn.relu(self.inner(x)))


class Net(nn.Module):
    def __init__(self, blocks=2, size=3):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(size) for _ in range(blocks)])
        self.head = nn.Linear(size, 2)

    def forward(self, pixels):
        return self.head(self.blocks(pixels.flatten(1) / 255))


def places(graph):
    """The operations with the frames around them, the innermost first."""
    clusters = {cluster.id: cluster for cluster in graph.clusters}
    found = []
    for each in graph.nodes:
        if each.kind in ("operation", "folded"):
            chain, cluster = [], each.cluster
            while cluster:
                chain.append(clusters[cluster].name)
                cluster = clusters[cluster].parent
            found.append((each.name, chain))
    return found


def test_a_model_and_a_sample_show_all_that_happens_to_the_sample_and_where():
    graph = viz.graph(Net(1), tnn.rand(4, 1, 3))
    frames = ["0: Block", "blocks: Sequential"]
    assert places(graph) == [
        ("reshape", []),
        ("div", []),
        ("linear", ["inner: Linear", *frames]),
        ("relu", frames),
        ("linear", ["outer: Linear", *frames]),
        ("add", frames),
        ("linear", ["head: Linear"]),
    ]
    assert facts(graph)[0] == ("data", "pixels")


def test_without_the_calls_the_parameters_tell_the_modules():
    model = Net(1)
    graph = viz.graph(model(tnn.rand(4, 1, 3)).sum())
    frames = ["0: Block", "blocks: Sequential"]
    assert places(graph)[:3] == [
        ("linear", ["inner: Linear", *frames]),
        ("relu", frames),
        ("linear", ["outer: Linear", *frames]),
    ]


def test_calling_the_model_leaves_no_hooks_and_no_gradients():
    model, sample = Net(1), tnn.rand(4, 1, 3)
    viz.graph(model, sample)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not sample.requires_grad


def test_what_is_kept_of_a_model_is_what_training_keeps():
    model, sample = nn.Sequential(nn.Linear(3, 2)), tnn.rand(4, 3)
    kept = [each.kept for each in viz.graph(model, sample, saved=True).nodes if each.kept]
    assert kept == [(("input", 48),)]  # the weight would be kept for the sample's gradient only


def test_a_model_that_returns_several_tensors_has_several_results():
    class Two(nn.Module):
        def forward(self, a, b):
            return {"sum": a + b, "more": (a * b, [a.exp()])}

    graph = viz.graph(Two(), (tnn.rand(2), tnn.rand(2)))
    assert sum(each.is_output for each in graph.nodes) == 3
    assert [name for kind, name in facts(graph) if kind == "data"] == ["a", "b"]


def test_a_model_without_a_sample_is_refused():
    with pytest.raises(DTypeError, match="needs a tensor to call the model with"):
        viz.graph(Net())


def test_depth_closes_the_modules_below():
    sample = tnn.rand(4, 1, 3)
    assert [name for _, name in facts(viz.graph(Net(), sample, depth=0))] == [
        "pixels",
        "reshape",
        "div",
        "blocks: Sequential",
        "head: Linear",
    ]
    one = viz.graph(Net(), sample, depth=1)
    assert places(one)[2:4] == [
        ("0: Block", ["blocks: Sequential"]),
        ("1: Block", ["blocks: Sequential"]),
    ]
    assert one.nodes[3].formula == "4 operations, 4 parameters"
    whole = viz.graph(Net(), sample, depth=9, fold=False)
    assert facts(whole) == facts(viz.graph(Net(), sample, fold=False))


# --- folding --------------------------------------------------------------------------------------


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.again, self.out = nn.Linear(3, 4), nn.Linear(4, 4), nn.Linear(4, 1)

    def forward(self, steps):
        state = tnn.zeros(2, 4)
        for x in steps:
            state = tnn.tanh(self.inner(x) + self.again(state))
        return self.out(state).sum()


def recurrent(count):
    model = Recurrent()
    inputs = [tnn.rand(2, 3) for _ in range(count)]
    return viz.graph(model(inputs), params=model)


def test_a_hundred_equal_steps_are_one_block_times_100():
    graph = recurrent(100)
    inner = [each for each in graph.nodes if each.kind == "operation" and each.times > 1]
    assert [(each.name, each.times) for each in inner] == [
        ("linear", 100),
        ("linear", 100),
        ("add", 100),
        ("tanh", 100),
    ]
    assert [cluster.times for cluster in graph.clusters if cluster.times > 1] == [100]
    assert "× 100" in graph.dot()
    assert any("100 equal blocks of 4 operations" in note for note in graph.notes)
    assert node(graph, "inner.weight").times == 1  # one weight, used by all
    (data,) = [each for each in graph.nodes if each.kind == "data" and each.times > 1]
    assert data.times == 100


def test_an_arrow_leads_from_one_step_to_the_next():
    graph = recurrent(100)
    tanh = node(graph, "tanh")
    order = [each.id for each in graph.nodes]
    back = [e for e in graph.edges if order.index(e.source) > order.index(e.target)]
    assert [edge.source for edge in back] == [tanh.id]


def test_two_steps_are_drawn_as_they_are():
    assert all(each.times == 1 for each in recurrent(2).nodes)


def test_equal_layers_with_weights_of_their_own_are_one_block():
    model = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(12)])
    graph = viz.graph(model, tnn.rand(3, 4))
    assert [(name, each.times) for each in graph.nodes for name in [each.name]] == [
        ("input", 1),
        ("0.0.weight", 12),
        ("0.0.bias", 12),
        ("linear", 12),
        ("tanh", 12),
    ]
    marked = [(cluster.name, cluster.times) for cluster in graph.clusters if cluster.times > 1]
    assert marked == [("0: Sequential", 12)]


def test_fold_false_draws_every_step():
    model = nn.Sequential(*[nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(12)])
    graph = viz.graph(model, tnn.rand(3, 4), fold=False)
    assert sum(each.kind == "operation" for each in graph.nodes) == 24


def test_blocks_that_differ_in_one_place_are_not_one():
    x = tnn.ones(3, requires_grad=True)
    y = x
    for i in range(20):
        y = (y * 2.0).tanh() if i != 10 else (y * 2.5).tanh()
    graph = viz.graph(y)
    assert [each.times for each in graph.nodes if each.name == "mul"] == [10, 1, 9]


def test_blocks_that_take_their_operands_from_elsewhere_are_not_one():
    x = tnn.ones(3, requires_grad=True)
    a, b = x.tanh(), x.exp()
    for i in range(12):
        a = a * (b if i == 6 else x)
    graph = viz.graph(a)
    assert [each.times for each in graph.nodes if each.name == "mul"] == [1] * 12


def test_two_layers_of_steps_are_two_blocks_though_one_feeds_the_other():
    lower, upper = nn.Linear(3, 3), nn.Linear(3, 3)
    states, state = [], tnn.zeros(2, 3)
    for _ in range(10):
        state = tnn.tanh(lower(state))
        states.append(state)
    for below in states:
        state = tnn.tanh(upper(state) + below)
    graph = viz.graph(state)
    assert [each.times for each in graph.nodes if each.kind == "operation"] == [10] * 5


def random_graph(count):
    """A loss of `count` operations on tensors that are chosen at random among the last 200."""
    random = np.random.default_rng(0)
    made = [tnn.ones((), requires_grad=True)]
    operations = [tnn.maximum, tnn.minimum, lambda a, b: (a - b).tanh()]
    for _ in range(count):
        one, other = (made[-1 - int(i) % min(len(made), 200)] for i in random.integers(0, 200, 2))
        made.append(operations[int(random.integers(3))](one, other))
    return tnn.stack(made[-200:]).sum()


def test_what_is_over_the_limit_is_one_box_with_a_note():
    graph = viz.graph(random_graph(2_000), values="none")
    assert len(graph.nodes) == 500
    box = graph.nodes[0]
    assert box.kind == "folded"
    assert "operations before" in box.name
    assert any("at most 500 are drawn" in note for note in graph.notes)
    small = viz.graph(random_graph(2_000), values="none", limit=50)
    assert len(small.nodes) == 50


def test_a_chain_of_twenty_thousand_operations_is_one_block():
    x = tnn.ones((), requires_grad=True)
    y = x
    for _ in range(20_000):
        y = y + 1.0
    graph = viz.graph(y)
    assert [(each.name, each.times) for each in graph.nodes] == [("x", 1), ("add", 20_000)]


def test_a_graph_is_walked_without_recursion():
    x = tnn.ones((), requires_grad=True)
    y = x
    for i in range(10_000):
        y = y * 1.0 if i % 3 else y.tanh()
    assert len(viz.graph(y, fold=False, limit=20_000).nodes) == 10_001
