"""The player as a page of its own: the graph, one step at a time, and the list of all steps.
Read `player.js` next, all that moves there; `play.py` is what users call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Any

from ...errors import MissingExtraError
from ..drawing.document import document
from ..drawing.words import printable
from ..notation.latex import to_text
from ..structure.contents import GraphContents
from .frames import Frame, Playback, Value
from .panel import badge, colour_of, gradients_html, html_text, step_html
from .picture import cropped_svg
from .sliders import ROOM, Sliders, following, with_room

FILES = ("player.css", "picture.js", "copying.js", "tables.js", "player.js", "sliders.js")

BODY = """\
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
<p id="keys">Keys: ← and → one step, Home first, End last, space plays, \
+ and − zoom, 0 fits. A click on a node of the graph leads to its step.</p>
</nav>
<header>
<h1><bdi>{title}</bdi></h1>
{tools}</header>
<main>
<section id="picture" aria-label="Graph">
{picture}
</section>
<section id="right" tabindex="0" aria-label="The step">
{sliders}<div id="panel"></div>
<div id="gradients">
<h2>Gradients so far</h2>
<p id="none-yet" class="said">None yet: the backward pass comes after the last forward step.</p>
<ul>
{gradients}
</ul>
</div>
</section>
<details id="steps"{listed}>
<summary>All steps</summary>
<noscript><p>Stepping through needs JavaScript; the list has it all in words.</p></noscript>
<ol>
{steps}
</ol>
</details>
</main>
<p id="announcement" class="unseen" role="status"></p>
<div id="templates">
{templates}
</div>"""

CANVAS = '<div id="canvas" tabindex="0" role="group" aria-label="Graph">{}</div>'

TOOLS = """\
<div id="tools" role="group" aria-label="Graph">
<button type="button" data-zoom="out" aria-label="Smaller">−</button>
<button type="button" data-zoom="in" aria-label="Larger">+</button>
<button type="button" data-zoom="fit">Fit</button>
<button type="button" id="copy" aria-label="Copy picture">
Copy <span class="word">picture</span></button>
</div>
"""

BUTTON = (
    '<button type="button" id="{id}" aria-label="{word}">'
    '<svg viewBox="0 0 24 24" aria-hidden="true">{icon}</svg>'
    '<span class="word">{word}</span></button>'
)
ICONS = {
    "first": '<path d="M6 5v14M18 5l-8 7 8 7"/>',
    "back": '<path d="M15 5l-8 7 8 7"/>',
    "play": '<path class="off" d="M7 4l13 8-13 8z"/><path class="on" d="M7 5v14M17 5v14"/>',
    "next": '<path d="M9 5l8 7-8 7"/>',
    "last": '<path d="M18 5v14M6 5l8 7-8 7"/>',
}


def to_html(
    playback: Playback, contents: GraphContents, title: str, sliders: Sliders | str = ""
) -> str:
    """Return the player as a self-contained page, which loads nothing and needs no network.

    Where nothing can draw the graph, the page says so and goes on without the picture. A text in
    the place of sliders says why there are none.
    """
    pieces, data, computes, section = _pieces(playback), _data(playback, contents), "", ""
    if isinstance(sliders, Sliders):
        contents = with_room(contents)
        written = _data(sliders.playback, sliders.contents)
        texts = {**_pieces(sliders.playback), "data": json.dumps(written, ensure_ascii=False)}
        live = {name: following(text) for name, text in texts.items()}
        data["live"] = {"numerals": sliders.numerals, "pieces": live}
        computes, section = sliders.script, sliders.section
    elif sliders:
        section = f'<p class="said">The numbers are fixed: {html_text(sliders)}.</p>'
    try:
        svg = cropped_svg(contents).replace(ROOM, "")
        picture, tools, listed = CANVAS.format(svg), TOOLS, ""
    except (MissingExtraError, RuntimeError) as error:
        missing = f"There is no picture here: {html_text(str(error))}."
        picture, tools, listed = f'<p class="missing">{missing}</p>', "", " open"
    body = BODY.format(
        sliders=section,
        title=escape(printable(title)),
        count=len(playback.frames),
        buttons="\n".join(
            BUTTON.format(id=key, word=key.capitalize(), icon=icon) for key, icon in ICONS.items()
        ),
        picture=picture,
        tools=tools,
        listed=listed,
        steps="\n".join(
            f'<li><button type="button" class="{each.phase}">{html_text(each.text)}</button></li>'
            for each in playback.frames
        ),
        **pieces,
    )
    resources = files(__package__)
    style, *scripts, last = (resources.joinpath(each).read_text("utf-8") for each in FILES)
    return document(title, style, body, "".join([*scripts, computes, last]), data)


def _pieces(playback: Playback) -> dict[str, str]:
    """Return what changes with the numbers: each table and each step once, shown when taken."""
    steps = enumerate(playback.frames)
    templates = {
        **playback.tables,
        **{f"step-{index}": step_html(playback, frame) for index, frame in steps},
    }
    return {
        "gradients": "\n".join(gradients_html(playback)),
        "templates": "\n".join(
            f'<template id="{key}">{html}</template>' for key, html in templates.items()
        ),
    }


def _data(playback: Playback, contents: GraphContents) -> dict[str, Any]:
    """Return what the script needs: which step is about which node, and when it is computed."""
    steps = list(enumerate(playback.frames))
    made = {frame.node: i for i, frame in steps if frame.phase == "forward"}
    back = {frame.node: i for i, frame in steps if frame.phase == "backward"}
    whole = {each.id: i for i, frame in steps for each in frame.finished}
    first_use = {each.id: i for i, frame in reversed(steps) for each in frame.operands}
    return {
        "frames": [{"phase": f.phase, "node": f.node, "text": f.text} for f in playback.frames],
        "turn": next(i for i, frame in steps if frame.phase == "start"),
        "nodes": {
            node.id: {
                "made": made.get(node.id),
                "forward": made.get(node.id, first_use.get(node.id)),
                "back": back.get(node.id, whole.get(node.id)),
                "whole": whole.get(node.id),
                "value": node.value,
                "gradient": node.gradient,
            }
            for node in contents.nodes
        },
        "edges": list(_edges(playback.frames)),
    }


def _edges(frames: list[Frame]) -> Iterator[dict[str, Any]]:
    """Yield what goes along each edge, forward and backward, and at which step it goes back."""
    parts = {
        (frame.node, part.position): (index, part)
        for index, frame in enumerate(frames)
        for part in frame.parts
    }
    for frame in frames:
        for position, operand in enumerate(frame.operands if frame.phase == "forward" else ()):
            at, part = parts.get((frame.node, position), (None, None))
            yield {
                "source": operand.id,
                "target": frame.node,
                "forward": _in_short(operand.value),
                "at": at,
                "path": colour_of(part.path) if part else 0,
                "backward": f"{badge(part.path)} {_in_short(part.value)}".strip() if part else "",
            }


def _in_short(value: Value) -> str:
    return to_text(value.latex) or str(value.shape or "")
