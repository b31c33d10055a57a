"""Whether a write into a few rows costs more as the tensor grows: `python -m benchmarks writing`.
Read `measure.py` next for how it is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from .measure import Comparison, Step, microseconds

ROWS = (30, 1_000, 10_000, 100_000)
COLUMNS = 100
MOST_WRITES = 200


def _add_to_a_row(library: ModuleType, x: Any) -> Step:
    def step() -> None:
        x[3] += 1

    return step


def _put_two_rows(library: ModuleType, x: Any) -> Step:
    v = library.ones(2, COLUMNS)

    def step() -> None:
        x[2:4] = v

    return step


def _put_recorded_rows(library: ModuleType, x: Any) -> Step:
    v = library.ones(2, COLUMNS, requires_grad=True)

    def step() -> None:
        x[2:4] = v

    return step


WRITES = {
    "x[3] += 1": _add_to_a_row,
    "x[2:4] = v": _put_two_rows,
    "x[2:4] = v, v requires grad": _put_recorded_rows,
}


def _side(library: ModuleType, make: Callable[..., Step], n: int) -> Callable[[], Step]:
    """Many writes into one tensor that a leaf leads to; a new tensor, and graph, every turn."""
    leaf = library.ones(n, COLUMNS, requires_grad=True)
    return lambda: make(library, leaf * 2.0)


def report(libraries: dict[str, ModuleType], rounds: int) -> None:
    """Print a line for each: the time of one write on every side, and ours over each other's."""
    ours, *others = libraries
    ratios = "".join(f"{f'ours / {name}':>16}" for name in others)
    print(f"{'':<45}" + "".join(f"{name:>13}" for name in libraries) + ratios)
    for title, make in WRITES.items():
        for n in ROWS:
            comparison = Comparison(
                f"{title:<30}{n:>9,} x {COLUMNS}",
                {name: _side(library, make, n) for name, library in libraries.items()},
                rounds=rounds,
                fresh=True,
                most_calls=MOST_WRITES,
            )
            comparison.run()
            times = comparison.medians
            cells = "".join(f"{microseconds(times[name]):>13}" for name in libraries)
            cells += "".join(f"{times[ours] / times[name]:>16.2f}" for name in others)
            print(f"{comparison.title:<45}{cells}", flush=True)
