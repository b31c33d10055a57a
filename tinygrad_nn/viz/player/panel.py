"""One step as HTML: incoming × local = contribution, the sum over paths, tables and formulas.
Read `page.py` next, which puts the steps into a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..drawing.words import printable
from ..notation.latex import to_mathml, to_text
from .frames import Frame, Part, Paths, Playback, Shown, Value, derivative
from .playback import dims

PHASES = {"forward": "Forward", "start": "Backward", "backward": "Backward", "end": "Result"}


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
            shown = _value(each.value, each.id)
            name = panel.derivative(each.symbol) + _named(each.symbol, each.name)
            if each.value.table:
                told = f"{name} {html_text(str(each.value.shape))} {html_text(each.value.summary)}"
                shown = f"<details><summary>{told}</summary>{shown}</details>"
            else:
                shown = f"{name} = {shown}"
            yield f'<li data-at="{index}"{kind} hidden>{shown}</li>'


def html_text(text: str) -> str:
    """Return any text as HTML, and set off from what is around it, whichever way it is read."""
    return f"<bdi>{escape(printable(text))}</bdi>"


class _Panel:
    def __init__(self, output: str) -> None:
        self.output = output  # the symbol of the end result

    def step(self, frame: Frame) -> str:
        """Return what the panel shows at a step."""
        where = f' <span class="where">in {html_text(frame.module)}</span>' if frame.module else ""
        name = {"start": "where it starts", "end": "all gradients"}.get(
            frame.phase, frame.operation
        )
        heading = (
            f'<h2><span class="phase">{PHASES[frame.phase]}</span>{html_text(name)}{where}</h2>'
        )
        show = {
            "forward": self.forward,
            "start": self.start,
            "backward": self.backward,
            "end": self.end,
        }
        return heading + show[frame.phase](frame)

    def forward(self, frame: Frame) -> str:
        text = _formula(frame.formula)
        if frame.filled:
            symbol = frame.outputs[0].symbol
            return text + _formula(f"{symbol} = {frame.filled}")
        taken = [self.figure(_symbol(each), each.value) for each in frame.operands]
        made = (self.figure(_symbol(each), each.value, "→", "result") for each in frame.outputs)
        return text + _flow(*taken, *made)

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
        return _formula(frame.formula) + parts + unread + paths

    def end(self, frame: Frame) -> str:
        figures = (
            self.figure(
                self.derivative(each.symbol) + _named(each.symbol, each.name),
                each.value,
                style="result whole",
                gradient=each.id,
            )
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
        sign = "→"
        if part.local is not None:
            times = "×" if part.local.number else "⊙"
            local = derivative(frame.outputs[0].symbol, part.symbol)
            row.append(self.figure(f"local {_math(local)}", part.local, times))
            sign = "="
        elif part.rule:
            row += [self.figure(_symbol(each), each.value) for each in part.taken]
        else:
            row.append(f"<span>by the backward() of {html_text(frame.operation)}</span>")
        whole = all(each.id != part.id for each in frame.paths)  # no other path leads there
        got = of if whole else f"contribution to {of}"
        if part.summed:
            if part.unreduced not in [each.value for each in frame.outputs]:
                row.append(self.figure("before the sum", part.unreduced, sign))
            sign = "→"
            told = f"summed over {dims(part.summed)}: {part.unreduced.shape} → {part.value.shape}"
            got += f"<br>{html_text(told)}"
        style, gradient = ("result whole", part.id) if whole else ("result", "")
        row.append(self.figure(got, part.value, sign, style, gradient))
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
        heading = f"<h3>to {_math(part.symbol)}{named}</h3>"
        return f'<section class="part">{heading}{formula}{_flow(*row)}</section>'

    def paths(self, paths: Paths) -> str:
        """Return the sum over the paths to a tensor, as far as they have arrived."""
        row = [
            self.figure(f"through {_math(symbol)}", value, "+" if number else "")
            for number, (symbol, value) in enumerate(zip(paths.through, paths.arrived, strict=True))
        ]
        name = self.derivative(paths.symbol)
        count = f"{len(paths.arrived)} of {paths.total} paths"
        if paths.complete:
            told, style = f"✓ {count}: complete", "paths complete"
            row.append(self.figure(name, paths.value, "=", "result", paths.id))
        else:
            told, style = f"{count} so far", "paths"
            row.append(self.figure(f"{name} so far", paths.value, "=", "result"))
        heading = f'<h3>{name}: the sum over the paths <span class="count">{told}</span></h3>'
        return f'<section class="{style}">{heading}{_flow(*row)}</section>'

    def derivative(self, symbol: str) -> str:
        return _math(derivative(self.output, symbol))

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


def _named(symbol: str, name: str, more: str = "") -> str:
    """Return the user's name for a tensor, where its symbol does not say it."""
    told = f"{'' if name == to_text(symbol) else name}{more}".strip()
    return f' <span class="where">{html_text(told)}</span>' if told else ""


def _flow(*parts: str) -> str:
    return f'<div class="flow">{"".join(parts)}</div>'


def _formula(latex: str) -> str:
    return f'<div class="formula">{to_mathml(latex, display=True)}</div>'


def _math(latex: str) -> str:
    return to_mathml(latex)


def _symbol(shown: Shown) -> str:
    return _math(shown.symbol) + _named(shown.symbol, shown.name)
