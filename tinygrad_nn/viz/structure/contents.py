"""What a picture of a graph shows, as plain data fit for JSON: nodes, edges, clusters, notes.
Read `../drawing/dot.py` next, which writes it for Graphviz.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


def counted(number: int, what: str) -> str:
    """Return "1 operation" or "1,000 operations"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True)
class GraphNode:
    """A tensor that was given, or an operation together with the tensor that it made."""

    id: str  # letters, digits and _ only
    kind: Literal["parameter", "leaf", "data", "operation", "folded", "failed"]
    name: str  # "0.weight", "pixels", "mul": any text
    formula: str = ""  # of an operation, as text: "a ⊙ b"
    latex: str = ""
    shape: tuple[int, ...] | None = None  # None: not known, or several tensors
    dtype: str = ""
    label: str = ""  # the user's name for the tensor that the operation made
    value: str = ""  # the numbers if they are few, else min, mean, max and norm
    gradient: str = ""  # the same of the gradient
    kept: tuple[tuple[str, int], ...] = ()  # what waits for backward, and its bytes
    cluster: str = ""  # id of the innermost cluster; "" outside of all
    times: int = 1  # how many equal ones this one stands for
    use: int = 0  # of a closed module: which of its calls, as in a Cluster
    is_output: bool = False
    problem: str = ""  # of a "failed" operation: what the error said


@dataclass(frozen=True)
class GraphEdge:
    """A tensor on its way into an operation, as the operand of that name."""

    source: str
    target: str
    operand: str = ""


@dataclass(frozen=True)
class Cluster:
    """A call of a module, drawn as a frame around what ran in it, or a block that repeats."""

    id: str
    name: str  # "0: Linear"
    parent: str = ""  # id of the cluster around it
    times: int = 1
    use: int = 0  # 2 of the second call of the same module; 0 if there is one call only


def chains_of(clusters: Iterable[Cluster]) -> dict[str, tuple[Cluster, ...]]:
    """Return by the id of each cluster itself and all around it, innermost first; of "" nothing."""
    found = {cluster.id: cluster for cluster in clusters}
    chains: dict[str, tuple[Cluster, ...]] = {"": ()}
    for name in found:
        chain, at = [], name
        while at:
            chain.append(found[at])
            at = found[at].parent
        chains[name] = tuple(chain)
    return chains


@dataclass(frozen=True)
class GraphContents:
    """Nodes in the order in which they were made; `dataclasses.asdict` makes it fit for JSON."""

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    clusters: tuple[Cluster, ...] = ()
    notes: tuple[str, ...] = ()  # sentences for the reader: what is folded, how much is kept
    title: str = ""
    direction: Literal["forward", "backward"] = "forward"  # which way the arrows point
