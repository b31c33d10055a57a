"""How the facts of a node read in every drawing of it: its shape, its bytes, how often it stands.
Read `dot.py` next, which puts them into boxes.
"""

from __future__ import annotations

import re

from ..structure.contents import Cluster, GraphEdge, GraphNode

KINDS = {
    "data": "data",
    "parameter": "parameter",
    "leaf": "leaf",
    "operation": "operation",
    "folded": "several operations",
    "failed": "failed operation",
}
MADE = ("operation", "folded", "failed")  # the kinds of nodes that have operands

# What XML does not allow, what no font can draw, and halves of surrogate pairs.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    r"""Return `text` with a sign in the place of each character that cannot be drawn.

    Example:
        >>> printable("a\x00b")
        'a␀b'
    """
    return UNPRINTABLE.sub(_sign, text)


def one_line(text: str) -> str:
    """Return `text` printable, and on one line."""
    return re.sub("[\n\u2028\u2029]", "↵", printable(text))


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def title(node: GraphNode | Cluster) -> str:
    """Return a node's or a cluster's name, with "× 3" if it stands for three.

    Example:
        >>> title(Cluster("m0", "act: ReLU", use=2)), title(Cluster("m0", "act: ReLU", times=9))
        ('act: ReLU (2nd use)', 'act: ReLU × 9')
    """
    if node.times > 1:
        return f"{node.name} × {node.times}"
    return f"{node.name} ({ordinal(node.use)} use)" if node.use else node.name


def ordinal(number: int) -> str:
    """Return "1st", "2nd", "3rd", "4th" ..."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else endings.get(number % 10, 'th')}"


def result(node: GraphNode) -> str:
    """Return the label, the shape and the dtype of a node's tensor: "→ hidden (2, 3) float32"."""
    shape = "one number" if node.shape == () else str(node.shape or "")
    said = " ".join(each for each in (node.label, shape, node.dtype) if each)
    return f"→ {said}" if said and node.kind in MADE else said


def facts(node: GraphNode) -> list[tuple[str, str]]:
    """Return what there is to say of a node beyond its name, formula and result."""
    kept = ""
    if node.kept:
        names = ", ".join(name for name, _ in node.kept)
        kept = f"{names}, {size(sum(count for _, count in node.kept))}"
    pairs = zip(
        ("value", "gradient", "kept", "failed"),
        (node.value, node.gradient, kept, node.problem),
        strict=True,
    )
    return [(name, fact) for name, fact in pairs if fact]


def size(count: int) -> str:
    """Return a number of bytes in the unit that keeps it short.

    Example:
        >>> size(96), size(31360), size(5 * 2**20)
        ('96 B', '30.6 KiB', '5.0 MiB')
    """
    if count < 1024:
        return f"{count} B"
    power = min((count.bit_length() - 1) // 10, 4)
    return f"{count / 1024**power:.1f} {'KMGT'[power - 1]}iB"


def told(node: GraphNode) -> str:
    """Return all that there is to say of a node beside its name: its formula, what it gives ..."""
    parts = [f"{node.formula} {result(node)}".strip()]
    parts += [f"{name}: {fact}" for name, fact in facts(node)]
    if node.is_output:
        parts.append("the output")
    return "; ".join(part for part in parts if part)


def describe(node: GraphNode) -> str:
    """Return a node's kind, name and all else, as one sentence.

    Example:
        >>> describe(GraphNode("t0", "data", "pixels", shape=(28, 28), dtype="float32"))
        'data pixels: (28, 28) float32'
        >>> describe(GraphNode("t1", "operation", "exp", "eˣ", shape=(), value="2.718"))
        'operation exp: eˣ → one number; value: 2.718'
    """
    kind = KINDS[node.kind]
    named = kind if title(node) == kind else f"{kind} {title(node)}"
    return named + (f": {told(node)}" if told(node) else "")


def operands(edges: tuple[GraphEdge, ...]) -> dict[str, list[GraphEdge]]:
    """Return the edges into each node, by the node's id."""
    found: dict[str, list[GraphEdge]] = {}
    for edge in edges:
        found.setdefault(edge.target, []).append(edge)
    return found


def part(edge: GraphEdge) -> str:
    """Return what part an operand takes; "" where that is a letter, which could be a variable."""
    return edge.operand if len(edge.operand) > 1 else ""
