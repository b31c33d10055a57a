"""The graph of a computation: its names, values, modules and folds, before and after backward.
Read `test_folding.py` next.
"""

import json

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


@pytest.mark.parametrize("backward", [True, False])
def test_values_that_are_no_longer_those_of_the_computation_are_left_out(step, backward):
    model, images, labels, loss = step  # noqa: RUF059 - their names are shown
    if backward:
        loss.backward()
    before = {each.id: each.value for each in viz.graph(loss).nodes}
    with tnn.no_grad():
        for parameter in model.parameters():
            parameter += 1
    graph = viz.graph(loss)
    assert any("has changed since this was computed" in note for note in graph.notes)
    for each in graph.nodes:
        if each.kind == "parameter":
            assert each.value != before[each.id]
        elif each.kind == "operation":
            assert each.value in ("", before[each.id])
    first = next(each for each in graph.nodes if each.name == "linear")
    assert (first.value, graph.nodes[-1].value) == ("", before[graph.nodes[-1].id])


def test_nothing_is_said_of_changes_where_there_are_none(step):
    *_, loss = step
    for _ in range(2):
        assert viz.graph(loss).notes == ()
        loss.backward(retain_graph=True)
    loss.backward()
    assert viz.graph(loss).notes == ()


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
    assert [cluster.name for cluster in graph.clusters] == ["encoder: Linear", "decoder: Linear"]


def test_a_module_that_takes_no_part_changes_no_name():
    model = nn.Linear(2, 3)
    other = nn.Linear(2, 3)  # noqa: F841 - the call sees it
    graph = viz.graph(model(tnn.ones(1, 2)).sum())
    assert [name for kind, name in facts(graph) if kind == "parameter"] == ["weight", "bias"]


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
    # images 60, hidden 80 (kept twice), 2.weight 32, scores 40, labels 40; of cross_entropy also
    # exponentials 40, their totals 20, places 40
    assert "Kept for backward: 352 bytes in 8 arrays." in graph.notes
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
