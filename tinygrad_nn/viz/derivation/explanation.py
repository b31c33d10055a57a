"""`explain`: the derivation of a backward pass in words and formulas: text, Markdown and HTML.
Read `../player/play.py` next, which steps through the same, number by number.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

from ..drawing.document import document
from ..drawing.saving import write_as
from ..drawing.words import one_line, printable
from ..notation.arguments import rounded
from ..notation.forward import call_latex, dotted
from ..notation.latex import FONTS, to_mathml, to_text
from ..notation.latex_of import expression_latex
from ..notation.symbols import escaped
from ..structure.subject import subject_of
from ..structure.summary import FEW, summary_text
from .lines import Derivation, Given, Line, derive
from .symbols import symbol_latex

STYLE = """\
body { line-height: 1.6; margin: 2em auto; max-width: 60em; padding: 0 1em; }
li { margin: 0.4em 0; overflow-x: auto; }
"""


def explain(loss: Any, inputs: Any = None, *, params: Any = None, title: str = "") -> Explanation:
    """Return the derivation of the backward pass of this very computation, as numbered lines.

    Each line is a gradient, the formula of the rule that gives it, its shape and the reason: the
    chain rule, a sum over paths, a sum that undoes broadcasting. `loss` may be a function, and
    `inputs` what to call it with; they and `params` are those of `viz.graph`.
    If the result is a mean over m, then m comes in once, at the leaves, as on paper: dZ2 = A2 - Y
    and dW2 = dZ2ᵀ A1 / m.

    Raises:
        GraphError: the tensor is not one number, or nothing was recorded; or a backward pass freed
            what can not be computed again.

    Example:
        >>> import tinygrad_nn as tnn
        >>> a = tnn.tensor(2.0, requires_grad=True)
        >>> b = tnn.tensor(-3.0, requires_grad=True)
        >>> for line in (a * b + b).explain().lines:
        ...     print(line.symbol, line.value)
        db_1 1.0
        dv1 1.0
        da -3.0
        db_2 2.0
        db 3.0
    """
    return Explanation(derive(subject_of(loss, inputs, params).read()), title)


class Explanation:
    """What `explain` returns: print it, or show it in a notebook; `.lines` holds the lines."""

    def __init__(self, derivation: Derivation, title: str = "") -> None:
        self.derivation = derivation
        self.lines = derivation.lines
        self.title = title or f"The derivation of d{derivation.result}"

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __str__(self) -> str:
        return "\n".join(_as_text(self.derivation))

    def __repr__(self) -> str:
        return f"<Explanation of d{self.derivation.result} in {len(self.lines)} lines>"

    def markdown(self) -> str:
        """Return the derivation as Markdown, with the formulas in LaTeX."""
        return "\n".join(_as_markdown(self.derivation))

    def html(self) -> str:
        """Return the derivation as a piece of HTML, with the formulas in MathML."""
        return "\n".join(_as_html(self.derivation))

    def page(self, title: str = "") -> str:
        """Return the derivation as a page of its own, which needs no network."""
        title = title or self.title
        heading = f"<h1>{escape(printable(title))}</h1>"
        return document(title, STYLE, f"<main>\n{heading}\n{self.html()}\n</main>")

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the derivation as its name ends: .txt, .md (formulas in LaTeX) or .html.

        Raises:
            ValueError: another ending. OSError: the file cannot be written.
        """
        writers = {
            ".txt": lambda shown: f"{shown}\n",
            ".md": lambda shown: f"{shown.markdown()}\n",
            ".html": lambda shown: shown.page(),
        }
        return write_as(path, "a derivation", writers, self)

    def _repr_html_(self) -> str:
        return self.html()


def _equation(symbol: str, formula: ast.expr | None, latex_of: Mapping[str, str]) -> str:
    """Return "symbol = formula" in LaTeX."""
    if formula is None:
        return rf"{latex_of[symbol]} = \text{{what its own backward returns}}"
    return f"{latex_of[symbol]} = {expression_latex(rounded(formula), latex_of)}"


