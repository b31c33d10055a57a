"""A graph as text in DOT, the language of Graphviz, which lays it out.
Read `engine.py` next, which finds Graphviz and has it draw.
"""

from __future__ import annotations

import textwrap
from typing import Any

from ..structure.contents import Cluster, GraphContents, GraphNode
from .words import MADE, facts, operands, printable, result, title

FONT = "Helvetica,Arial,sans-serif"
INK = "#1b2431"
SOFT_INK = "#4a5566"
STYLES = {
    "data": {"color": SOFT_INK, "fillcolor": "#e6eaf0", "style": "filled"},
    "parameter": {"color": "#2c6e49", "fillcolor": "#dcf2e3", "style": "filled", "penwidth": "2.5"},
    "leaf": {"color": "#2c6e49", "fillcolor": "#dcf2e3", "style": "filled,diagonals"},
    "operation": {"color": SOFT_INK, "fillcolor": "#ffffff", "style": "filled,rounded"},
    "folded": {"color": SOFT_INK, "fillcolor": "#fff4d6", "style": "filled", "shape": "box3d"},
    "failed": {
        "color": "#b3121d",
        "fillcolor": "#ffeceb",
        "fontcolor": "#8a0f17",
        "penwidth": "3",
        "style": "filled,rounded,dashed",
    },
}
LEGEND = {
    "data": "thin frame: data",
    "parameter": "thick frame: parameter",
    "leaf": "cut corners: another leaf that wants a gradient",
    "operation": "rounded: operation, and the tensor that it makes",
    "folded": "block: several operations",
    "failed": "dashed red: the operation that failed",
}
ARROWS = {
    "forward": "arrows: the way values flow",
    "backward": "arrows: the way gradients flow",
}
NO_GRADIENT = {"dir": "none", "style": "dashed"}

PROSE = 64  # characters of a line of the heading
LONGEST = 80  # characters of any line

# Above this many nodes: straight edges, and a shorter search. 500 nodes of three random inputs each
# take 1.2 s with them, and 12.8 s with what Graphviz does by itself.
MANY = 250
CHEAPER = {"splines": "line", "nslimit": "0.5", "nslimit1": "0.5", "mclimit": "0.1"}


def to_dot(contents: GraphContents) -> str:
    """Return a graph as DOT, with its title, its notes and a legend above it.

    Every node, edge and cluster has an `id` ("node-t3", "edge-0", "cluster-c1") and a `class`, so
    that a page can find it in the picture. With `direction="backward"` every tensor stays where it
    is and the arrows turn round.

    Example:
        >>> from tinygrad_nn.viz.structure.contents import GraphContents, GraphNode
        >>> to_dot(GraphContents((GraphNode("t0", "data", "pixels"),), ())).splitlines()[0]
        'digraph {'
    """
    from graphviz import Digraph

    graph = Digraph()
    # pygraphviz takes the first `charset=` in the text for the encoding, even one inside a label.
    graph.attr("graph", charset="utf-8")
    graph.attr(
        "graph",
        label=_text(_heading(contents)),
        id="graph",
        fontname=FONT,
        fontsize="12",
        fontcolor=INK,
        labelloc="t",
        labeljust="l",
        # No `ordering="in"`: with clusters it crashes Graphviz 2.43, and stops 14.1 now and then.
        **(CHEAPER if len(contents.nodes) > MANY else {}),
    )
    graph.attr("node", shape="box", fontname=FONT, fontsize="12", fontcolor=INK, margin="0.16,0.09")
    graph.attr(
        "edge",
        fontname=FONT,
        color=SOFT_INK,
        arrowsize="0.7",
        dir="back" if contents.direction == "backward" else "forward",
        labelfontsize="10",
        labelfontcolor=SOFT_INK,
        labeldistance="2.1",
        labelangle="-32",
    )
    bodies = {cluster.id: _frame(cluster) for cluster in contents.clusters}
    bodies[""] = graph
    for node in contents.nodes:
        bodies[node.cluster].node(node.id, _text(_label(node)), **_style(node))
    for cluster in _innermost_first(contents.clusters):
        bodies[cluster.parent].subgraph(bodies[cluster.id])
    into = operands(contents.edges)
    data = _without_gradient(contents)
    for number, edge in enumerate(contents.edges):
        # No `label`: with clusters it stops Graphviz 14.1 at an assertion (fixLabelOrder).
        several = len(into[edge.target]) > 1 and edge.operand != ""
        name = {"headlabel": _text(edge.operand)} if several else {}
        line = NO_GRADIENT if edge.source in data else {}
        graph.edge(edge.source, edge.target, id=f"edge-{number}", **name, **line)
    return str(graph.source)


