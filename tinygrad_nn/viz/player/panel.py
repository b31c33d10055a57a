"""One step as HTML: incoming × local = contribution, the sum over paths, tables and formulas.
Read `page.py` next, which puts the steps into a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from ..drawing.words import printable
from ..notation.latex import to_mathml, to_text
from .frames import Frame, Part, Paths, Playback, Shown, Value, derivative
from .playback import dims

_EQUALS = re.compile(r" = (?!\\text)")
PHASES = {  # how a step is headed, and what stands there instead of an operation
    "forward": ("Forward", ""),
    "start": ("Backward", "where it starts"),
    "backward": ("Backward", ""),
    "end": ("Result", "all gradients"),
}


def step_html(playback: Playback, frame: Frame) -> str:
    """Return what the panel shows at a step; its tables are named, to be put in by the script."""
    return _Panel(playback.output).step(frame)


def gradients_html(playback: Playback) -> Iterator[str]:
    """Yield the gradients as items of a list, in the order in which they become whole."""
    panel = _Panel(playback.output)
    asked = {each.id for each in playback.frames[-1].outputs}
    for index, frame in enumerate(playback.frames):
        for each in frame.finished:
            kind = ' class="asked"' if each.id in asked else ""
            name, shown = panel.gradient_name(each), _value(each.value, each.id)
            told = f"{name} {html_text(str(each.value.shape))} {html_text(each.value.summary)}"
            whole = f"<details><summary>{told}</summary>{shown}</details>"
            shown = whole if each.value.table else f"{name} = {shown}"
            yield f'<li data-at="{index}"{kind} hidden>{shown}</li>'


def badge(path: int) -> str:
    """Return the number of a path in a circle; nothing for the only path."""
    return "" if path == 0 else chr(0x245F + path) if path <= 20 else f"({path})"


def colour_of(path: int) -> int:
    """Return which colour a path has: there are five, and a badge tells apart those that share."""
    return path and (path - 1) % 5 + 1


def html_text(text: str) -> str:
    """Return any text as HTML, and set off from what is around it, whichever way it is read."""
    return f"<bdi>{escape(printable(text))}</bdi>"


class _Panel:
    def __init__(self, output: str) -> None:
        self.output = output  # the symbol of the end result

    def step(self, frame: Frame) -> str:
        """Return what the panel shows at a step."""
        where = f' <span class="where">in {html_text(frame.module)}</span>' if frame.module else ""
        phase, name = PHASES[frame.phase]
        heading = f'<span class="phase">{phase}</span>{html_text(name or frame.operation)}{where}'
        of = [each.id for each in frame.finished or frame.outputs]
        said = "".join(
            f'<p class="meaning" data-of="{key}">{html_text(told)}</p>'
            for key, told in zip(of, frame.meaning, strict=False)
            if told
        )
        shown = getattr(self, frame.phase)(frame)
        return f"<h2>{heading}</h2>{_source(frame)}{shown}{said}"

    def forward(self, frame: Frame) -> str:
        text = _formula(frame.formula)
        if frame.filled:
            symbol = frame.outputs[0].symbol
            return text + _formula(f"{symbol} = {frame.filled}")
        taken, sign = self.row(frame.terms or frame.operands), "=" if frame.terms else "→"
        made = (self.figure(_symbol(each), each.value, sign, "result") for each in frame.outputs)
        return text + (_board if frame.terms else _flow)(*taken, *made)

    def start(self, frame: Frame) -> str:
        (gradient,) = frame.outputs
        return (
            f'<p class="formula">{self.derivative(gradient.symbol)} = '
            f"{_value(gradient.value, gradient.id)}</p>"
            '<p class="said">Backward starts at the end: how fast does it change when it changes '
            "itself? As fast: 1. From here each operation hands on what comes in, times its own "
            "derivative.</p>"
        )

    def backward(self, frame: Frame) -> str:
        parts = "".join(self.part(frame, part) for part in frame.parts)
        paths = "".join(map(self.paths, frame.paths))
        unread = "" if frame.parts else '<p class="said">It hands nothing on.</p>'
        numbers = all(part.value.number for part in frame.parts)
        parts = f'<div class="parts numbers">{parts}</div>' if numbers and parts else parts
        return _formula(frame.formula) + parts + unread + paths

    def end(self, frame: Frame) -> str:
        figures = (
            self.figure(self.gradient_name(each), each.value, "", "result whole", each.id)
            for each in frame.outputs
        )
        said = "This is what backward() adds to each .grad."
        return f'<p class="said">{said}</p>{_flow(*figures)}'

    def part(self, frame: Frame, part: Part) -> str:
        """Return incoming × local = contribution, for one operand."""
        of = self.derivative(part.symbol)
        row = [
            self.figure(f"incoming {self.derivative(each.symbol)}", each.value, gradient=each.id)
            for each in frame.outputs
        ]
        sign, is_row = "=", True
        if part.local is not None:
            times = "×" if part.local.number else "⊙"
            local = derivative(frame.outputs[0].symbol, part.symbol)
            row.append(self.figure(f"local {to_mathml(local)}", part.local, times))
        elif part.terms:
            row = self.row(part.terms)
        else:
            sign, is_row = "→", False
            if part.rule:
                row += self.row(part.taken)
            else:
                row.append(f"<span>by the backward() of {html_text(frame.operation)}</span>")
        whole = all(each.id != part.id for each in frame.paths)  # no other path leads there
        got = of if whole else f"{badge(part.path)} part of {of}"
        if part.summed:
            if part.unreduced not in [each.value for each in frame.outputs]:
                row.append(self.figure("before the sum", part.unreduced, sign))
            sign = "→"
            told = f"summed over {dims(part.summed)}: {part.unreduced.shape} → {part.value.shape}"
            got += f"<br>{html_text(told)}"
        style = "whole" if whole else _path(part.path)
        gradient = part.id if whole else ""
        row.append(self.figure(got, part.value, sign, f"result {style}", gradient))
        formula = ""
        if part.rule:
            sides = [part.rule, part.filled, part.value.latex if part.filled else ""]
            if part.summed:
                sides[0] = rf"\sum_{{\text{{{dims(part.summed)}}}}} {part.rule}"
            if whole:
                sides.insert(0, derivative(self.output, part.symbol))
            formula = _formula(" = ".join(side for side in sides if side))
        role = part.parameter if len(part.parameter) > 1 and part.parameter != part.name else ""
        named = _named(part.symbol, part.name, f" as {role}" if role else "")
        heading = f"<h3>to {to_mathml(part.symbol)}{named}</h3>"
        flow = _board(*row, summed=part.summed) if is_row or part.summed else _flow(*row)
        return f'<section class="part">{heading}{formula}{flow}</section>'

    def paths(self, paths: Paths) -> str:
        """Return the sum over the paths to a tensor, as far as they have arrived."""
        row = []
        terms = zip(paths.through, paths.arrived, strict=True)
        for path, (symbol, value) in enumerate(terms, 1):
            caption, sign = f"{badge(path)} through {to_mathml(symbol)}", "+" if path > 1 else ""
            row.append(self.figure(caption, value, sign, _path(path)))
        name = self.derivative(paths.symbol)
        count = f"{len(paths.arrived)} of {paths.total} paths"
        if paths.complete:
            told, style = f"✓ {count}: complete", "paths complete"
            row.append(self.figure(name, paths.value, "=", "result", paths.id))
        else:
            told, style = f"{count} so far", "paths"
            row.append(self.figure(f"{name} so far", paths.value, "=", "result"))
        heading = f'<h3>{name}: the sum over the paths <span class="count">{told}</span></h3>'
        return f'<section class="{style}">{heading}{_board(*row)}</section>'

    def row(self, tensors: tuple[Shown, ...]) -> list[str]:
        """Return tensors with the signs between them."""
        return [
            self.figure(_symbol(each), each.value, each.sign, gradient=each.gradient)
            for each in tensors
        ]

    def derivative(self, symbol: str) -> str:
        return to_mathml(derivative(self.output, symbol))

    def gradient_name(self, of: Shown) -> str:
        return self.derivative(of.symbol) + _named(of.symbol, of.name)

    def figure(
        self, caption: str, value: Value, sign: str = "", style: str = "", gradient: str = ""
    ) -> str:
        """Return a value under its name, with the sign that stands before it."""
        kind = f' class="{style}"' if style else ""
        shown = _value(value, gradient)
        figure = f"<figure{kind}><figcaption>{caption}</figcaption>{shown}</figure>"
        before = f'<span class="sign">{sign}</span>' if sign else ""
        return f'<div class="term">{before}{figure}</div>'


def _value(value: Value, gradient: str = "") -> str:
    """Return a value; of a gradient it says whose."""
    whose = f' data-gradient="{gradient}"' if gradient else ""
    if value.table:
        return f'<div class="array" data-table="{value.table}"{whose}></div>'
    if value.number:
        full = escape(value.number)
        shown = escape(to_text(value.latex))
        return f'<data class="number" value="{full}" title="{full}"{whose}>{shown}</data>'
    return '<span class="unknown">no longer known</span>'


def _source(frame: Frame) -> str:
    """Return the line of the user's program, with the expression of this step lit."""
    if frame.source is None:
        return ""
    line, start, end = frame.source
    before, lit, after = (
        escape(printable(each)) for each in (line[:start].lstrip(), line[start:end], line[end:])
    )
    return f'<pre class="source"><code>{before}<mark>{lit}</mark>{after}</code></pre>'


