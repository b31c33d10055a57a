"""Every operation beside PyTorch, at three sizes: `python -m benchmarks every-operation`.
Read `operations.py` next, the calls that are timed, and `operands.py`, what a call is made of.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from .hot_operations import LINES as HOT
from .libraries import OURS, TORCH
from .measure import Comparison, microseconds
from .operands import SIZES, Line, Run
from .operations import lines_for, without_a_line

CALLS = (
    25  # of one operation in a graph, so that the fixed cost of a backward() is not all one sees
)
FIGURES = ("forward", "forward + backward")


class Figure(NamedTuple):
    """Seconds a call on both sides."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        """Below 1 where ours is faster."""
        return self.ours / self.theirs


class Result(NamedTuple):
    """What was measured of a line at a size; no backward figure where there is no gradient."""

    title: str
    size: str
    figures: dict[str, Figure]


def measure(
    line: Line,
    size: str,
    libraries: dict[str, ModuleType],
    rounds: int,
    turn: float,
    calls: int = CALLS,
) -> Result:
    """Time the line on both sides, forward alone and with backward, all of it in the same rounds.

    The forward figure has recording in it: the operands require gradients.
    """
    runs = {
        name: Run(line, library, *SIZES.get(size, (0, 0)), calls)
        for name, library in libraries.items()
    }
    sides = {(FIGURES[0], name): run.forward for name, run in runs.items()}
    if all(run.ones for run in runs.values()):
        sides |= {(FIGURES[1], name): run.both for name, run in runs.items()}
    comparison = Comparison(line.title, sides, rounds=rounds, seconds_a_turn=turn)
    comparison.run()
    times = comparison.medians
    return Result(
        line.title,
        size,
        {
            figure: Figure(times[figure, OURS] / calls, times[figure, TORCH] / calls)
            for figure in FIGURES
            if (figure, OURS) in sides
        },
    )


# --- how it is shown ------------------------------------------------------------------------------


def _cells(result: Result) -> Iterator[str]:
    for name in FIGURES:
        figure = result.figures.get(name)
        if figure is None:
            yield from ("", "", "")
        else:
            yield from (microseconds(figure.ours), microseconds(figure.theirs))
            yield f"{figure.ratio:.2f}"


def summary(results: Sequence[Result]) -> list[str]:
    """Per size and figure: the median ratio, and which rows are slower than PyTorch."""
    lines = []
    for size in dict.fromkeys(result.size for result in results):
        for name in FIGURES:
            ratios = sorted(
                (
                    (result.figures[name].ratio, result.title)
                    for result in results
                    if result.size == size and name in result.figures
                ),
                reverse=True,
            )
            if not ratios:
                continue
            above = [f"{title} {ratio:.2f}" for ratio, title in ratios if ratio > 1.0]
            lines.append(
                f"{size}, {name}: median ratio {statistics.median(r for r, _ in ratios):.2f}; of "
                f"{len(ratios)} rows {len(above)} above 1.0, "
                f"{sum(ratio > 1.2 for ratio, _ in ratios)} above 1.2"
            )
            lines += [f"  above 1.0: {', '.join(above)}"] * bool(above)
    return lines


def markdown(results: Sequence[Result], heading: str) -> str:
    """The same table, and the summary below it."""
    columns = ["operation", "size"]
    columns += [f"{name}, {what}" for name in FIGURES for what in ("ours", "PyTorch", "ratio")]
    rows = [columns, ["---", "---", *["---:"] * 6]]
    rows += [[f"`{each.title}`", each.size, *_cells(each)] for each in results]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    points = "\n".join(f"- {line}" if line[0] != " " else f"  {line}" for line in summary(results))
    return f"{heading}.\n\n{points}\n\n{table}\n"


def run(
    libraries: dict[str, ModuleType],
    heading: str,
    rounds: int,
    turn: float,
    sizes: Iterable[str],
    only: Sequence[str],
    file: Path | None,
) -> int:
    """Measure and print the table; return the exit status."""
    missing = without_a_line(libraries[OURS])
    if missing:
        print(f"no line in benchmarks/operations.py calls {', '.join(missing)}", file=sys.stderr)
        return 1
    if TORCH not in libraries:
        print("every-operation compares with PyTorch: pip install torch", file=sys.stderr)
        return 1
    lines = lines_for(libraries.values(), only)
    unknown = [name for name in only if not lines_for(libraries.values(), [name])]
    if unknown:
        print(f"--only: no line for {', '.join(unknown)}", file=sys.stderr)
        return 1
    return show(lines, CALLS, libraries, heading, rounds, turn, sizes, file)


def run_hot(
    libraries: dict[str, ModuleType],
    heading: str,
    rounds: int,
    turn: float,
    only: Sequence[str],
    file: Path | None,
) -> int:
    """Measure and print the operations that models spend their time in, each at its own sizes."""
    lines = [each for each in HOT if not only or {each.title, each.title.split()[0]} & set(only)]
    if TORCH not in libraries or not lines:
        print("hot-operations compares rows it has with PyTorch", file=sys.stderr)
        return 1
    return show(lines, 1, libraries, heading, rounds, turn, ["own"], file)


def show(
    lines: Iterable[Line],
    calls: int,
    libraries: dict[str, ModuleType],
    heading: str,
    rounds: int,
    turn: float,
    sizes: Iterable[str],
    file: Path | None,
) -> int:
    """Measure the lines, with that many calls in a graph, and print the table."""
    print(f"{heading}; {calls} calls in a graph")
    head = f"{'ours':>11}{'PyTorch':>11}{'ratio':>7}"
    print(f"{'':<49}{FIGURES[0]:>29}{FIGURES[1]:>29}\n{'':<49}{head}{head}")
    results = []
    for size in sizes:
        for line in lines:
            results.append(measure(line, size, libraries, rounds, turn, calls))
            widths = (11, 11, 7) * 2
            cells = zip(_cells(results[-1]), widths, strict=True)
            row = f"{line.title:<40} {size:<8}" + "".join(
                f"{cell:>{width}}" for cell, width in cells
            )
            print(row.rstrip(), flush=True)
    print("", *summary(results), sep="\n")
    if file is not None:
        file.write_text(markdown(results, heading), "utf-8")
    return 0
