"""The table of a model's layers as HTML, for notebooks and pages.
Read `../drawing/module_tree.py` next, which shows a model that was not called.
"""

from __future__ import annotations

from html import escape

from ..drawing.document import document
from ..drawing.words import printable
from .facts import ModelFacts
from .table import NUMBERS, TITLES, cells, totals

CELL = "padding:0.2em 0.6em;border-bottom:1px solid #88888866;white-space:nowrap"
INDENT = "min(1.2em, 2.5vw)"  # a level; less on a telephone
STYLE = """
h1 { font-size: 1.2rem; overflow-wrap: anywhere; }
th:first-child { position: sticky; left: 0; background: var(--ground); }
@media (max-width: 40rem) {
  th[scope="row"] { max-width: 50vw; white-space: normal !important; overflow-wrap: anywhere; }
}
"""


def to_html(summary: ModelFacts) -> str:
    """Return the table as HTML for notebooks, which needs no style and no script.

    Where there is less room than the table takes it can be moved sideways, by keys as well.
    """
    sides = ["right" if i in NUMBERS else "left" for i in range(len(TITLES))]
    head = "".join(
        f'<th scope="col" style="{CELL};text-align:{side}">{escape(title)}</th>'
        for title, side in zip(TITLES, sides, strict=True)
    )
    rows = []
    for layer in summary.layers:
        name, *rest = cells(layer)
        style = f"{CELL};font-weight:normal;text-align:left;padding-left:{_indent(layer.depth)}"
        row = f'<th scope="row" style="{style}">{escape(name)}</th>'
        row += "".join(
            f'<td style="{CELL};text-align:{side}">{escape(cell)}</td>'
            for cell, side in zip(rest, sides[1:], strict=True)
        )
        rows.append(f"<tr>{row}</tr>")
    below = "".join(f"<li>{escape(name)}: {value}</li>" for name, value in totals(summary))
    return (
        '<div style="font-family:sans-serif">'
        '<div style="overflow-x:auto" tabindex="0" role="region" aria-label="The layers">'
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div><ul>{below}</ul></div>"
    )


def to_page(summary: ModelFacts, title: str) -> str:
    """Return the table as a page of its own, which needs no network."""
    heading = f"<h1>{escape(printable(title))}</h1>"
    return document(title, STYLE, heading + to_html(summary))


def _indent(depth: int) -> str:
    return f"calc(0.6em + {depth} * {INDENT})"
