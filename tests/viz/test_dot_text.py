"""A computation graph as DOT: every node and edge, and any text as it is.
Read `test_render.py` next.
"""

import pytest

from tinygrad_nn.viz.dot import STYLES, to_dot
from tinygrad_nn.viz.graph import ComputationGraph, GraphEdge, GraphNode

pygraphviz = pytest.importorskip("pygraphviz")  # reads what was written, and is in the extra "test"


def graph_of(*nodes: GraphNode, edges: tuple[GraphEdge, ...] = ()) -> ComputationGraph:
    return ComputationGraph(nodes, edges)


def read(text: str):
    return pygraphviz.AGraph(string=text)


def test_every_node_has_its_name_and_shape():
    weight = GraphNode("n0", "parameter", "0.weight", (10, 64))
    loss = GraphNode("result", "result", "loss", ())
    dot = read(to_dot(graph_of(weight, loss), "title"))
    assert dot.get_node("n0").attr["label"] == r"0.weight\n(10, 64)"
    assert dot.get_node("result").attr["label"] == r"loss\none number"


def test_every_edge_has_its_operand():
    nodes = (GraphNode("n0", "data", "x", (3,)), GraphNode("n1", "operation", "relu", (3,), "f"))
    dot = read(to_dot(graph_of(*nodes, edges=(GraphEdge("n0", "n1", "x"),)), "title"))
    assert dot.edges() == [("n0", "n1")]
    assert dot.get_edge("n0", "n1").attr["label"].strip() == "x"


def test_an_operand_used_twice_has_two_edges():
    nodes = (GraphNode("n0", "data", "x", (3,)), GraphNode("n1", "operation", "mul", (3,), "f"))
    edges = (GraphEdge("n0", "n1", "a"), GraphEdge("n0", "n1", "b"))
    text = to_dot(graph_of(*nodes, edges=edges), "title")
    assert text.count("n0 -> n1") == 2


def test_a_formula_is_shown_where_the_mouse_rests():
    relu = GraphNode("n0", "operation", "relu", (3,), r"\max(x, 0)")
    dot = read(to_dot(graph_of(relu), "title"))
    assert dot.get_node("n0").attr["tooltip"] == r"\\max(x, 0)"


def test_the_kinds_differ_in_more_than_colour():
    frames = {
        frozenset(style.items() - {("fillcolor", style["fillcolor"])}) for style in STYLES.values()
    }
    assert len(frames) == len(STYLES) == 4


@pytest.mark.parametrize("name", ['"', "\\", "\\n", "<b>", "<", "<b", "a -> b; }", "ä→∑", "a\nb"])
def test_any_text_is_shown_as_it_is(name):
    node = GraphNode("n0", "operation", name, (), formula=name)
    dot = read(to_dot(graph_of(node), title=name))
    written = name.replace("\\", "\\\\").replace("\n", r"\n")
    assert dot.nodes() == ["n0"]
    assert dot.get_node("n0").attr["label"] == written + r"\none number"
    assert dot.get_node("n0").attr["tooltip"] == written
    assert dot.graph_attr["label"].startswith(written + r"\n")


def test_a_legend_stands_below_the_title():
    dot = read(to_dot(graph_of(), "What this is"))
    assert dot.graph_attr["label"].startswith(r"What this is\n")
    assert "parameters" in dot.graph_attr["label"]
