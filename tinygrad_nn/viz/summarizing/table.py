"""The table of a model's layers as text, of as many columns as a terminal has room for.
Read `table_html.py` next, the same as HTML.
"""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from ..drawing.words import printable
from .facts import Layer, ModelFacts

NOTHING = "--"
TITLES = (
    *("Layer (name: type)", "Input", "Output", "Kernel", "Parameters", "Multiply-adds"),
    *("Trainable", "Saved for backward"),
)
INPUT, OUTPUT, KERNEL, PARAMETERS, MULTIPLY_ADDS, TRAINABLE, SAVED = range(1, 8)
NUMBERS = {PARAMETERS, MULTIPLY_ADDS, SAVED}  # columns that stand to the right
LEFT_OUT = (TRAINABLE, KERNEL, INPUT, MULTIPLY_ADDS, OUTPUT)  # one after another, to be narrower
GAP = "  "


def to_text(summary: ModelFacts, width: int | None = None) -> str:
    """Return the table with lines above and below, and the totals under it.

    It is as wide as it is, or leaves out columns until it is not wider than `width`; the last line
    then says which.
    """
    rows = [cells(layer, _indent(layer)) for layer in summary.layers]
    lines = _lines([TITLES, *rows], range(len(TITLES)))
    left_out: list[int] = []
    while width and len(left_out) < len(LEFT_OUT) and _width(lines) > width:
        left_out.append(LEFT_OUT[len(left_out)])
        shown = [i for i in range(len(TITLES)) if i not in left_out]
        lines = _lines([*_in_two_lines(TITLES), *rows], shown)
    head = len(lines) - len(rows)
    rule = "=" * _width(lines)
    said = [f"{name}: {value}" for name, value in totals(summary)]
    if width and left_out:
        names = ", ".join(TITLES[i] for i in sorted(left_out))
        said += textwrap.wrap(f"Left out, for want of room: {names}", width)
    return "\n".join([rule, *lines[:head], rule, *lines[head:], rule, *said, rule])


def terminal_width() -> int | None:
    """Return how many columns the terminal has that is printed to; None for files and notebooks."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _lines(rows: Sequence[Sequence[str]], shown: Iterable[int]) -> list[str]:
    """Return rows as lines, with the columns that are shown below each other."""
    columns = []
    for i in shown:
        column = [row[i] for row in rows]
        width = max(map(len, column))
        columns.append(
            [each.rjust(width) if i in NUMBERS else each.ljust(width) for each in column]
        )
    return [GAP.join(row).rstrip() for row in zip(*columns, strict=True)]


def _width(lines: Iterable[str]) -> int:
    return max(map(len, lines))


def _in_two_lines(titles: Sequence[str]) -> list[list[str]]:
    """Return titles of columns of numbers, which are longer than these, in two lines."""
    parts = [
        re.fullmatch(r"(.*[ -])(.+)", title) if i in NUMBERS else None
        for i, title in enumerate(titles)
    ]
    first = [part[1].strip() if part else "" for part in parts]
    return [first, [part[2] if part else title for part, title in zip(parts, titles, strict=True)]]


def _indent(layer: Layer) -> str:
    return "│  " * (layer.depth - 1) + "├─" * (layer.depth > 0)


def cells(layer: Layer, indent: str = "") -> tuple[str, ...]:
    """Return what stands in a layer's row, column by column."""
    name = printable(f"{layer.name}: {layer.kind}" if layer.name else layer.kind)
    trained = {True: "yes", False: "no", None: "some" if layer.parameters else NOTHING}
    parameters = f"{layer.parameters:,}" if layer.parameters else NOTHING
    return (
        indent + name,
        _shapes(layer.inputs),
        _shapes(layer.outputs),
        NOTHING if layer.kernel is None else str(list(layer.kernel)),
        "(again)" if layer.is_repeated and layer.parameters else parameters,
        f"{layer.multiply_adds:,}" if layer.multiply_adds else NOTHING,
        trained[layer.trainable],
        f"{layer.saved_bytes:,}" if layer.saved_bytes else NOTHING,
    )


def _shapes(shapes: tuple[Any, ...]) -> str:
    return ", ".join(str(list(shape)) for shape in shapes) or NOTHING


def totals(summary: ModelFacts) -> list[tuple[str, str]]:
    """Return what stands below the table: names and numbers."""
    fixed = summary.total_params - summary.trainable_params
    return [
        ("Parameters", f"{summary.total_params:,}"),
        ("Trainable parameters", f"{summary.trainable_params:,}"),
        ("Other parameters", f"{fixed:,}"),
        ("Multiply-adds", f"{summary.total_mult_adds:,}"),
        ("Bytes of the input", f"{summary.input_bytes:,}"),
        ("Bytes of the parameters", f"{summary.param_bytes:,}"),
        ("Bytes saved for backward", f"{summary.total_saved_bytes:,}"),
    ]
