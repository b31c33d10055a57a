"""The player as a page of its own: the graph, one step at a time, and the list of all steps.
Read `player.js` next, all that moves there; `play.py` is what users call.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Any

from ...errors import MissingExtraError
from ..drawing.document import document
from ..drawing.svg import svg_element
from ..drawing.words import printable
from ..structure.contents import GraphContents
from .frames import Frame, Playback
from .panel import gradients_html, html_text, step_html
from .picture import FEW

SECONDS = 20  # for the picture; a page without one has the list still

BODY = """\
<header>
<h1><bdi>{title}</bdi></h1>
</header>
<nav id="controls" aria-label="Player">
<div class="where-we-are">
<span id="position"></span>
<input id="progress" type="range" min="1" max="{count}" value="1" aria-label="Step">
</div>
{buttons}
<label for="speed" class="word">Speed</label>
<select id="speed" aria-label="Speed">
<option value="4500">slow</option>
<option value="2200" selected>normal</option>
<option value="900">fast</option>
</select>
<p id="keys">Keys: ← and → one step, Home first, End last, space plays. \
A click on a node of the graph leads to its step.</p>
</nav>
<main{listed}>
<section id="picture" aria-label="Graph">
{picture}
</section>
<section id="right" tabindex="0" aria-label="The step">
<div id="panel"></div>
<div id="gradients">
<h2>Gradients so far</h2>
<p id="none-yet" class="said">None yet: the backward pass comes after the last forward step.</p>
<ul>
{gradients}
</ul>
</div>
</section>
<section id="steps" aria-labelledby="steps-heading">
<h2 id="steps-heading">All steps</h2>
<noscript><p>Stepping through needs JavaScript; the list has it all in words.</p></noscript>
<ol>
{steps}
</ol>
</section>
</main>
<p id="announcement" class="unseen" role="status"></p>
{templates}"""

BUTTONS = (
    ("first", "First", "M6 5v14M18 5l-8 7 8 7"),
    ("back", "Back", "M15 5l-8 7 8 7"),
    ("play", "Play", "M7 4l13 8-13 8z"),
    ("next", "Next", "M9 5l8 7-8 7"),
    ("last", "Last", "M18 5v14M6 5l8 7-8 7"),
)
BUTTON = (
    '<button type="button" id="{id}" aria-label="{word}"{state}>{icon}'
    '<span class="word">{word}</span></button>'
)
ICON = '<svg viewBox="0 0 24 24" aria-hidden="true"{kind}><path d="{path}"/></svg>'
PAUSES = "M7 5v14M17 5v14"


def to_html(playback: Playback, contents: GraphContents, title: str) -> str:
    """Return the player as a self-contained page, which loads nothing and needs no network.

    Where nothing can draw the graph, the page says so and goes on without the picture.
    """
    try:
        svg = svg_element(contents, timeout=SECONDS)
        picture = f'<div id="canvas" tabindex="0" role="group" aria-label="Graph">{svg}</div>'
        listed = ""
    except (MissingExtraError, RuntimeError) as error:
        picture = f'<p class="missing">There is no picture here: {html_text(str(error))}.</p>'
        listed = ' class="listed"'
    body = BODY.format(
        title=escape(printable(title)),
        count=len(playback.frames),
        buttons="\n".join(map(_button, BUTTONS)),
        listed=listed,
        picture=picture,
        gradients="\n".join(gradients_html(playback)),
        steps="\n".join(map(_entry, playback.frames)),
        templates="\n".join(_templates(playback)),
    )
    resources = files(__package__)
    style, script = (
        resources.joinpath(f"player.{each}").read_text("utf-8") for each in ("css", "js")
    )
    return document(title, style, body, script, _data(playback, contents))


def _templates(playback: Playback) -> Iterator[str]:
    """Yield each table and each step once, as HTML that shows nothing before it is taken."""
    for key, html in playback.tables.items():
        yield f'<template id="{key}">{html}</template>'
    for index, frame in enumerate(playback.frames):
        yield f'<template id="step-{index}">{step_html(playback, frame)}</template>'


def _data(playback: Playback, contents: GraphContents) -> dict[str, Any]:
    """Return what the script needs: which step is about which node, and when it is computed."""
    steps = list(enumerate(playback.frames))
    made = {frame.node: i for i, frame in steps if frame.phase == "forward"}
    back = {frame.node: i for i, frame in steps if frame.phase == "backward"}
    whole = {each.id: i for i, frame in steps for each in frame.finished}
    first_use = {each.id: i for i, frame in reversed(steps) for each in frame.operands}
    numbers = {
        tensor: [repr(each) for each in array.ravel().tolist()]
        for tensor, array in playback.gradients.items()
        if array.size <= FEW
    }
    return {
        "frames": [{"phase": f.phase, "node": f.node, "text": f.text} for f in playback.frames],
        "turn": next(i for i, frame in steps if frame.phase == "start"),
        "nodes": {
            node.id: {
                "made": made.get(node.id),
                "forward": made.get(node.id, first_use.get(node.id)),
                "back": back.get(node.id, whole.get(node.id)),
                "whole": whole.get(node.id),
                "numbers": numbers.get(node.id, []),
            }
            for node in contents.nodes
        },
        "edges": [[edge.source, edge.target] for edge in contents.edges],
    }


def _entry(frame: Frame) -> str:
    kind = ' class="back"' if frame.phase != "forward" else ""
    return f'<li><button type="button"{kind}>{html_text(frame.text)}</button></li>'


def _button(given: tuple[str, str, str]) -> str:
    key, word, path = given
    if key != "play":
        return BUTTON.format(id=key, word=word, state="", icon=ICON.format(kind="", path=path))
    plays = ICON.format(kind=' class="off"', path=path)
    pauses = ICON.format(kind=' class="on"', path=PAUSES)
    return BUTTON.format(id=key, word=word, state=' aria-pressed="false"', icon=plays + pauses)
