"""Where the operands of an operation stand around it, and what is said of the part each takes.
Read `dot.py` next, which draws it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..structure.contents import GraphContents, GraphEdge, GraphNode
from .words import MADE, ordinal

# The order of their operands says nothing.
COMMUTATIVE = frozenset(
    {"add", "mul", "maximum", "minimum", "fmax", "fmin", "logaddexp", "logaddexp2", "hypot"}
    | {"dot", "eq", "ne", "logical_and", "logical_or", "logical_xor", "mse_loss", "l1_loss"}
)

Place = Literal["above", "spine", "left", "right", "around"]


@dataclass
class Arrangement:
    """Where each edge comes from, by its number, and what an operation says of its operands."""

    places: dict[int, Place] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)  # from left to right
    ports: dict[int, int] = field(default_factory=dict)  # of an edge, which of the roles it has


def arrange(contents: GraphContents) -> Arrangement:
    """Return how to draw the edges, so that data flows straight down a spine.

    The first operand that was computed is the spine; what was given, and is used there alone,
    stands beside the operation in its frame, on the side on which a formula has it. An edge back
    to what ran before leads around.
    """
    found = Arrangement()
    nodes = {node.id: node for node in contents.nodes}
    order = {name: number for number, name in enumerate(nodes)}
    uses = Counter(edge.source for edge in contents.edges)
    into: dict[str, dict[int, GraphEdge]] = {}
    for number, edge in enumerate(contents.edges):
        if order[edge.source] >= order[edge.target]:
            found.places[number] = "around"
        else:
            into.setdefault(edge.target, {})[number] = edge
    for target, edges in into.items():
        node, sources = nodes[target], {n: nodes[edge.source] for n, edge in edges.items()}
        made = [n for n, each in sources.items() if each.kind in MADE]
        data = [n for n, each in sources.items() if each.kind == "data"]
        is_mixed = len({each.kind for each in sources.values()}) > 1
        spine = made[0] if made else data[0] if data and is_mixed else -1
        untold = [n for n, edge in edges.items() if not _is_told(edge, sources[n])]
        aside = [
            n
            for n, each in sources.items()
            if spine >= 0
            and n not in (spine, *made)
            and uses[each.id] == 1
            and each.cluster == node.cluster
        ]
        sides_tell = len(edges) == 2 and len(aside) == 1
        if len(untold) > 1 and not sides_tell and node.name not in COMMUTATIVE:
            _say(found, target, edges, untold)
            aside = []
        for n in edges:
            found.places[n] = "spine" if n in (spine, *made) else "above"
        for i, n in enumerate(aside):
            to_the_left = n < spine or (not sides_tell and i % 2 == 0)
            found.places[n] = "left" if to_the_left else "right"
    return found


def _say(
    found: Arrangement, target: str, edges: dict[int, GraphEdge], untold: Sequence[int]
) -> None:
    """Name the operands where they arrive: "1st" and "2nd", where names could be variables."""
    names = [edge.operand for edge in edges.values()]
    if not all(names):
        return
    words = len({*names}) == len(names) and all(len(name) > 1 for name in names)
    found.roles[target] = [
        "" if number not in untold else edge.operand if words else ordinal(place)
        for place, (number, edge) in enumerate(edges.items(), start=1)
    ]
    found.ports |= {number: place for place, number in enumerate(edges)}


def _is_told(edge: GraphEdge, source: GraphNode) -> bool:
    """Whether the name of what is taken says what part it takes, as "0.weight" does.

    An edge without a name has nothing to tell.
    """
    return not edge.operand or (len(edge.operand) > 1 and edge.operand in source.name)
