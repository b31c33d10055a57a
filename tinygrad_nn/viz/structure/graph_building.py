"""From a computation to what a picture of it shows: a node per tensor given and per operation.
Read `folding.py` next, which keeps the picture small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal

from ...arrays.dtypes import Array
from ...arrays.kinds import is_array
from ..notation.arguments import arguments_latex
from ..notation.forward import dotted, forward_latex, shapes_of, shown_name, shown_operation
from ..notation.latex import to_text
from .computation import Computation, Quantity, Step
from .contents import GraphContents, GraphEdge, GraphNode
from .folding import close_modules, fold_older, fold_repeats
from .modules import module_clusters
from .summary import summary_text

Direction = Literal["forward", "backward"]
Values = Literal["auto", "none"]
LIMIT = 500
CHANGED = (
    "A tensor has changed since this was computed, most often by an optimizer's step: leaves and "
    "data show what they hold now, and values on the way are left out."
)


def build_graph_contents(
    computation: Computation,
    *,
    direction: Direction = "forward",
    depth: int | None = None,
    fold: bool = True,
    values: Values = "auto",
    saved: bool = False,
    limit: int = LIMIT,
    title: str = "",
) -> GraphContents:
    """Return the picture of a computation as plain data; the arguments are those of `viz.graph`."""
    if values not in ("auto", "none"):
        raise ValueError(f"values must be 'auto' or 'none', got {values!r}")
    if direction not in ("forward", "backward"):
        raise ValueError(f"direction must be 'forward' or 'backward', got {direction!r}")
    clusters, cluster_of = module_clusters(computation)
    nodes: list[GraphNode] = []
    edges: list[GraphEdge] = []
    outputs = {quantity.id for quantity in computation.outputs}
    drawn = {step.output.id for step in computation.steps}

    def add_tensor(quantity: Quantity) -> None:
        if quantity.id not in drawn:
            drawn.add(quantity.id)
            nodes.append(_tensor_node(quantity, cluster_of))

    for step in computation.steps:
        for operand in step.operands:
            add_tensor(operand.quantity)
            name = shown_name(step.op, operand.parameter)
            edges.append(GraphEdge(operand.quantity.id, step.output.id, name))
        nodes.append(_operation_node(step, cluster_of, outputs, saved))
    for quantity in computation.outputs:
        add_tensor(quantity)  # a leaf is a graph of itself
    notes = [CHANGED] if computation.changed else []
    if saved:
        notes.append(_kept_note(computation))
    contents = GraphContents(tuple(nodes), tuple(edges), clusters, tuple(notes), title, direction)
    if depth is not None:
        contents = close_modules(contents, depth)
    if fold:
        contents = fold_repeats(contents, computation.steps)
    contents = fold_older(contents, limit)
    return _with_numbers(contents, computation) if values == "auto" else contents


def _tensor_node(quantity: Quantity, cluster_of: dict[str, str]) -> GraphNode:
    return GraphNode(
        id=quantity.id,
        kind=quantity.kind if quantity.kind != "result" else "leaf",
        name=quantity.name or quantity.kind,
        shape=quantity.shape,
        dtype=quantity.dtype,
        cluster=cluster_of.get(quantity.id, ""),
    )


def _operation_node(
    step: Step, cluster_of: dict[str, str], outputs: set[str], saved: bool
) -> GraphNode:
    made = step.output
    latex = text = ""
    if step.op.latex:  # a user's Function has none
        arguments = tuple(arguments_latex(step.attributes).items())
        latex, text = _formula(step.op, arguments, step.part, frozenset(shapes_of(step)))
    return GraphNode(
        id=made.id,
        kind="failed" if step.problem else "operation",
        name=shown_operation(step.op),
        formula=text,
        latex=latex,
        shape=made.shape,
        dtype=made.dtype,
        label=made.name,
        kept=tuple(
            (name, sum(each.nbytes for each in arrays))
            for name, arrays in (_kept_arrays(step) if saved else ())
        ),
        cluster=cluster_of.get(made.id, ""),
        is_output=made.id in outputs,
        problem=step.problem,
    )


@lru_cache(maxsize=1000)
def _formula(
    operation: Any,
    arguments: tuple[tuple[str, str], ...],
    part: int | None,
    shapes: frozenset[tuple[int, ...] | None],
) -> tuple[str, str]:
    """Return an operation's formula as LaTeX and as text."""
    latex = dotted(forward_latex(operation, dict(arguments), part), shapes)
    return latex, to_text(latex)


def _with_numbers(contents: GraphContents, computation: Computation) -> GraphContents:
    """Write values and gradients into the nodes that stand for one tensor."""
    quantities = {quantity.id: quantity for quantity in computation.quantities}

    def described(node: GraphNode) -> GraphNode:
        if node.times > 1 or node.shape is None or node.id not in quantities:
            return node
        held = quantities[node.id].value, quantities[node.id].grad
        value, gradient = ("" if array is None else summary_text(array) for array in held)
        return replace(node, value=value, gradient=gradient)

    return replace(contents, nodes=tuple(described(node) for node in contents.nodes))


def _kept_arrays(step: Step) -> Iterator[tuple[str, list[Array]]]:
    """Yield what an operation keeps for backward, by the name that is shown."""
    for name, (value, _) in step.call.kept().items():
        listed = value if isinstance(value, list) else [value]
        arrays = [each for each in listed if is_array(each)]
        if arrays:
            yield shown_name(step.op, name), arrays


def _kept_note(computation: Computation) -> str:
    """Say how much waits for backward; what several operations keep is counted once."""
    kept = {
        id(array): array.nbytes
        for step in computation.steps
        for _, arrays in _kept_arrays(step)
        for array in arrays
    }
    if not kept:
        return "Nothing is kept for backward any more: a backward pass has freed it."
    return f"Kept for backward: {sum(kept.values()):,} bytes in {len(kept)} arrays."
