"""A graph as text in DOT, the language of Graphviz, which lays it out.
Read `engine.py` next, which finds Graphviz and has it draw.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from ..structure.contents import Cluster, GraphContents, GraphNode, chains_of
from .roles import Arrangement, arrange
from .words import facts, printable, result, title

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
    "data": "data",
    "parameter": "parameter",
    "leaf": "leaf with a gradient",
    "operation": "operation and its result",
    "folded": "several operations",
    "failed": "the operation that failed",
}
NO_GRADIENT = {"dir": "none", "style": "dashed"}
PLACES = {
    "above": {},
    "spine": {"weight": "9"},  # straight
    "left": {"minlen": "0"},  # in the same row
    "right": {"minlen": "0"},
    "around": {"constraint": "false", "color": "#9a4a00", "penwidth": "2"},
}

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
    """
    from graphviz import Digraph

    is_backward = contents.direction == "backward"
    without_gradient = {n.id for n in contents.nodes if n.kind == "data"} if is_backward else set()
    arranged = arrange(contents)
    graph = Digraph()
    # pygraphviz takes the first `charset=` in the text for the encoding, even one inside a label.
    graph.attr("graph", charset="utf-8")
    words = {"fontname": FONT, "fontsize": "12", "fontcolor": INK}
    graph.attr(
        "graph",
        label=_heading(contents, arranged, without_gradient),
        id="graph",
        labelloc="t",
        labeljust="l",
        # No `ordering="in"`: with clusters it crashes Graphviz 2.43, and stops 14.1 now and then.
        **words | (CHEAPER if len(contents.nodes) > MANY else {}),
    )
    graph.attr("node", shape="box", margin="0.16,0.09", **words)
    ways = ["back", "forward"] if is_backward else ["forward", "back"]
    graph.attr("edge", color=SOFT_INK, arrowsize="0.7", dir=ways[0])
    chains = chains_of(contents.clusters)
    firsts = {frame.id: node.id for node in contents.nodes[::-1] for frame in chains[node.cluster]}
    bodies = {frame.id: _frame(frame, firsts.get(frame.id)) for frame in contents.clusters}
    bodies[""] = graph
    for node in contents.nodes:
        of_frames = max((frame.times for frame in chains[node.cluster]), default=1)
        shown = replace(node, times=1) if of_frames == node.times else node  # the frame says it
        label = _label(shown, arranged.roles.get(node.id, ()))
        style = {"id": f"node-{node.id}", "class": node.kind, **STYLES[node.kind]}
        if node.is_output:
            style |= {"class": f"{node.kind} output", "peripheries": "2"}
        bodies[node.cluster].node(node.id, label, **style)
    for cluster in sorted(contents.clusters, key=lambda each: -len(chains[each.id])):
        bodies[cluster.parent].subgraph(bodies[cluster.id])
    for number, edge in enumerate(contents.edges):
        place, port = arranged.places[number], arranged.ports.get(number)
        ends = [edge.source, edge.target if port is None else f"{edge.target}:p{port}:n"]
        look = dict(PLACES[place])
        if place == "right":  # Graphviz puts what an edge comes from on the left
            ends.reverse()
            look["dir"] = ways[1]
        if edge.source in without_gradient:
            look |= NO_GRADIENT
        # No `label`: with clusters it stops Graphviz 14.1 at an assertion (fixLabelOrder).
        graph.edge(*ends, id=f"edge-{number}", **look)
    return str(graph.source)


def _heading(
    contents: GraphContents, arranged: Arrangement, without_gradient: Collection[str]
) -> str:
    """Return the title, the notes and the legend: a small box of each kind, with its meaning."""
    kinds = {node.kind for node in contents.nodes}
    boxes = [_swatch(text, STYLES[kind]) for kind, text in LEGEND.items() if kind in kinds]
    if any(node.is_output for node in contents.nodes):
        inner = _swatch("output", STYLES["operation"])
        look = {"BORDER": 1, "STYLE": "rounded", "COLOR": SOFT_INK, "CELLSPACING": 2}
        boxes.append(_cell(_table([inner], **look)))
    flowing = "values" if contents.direction == "forward" else "gradients"
    words = [f"arrows: the way {flowing} flow"] if contents.edges else []
    if any(edge.source in without_gradient for edge in contents.edges):
        words.append("dashed lines: no gradient flows")
    if "around" in arranged.places.values():
        words.append("thick brown arrow: to the next time round")
    lines = [_cell(f"<B>{_text(contents.title)}</B>")] if contents.title else []
    lines += [_cell(_text(part)) for note in contents.notes for part in textwrap.wrap(note, PROSE)]
    if boxes:
        lines.append(_cell(_table(["".join(boxes)], CELLSPACING=4)))
    lines += [_cell(_small(_text(each))) for each in words]
    return f"<{_table(lines)}>" if lines else ""


