"""The formula sheet: each operation with its formula, its gradient rules and what backward keeps.
Read `../derivation/lines.py` next, which uses the same formulas on the numbers of one computation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from itertools import zip_longest
from textwrap import wrap
from typing import Any

from ...autograd.op import Op, registry
from .arguments import rounded
from .forward import is_shown, letters, shown_name, shown_operation
from .latex import FONTS, to_mathml, to_text
from .latex_of import expression_latex
from .rules import definitions, names_in, rule_expression
from .simplify import simplified
from .symbols import escaped

HEADINGS = ("operation", "formula", "gradient of each input", "kept")
WIDTHS = (13, 28, 40, 13)  # 100 columns with the two spaces between
LEGEND = (
    "g is the gradient of the output y; ⊙ is element by element; [c] is 1 where c holds, else 0.",
    "n and m count what a mean divides by: elements, and the targets that are not ignored.",
    "Of recurrent layers d and e are the gradients of the sums in σ and tanh, p is h before each",
    "step, f, s and z are gates and slopes, a comes from later steps, and 1 marks the first step.",
    "An input that was broadcast sums its gradient over the dims that broadcasting added.",
    "Kept are the tensors that backward reads; an index or a dim stays with it as it was given.",
)
NO_GRADIENT = "no gradient"
_LEFT = 'style="text-align: left; vertical-align: baseline; padding: 0.2em 1.5em 0.2em 0"'
_LINE = '<div style="margin: 0.3em 0">'
_BEHIND = r", \; "  # stands before what a letter of the formula stands for
NO_RULE_TO_READ = r"\text{(no source to read it from)}"


@dataclass(frozen=True)
class FormulaRow:
    """One operation: all formulas in LaTeX, the rules by the parameter that each is for."""

    operation: str
    forward: str
    rules: dict[str, str]
    keeps: tuple[str, ...]  # what backward reads: operands, "output", what else forward keeps
    letters: dict[str, str]  # what a parameter is called in the formulas

    def lines(self) -> list[tuple[str, str]]:
        """Return the letter of each input and its rule, as LaTeX."""
        return [(self.letters[name], rule) for name, rule in self.rules.items()]

    def kept(self) -> str:
        """Return what backward keeps, in words."""
        return ", ".join(self.keeps) or "nothing"


class FormulaSheet:
    """Rows of formulas: text when printed, MathML in a notebook, Markdown with LaTeX on request."""

    def __init__(self, rows: Iterable[FormulaRow]) -> None:
        self.rows = tuple(rows)

    def __iter__(self) -> Iterator[FormulaRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        rule = "  ".join("─" * width for width in WIDTHS)
        lines = [*_beside(*([each] for each in HEADINGS)), rule]
        for row in self.rows:
            cells = _wrapped(row)
            if len(row.operation) > WIDTHS[0]:
                lines.append(row.operation)
                cells[0] = []
            lines += _beside(*cells)
        return "\n".join([*lines, rule, *LEGEND])

    def markdown(self) -> str:
        """Return a table in Markdown, with the formulas in LaTeX between dollar signs."""
        lines = [f"| {' | '.join(HEADINGS)} |", "|---" * len(HEADINGS) + "|"]
        for row in self.rows:
            rules = "<br>".join(_markdown_formula(f"{x}: {rule}") for x, rule in row.lines())
            rules = rules or NO_GRADIENT
            name = row.operation.replace("|", r"\|").replace("`", "")
            cells = (f"`{name}`", _markdown_formula(row.forward), rules, row.kept())
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join([*lines, "", *LEGEND, ""])

    def _repr_html_(self) -> str:
        head = "".join(f"<th {_LEFT}>{heading}</th>" for heading in HEADINGS)
        body = "".join(f"<tr>{_html_cells(row)}</tr>" for row in self.rows)
        legend = "<br/>".join(map(escape, LEGEND))
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f'<div style="{FONTS}">{table}<p>{legend}</p></div>'


def formulas(names: str | Iterable[str] | None = None) -> FormulaSheet:
    r"""Return the formulas of all operations, or of those named.

    The rules are read from their source, so that an operation that is added shows up by itself.

    Raises:
        ValueError: there is no operation of that name; the message lists those with close names.

    Example:
        >>> import tinygrad_nn as tnn
        >>> for row in formulas(["mul", "tanh"]):
        ...     print(row.operation, row.forward, row.rules, row.keeps)
        mul a \odot b {'input': 'g \\odot b', 'other': 'g \\odot a'} ('a', 'b')
        tanh \tanh x {'input': 'g \\odot (1 - y^{2})'} ('output',)
    """
    if names is None:
        chosen = sorted(registry.values(), key=lambda op: not op.differentiable)
    else:
        asked = [names] if isinstance(names, str) else names
        chosen = [op for name in asked for op in _operations(name)]
    return FormulaSheet(map(_row, chosen))


def _operations(name: str) -> list[Op]:
    """Return the operation of that name, or all that programs call so."""
    found = [op for op in registry.values() if name == shown_operation(op)]
    if name in registry or found:
        return [registry[name]] if name in registry else found
    close = " or ".join(map(repr, get_close_matches(name, registry, cutoff=0.5)))
    meant = f" did you mean {close}?" if close else ""
    raise ValueError(f"formulas: there is no operation {name!r}.{meant}")


def _row(op: Op) -> FormulaRow:
    written = letters(op)
    # A formula that does not show alpha is that for alpha = 1.
    usual: dict[str, Any] = {"accumulate": False}
    if "alpha" not in written or not is_shown(op, "alpha"):
        usual["alpha"] = 1
    numbers = {name for name in op.parameters if name not in op.arrays and name != op.sequence}
    rules: dict[str, str] = {}
    for name in op.differentiable:
        expression = rule_expression(op, name)
        rules[name] = NO_RULE_TO_READ
        if expression is not None:
            shown = rounded(simplified(expression, usual))
            rules[name] = expression_latex(shown, written, numbers)
            behind = [
                " = ".join(expression_latex(side, written, numbers) for side in sides)
                for sides in definitions(op, name)
                if names_in(sides[0]) & names_in(shown)
            ]
            before = "".join(rules.values())
            rules[name] = _BEHIND.join([rules[name], *(x for x in behind if x not in before)])
    forward = op.latex or rf"\operatorname{{{escaped(op.name)}}}"
    keeps = tuple(shown_name(op, name) for name in op.kept)
    return FormulaRow(op.name, forward, rules, keeps, written)


def _wrapped(row: FormulaRow) -> list[list[str]]:
    _, formula, gradient, kept = WIDTHS
    rules = [f"{to_text(x)}: {to_text(rule)}" for x, rule in row.lines()] or [NO_GRADIENT]
    lines = [line for rule in rules for line in wrap(rule, gradient, subsequent_indent="   ")]
    shown = wrap(to_text(row.forward), formula, subsequent_indent="   ")
    return [[row.operation], shown, lines, wrap(row.kept(), kept)]


def _beside(*columns: list[str]) -> Iterator[str]:
    for cells in zip_longest(*columns, fillvalue=""):
        padded = (cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True))
        yield "  ".join(padded).rstrip()


def _markdown_formula(latex: str) -> str:
    """Return a formula without what would end its cell or begin a tag."""
    for sign, command in (("|", r"\vert "), ("<", r"\lt "), (">", r"\gt ")):
        latex = latex.replace(sign, command)
    return f"${' '.join(latex.split())}$"


def _html_cells(row: FormulaRow) -> str:
    def lines(*formulas: str) -> list[str]:
        """Return formulas, and below each what its letters stand for."""
        return [to_mathml(part) for formula in formulas for part in formula.split(_BEHIND)]

    rules = lines(*(rf"{x}: \; {rule}" for x, rule in row.lines())) or [NO_GRADIENT]
    name = f"<code>{escape(row.operation)}</code>"
    cells = ([name], lines(row.forward), rules, [escape(row.kept())])
    written = ("".join(f"{_LINE}{line}</div>" for line in cell) for cell in cells)
    return "".join(f"<td {_LEFT}>{cell}</td>" for cell in written)