def _path(path: int) -> str:
    return f"path path-{colour_of(path)}"


def _named(symbol: str, name: str, more: str = "") -> str:
    """Return the user's name for a tensor, where its symbol does not say it."""
    told = f"{'' if name == to_text(symbol) else name}{more}".strip()
    return f' <span class="where">{html_text(told)}</span>' if told else ""


def _flow(*parts: str) -> str:
    return f'<div class="flow">{"".join(parts)}</div>'


def _board(*parts: str, summed: tuple[int, ...] = ()) -> str:
    """Return figures of which the script knows how the cells of the last come from the others."""
    over = f' data-summed="{",".join(map(str, summed))}"' if summed else ""
    written = '<p class="written" role="status"></p>'
    return f'<div class="flow board"{over}>{"".join(parts)}</div>{written}'


def _formula(latex: str) -> str:
    """Return a formula that may break before each sign of equality."""
    sides = _EQUALS.split(latex)
    if any(side.count("{") != side.count("}") for side in sides):
        sides = [latex]  # the sign stands inside a part of the formula
    shown = [to_mathml(f"= {side}" if i else side, display=True) for i, side in enumerate(sides)]
    return f'<div class="formula">{"".join(shown)}</div>'


def _symbol(shown: Shown) -> str:
    return to_mathml(shown.symbol) + _named(shown.symbol, shown.name)