class _Words:
    """The parts of an explanation, with symbols as plain text writes them or as LaTeX does."""

    def __init__(self, derivation: Derivation, plain: bool) -> None:
        self.derivation = derivation
        write = _as_word if plain else symbol_latex
        known = [each.symbol for each in (*derivation.given, *derivation.forward)]
        if derivation.count is not None:
            known.append(derivation.count[0])
        self.latex_of = {symbol: write(symbol) for symbol in known}
        for line in derivation.lines:
            path = rf"^{{({line.path})}}" if line.path else ""
            latex = f"d{self.latex_of[line.tensor]}{path}"
            self.latex_of[line.symbol] = _as_word(line.symbol) if plain else latex

    def convention(self) -> str:
        """Say what d means here."""
        derivation = self.derivation
        result = derivation.result
        if derivation.count is None:
            return f"dV stands for ∂{result}/∂V, and d{result} = 1."
        symbol, count = derivation.count
        return (
            f"{result} is a mean over {symbol} = {count:,}. For what was computed on the way, dV "
            f"stands for {symbol} · ∂{result}/∂V; parameters and other leaves get the gradient "
            f"∂{result}/∂V itself, so that 1/{symbol} comes back there."
        )

    def forward(self, made: Given) -> str:
        """Return the equation of a result."""
        if made.formula is not None:
            return _equation(made.symbol, made.formula, self.latex_of)
        step = made.step
        if step is None:
            return ""
        names = {o.parameter: self._latex(o.quantity.id) for o in step.operands}
        return f"{self.latex_of[made.symbol]} = {call_latex(step, names)}"

    def line(self, line: Line) -> str:
        """Return the equation of a gradient."""
        derivation = self.derivation
        shapes = [each.shape for each in (*derivation.given, *derivation.forward)]
        equation = _equation(line.symbol, line.formula, self.latex_of)
        return dotted(equation, [*shapes, *(each.shape for each in derivation.lines)])

    def _latex(self, id: str) -> str:
        return self.latex_of[self.derivation.symbol_of[id]]


def _as_word(symbol: str) -> str:
    """Return a symbol in LaTeX that is the same as text: dW2, not dW with an index."""
    return rf"\mathrm{{{escaped(symbol)}}}"


def _shape(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else str(shape) if shape else "one number"


def _named(line: Line) -> str:
    return f" ({one_line(line.name)})" if line.name not in ("", line.tensor) else ""


def _numbers(value: Any) -> str:
    return f"= {summary_text(value)}" if value.size <= FEW else ""


def _as_text(derivation: Derivation) -> Iterator[str]:
    words = _Words(derivation, plain=True)
    yield "Given"
    width = max((len(each.symbol) for each in derivation.given), default=0)
    for each in derivation.given:
        yield f"  {each.symbol:<{width}}  {_shape(each.shape):<12} {one_line(each.name)}".rstrip()
    yield ""
    yield "Forward"
    rows = [(to_text(words.forward(each)), _shape(each.shape)) for each in derivation.forward]
    width = max((len(text) for text, _ in rows if len(text) < 60), default=0)
    for text, shape in rows:
        yield f"  {text:<{width}}  {shape}".rstrip()
    yield ""
    yield f"Backward. {words.convention()}"
    texts = [to_text(words.line(line)) for line in derivation.lines]
    width = max((len(text) for text in texts if len(text) < 60), default=0)
    shapes = [_shape(line.shape) for line in derivation.lines]
    shape_width = max(map(len, shapes), default=0)
    for line, text, shape in zip(derivation.lines, texts, shapes, strict=True):
        reason = f"{line.reason}{_named(line)}"
        yield f"  {line.number:>3}. {text:<{width}}  {shape:<{shape_width}}  {reason}"
        if _numbers(line.value):
            yield f"       {_numbers(line.value)}"


def _as_markdown(derivation: Derivation) -> Iterator[str]:
    words = _Words(derivation, plain=False)
    yield "**Given**\n"
    for each in derivation.given:
        yield f"- ${words.latex_of[each.symbol]}$ {_shape(each.shape)} {_code(each.name)}".rstrip()
    yield "\n**Forward**\n"
    for each in derivation.forward:
        yield f"- ${words.forward(each)}$ {_shape(each.shape)}".rstrip()
    yield f"\n**Backward.** {words.convention()}\n"
    for line in derivation.lines:
        numbers = f" {_code(_numbers(line.value))}" if _numbers(line.value) else ""
        name = f" {_code(line.name)}" if _named(line) else ""
        equation = f"${words.line(line)}$ {_shape(line.shape)}"
        yield f"{line.number}. {equation}: {line.reason}{name}{numbers}"


def _code(text: str) -> str:
    """Return any text as code in Markdown, on one line."""
    if not text:
        return ""
    shown = one_line(text).replace("`", "'")
    return f"`{shown}`"


def _as_html(derivation: Derivation) -> Iterator[str]:
    words = _Words(derivation, plain=False)

    def item(latex: str, *rest: str) -> str:
        words = " ".join(escape(one_line(each)) for each in rest if each)
        return f"<li>{to_mathml(latex)} {words}</li>"

    yield f'<section class="tinygrad-nn-explanation" style="{FONTS}">'
    yield "<h2>Given</h2><ul>"
    for each in derivation.given:
        yield item(words.latex_of[each.symbol], _shape(each.shape), each.name)
    yield "</ul><h2>Forward</h2><ul>"
    for each in derivation.forward:
        yield item(words.forward(each), _shape(each.shape))
    yield f"</ul><h2>Backward</h2><p>{escape(words.convention())}</p><ol>"
    for line in derivation.lines:
        yield item(
            words.line(line),
            _shape(line.shape),
            f"{line.reason}{_named(line)}",
            _numbers(line.value),
        )
    yield "</ol></section>"
