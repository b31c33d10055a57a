"""A graph as text: the steps in the order in which they ran, indented by module.
Read `page.py` next, which shows the same steps beside the picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..structure.contents import Cluster, GraphContents, GraphEdge, GraphNode, chains_of
from .words import KINDS, MADE, describe, one_line, operands, part, title, told


def rows(contents: GraphContents) -> Iterator[tuple[int, Cluster | GraphNode]]:
    """Yield the nodes in their order, before them each cluster that they enter, and their depth."""
    chains = chains_of(contents.clusters)
    around: tuple[Cluster, ...] = ()
    for node in contents.nodes:
        before, around = around, chains[node.cluster][::-1]
        for depth, inner in enumerate(around):
            if around[: depth + 1] != before[: depth + 1]:
                yield depth, inner
        yield len(around), node


def to_text(contents: GraphContents) -> str:
    """Return a graph as text: one line per node, with its operands, its shape and its values.

    An operand is called by its name where no other node has the same.

    Example:
        >>> from tinygrad_nn.viz.structure.contents import GraphContents, GraphEdge, GraphNode
        >>> x = GraphNode("t0", "leaf", "x", shape=(2,), dtype="float32")
        >>> y = GraphNode("t1", "operation", "exp", "eˣ", shape=(2,), dtype="float32")
        >>> print(to_text(GraphContents((x, y), (GraphEdge("t0", "t1", "x"),), title="e to the x")))
        e to the x
        <BLANKLINE>
        t0  leaf x: (2,) float32
        t1  exp(x): eˣ → (2,) float32
    """
    heading = [one_line(line) for line in (contents.title, *contents.notes) if line]
    lines = [*heading, ""] if heading else []
    into = operands(contents.edges)
    names = {node.id: operand_name(node) or node.id for node in contents.nodes}
    count = Counter([*names.values(), *(key for key, name in names.items() if key != name)])
    called = {key: name if count[name] == 1 else key for key, name in names.items()}
    for depth, entry in rows(contents):
        if isinstance(entry, Cluster):
            text = f"{title(entry)}:"
        else:
            text = _step(entry, into.get(entry.id, []), called)
        lines.append("  " * depth + one_line(text))
    return "\n".join(lines)


def operand_name(node: GraphNode) -> str:
    """Return what a step calls its operand: its name, but for an operation without a label."""
    return node.label if node.kind in MADE else node.name


def _step(node: GraphNode, edges: list[GraphEdge], called: dict[str, str]) -> str:
    if not edges:
        return f"{node.id}  {describe(node)}"
    taken = [
        f"{part(edge)} = {called[edge.source]}" if part(edge) else called[edge.source]
        for edge in edges
    ]
    kind = "" if node.kind == "operation" else f"{KINDS[node.kind]} "
    said = f": {told(node)}" if told(node) else ""
    return f"{node.id}  {kind}{title(node)}({', '.join(taken)}){said}"
