"""The table that `compare` returns: gradients by hand, by autograd and by differences, side by side.
Read `compare.py` for how its rows come about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MOST_SHOWN = 32  # entries: what fits side by side in a notebook
HEADINGS = (
    "gradient",
    "shape",
    "hand - autograd",
    "numeric - autograd",
    "entries",
    "worst at",
    "by hand",
    "autograd",
    "numeric",
    "verdict",
)


@dataclass(frozen=True, eq=False)
class ComparisonRow:
    """One gradient: what was found, how far it is apart, and what is wrong with it if anything.

    `by_hand` is as it was given; `fitted` is that in the gradient's shape, nan where it does not
    fit. `numeric` is nan where no difference was taken, and `entries` counts where one was. The
    differences are relative: max |a - b| / max(max |a|, max |b|).
    """

    name: str
    by_hand: Array
    fitted: Array
    autograd: Array
    numeric: Array
    hand_difference: float
    numeric_difference: float
    worst: tuple[int, ...]
    ok: bool
    remark: str

    @property
    def entries(self) -> int:
        """How many entries have a difference."""
        return int(np.count_nonzero(~np.isnan(self.numeric)))

    def cells(self) -> tuple[str, ...]:
        """Return the row as text, a cell for each of HEADINGS."""
        return (
            self.name,
            str(self.autograd.shape),
            _relative(self.hand_difference),
            _relative(self.numeric_difference),
            f"{self.entries:,} of {self.autograd.size:,}",
            str(self.worst),
            *(_number(each[self.worst]) for each in (self.fitted, self.autograd, self.numeric)),
            "right" if self.ok else "WRONG",
        )


@dataclass(frozen=True, eq=False)
class Comparison:
    """The rows of a comparison: printed as a table, in a notebook with small gradients in full.

    `ok` says whether all are right; iterating gives the rows, which have the numbers.
    """

    rows: tuple[ComparisonRow, ...]

    @property
    def ok(self) -> bool:
        """Whether every gradient by hand is right."""
        return all(row.ok for row in self.rows)

    def __iter__(self) -> Iterator[ComparisonRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        table = [HEADINGS, *(row.cells() for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
            for cells in table
        ]
        remarks = [f"{row.name}: {row.remark}" for row in self.rows if row.remark]
        return "\n".join(lines + remarks)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(each)}</th>" for each in HEADINGS)
        body = "".join(_html_row(row) for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _html_row(row: ComparisonRow) -> str:
    colour = "" if row.ok else ' style="background: #fdd; color: #000"'
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells())
    more = f"<p>{escape(row.remark)}</p>" if row.remark else ""
    if row.autograd.size <= MOST_SHOWN and row.autograd.ndim <= 2:
        arrays = (row.by_hand, row.autograd, row.numeric)
        titled = zip(("by hand", "autograd", "numeric"), arrays, strict=True)
        more += "".join(_html_array(title, array) for title, array in titled)
    if more:
        more = f'<tr><td></td><td colspan="{len(HEADINGS) - 1}">{more}</td></tr>'
    return f"<tr{colour}>{cells}</tr>{more}"


def _html_array(title: str, array: Array) -> str:
    if array.ndim > 2 or array.size > MOST_SHOWN:
        return f"<p>{title}: shape {array.shape}</p>"
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
