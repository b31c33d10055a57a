"""The table of a model's layers: as text, of as many columns as there is room for, and as HTML.
Read `model_summary.py` next, the function that makes one.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path

from ..drawing.document import document
from ..drawing.saving import write_as
from ..drawing.words import printable
from .calls import Layer, Shape

NOTHING = "--"
TITLES = (
    *("Layer (name: type)", "Input", "Output", "Kernel", "Parameters", "Multiply-adds"),
    *("Trainable", "Saved for backward"),
)
INPUT, OUTPUT, KERNEL, PARAMETERS, MULTIPLY_ADDS, TRAINABLE, SAVED = range(1, 8)
NUMBERS = {PARAMETERS, MULTIPLY_ADDS, SAVED}  # columns that stand to the right
LEFT_OUT = (TRAINABLE, KERNEL, INPUT, MULTIPLY_ADDS, OUTPUT)  # one after another, to be narrower
BEGINNINGS = {MULTIPLY_ADDS: "Multiply-", SAVED: "Saved for "}  # of titles in two lines, likewise
CELL = "padding:0.2em 0.6em;border-bottom:1px solid #88888866;white-space:nowrap"
INDENT = "min(1.2em, 2.5vw)"  # a level; less on a telephone
STYLE = """
h1 { font-size: 1.2rem; overflow-wrap: anywhere; }
th:first-child { position: sticky; left: 0; background: var(--ground); }
@media (max-width: 40rem) {
  th[scope="row"] { max-width: 50vw; white-space: normal !important; overflow-wrap: anywhere; }
}
"""


@dataclass(frozen=True, repr=False)
class ModelSummary:
    """A model's layers in the order of their calls, and totals; `str()` and notebooks show it."""

    layers: tuple[Layer, ...]
    total_params: int
    trainable_params: int
    total_mult_adds: int
    total_saved_bytes: int
    input_bytes: int
    param_bytes: int

    def __str__(self) -> str:
        # All of it in files and notebooks, which have no width.
        return to_text(self, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)

    __repr__ = __str__

    def save(self, path: str | PathLike[str], title: str = "A model's layers") -> Path:
        """Write the table as its name ends: .txt or .html, a page under the title.

        Raises:
            ValueError: another ending. OSError: the file cannot be written.
        """
        heading = f"<h1>{escape(printable(title))}</h1>"
        writers = {
            ".txt": lambda shown: f"{shown}\n",
            ".html": lambda shown: document(title, STYLE, heading + to_html(shown)),
        }
        return write_as(path, "a summary", writers, self)

    def _repr_html_(self) -> str:
        return to_html(self)


def to_text(summary: ModelSummary, width: int | None = None) -> str:
    """Return the table with lines above and below, and the totals under it.

    It is as wide as it is, or leaves out columns until it is not wider than `width`; the last line
    then says which.
    """
    rows = [_cells(layer, _indent(layer)) for layer in summary.layers]
    for count in range(len(LEFT_OUT) + 1):
        shown = [i for i in range(len(TITLES)) if i not in LEFT_OUT[:count]]
        lines = _lines([*(_titles_in_two_lines() if count else [TITLES]), *rows], shown)
        longest = max(map(len, lines))
        if not width or longest <= width:
            break
    head, rule = len(lines) - len(rows), "=" * longest
    said = [f"{name}: {value}" for name, value in _totals(summary)]
    if len(shown) < len(TITLES):
        names = ", ".join(title for i, title in enumerate(TITLES) if i not in shown)
        said += textwrap.wrap(f"Left out, for want of room: {names}", width or longest)
    return "\n".join([rule, *lines[:head], rule, *lines[head:], rule, *said, rule])


def _titles_in_two_lines() -> list[list[str]]:
    beginnings = [BEGINNINGS.get(i, "") for i in range(len(TITLES))]
    ends = [title.removeprefix(each) for title, each in zip(TITLES, beginnings, strict=True)]
    return [[each.strip() for each in beginnings], ends]


def _lines(rows: Sequence[Sequence[str]], shown: Iterable[int]) -> list[str]:
    """Return rows as lines, with the columns that are shown below each other."""
    columns = []
    for i in shown:
        column = [row[i] for row in rows]
        width = max(map(len, column))
        columns.append([f"{each:{'>' if i in NUMBERS else '<'}{width}}" for each in column])
    return ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]


def _indent(layer: Layer) -> str:
    return "│  " * (layer.depth - 1) + "├─" * (layer.depth > 0)


def _cells(layer: Layer, indent: str = "") -> tuple[str, ...]:
    """Return what stands in a layer's row, column by column."""
    trained = {True: "yes", False: "no", None: "some" if layer.parameters else NOTHING}
    return (
        indent + printable(f"{layer.name}: {layer.kind}" if layer.name else layer.kind),
        _shapes(layer.inputs),
        _shapes(layer.outputs),
        NOTHING if layer.kernel is None else str(list(layer.kernel)),
        "(again)" if layer.is_repeated and layer.parameters else _number(layer.parameters),
        _number(layer.multiply_adds),
        trained[layer.trainable],
        _number(layer.saved_bytes),
    )


def _shapes(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(str(list(shape)) for shape in shapes) or NOTHING


def _number(number: int) -> str:
    return f"{number:,}" if number else NOTHING


def _totals(summary: ModelSummary) -> list[tuple[str, str]]:
    """Return what stands below the table: names and numbers."""
    totals = {
        "Parameters": summary.total_params,
        "Trainable parameters": summary.trainable_params,
        "Other parameters": summary.total_params - summary.trainable_params,
        "Multiply-adds": summary.total_mult_adds,
        "Bytes of the input": summary.input_bytes,
        "Bytes of the parameters": summary.param_bytes,
        "Bytes saved for backward": summary.total_saved_bytes,
    }
    return [(name, f"{number:,}") for name, number in totals.items()]


def to_html(summary: ModelSummary) -> str:
    """Return the table as HTML for notebooks, which needs no style and no script.

    Where there is less room than the table takes it can be moved sideways, by keys as well.
    """
    styles = [
        f"{CELL};text-align:{'right' if i in NUMBERS else 'left'}" for i in range(len(TITLES))
    ]
    head = "".join(
        f'<th scope="col" style="{style}">{escape(title)}</th>'
        for title, style in zip(TITLES, styles, strict=True)
    )
    rows = ""
    for layer in summary.layers:
        name, *rest = _cells(layer)
        left = f"text-align:left;padding-left:calc(0.6em + {layer.depth} * {INDENT})"
        style = f"{CELL};font-weight:normal;{left}"
        rows += f'<tr><th scope="row" style="{style}">{escape(name)}</th>'
        for cell, style in zip(rest, styles[1:], strict=True):
            rows += f'<td style="{style}">{escape(cell)}</td>'
        rows += "</tr>"
    below = "".join(f"<li>{escape(name)}: {value}</li>" for name, value in _totals(summary))
    return (
        '<div style="font-family:sans-serif">'
        '<div style="overflow-x:auto" tabindex="0" role="region" aria-label="The layers">'
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div><ul>{below}</ul></div>"
    )
