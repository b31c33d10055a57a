"""The player as a page of its own: the graph, one step at a time, and the list of all steps.
Read `player.js` next, all that moves there; `play.py` is what users call.
"""

from __future__ import annotations

from collections import Counter
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
from .sliders import ROOM, Sliders, with_room

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


def to_html(
    playback: Playback, contents: GraphContents, title: str, sliders: Sliders | str = ""
) -> str:
    """Return the player as a self-contained page, which loads nothing and needs no network.

    Where nothing can draw the graph, the page says so and goes on without the picture. A text in
    the place of sliders says why there are none.
    """
    follows = isinstance(sliders, Sliders)
    try:
        svg = cropped_svg(with_room(contents) if follows else contents).replace(ROOM, "")
        picture, tools, listed = CANVAS.format(svg), TOOLS, ""
    except (MissingExtraError, RuntimeError) as error:
        missing = f"There is no picture here: {html_text(str(error))}."
        picture, tools, listed = f'<p class="missing">{missing}</p>', "", " open"
    pieces, data, computes, section = _pieces(playback), _data(playback, contents), "", ""
    if isinstance(sliders, Sliders):
        written = sliders.playback
        data["live"] = sliders.live(_pieces(written), _data(written, sliders.contents))
        computes, section = sliders.script, sliders.section
    elif sliders:
        section = f'<p class="said">The numbers are fixed: {html_text(sliders)}.</p>'
    body = BODY.format(
        sliders=section,
        title=escape(printable(title)),
        count=len(playback.frames),
        buttons="\n".join(map(_button, BUTTONS)),
        picture=picture,
        tools=tools,
        listed=listed,
        steps="\n".join(map(_entry, playback.frames)),
        **pieces,
    )
    resources = files(__package__)
    style, *scripts, following = (resources.joinpath(each).read_text("utf-8") for each in FILES)
    return document(title, style, body, "".join([*scripts, computes, following]), data)


def _pieces(playback: Playback) -> dict[str, str]:
    """Return what changes with the numbers."""
    return {
        "gradients": "\n".join(gradients_html(playback)),
        "templates": "\n".join(_templates(playback)),
    }


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
        "edges": list(_edges(playback, contents)),
    }


def _edges(playback: Playback, contents: GraphContents) -> Iterator[dict[str, Any]]:
    """Yield what goes along each edge, forward and backward, and at which step it goes back."""
    operands = {f.node: f.operands for f in playback.frames if f.phase == "forward"}
    parts = {
        (frame.node, part.position): (index, part)
        for index, frame in enumerate(playback.frames)
        for part in frame.parts
    }
    taken: Counter[str] = Counter()
    for edge in contents.edges:
        position = taken[edge.target]
        taken[edge.target] += 1
        step, part = parts.get((edge.target, position), (None, None))
        yield {
            "source": edge.source,
            "target": edge.target,
            "forward": _in_short(operands[edge.target][position].value),
            "at": step,
            "path": 0 if part is None else colour_of(part.path),
            "backward": ""
            if part is None
            else f"{badge(part.path)} {_in_short(part.value)}".strip(),
        }


def _in_short(value: Value) -> str:
    return to_text(value.latex) or str(value.shape or "")


def _entry(frame: Frame) -> str:
    kind = ' class="back"' if frame.phase != "forward" else ""
    return f'<li><button type="button"{kind}>{html_text(frame.text)}</button></li>'


def _button(given: tuple[str, str, str]) -> str:
    key, word, path = given
    icon, state = ICON.format(kind="", path=path), ""
    if key == "play":
        pauses = ICON.format(kind=' class="on"', path=PAUSES)
        icon, state = ICON.format(kind=' class="off"', path=path) + pauses, ' aria-pressed="false"'
    return BUTTON.format(id=key, word=word, state=state, icon=icon)
