"""A graph as a page of its own, the picture beside the list of steps, and what a notebook shows.
Read `graph.js` next, all that moves there.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from html import escape
from importlib.resources import files
from typing import Any

from ...errors import MissingExtraError
from ..structure.contents import Cluster, GraphContents, GraphEdge, GraphNode
from .document import document
from .dot import to_dot
from .svg import svg_element
from .tree import operand_name, rows, to_text
from .words import KINDS, describe, facts, operands, part, printable, result, title

SECONDS = 20  # for the picture; a page without one has the list still

BODY = """\
<a class="skip" href="#steps">Skip to the list of steps</a>
<header>
<h1><bdi>{title}</bdi></h1>
{notes}
<div class="tools" role="search">
<label for="search">Search</label>
<input id="search" type="search" autocomplete="off" spellcheck="false">
<output id="found" for="search"></output>
</div>
</header>
<main>
{picture}
<section id="steps" aria-labelledby="steps-heading" tabindex="-1">
<h2 id="steps-heading">Steps</h2>
{steps}
</section>
</main>
<p id="chosen" role="status"></p>"""

PICTURE = """\
<section id="picture" aria-labelledby="picture-heading">
<h2 id="picture-heading">Picture</h2>
<div class="tools">
<button type="button" data-key="+" aria-label="Zoom in">+</button>
<button type="button" data-key="-" aria-label="Zoom out">−</button>
<button type="button" data-key="0">Whole graph</button>
</div>
<div id="canvas" tabindex="0" role="group" aria-describedby="canvas-help" \
aria-label="The graph, to move and zoom">
{svg}
</div>
<p id="canvas-help">Drag it, or use the arrow keys; zoom with + and −, or with the wheel and Ctrl; \
0 shows the whole graph. A click on a node shows what it is made from, and what uses it.</p>
</section>"""


def to_html(contents: GraphContents) -> str:
    """Return a graph as a self-contained page, which loads nothing and needs no network.

    Where nothing can draw the picture, the page says so and is the list of steps alone.
    """
    try:
        untitled = replace(contents, title="", notes=())  # the page has both as its own text
        picture = PICTURE.format(svg=svg_element(untitled, timeout=SECONDS))
    except (MissingExtraError, RuntimeError) as error:
        picture = f'<p class="missing">{_html(str(error))}</p>'
    shown = contents.title or "Computation graph"
    body = BODY.format(
        title=escape(printable(shown)),
        notes="\n".join(f"<p>{_html(note)}</p>" for note in contents.notes),
        picture=picture,
        steps=steps_html(contents),
    )
    resources = files(__package__)
    style, script = (
        resources.joinpath(f"graph.{each}").read_text("utf-8") for each in ("css", "js")
    )
    return document(shown, style, body, script, _data(contents))


def mimebundle(contents: GraphContents) -> dict[str, str]:
    """Return a graph as Jupyter takes it: SVG if it can be drawn here, else HTML; always text.

    Why there is no picture stands in the HTML and in the text. The ids in it are the same each time
    for the same graph, and others for another one.
    """
    prefix = f"g{hashlib.sha256(to_dot(contents).encode()).hexdigest()[:8]}-"
    text = to_text(contents)
    try:
        svg = svg_element(contents, prefix=prefix, timeout=SECONDS)
    except (MissingExtraError, RuntimeError) as error:
        html = f"<p>{_html(str(error))}</p>\n{steps_html(contents, prefix=prefix)}"
        return {"text/html": html, "text/plain": f"{text}\n\n{error}"}
    return {"image/svg+xml": svg, "text/plain": text}


def steps_html(contents: GraphContents, *, prefix: str = "") -> str:
    """Return the steps as an HTML list, in which every operand links to the step that made it.

    The list needs no style and no script; each id starts with `prefix`.
    """
    into = operands(contents.edges)
    nodes = {node.id: node for node in contents.nodes}
    items = []
    for depth, entry in rows(contents):
        indent = f'style="margin-left:{1.2 * depth:g}em"'
        if isinstance(entry, Cluster):
            items.append(f'<li class="module" {indent}>{_html(title(entry))}</li>')
        else:
            step = _step(entry, into.get(entry.id, []), nodes, prefix)
            name = f'class="step {entry.kind}" id="{prefix}step-{entry.id}"'
            items.append(f"<li {name} {indent}>{step}</li>")
    return '<ol class="steps" style="list-style:none;padding:0">\n' + "\n".join(items) + "\n</ol>"


def _step(node: GraphNode, edges: list[GraphEdge], nodes: dict[str, GraphNode], prefix: str) -> str:
    kind = "" if node.kind == "operation" else f"{KINDS[node.kind]} "
    name = f"<b>{_html(title(node))}</b>"
    parts = [f'{kind}<a class="name" href="#{prefix}step-{node.id}">{name}</a>']
    if node.formula:
        parts.append(f'<span class="formula">{_html(node.formula)}</span>')
    if edges:
        links = []
        for edge in edges:
            source = nodes[edge.source]
            named = _html(operand_name(source) or source.name)
            link = f'<a href="#{prefix}step-{source.id}">{named}</a>'
            links.append(f"{_html(part(edge))} = {link}" if part(edge) else link)
        parts.append(f"with {', '.join(links)}")
    if result(node):
        parts.append(_html(result(node)))
    if node.is_output:
        parts.append("(the output)")
    told = "".join(f"<br>{name}: {_html(fact)}" for name, fact in facts(node))
    return " ".join(parts) + told


def _data(contents: GraphContents) -> dict[str, Any]:
    """Return what the script needs."""
    return {
        "nodes": [
            {"id": node.id, "name": operand_name(node) or node.name, "text": describe(node)}
            for node in contents.nodes
        ],
        "edges": [[edge.source, edge.target] for edge in contents.edges],
    }


def _html(text: str) -> str:
    return f"<bdi>{escape(printable(text))}</bdi>"
