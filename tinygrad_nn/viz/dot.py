"""A computation graph as text in DOT, the language of Graphviz.
Read `render.py` next, which makes a picture of it.
"""

from __future__ import annotations

from graphviz import Digraph, nohtml

from .graph import ComputationGraph, GraphNode

FONT = "Helvetica,Arial,sans-serif"
STYLES = {
    "data": {"shape": "box", "style": "filled", "fillcolor": "#e3e7ec"},
    "parameter": {"shape": "box", "style": "filled,bold", "fillcolor": "#cdebc5"},
    "operation": {"shape": "box", "style": "filled,rounded", "fillcolor": "#ffffff"},
    "result": {"shape": "box", "style": "filled", "fillcolor": "#ffe2b8", "peripheries": "2"},
}
LEGEND = (
    "Grey: data.  Green, thick frame: parameters, which training changes.  Rounded: operations.",
    "Below each name: its shape.  Arrows: the way values flow; gradients flow back against them.",
)


def to_dot(graph: ComputationGraph, title: str) -> str:
    """Return the graph as DOT, with a title and a legend above it.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.dot import to_dot
        >>> from tinygrad_nn.viz.graph import computation_graph
        >>> w = tnn.tensor([2.0], requires_grad=True)
        >>> to_dot(computation_graph(w.exp(), {"w": w}), "e to the w").splitlines()[0]
        'digraph {'
    """
    dot = Digraph()
    heading = "\n".join([title, "", *LEGEND, ""])
    dot.attr(
        "graph", label=_text(heading), labelloc="t", fontname=FONT, nodesep="0.4", ordering="in"
    )
    dot.attr("node", fontname=FONT, margin="0.2,0.1")
    dot.attr("edge", fontname=FONT, fontsize="10", fontcolor="#555555")
    for node in graph.nodes:
        dot.node(
            node.id, _label(node), tooltip=_text(node.formula or node.name), **STYLES[node.kind]
        )
    for edge in graph.edges:
        dot.edge(edge.source, edge.target, _text(edge.operand and f" {edge.operand}"))
    return str(dot.source)


def _label(node: GraphNode) -> str:
    shape = str(tuple(node.shape)) if node.shape else "one number"
    return _text(f"{node.name}\n{shape}")


def _text(text: str) -> str:
    """Return `text` so that DOT shows it as it is, line by line."""
    shown: str = nohtml(text.replace("\\", r"\\").replace("\n", r"\n"))
    return shown
