"""What a picture of a computation shows: nodes and edges, read from what backward would walk.
Read `dot.py` next, which writes them as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..autograd.node import Node
from ..autograd.op import Op
from ..errors import GraphError
from ..tensor import Tensor


@dataclass(frozen=True)
class GraphNode:
    """A tensor that was given (data, parameter), one that an operation made, or the result."""

    id: str
    kind: Literal["data", "parameter", "operation", "result"]
    name: str
    shape: tuple[int, ...]
    formula: str = ""  # of an operation, as LaTeX


@dataclass(frozen=True)
class GraphEdge:
    """A tensor on its way into an operation, as the operand of that name."""

    source: str
    target: str
    operand: str


@dataclass(frozen=True)
class ComputationGraph:
    """Nodes in the order they were made, and edges; `dataclasses.asdict` makes it fit for JSON."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]


def computation_graph(output: Tensor, names: Mapping[str, Tensor]) -> ComputationGraph:
    """Return the graph of how `output` was computed from parameters and data.

    A parameter, a data tensor or the output that is a value of `names` bears that name. Data, which
    needs no gradient, is shown where an operation keeps it for backward; so read the graph before
    backward frees it. Raises GraphError if nothing was recorded: `output` requires no gradient.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.viz.graph import computation_graph
        >>> w = tnn.tensor([2.0], requires_grad=True)
        >>> graph = computation_graph(w * tnn.tensor([3.0]), {"w": w})
        >>> [(node.kind, node.name) for node in graph.nodes]
        [('parameter', 'w'), ('data', 'b'), ('operation', 'mul'), ('result', 'output')]
    """
    if output.node is None:
        raise GraphError(
            f"there is no graph of this tensor, of shape {tuple(output.shape)}: it was computed "
            "from none that requires a gradient, or under no_grad()"
        )
    named: dict[Node | int, str]
    named = {tensor.node: name for name, tensor in names.items() if tensor.node is not None}
    named |= {id(tensor.array): name for name, tensor in names.items() if tensor.node is None}
    nodes: list[GraphNode] = []
    edges: list[GraphEdge] = []
    ids: dict[Node | int, str] = {}  # by Node, and by id() of the array for data

    def add(key: Node | int, *facts: Any) -> None:
        ids[key] = f"n{len(nodes)}"
        nodes.append(GraphNode(ids[key], *facts))

    for node in _oldest_first(output.node):
        if node.op is None:
            add(node, "parameter", named.get(node, "leaf"), node.shape)
            continue
        sources = []
        for operand, source in _operands(node):
            key: Node | int = source if isinstance(source, Node) else id(source)
            if key not in ids:
                add(key, "data", named.get(key, operand), source.shape)
            sources.append((ids[key], operand))
        add(node, "operation", node.op.name, node.shape, node.op.latex)
        edges += [GraphEdge(source, ids[node], operand) for source, operand in sources]
    result = GraphNode("result", "result", named.get(output.node, "output"), output.array.shape)
    edges.append(GraphEdge(ids[output.node], result.id, ""))
    return ComputationGraph((*nodes, result), tuple(edges))


def _oldest_first(root: Node) -> list[Node]:
    """Return every Node that `root` was computed from, in the order of creation."""
    seen, stack = {root}, [root]
    while stack:
        for edge in stack.pop().inputs:
            if edge is not None and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    return sorted(seen, key=lambda node: node.serial)


def _operands(node: Node) -> Iterator[tuple[str, Any]]:
    """Yield each operand's name in the operation, and its Node, or the array kept of it."""
    named = isinstance(node.op, Op) and not node.op.takes_sequence
    for i, edge in enumerate(node.inputs):
        if edge is not None:
            yield (node.op.parameters[i] if named else f"input {i}"), edge
        elif named and node.saved is not None and node.saved[i] is not None:
            yield node.op.parameters[i], node.saved[i][0]
