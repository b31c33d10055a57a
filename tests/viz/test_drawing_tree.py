"""A graph as text: one line per node, in order, indented by module.
Read `test_drawing_page.py` next.
"""

import pytest
from drawing_samples import FAILED, FOLDED, HOSTILE, NETWORK, UNPRINTABLE, hostile

from tinygrad_nn.viz.drawing.tree import to_text
from tinygrad_nn.viz.structure.contents import Cluster, GraphContents, GraphEdge, GraphNode


def test_a_network_reads_from_top_to_bottom():
    assert (
        to_text(NETWORK)
        == """\
How one training step computes the loss
The operations keep 226.6 KiB for the backward pass.

t0  data images: (64, 784) float32
Sequential:
  0: Linear:
    t1  parameter 0.weight: (10, 784) float32; value: min -0.5  mean 0.01  max 0.6  norm 3.2; \
gradient: min -0.1  mean 0  max 0.1  norm 0.3
    t2  parameter 0.bias: (10,) float32
    t3  linear(input = images, weight = 0.weight, bias = 0.bias): x Wᵀ + b → hidden \
(64, 10) float32; kept: input, weight, 226.6 KiB
  1: ReLU:
    t4  relu(input = hidden): max(x, 0)
t5  data labels: (64,) int64
t6  cross_entropy(input = t4, target = labels): → loss one number float32; value: 2.312; \
the output"""
    )


def test_a_failure_and_a_fold_are_named():
    assert "t2  failed operation matmul(e, w): a b; failed: shapes" in to_text(FAILED)
    text = to_text(FOLDED)
    assert "block × 3:\n  t1  several operations Encoder layer × 12(x)" in text
    assert "t2  mul × 100(t1, t1): a ⊙ b" in text


def test_an_operand_whose_name_another_node_has_is_called_by_its_number():
    names = ("x", "x", "t1", "w", "")
    leaves = [GraphNode(f"t{i}", "data", name) for i, name in enumerate(names)]
    made = GraphNode("t5", "operation", "cat")
    edges = tuple(GraphEdge(leaf.id, "t5", "") for leaf in leaves)
    assert to_text(GraphContents((*leaves, made), edges)).endswith("cat(t0, t1, t2, w, t4)")


def test_a_module_that_goes_on_is_named_again():
    nodes = [GraphNode(f"t{i}", "data", "x", cluster=c) for i, c in enumerate(("a", "", "a", "a"))]
    text = to_text(GraphContents(tuple(nodes), (), (Cluster("a", "0: Linear"),)))
    assert [line.split()[0] for line in text.splitlines()] == ["0:", "t0", "t1", "0:", "t2", "t3"]


@pytest.mark.parametrize("text", [*HOSTILE.values(), UNPRINTABLE], ids=[*HOSTILE, "unprintable"])
def test_any_text_stays_on_its_line(text):
    lines = to_text(hostile(text)).splitlines()
    assert len(lines) == 7
    assert [line.split()[0] for line in lines[4:]] == ["t0", "t1", "t2"]
    "\n".join(lines).encode()


def test_twenty_thousand_nodes_in_a_thousand_modules():
    clusters = tuple(Cluster(f"c{i}", str(i), f"c{i - 1}" if i else "") for i in range(1000))
    nodes = tuple(
        GraphNode(f"t{i}", "operation", "exp", cluster="c999" if i == 19_999 else "")
        for i in range(20_000)
    )
    edges = tuple(GraphEdge(f"t{i}", f"t{i + 1}", "x") for i in range(19_999))
    lines = to_text(GraphContents(nodes, edges, clusters)).splitlines()
    assert len(lines) == 21_000
    assert lines[-1].strip() == "t19999  exp(t19998)"


def test_an_empty_graph_has_no_lines():
    assert to_text(GraphContents((), ())) == ""
