"""The graph up to an error: the operation that failed, the shapes that it was given, a page of it.
Read `test_shown_graph.py` for the graphs of what goes well.
"""

import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz
from tinygrad_nn.viz.structure.failure import read_failure
from tinygrad_nn.viz.structure.graph_building import build_graph_contents


class Misfit(nn.Module):
    """Its head wants 5 features, its body makes 4."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 4), nn.ReLU())
        self.head = nn.Linear(5, 2)

    def forward(self, x):
        features = self.body(x)
        return self.head(features)


def failure(program):
    """The graph of what a program computed up to its error."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any error is drawn
        program()
    return build_graph_contents(read_failure(caught.value))


def last(graph):
    """The failed node, and what leads to it: (operand, name, shape)."""
    failed = graph.nodes[-1]
    by_id = {node.id: node for node in graph.nodes}
    given = [
        (
            edge.operand,
            by_id[edge.source].label or by_id[edge.source].name,
            by_id[edge.source].shape,
        )
        for edge in graph.edges
        if edge.target == failed.id
    ]
    return failed, given


def test_a_shape_error_in_a_model_gives_a_page_with_the_operation_and_both_shapes(tmp_path):
    page = tmp_path / "graph.html"
    with pytest.raises(RuntimeError) as caught, viz.on_error(page):
        Misfit()(tnn.rand(3, 8))
    text = page.read_text("utf-8")
    assert "linear" in text
    assert "(3, 4)" in text
    assert "(2, 5)" in text
    assert str(page) in caught.value.__notes__[0]


def test_the_failed_operation_stands_in_its_module_behind_what_was_built_so_far():
    graph = failure(lambda: Misfit()(tnn.rand(3, 8)))
    failed, given = last(graph)
    assert (failed.kind, failed.name) == ("failed", "linear")
    assert failed.problem.startswith("ShapeError: linear: an input of shape (3, 4)")
    assert given == [
        ("input", "features", (3, 4)),
        ("weight", "head.weight", (2, 5)),
        ("bias", "head.bias", (2,)),
    ]
    clusters = {cluster.id: cluster.name for cluster in graph.clusters}
    assert clusters[failed.cluster] == "head: Linear"
    assert "relu" in [node.name for node in graph.nodes]


a, b = tnn.ones(2, 3, requires_grad=True), tnn.ones(2, 4)


@pytest.mark.parametrize(
    ("program", "name", "given"),
    [
        (lambda: a + b, "add", [("a", "a", (2, 3)), ("b", "b", (2, 4))]),
        (lambda: a @ b, "matmul", [("a", "a", (2, 3)), ("b", "b", (2, 4))]),
        (lambda: a.reshape(7), "reshape", [("x", "a", (2, 3))]),
        (lambda: a.softmax(dim=5), "softmax", [("x", "a", (2, 3))]),
        (lambda: a.sum(dim=5), "sum", [("x", "a", (2, 3))]),
        (
            lambda: tnn.cat([a, b]),
            "cat",
            [("tensors[0]", "a", (2, 3)), ("tensors[1]", "b", (2, 4))],
        ),
        (lambda: b @ b, "matmul", [("a", "b", (2, 4)), ("b", "b", (2, 4))]),
        (
            lambda: nn.functional.cross_entropy(a, tnn.tensor([0, 7])),
            "cross_entropy",
            [("input", "a", (2, 3)), ("target", "data", (2,))],
        ),
        (
            lambda: nn.functional.linear(a, b),
            "linear",
            [("input", "a", (2, 3)), ("weight", "b", (2, 4))],
        ),
    ],
)
def test_every_way_of_recording_tells_what_it_was_given(program, name, given):
    failed, found = last(failure(program))
    assert (failed.name, found) == (name, given)


def test_where_no_operation_failed_the_line_of_the_program_is_marked():
    def forward(x):
        doubled = x * 2  # noqa: F841 - what the program could see is shown
        raise KeyError("nothing of that name")

    failed, given = last(failure(lambda: forward(a)))
    assert failed.name.endswith("forward, test_on_error.py")
    assert failed.problem == "KeyError: 'nothing of that name'"
    assert [name for name, _, _ in given] == ["x", "doubled"]


def test_nothing_is_written_when_all_goes_well(tmp_path):
    with viz.on_error(tmp_path / "graph.html"):
        a.sum()
    assert list(tmp_path.iterdir()) == []


def test_the_error_goes_on_even_if_the_graph_cannot_be_saved(tmp_path):
    page = tmp_path / "nowhere" / "graph.html"
    with pytest.raises(RuntimeError, match="add: shapes") as caught, viz.on_error(page):
        a + b
    assert "could not draw the graph" in caught.value.__notes__[0]


def test_an_interrupt_is_no_error(tmp_path):
    with pytest.raises(KeyboardInterrupt), viz.on_error(tmp_path / "graph.html"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_hostile_words_in_the_error_are_harmless(tmp_path):
    page = tmp_path / "graph.html"
    with pytest.raises(ValueError, match="script"), viz.on_error(page):
        raise ValueError("</script><b onclick='x'>\u2028\"")
    assert "<b onclick" not in page.read_text("utf-8")
