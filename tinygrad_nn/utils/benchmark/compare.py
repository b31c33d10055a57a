"""`Compare`: many measurements as a table, a column per description, a row per statement or label.
Read `../../settings.py` next, for the number of threads that its rows are grouped by.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable
from typing import Any

from ...errors import ArgumentError
from .measurement import UNITS, WORDS, Measurement, select_unit

BEST, GOOD, BAD, WORST = "\033[92m\033[1m", "\033[34m\033[1m", "\033[2m\033[91m", "\033[31m\033[1m"
PLAIN = "\033[0m\033[0m"
WIDTH = 7  # of a warning, " (! 12%)"


class Colorize(enum.Enum):
    """Beside which times a time is coloured."""

    NONE = "none"
    COLUMNWISE = "columnwise"
    ROWWISE = "rowwise"


class Compare:
    """A table of measurements: one for each label, a group of rows for each number of threads.

    Rows are called by `sub_label`, or else by the statement, columns by `description`.

    Example:
        >>> from tinygrad_nn.utils.benchmark import Compare, Measurement, TaskSpec
        >>> tasks = [TaskSpec("x + x", "", "", "Add", None, size) for size in ("4", "400")]
        >>> found = [Measurement(1, [time], task) for time, task in zip([3e-6, 5e-5], tasks)]
        >>> print(str(Compare(found)).splitlines()[3])
              x + x  |  3.0  |  50.0
    """

    def __init__(self, results: Iterable[Measurement]) -> None:
        self._results: list[Measurement] = []
        self._trim = self._warn = False
        self._colorize = Colorize.NONE
        self.extend_results(results)

    def extend_results(self, results: Iterable[Measurement]) -> None:
        """Add measurements to the table."""
        results = list(results)
        for each in results:
            if not isinstance(each, Measurement):
                raise ArgumentError(f"Compare takes Measurements, not {type(each).__name__}")
        self._results += results

    def trim_significant_figures(self) -> None:
        """Show no more digits than mean something."""
        self._trim = True

    def colorize(self, rowwise: bool = False) -> None:
        """Colour the times by how far they are from the best of their column, or their row."""
        self._colorize = Colorize.ROWWISE if rowwise else Colorize.COLUMNWISE

    def highlight_warnings(self) -> None:
        """Show how far a time's measurements spread, where that is far."""
        self._warn = True

    def print(self) -> None:
        """Print the table."""
        print(str(self))

    def __str__(self) -> str:
        by_label: dict[str | None, list[Measurement]] = {}
        for each in Measurement.merge(self._results):
            by_label.setdefault(each.label, []).append(each)
        return "\n".join(self._table(label, each) for label, each in by_label.items())

    def _table(self, label: str | None, results: list[Measurement]) -> str:
        unit, _ = select_unit(min(each.median for each in results))
        envs = {each.env for each in results}
        cells = {(_row(each), each.description): each for each in results}
        rows = sorted(dict.fromkeys(map(_row, results)), key=lambda row: (row[0], str(row[1])))
        columns = [
            _Column(name, [cells.get((row, name)) for row in rows], UNITS[unit], self)
            for name in dict.fromkeys(each.description for each in results)
        ]
        names = ["", *(_name(row, rows[i - 1] if i else None, envs) for i, row in enumerate(rows))]
        width = max(map(len, names))
        head = [" " * width, *(each.head() for each in columns)]
        lines = ["  |  ".join(head)]
        whole = len(lines[0])
        for i, row in enumerate(rows):
            if i == 0 or row[0] != rows[i - 1][0]:
                lines.append(f"{row[0]} threads: ".ljust(whole, "-"))
            best = self._best(columns, rows, i)
            times = (column.cell(i, of) for column, of in zip(columns, best, strict=True))
            lines.append("  |  ".join([names[i + 1].ljust(width), *times]))
        title = f" {label or ''} ".center(whole - 2, "-")
        lines = [f"[{title}]", *lines, "", f"Times are in {WORDS[unit]} ({unit})."]
        if any(column.warns for column in columns):
            lines.append(
                "(! XX%) Measurement has high variance, where XX is the IQR / median * 100."
            )
        return "\n".join([*lines, ""])

    def _best(self, columns: list[_Column], rows: list[Any], i: int) -> list[float | None]:
        """Return beside which time each of a row's is coloured."""
        if self._colorize is Colorize.NONE:
            return [None] * len(columns)
        if self._colorize is Colorize.ROWWISE:
            return [min(x.results[i].median for x in columns if x.results[i])] * len(columns)
        group = [j for j, row in enumerate(rows) if row[0] == rows[i][0]]
        found = ([x.results[j].median for j in group if x.results[j]] for x in columns)
        return [min(each, default=None) for each in found]


def _row(each: Measurement) -> tuple[int, str | None, str]:
    return each.num_threads, each.env, each.as_row_name


def _name(row: Any, before: Any, envs: set[str | None]) -> str:
    """Return what stands before a row: its environment, where there are several, and its name."""
    several = len(envs) > 1 and (before is None or before[:2] != row[:2])
    width = max(len(str(each)) for each in envs) if len(envs) > 1 else 0
    return f"  {(f'({row[1]})' if several else '').ljust(width + 4)}{row[2]}"


class _Column:
    """The times of one description, in one number of digits."""

    def __init__(self, name: str | None, results: list[Any], scale: float, table: Compare) -> None:
        self.name, self.results, self.scale = name or "", results, scale
        self.trims = table._trim
        there = [each for each in results if each is not None]
        self.warns = table._warn and any(each.has_warnings for each in there)
        digits = [math.ceil(math.log10(each.median / scale)) for each in there]
        self.decimals = 1
        if self.trims:
            known = zip(there, digits, strict=True)
            self.decimals = min(max(each.significant_figures - n, 0) for each, n in known)
        self.digits = max(digits) + self.decimals + bool(self.decimals)
        self.width = max(len(self.name), *(len(self._text(each)) for each in results))

    def head(self) -> str:
        return self.name.center(self.width)

    def cell(self, i: int, best: float | None) -> str:
        result = self.results[i]
        text = self._text(result).center(self.width)
        if result is None or best is None:
            return text
        ratio = result.median / best
        if ratio <= 1.01 or result.median <= best + 100e-9:
            return BEST + text + PLAIN
        if ratio <= 1.1:
            return GOOD + text + PLAIN
        return (WORST if ratio >= 5 else BAD) + text + PLAIN if ratio >= 2 else text

    def _text(self, result: Any) -> str:
        """Return a time with its warning; blanks where nothing was measured."""
        if result is None:
            return " " * (self.digits + WIDTH * self.warns)
        time = result.median / self.scale
        if self.trims:
            step = 10.0 ** (math.ceil(math.log10(time)) - result.significant_figures)
            time = round(time / step) * step
        spread = f" (! {result.iqr / result.median * 100:.0f}%)"
        warning = f"{spread if result.has_warnings else '':>{WIDTH}}" if self.warns else ""
        return f"{time:>{self.digits}.{self.decimals}f}{warning}"