def _swatch(text: str, style: Mapping[str, str]) -> str:
    lines = [each for each in ("rounded", "dashed") if each in style["style"]]
    look = {
        "BGCOLOR": style["fillcolor"],
        "COLOR": style["color"],
        "BORDER": int(float(style.get("penwidth", 1))),
        "STYLE": ",".join(lines) or "solid",
        "CELLPADDING": 4,
    }
    return _cell(_small(f"&#160;{_text(text)}&#160;&#160;"), **look)


def _label(node: GraphNode, parts: Sequence[str] = ()) -> str:
    """Return what stands in a box: the parts that its operands take, above its lines."""
    name = f"failed: {title(node)}" if node.kind == "failed" else title(node)
    lines = [f"<B>{_text(name)}</B>" if name else ""]
    lines += [_text(node.formula), _text(result(node))]
    for fact, text in facts(node):
        grid = _grid(text) if fact in ("value", "gradient") else ""
        if fact == "failed":
            lines += map(_text, textwrap.wrap(text, PROSE))
        elif grid:
            lines += [_text(f"{fact}:"), grid]
        else:
            lines += map(_text, _halves(f"{fact}: {text}"))
    rows = [_cell(line, COLSPAN=max(1, len(parts))) for line in lines if line]
    cells = [
        _cell(_small(part and f"<I>{_text(part)}</I>"), PORT=f"p{number}", ALIGN="CENTER")
        for number, part in enumerate(parts)
    ]
    if cells:
        rows.insert(0, "".join(cells))
    return f"<{_table(rows or [_cell('')])}>"


def _grid(text: str) -> str:
    """Return a matrix of four numbers and more, "[[1, 2], [3, 4]]", as a grid; else ""."""
    if not re.fullmatch(r"\[(\[[^\[\]]+\](, )?)+\]", text) or text.count(", ") < 3:
        return ""
    rows = [
        "".join(_cell(_text(each), ALIGN="RIGHT", CELLPADDING=3) for each in row.split(", "))
        for row in text[2:-2].split("], [")
    ]
    return _table(rows, CELLBORDER=1, COLOR="#b5bfcc")


def _table(rows: Sequence[str], **look: Any) -> str:
    look = {"BORDER": 0, "CELLBORDER": 0, "CELLSPACING": 0} | look
    return f"<TABLE{_look(look)}>{''.join(f'<TR>{row}</TR>' for row in rows)}</TABLE>"


def _cell(inside: str, **look: Any) -> str:
    return f"<TD{_look({'ALIGN': 'LEFT', 'CELLPADDING': 1} | look)}>{inside}</TD>"


def _look(attributes: Mapping[str, Any]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())


def _small(text: str) -> str:
    return text and f'<FONT POINT-SIZE="10.5" COLOR="{SOFT_INK}">{text}</FONT>'


def _halves(text: str) -> list[str]:
    """Return statistics, "min 0  mean 1  max 2  norm 3", as two lines: boxes get less wide."""
    parts = text.split("  ")
    middle = max(2, (len(parts) + 1) // 2)
    halves = ["  ".join(parts[:middle]), "  ".join(parts[middle:])]
    return [halves[0], f"    {halves[1]}"] if halves[1] else [text]


def _frame(cluster: Cluster, first: str | None) -> Any:
    """Return a frame with a title above what is in it, or beside the node that is the first."""
    from graphviz import Digraph

    name = f"<B>{_text(title(cluster))}</B>"
    # As much room to the right of a title, so that the spine passes beside it.
    room = _cell("", WIDTH=min(200, 9 * len(title(cluster))))
    # What feeds it is outside where it runs several times: arrows go around a node, not a label.
    is_fed = first is not None and (bool(cluster.use) or cluster.times > 1)
    frame = Digraph(
        f"cluster_{cluster.id}",
        graph_attr={
            "label": "" if is_fed else f"<{_table([_cell(name) + room])}>",
            "labeljust": "l",
            "id": f"cluster-{cluster.id}",
            "class": "module",
            "style": "rounded,filled",
            "color": "#8a96a8",
            "fillcolor": "#5b7aa812",  # mostly clear: darker where one stands in another
            "penwidth": "2" if cluster.times > 1 else "1",
        },
    )
    if is_fed:
        beside = f"title_{cluster.id}"
        frame.node(beside, f"<{name}>", shape="plain", id=f"title-{cluster.id}")
        frame.edge(beside, first, minlen="0", style="invis")
    return frame


def _text(text: str) -> str:
    """Return `text` so that DOT shows it as it is, each line cut to a sensible length."""
    lines = (
        f"{line[:LONGEST]}…" if len(line) > LONGEST else line
        for line in printable(text).split("\n")
    )
    shown = '<BR ALIGN="LEFT"/>'.join(escape(line, quote=False) for line in lines)
    return shown.replace("\\", r"\\")  # else Graphviz reads \N as the name of a node
