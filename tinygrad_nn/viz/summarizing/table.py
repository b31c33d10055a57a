"""The table of a model's layers as text and as HTML.
Read `../drawing/module_tree.py` next, which shows a model that was not called.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from ..drawing.words import printable
from .facts import Layer, ModelFacts

NOTHING = "--"
TITLES = (
    *("Layer (name: type)", "Input", "Output", "Kernel", "Parameters", "Multiply-adds"),
    *("Trainable", "Saved for backward"),
)
NUMBERS = {4, 5, 7}  # columns that stand to the right
GAP = "  "


def to_text(summary: ModelFacts) -> str:
    """Return the table with lines above and below, and the totals under it."""
    rows = [_cells(layer, _indent(layer)) for layer in summary.layers]
    widths = [max(map(len, column)) for column in zip(TITLES, *rows, strict=True)]
    lines = [_line(cells, widths) for cells in (TITLES, *rows)]
    width = max(map(len, lines))
    rule = "=" * width
    totals = [f"{name}: {value}" for name, value in _totals(summary)]
    return "\n".join([rule, lines[0], rule, *lines[1:], rule, *totals, rule])


def _line(cells: Sequence[str], widths: list[int]) -> str:
    placed = [
        cell.rjust(width) if i in NUMBERS else cell.ljust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return GAP.join(placed).rstrip()


def _indent(layer: Layer) -> str:
    return "│  " * (layer.depth - 1) + "├─" * (layer.depth > 0)


def _cells(layer: Layer, indent: str) -> tuple[str, ...]:
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


def _totals(summary: ModelFacts) -> list[tuple[str, str]]:
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


def to_html(summary: ModelFacts) -> str:
    """Return the table as HTML for notebooks, which needs no style and no script."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in TITLES)
    rows = []
    for layer in summary.layers:
        first, *rest = _cells(layer, "")
        cells = [f'<th scope="row" style="text-align:left;padding-left:{1.2 * layer.depth:g}em">'
                 f"{escape(first)}</th>"]  # fmt: skip
        for i, cell in enumerate(rest, 1):
            side = "right" if i in NUMBERS else "left"
            cells.append(f'<td style="text-align:{side}">{escape(cell)}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    totals = "".join(f"<li>{escape(name)}: {value}</li>" for name, value in _totals(summary))
    return (
        f'<div style="font-family:sans-serif"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table><ul>{totals}</ul></div>"
    )
