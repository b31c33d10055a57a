"""`explain`: the derivation of a backward pass in words and formulas: text, Markdown and HTML.
Read `../player/play.py` next, which steps through the same, number by number.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

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
        return "\n".join(_as_text(self.derivation)).rstrip()

    def __repr__(self) -> str:
        return f"<Explanation of d{self.derivation.result} in {len(self.lines)} lines>"

    def markdown(self) -> str:
        """Return the derivation as Markdown, with the formulas in LaTeX."""
        return "\n".join(_as_markdown(self.derivation)).rstrip()

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

    _repr_html_ = html


class _Row(NamedTuple):
    """One tensor: a formula, and what is said behind it."""

    latex: str
    shape: str
    name: str
    reason: str = ""
    numbers: str = ""

    def words(self) -> str:
        """Return the reason and the name."""
        if not self.reason:
            return one_line(self.name)
        return f"{self.reason} ({one_line(self.name)})" if self.name else self.reason


def _sections(derivation: Derivation, plain: bool) -> Iterator[tuple[str, str, list[_Row]]]:
    """Yield heading, introduction and rows, with symbols as plain text writes them or as LaTeX."""
    everything = [*derivation.given, *derivation.forward]
    write = _as_word if plain else symbol_latex
    latex_of = {each.symbol: write(each.symbol) for each in everything}
    if derivation.count is not None:
        latex_of[derivation.count[0]] = write(derivation.count[0])
    for line in derivation.lines:
        path = rf"^{{({line.path})}}" if line.path else ""
        latex = f"d{latex_of[line.tensor]}{path}"
        latex_of[line.symbol] = _as_word(line.symbol) if plain else latex

    def equation(symbol: str, formula: ast.expr | None) -> str:
        right = r"\text{what its own backward returns}"
        if formula is not None:
            right = expression_latex(rounded(formula), latex_of)
        return f"{latex_of[symbol]} = {right}"

    def made(each: Given) -> str:
        if each.step is None:
            return equation(each.symbol, each.formula)
        symbol_of = derivation.symbol_of
        names = {o.parameter: latex_of[symbol_of[o.quantity.id]] for o in each.step.operands}
        return f"{latex_of[each.symbol]} = {call_latex(each.step, names)}"

    given = [
        _Row(latex_of[each.symbol], _shape(each.shape), each.name) for each in derivation.given
    ]
    yield "Given", "", given
    yield "Forward", "", [_Row(made(each), _shape(each.shape), "") for each in derivation.forward]
    shapes = [*(each.shape for each in everything), *(line.shape for line in derivation.lines)]
    rows = [
        _Row(
            dotted(equation(line.symbol, line.formula), shapes),
            _shape(line.shape),
            "" if line.name == line.tensor else line.name,
            line.reason,
            f"= {summary_text(line.value)}" if line.value.size <= FEW else "",
        )
        for line in derivation.lines
    ]
    yield "Backward", _convention(derivation), rows


def _convention(derivation: Derivation) -> str:
    """Say what d means here."""
    result = derivation.result
    if derivation.count is None:
        return f"dV stands for ∂{result}/∂V, and d{result} = 1."
    symbol, count = derivation.count
    return (
        f"{result} is a mean over {symbol} = {count:,}. For what was computed on the way, dV "
        f"stands for {symbol} · ∂{result}/∂V; parameters and other leaves get the gradient "
        f"∂{result}/∂V itself, so that 1/{symbol} comes back there."
    )


def _as_word(symbol: str) -> str:
    """Return a symbol in LaTeX that is the same as text: dW2, not dW with an index."""
    return rf"\mathrm{{{escaped(symbol)}}}"


def _shape(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else str(shape) if shape else "one number"


def _as_text(derivation: Derivation) -> Iterator[str]:
    for heading, introduction, rows in _sections(derivation, plain=True):
        yield f"{heading}. {introduction}" if introduction else heading
        texts = [to_text(row.latex) for row in rows]
        width = max((len(text) for text in texts if len(text) < 60), default=0)
        shape_width = max((len(row.shape) for row in rows), default=0)
        for number, (row, text) in enumerate(zip(rows, texts, strict=True), 1):
            start = f"{number:>3}. " if row.reason else ""
            line = f"  {start}{text:<{width}}  {row.shape:<{shape_width}}  {row.words()}"
            yield line.rstrip()
            if row.numbers:
                yield f"       {row.numbers}"
        yield ""


def _as_markdown(derivation: Derivation) -> Iterator[str]:
    for heading, introduction, rows in _sections(derivation, plain=False):
        yield f"**{heading}.** {introduction}\n" if introduction else f"**{heading}**\n"
        for number, row in enumerate(rows, 1):
            start, reason = (f"{number}.", f": {row.reason}") if row.reason else ("-", "")
            codes = [_code(text) for text in (row.name, row.numbers) if text]
            yield " ".join([f"{start} ${row.latex}$ {row.shape}{reason}".rstrip(), *codes])
        yield ""


def _code(text: str) -> str:
    """Return any text as code in Markdown, on one line."""
    shown = one_line(text).replace("`", "'")
    return f"`{shown}`"


def _as_html(derivation: Derivation) -> Iterator[str]:
    yield f'<section class="tinygrad-nn-explanation" style="{FONTS}">'
    for heading, introduction, rows in _sections(derivation, plain=False):
        tag = "ol" if introduction else "ul"
        said = f"<p>{escape(introduction)}</p>" if introduction else ""
        yield f"<h2>{heading}</h2>{said}<{tag}>"
        for row in rows:
            words = filter(None, (row.shape, row.words(), row.numbers))
            yield f"<li>{to_mathml(row.latex)} {escape(' '.join(words))}</li>"
        yield f"</{tag}>"
    yield "</section>"
