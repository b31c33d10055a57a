"""A graph as DOT: all that it says, any text as it is, and the same text each time.
Read `test_drawing_engine.py` next.
"""

import re
from html import escape, unescape

import pytest
from drawing_samples import (
    FAILED,
    FOLDED,
    HOSTILE,
    NETWORK,
    UNPRINTABLE,
    chaos,
    contrast,
    hostile,
)

from tinygrad_nn.viz.drawing.dot import (
    CHEAPER,
    INK,
    LEGEND,
    LONGEST,
    MANY,
    SOFT_INK,
    STYLES,
    to_dot,
)
from tinygrad_nn.viz.structure.contents import GraphContents, GraphEdge, GraphNode


def read(contents):
    """The DOT text as Graphviz reads it."""
    return pytest.importorskip("pygraphviz").AGraph(string=to_dot(contents))


def lines_of(written):
    """The lines of text in a label that is written in Graphviz's HTML."""
    broken = re.sub("<BR[^>]*>|</TD></TR>", "\n", written.replace("</TD><TD", " </TD><TD"))
    lines = unescape(re.sub("<[^>]*>?", "", broken)).split("\n")
    return [line.strip(" \xa0") for line in lines if line.strip(" \xa0>")]


def label(contents, node):
    graph = read(contents)  # its nodes live as long as it does
    return lines_of(graph.get_node(node).attr["label"])


def one(**fields):
    return GraphContents((GraphNode("t0", **{"kind": "operation", "name": "mul", **fields}),), ())


def test_an_operation_says_its_name_formula_result_and_what_it_keeps():
    assert label(NETWORK, "t3") == [
        "linear",
        "x Wᵀ + b",
        "→ hidden (64, 10) float32",
        "kept: input, weight, 226.6 KiB",
    ]


def test_a_parameter_says_its_name_form_value_and_gradient():
    assert label(NETWORK, "t1") == [
        "0.weight",
        "(10, 784) float32",
        "value: min -0.5  mean 0.01",
        "max 0.6  norm 3.2",
        "gradient: min -0.1  mean 0",
        "max 0.1  norm 0.3",
    ]


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"times": 100}, "mul × 100"),
        ({"shape": (), "dtype": "float32"}, "→ one number float32"),
        ({"shape": (0, 3)}, "→ (0, 3)"),
        ({"label": "hidden"}, "→ hidden"),
        ({"kept": (("a", 48), ("output", 48))}, "kept: a, output, 96 B"),
        ({"kind": "data", "shape": (3,)}, "(3,)"),
    ],
)
def test_what_is_known_has_a_line(fields, line):
    assert line in label(one(**fields), "t0")


def test_what_is_not_known_has_none():
    assert label(one(), "t0") == ["mul"]


def test_a_failure_is_loud():
    graph = read(FAILED)
    failed = graph.get_node("t2")
    lines = lines_of(failed.attr["label"])
    assert lines[:2] == ["1st 2nd", "failed: matmul"]
    assert " ".join(lines[3:]).split() == FAILED.nodes[2].problem.split()
    assert max(map(len, lines)) <= 64
    assert "dashed" in failed.attr["style"]
    assert float(failed.attr["penwidth"]) >= 3


def test_the_output_has_a_double_frame():
    network = read(NETWORK)
    assert [n for n in network.nodes() if n.attr["peripheries"] == "2"] == ["t6"]


def test_an_operand_used_twice_has_two_edges():
    assert to_dot(FOLDED).count("t1 -> t2") == 2


def test_modules_are_frames_in_frames():
    network = read(NETWORK)
    outer = network.get_subgraph("cluster_c0")
    inner = outer.get_subgraph("cluster_c1")
    assert lines_of(outer.graph_attr["label"]) == ["Sequential"]
    assert lines_of(inner.graph_attr["label"]) == ["0: Linear"]
    assert set(inner.nodes()) == {"t1", "t2", "t3"}
    assert set(outer.nodes()) == {"t1", "t2", "t3", "t4"}
    assert network.get_subgraph("cluster_c1") is None


def test_a_block_that_repeats_says_how_often():
    graph = read(FOLDED)  # alive as long as what is read from it
    frame = graph.get_subgraph("cluster_c0")
    assert lines_of(frame.get_node("title_c0").attr["label"]) == ["block × 3"]


def test_backward_turns_the_arrows_and_moves_nothing():
    forward = to_dot(NETWORK)
    backward = to_dot(
        GraphContents(
            NETWORK.nodes, NETWORK.edges, NETWORK.clusters, NETWORK.notes, NETWORK.title, "backward"
        )
    )
    assert "dir=back" in backward
    assert "gradients flow" in backward
    lines, turned = (
        [re.sub("dir=(forward|back) ", "", line.strip()) for line in text.splitlines()]
        for text in (forward, backward)
    )
    drawn = [line for line in lines if line.startswith(("t", "subgraph"))]
    assert [
        line.replace("dir=none ", "").replace(" style=dashed", "")
        for line in turned
        if line.startswith(("t", "subgraph"))
    ] == drawn