def _without_gradient(contents: GraphContents) -> set[str]:
    """Return the nodes to which no gradient flows, where the arrows are to show gradients."""
    if contents.direction == "forward":
        return set()
    return {node.id for node in contents.nodes if node.kind == "data"}


def _heading(contents: GraphContents) -> str:
    kinds = {node.kind for node in contents.nodes}
    legend = [text for kind, text in LEGEND.items() if kind in kinds]
    if any(node.is_output for node in contents.nodes):
        legend.append("double frame: the output")
    if contents.edges:
        legend.append(ARROWS[contents.direction])
        if _without_gradient(contents) & {edge.source for edge in contents.edges}:
            legend.append("dashed lines: no gradient flows")
    lines = [contents.title, ""] if contents.title else []
    for prose in (*contents.notes, "; ".join(legend)):
        lines += textwrap.wrap(prose, PROSE)
    return _left("\n".join([*lines, ""]))


def _label(node: GraphNode) -> str:
    name = f"failed: {title(node)}" if node.kind == "failed" else title(node)
    arrow = "→ " if node.kind in MADE and result(node) else ""
    lines = [name, node.formula, arrow + result(node)]
    for fact, text in facts(node):
        lines += textwrap.wrap(text, PROSE) if fact == "failed" else _halves(f"{fact}: {text}")
    return _left("\n".join(line for line in lines if line))


def _halves(text: str) -> list[str]:
    """Return statistics, "min 0  mean 1  max 2  norm 3", as two lines: boxes get less wide."""
    parts = text.split("  ")
    if len(parts) < 3:
        return [text]
    middle = (len(parts) + 1) // 2
    return ["  ".join(parts[:middle]), "    " + "  ".join(parts[middle:])]


def _style(node: GraphNode) -> dict[str, Any]:
    style = {"id": f"node-{node.id}", "class": node.kind, **STYLES[node.kind]}
    if node.is_output:
        style |= {"class": f"{node.kind} output", "peripheries": "2"}
    return style


def _frame(cluster: Cluster) -> Any:
    from graphviz import Digraph

    return Digraph(
        f"cluster_{cluster.id}",
        graph_attr={
            "label": _text(_left(title(cluster))),
            "id": f"cluster-{cluster.id}",
            "class": "module",
            "style": "rounded,filled",
            "color": "#8a96a8",
            "fillcolor": "#5b7aa812",  # mostly clear: darker where one stands in another
            "penwidth": "2" if cluster.times > 1 else "1",
        },
    )


def _innermost_first(clusters: tuple[Cluster, ...]) -> list[Cluster]:
    parents = {cluster.id: cluster.parent for cluster in clusters}

    def depth(cluster: Cluster) -> int:
        count, parent = 0, cluster.parent
        while parent:
            count, parent = count + 1, parents[parent]
        return count

    return sorted(clusters, key=depth, reverse=True)


def _left(text: str) -> str:
    """Return `text` with every line cut to a sensible length and ended, which aligns it left."""
    lines = text.split("\n")
    return "".join(f"{line[:LONGEST]}…\n" if len(line) > LONGEST else f"{line}\n" for line in lines)


def _text(text: str) -> str:
    """Return `text` so that DOT shows it as it is, line by line."""
    from graphviz import nohtml

    # Graphviz reads &lt; and its like as the character that they stand for.
    safe = printable(text).replace("&", "&amp;").replace("\\", r"\\").replace("\n", r"\l")
    shown: str = nohtml(safe)  # a class of its own: str() of it would be read as HTML again
    return shown
