"""The nodes and edges of a computation, as a picture shows them.
Read `test_dot_text.py` next.
"""

import json
from dataclasses import asdict

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import GraphError
from tinygrad_nn.viz.graph import ComputationGraph, computation_graph


def edges_by_name(graph: ComputationGraph) -> set[tuple[str, str, str]]:
    names = {node.id: node.name for node in graph.nodes}
    return {(names[edge.source], names[edge.target], edge.operand) for edge in graph.edges}


@pytest.fixture
def step():
    """One step of a small network: its loss, and the names of what went into it."""
    model = tnn.nn.Sequential(tnn.nn.Linear(3, 4), tnn.nn.ReLU(), tnn.nn.Linear(4, 2))
    images, labels = tnn.rand(5, 3), tnn.tensor([0, 1, 0, 1, 1])
    loss = tnn.nn.CrossEntropyLoss()(model(images), labels)
    names = dict(model.named_parameters(), images=images, labels=labels, loss=loss)
    return loss, names


def test_a_training_step_shows_data_parameters_operations_and_the_loss(step):
    graph = computation_graph(*step)
    found = {(node.kind, node.name, node.shape) for node in graph.nodes}
    assert found == {
        ("data", "images", (5, 3)),
        ("data", "labels", (5,)),
        ("parameter", "0.weight", (4, 3)),
        ("parameter", "0.bias", (4,)),
        ("parameter", "2.weight", (2, 4)),
        ("parameter", "2.bias", (2,)),
        ("operation", "linear", (5, 4)),
        ("operation", "relu", (5, 4)),
        ("operation", "linear", (5, 2)),
        ("operation", "cross_entropy", ()),
        ("result", "loss", ()),
    }
    assert edges_by_name(graph) == {
        ("images", "linear", "input"),
        ("0.weight", "linear", "weight"),
        ("0.bias", "linear", "bias"),
        ("linear", "relu", "x"),
        ("relu", "linear", "input"),
        ("2.weight", "linear", "weight"),
        ("2.bias", "linear", "bias"),
        ("linear", "cross_entropy", "input"),
        ("labels", "cross_entropy", "target"),
        ("cross_entropy", "loss", ""),
    }


def test_an_operation_has_its_formula(step):
    formulas = {node.name: node.formula for node in computation_graph(*step).nodes}
    assert formulas["relu"] == r"\max(x, 0)"
    assert formulas["images"] == formulas["0.weight"] == formulas["loss"] == ""


def test_a_node_comes_after_all_that_it_was_computed_from(step):
    graph = computation_graph(*step)
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    assert len(place) == len(graph.nodes)
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)


def test_the_edges_into_an_operation_are_in_the_order_of_its_operands(step):
    graph = computation_graph(*step)
    first = next(node.id for node in graph.nodes if node.name == "linear")
    operands = [edge.operand for edge in graph.edges if edge.target == first]
    assert operands == ["input", "weight", "bias"]


def test_a_graph_fits_into_json(step):
    described = json.loads(json.dumps(asdict(computation_graph(*step))))
    assert described["nodes"][-1] == {
        "id": "result",
        "kind": "result",
        "name": "loss",
        "shape": [],
        "formula": "",
    }


def test_the_same_step_gives_the_same_graph(step):
    assert computation_graph(*step) == computation_graph(*step)


def test_a_tensor_used_twice_is_one_node_with_two_edges():
    w = tnn.tensor([2.0], requires_grad=True)
    graph = computation_graph(w * w, {"w": w})
    assert [node.name for node in graph.nodes] == ["w", "mul", "output"]
    assert [edge.operand for edge in graph.edges] == ["a", "b", ""]


def test_data_used_twice_is_one_node():
    x, w = tnn.tensor([3.0]), tnn.tensor([2.0], requires_grad=True)
    graph = computation_graph(w * x + w * x, {"w": w, "x": x})
    assert [node.name for node in graph.nodes] == ["w", "x", "mul", "mul", "add", "output"]


def test_what_has_no_name_is_called_by_what_it_is():
    w = tnn.tensor([2.0], requires_grad=True)
    graph = computation_graph(w * tnn.tensor([3.0]), {})
    assert [node.name for node in graph.nodes] == ["leaf", "b", "mul", "output"]


def test_numbers_are_no_nodes():
    w = tnn.tensor([2.0], requires_grad=True)
    graph = computation_graph(3.0 * w, {"w": w})
    assert [node.kind for node in graph.nodes] == ["parameter", "operation", "result"]


def test_an_operation_of_a_list_of_tensors_numbers_its_inputs():
    a, b = tnn.zeros(2, requires_grad=True), tnn.zeros(3, requires_grad=True)
    graph = computation_graph(tnn.cat([a, tnn.ones(1), b]), {"a": a, "b": b})
    assert edges_by_name(graph) == {
        ("a", "cat", "input 0"),
        ("b", "cat", "input 2"),
        ("cat", "output", ""),
    }


def test_a_users_own_function_is_shown_by_its_name():
    class Double(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return 2 * x

        @staticmethod
        def backward(ctx, g):
            return 2 * g

    w = tnn.tensor([2.0], requires_grad=True)
    graph = computation_graph(Double.apply(w), {"w": w})
    assert "Double" in [node.name for node in graph.nodes]


def test_after_backward_the_operations_are_still_there(step):
    loss, names = step
    loss.backward()
    names = [node.name for node in computation_graph(loss, names).nodes if node.kind == "operation"]
    assert names == ["linear", "relu", "linear", "cross_entropy"]


def test_a_leaf_is_a_graph_of_itself():
    w = tnn.tensor([2.0], requires_grad=True)
    graph = computation_graph(w, {"w": w})
    assert [(node.kind, node.name) for node in graph.nodes] == [("parameter", "w"), ("result", "w")]


@pytest.mark.parametrize("make", [lambda: tnn.zeros(2, 3), lambda: no_grad_result()])
def test_a_tensor_without_a_graph_is_refused(make):
    with pytest.raises(GraphError, match=r"no graph of this tensor, of shape \(2, 3\)"):
        computation_graph(make(), {})


def no_grad_result():
    with tnn.no_grad():
        return tnn.zeros(2, 3, requires_grad=True) * 2


def test_a_chain_of_ten_thousand_operations_is_walked_without_recursion():
    x = w = tnn.tensor([1.0], requires_grad=True)
    for _ in range(10_000):
        x = x + 1.0
    assert len(computation_graph(x, {"w": w}).nodes) == 10_002
