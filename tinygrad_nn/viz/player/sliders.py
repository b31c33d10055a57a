"""Sliders for the leaves of a function: the page computes every number that it shows once more.
Read `sliders.js` next, which puts the numbers where numerals stand for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np

from ...autograd.tensor_base import TensorBase
from ...tensor.creation import tensor
from ..derivation.backward import backward_pass
from ..notation.latex import to_text
from ..structure.computation import Computation
from ..structure.contents import GraphContents
from ..structure.subject import Subject
from .formulas import Fixed
from .frames import Playback
from .picture import picture_of
from .playback import playback
from .program import MOST, Program


def span(value: Any) -> Any:
    """Return how far, to both sides of 0, a number can be moved."""
    return np.maximum(3.0, 2.0 * np.abs(value))


MOVES = (span, lambda x: -span(x), lambda x: x + 0.625)  # where the same has to be computed
ROOM = "\u2007"  # a space as wide as a digit
WIDEST = 10  # characters: a sign, a point, four digits, and how small they are
_NUMBER = re.compile(r"−?\d[\d.e-]*")
_COLOUR = re.compile(r"background:#[0-9a-f]{6}")
_FIXED = re.compile(r'<div class="scale".*?</div>|\b(?:min|mean|norm) −?\d[^<"\\]*', re.DOTALL)

SECTION = """\
<section id="sliders" aria-label="Numbers to try">
{rows}
<button type="button" id="reset">Reset</button>
</section>
"""
ROW = (
    '<label><span>{name}</span> <input type="range" data-place="{place}" min="{least}" '
    'max="{most}" step="any" value="{value}"> <output>{shown}</output></label>'
)


@dataclass
class Sliders:
    """What the page needs so that its numbers follow."""

    section: str
    script: str  # a function in JavaScript, that computes all numbers from those that are moved
    numerals: list[int]  # the four digits that stand for each number
    playback: Playback  # with numerals in the place of numbers
    contents: GraphContents


def following(text: str) -> str:
    """Return a text with numerals in it, without what does not follow them.

    Statistics are left out, and cells are white: they would need a program of their own.
    """
    return _FIXED.sub("", _COLOUR.sub("background:#ffffff", text))


def sliders_of(subject: Subject, computation: Computation, shown: Playback) -> Sliders | str:
    """Return sliders for the leaves that a function was called with, or why its numbers are fixed.

    The function is called again with other numbers: it has to compute the same with them.
    """
    leaves = [each for each in subject.alive if _is_leaf(each)]
    moved = {
        each.id: leaf
        for each in computation.quantities
        for leaf in leaves
        if each.value is leaf.array and each.kind == "leaf"
    }
    if not moved or subject.again is None:
        return "there is no leaf of few numbers among the inputs"
    avoided = {int(each) for each in re.findall(r"\d{4}", str((shown.frames, shown.tables)))}
    try:
        program = Program(computation, backward_pass(computation), set(moved), avoided)
    except Fixed as reason:
        return f"for {reason} there is no formula of single numbers"
    facts = _facts(computation)
    if any(_moved_facts(subject.again, move) != facts for move in MOVES):
        return "what is computed depends on them"
    written = playback(program.computation, program.backward, program.add)
    rows: list[str] = []
    for quantity in computation.quantities:
        if quantity.id in moved and quantity.value is not None:
            name = quantity.name or to_text(shown.symbols[quantity.id])
            rows += _rows(name, quantity.value, program.first_place[quantity.id])
    return Sliders(
        SECTION.format(rows="\n".join(rows)),
        "\n".join(["function compute(m) {", *program.lines, "}\n"]),
        list(program.numerals.values()),
        written,
        picture_of(program.computation, written),
    )


def with_room(contents: GraphContents) -> GraphContents:
    """Return a graph with room for any number that may come, which the picture drops."""

    def wide(text: str) -> str:
        return _NUMBER.sub(lambda number: number[0].rjust(WIDEST, ROOM), text)

    nodes = (
        replace(each, value=wide(each.value), gradient=wide(each.gradient))
        for each in contents.nodes
    )
    return replace(contents, nodes=tuple(nodes))


def _is_leaf(given: Any) -> bool:
    is_leaf = isinstance(given, TensorBase) and given.node is not None and given.node.op is None
    return is_leaf and given.array.size <= MOST


def _moved_facts(again: Callable[[Callable[[Any], Any]], Subject], move: Any) -> Any:
    """Return the facts of a run with moved leaves, None if it fails."""

    def moved(given: Any) -> Any:
        if not _is_leaf(given):
            return given
        return tensor(move(given.array).astype(given.array.dtype)).requires_grad_()

    try:
        return _facts(again(moved).read())
    except Exception:  # a program's own: it does not take these numbers
        return None


def _facts(computation: Computation) -> Any:
    """Return what has to be the same in two runs of a function with other leaves."""
    steps = [
        (step.op.public, str(step.attributes), [each.quantity.id for each in step.operands])
        for step in computation.steps
    ]
    data = [each.value for each in computation.quantities if each.kind == "data"]
    return steps, [(x.shape, x.tobytes()) for x in data if x is not None]


def _rows(name: str, value: Any, first_place: int) -> Iterator[str]:
    for place, index in enumerate(np.ndindex(value.shape), first_place):
        number = float(value[index])
        at = f"[{', '.join(map(str, index))}]" if index else ""
        yield ROW.format(
            name=escape(f"{name}{at}"),
            place=place,
            least=-span(number),
            most=span(number),
            value=number,
            shown=f"{number:.4g}".replace("-", "−"),
        )
