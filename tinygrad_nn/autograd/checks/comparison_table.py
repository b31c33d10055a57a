"""A comparison of gradients as text, and as HTML for a notebook.
Read `compare.py` for how its rows come about.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ComparisonRow = Any  # of `comparison.py`, which imports this file
MOST_SHOWN = 32  # entries: what fits side by side in a notebook
HEADINGS = (
    "gradient",
    "shape",
    "hand-autograd",
    "numeric-autograd",
    "entries",
    "worst at",
    "by hand",
    "autograd",
    "numeric",
    "verdict",
)


def as_text(rows: Sequence[ComparisonRow]) -> str:
    """Return a line per row in columns, then what is wrong with which."""
    table = [HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in table
    ]
    return "\n".join(lines + [f"{row.name}: {row.remark}" for row in rows if row.remark])


def as_html(rows: Sequence[ComparisonRow]) -> str:
    """Return the same as a table, with small gradients in full and wrong rows in colour."""
    head = "".join(f"<th>{escape(each)}</th>" for each in HEADINGS)
    body = "".join(map(_html_row, rows))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: ComparisonRow) -> tuple[str, ...]:
    arrays = (row.fitted, row.autograd, row.numeric)
    return (
        row.name,
        str(row.autograd.shape),
        _relative(row.hand_difference),
        _relative(row.numeric_difference),
        f"{row.entries:,} of {row.autograd.size:,}",
        str(row.worst),
        *(_number(array[row.worst]) for array in arrays),
        "right" if row.ok else "WRONG",
    )


def _html_row(row: ComparisonRow) -> str:
    colour = "" if row.ok else ' style="background: #fdd; color: #000"'
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in _cells(row))
    below = f"<p>{escape(row.remark)}</p>" if row.remark else ""
    if row.autograd.size <= MOST_SHOWN:
        arrays = {"by hand": row.by_hand, "autograd": row.autograd, "numeric": row.numeric}
        below += "".join(_html_array(title, array) for title, array in arrays.items())
    if below:
        below = f'<tr><td></td><td colspan="{len(HEADINGS) - 1}">{below}</td></tr>'
    return f"<tr{colour}>{cells}</tr>{below}"


def _html_array(title: str, array: Array) -> str:
    if array.ndim > 2 or array.size > MOST_SHOWN:
        return ""
    lines = "".join(
        "<tr>" + "".join(f"<td>{_number(each)}</td>" for each in line) + "</tr>"
        for line in np.atleast_2d(array)
    )
    style = 'style="display: inline-table; margin-right: 1em"'
    return f"<table {style}><caption>{title}</caption><tbody>{lines}</tbody></table>"


def _number(value: Any) -> str:
    return "-" if np.isnan(value) else f"{value:.6g}"


def _relative(difference: float) -> str:
    return "-" if np.isnan(difference) else f"{difference:.1e}"