def test_backward_leads_no_arrow_to_data():
    nodes = (
        GraphNode("t0", "data", "x"),
        GraphNode("t1", "leaf", "w"),
        GraphNode("t2", "operation", "mul"),
    )
    edges = (GraphEdge("t0", "t2", "a"), GraphEdge("t1", "t2", "b"))
    graph = read(GraphContents(nodes, edges, direction="backward"))
    assert graph.get_edge("t0", "t2").attr["dir"] == "none"
    assert graph.get_edge("t2", "t1").attr["dir"] != "none"
    assert "no gradient flows" in graph.graph_attr["label"]


def test_everything_can_be_found_in_the_picture():
    network = read(NETWORK)
    assert [n.attr["id"] for n in network.nodes()] == [f"node-{n}" for n in network.nodes()]
    assert {e.attr["id"] for e in network.edges()} == {f"edge-{i}" for i in range(6)}
    frames = network.get_subgraph("cluster_c0").subgraphs()
    assert {s.graph_attr["id"] for s in frames} == {"cluster-c1", "cluster-c2"}
    assert network.get_node("t6").attr["class"] == "operation output"


def test_title_notes_and_a_legend_stand_above():
    graph = read(NETWORK)
    lines = lines_of(graph.graph_attr["label"])
    assert lines[:2] == [NETWORK.title, NETWORK.notes[0]]
    assert "parameter" in lines[2]
    assert "leaf" not in lines[2]  # there is none
    assert STYLES["parameter"]["fillcolor"] in graph.graph_attr["label"]


def test_every_kind_has_its_style_and_its_words():
    assert STYLES.keys() == LEGEND.keys()


def test_the_kinds_differ_in_more_than_colour():
    frames = {
        frozenset((name, value) for name, value in style.items() if "color" not in name)
        for style in STYLES.values()
    }
    assert len(frames) == len(STYLES)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_text_can_be_read_on_its_ground(style):
    assert contrast(style.get("fontcolor", INK), style["fillcolor"]) >= 7
    assert contrast(style["color"], "#ffffff") >= 4.5
    assert contrast(SOFT_INK, "#ffffff") >= 4.5


def test_the_text_is_the_same_each_time_with_a_line_per_node():
    assert to_dot(NETWORK) == to_dot(NETWORK)
    lines = [line.strip() for line in to_dot(NETWORK).splitlines()]
    assert sorted(line[:3] for line in lines if re.match(r"t\d \[", line)) == [
        f"t{i} " for i in range(7)
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_shown_as_it_is(text):
    graph = read(hostile(text))
    written = escape(text, quote=False).replace("\\", r"\\")
    written = written.replace("\n", '<BR ALIGN="LEFT"/>')
    assert set(graph.nodes()) == {"t0", "t1", "t2"}
    assert graph.get_node("t0").attr["label"].count(f">{written}<") == 2
    assert f">→ {written}<" in graph.get_node("t1").attr["label"]
    assert f"<B>{written}</B>" in graph.graph_attr["label"]
    assert f">{written}<" in graph.get_subgraph("cluster_c0").graph_attr["label"]
    assert graph.encoding.lower() == "utf-8"


def test_what_cannot_be_drawn_has_a_sign_in_its_place():
    assert label(one(name=UNPRINTABLE), "t0") == ["a␀b␛[1m\ufffd\ufffd"]


def test_a_name_without_end_is_cut():
    (line,) = label(one(name="x" * 10_000), "t0")
    assert line == "x" * LONGEST + "…"


def test_a_large_graph_is_laid_out_more_cheaply():
    assert "splines" not in to_dot(chaos(MANY))
    graph = read(chaos(MANY + 1))
    assert {name: graph.graph_attr[name] for name in CHEAPER} == CHEAPER


def test_edges_have_no_label_that_would_stop_graphviz():
    assert not re.search(r"-> \w+ \[.*\blabel=", to_dot(chaos(20, clusters=4)))


def test_an_empty_graph_is_still_one():
    graph = read(GraphContents((), ()))
    assert graph.nodes() == []


def test_a_small_matrix_is_a_grid():
    written = to_dot(one(shape=(2, 2), value="[[1, −2], [3, 4]]"))
    grid = re.search('<TABLE[^>]*CELLBORDER="1".*?</TABLE>', written).group()
    assert lines_of(grid) == ["1 −2", "3 4"]


def test_a_column_and_a_row_are_grids_too_and_few_numbers_are_none():
    assert label(one(value="[[1], [3], [5], [7]]"), "t0")[1:] == ["value:", *"1357"]
    assert label(one(value="[[1, 3, 5, 7]]"), "t0")[1:] == ["value:", "1 3 5 7"]
    assert label(one(value="[[1, 3]]"), "t0")[1:] == ["value: [[1, 3]]"]  # fits a line
    assert label(one(value="[1, 3]"), "t0")[1:] == ["value: [1, 3]"]
