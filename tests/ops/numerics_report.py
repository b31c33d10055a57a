"""A command: the figures of accuracy N1 to N8, each here, in PyTorch, and the limit it is held to.
Read `test_numerics.py` next, which holds them.

    python tests/ops/numerics_report.py          N6 at 100,000 numbers, 2,000 of float64
    python tests/ops/numerics_report.py --many   at 1,000,000, and 100,000 of float64
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent / "table"))

from numeric_figures import FIGURES, measured
from op_checks import run
from op_rows import cases
from op_table import COMPOSED, TABLE
from rounding_figures import FUNCTIONS, TAIL, off_in_the_tail, units_off

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")  # where this file is collected for its doctests


def line(title: str, here: float, there: Any, limit: Any) -> None:
    there = there if isinstance(there, str) else f"{there:.3g}"
    print(f"{title:58}{here:>10.3g}{there:>10}{limit:>10}")


def raised_by_numpy() -> tuple[int, int]:
    """Return in how many cases of the table NumPy raises when told to, and of how many."""
    tried, raised = cases(TABLE + COMPOSED), 0
    for case in tried:
        try:
            with np.errstate(all="raise"):
                run(tnn, case, case.draw())
        except FloatingPointError:
            raised += 1
    return raised, len(tried)


def main() -> None:
    """Print the figures."""
    many = "--many" in sys.argv
    counts = {"float16": 0, "float32": 100_000, "float64": 2_000}
    counts |= {"float32": 1_000_000, "float64": 100_000} if many else {}
    print(f"{'':58}{'here':>10}{'PyTorch':>10}{'limit':>10}")
    for figure in FIGURES:
        line(str(figure), measured(figure, tnn), measured(figure, torch), f"{figure.limit:g}")
        if figure is [each for each in FIGURES if each.number == "N1"][-1]:
            raised, tried = raised_by_numpy()
            line(f"N2 FloatingPointErrors in {tried} cases of the table", raised, "-", "0")
        if figure is [each for each in FIGURES if each.number == "N5"][-1]:
            for name, function in FUNCTIONS.items():
                for dtype, count in counts.items():
                    off = [units_off(each, name, dtype, count) for each in (tnn, torch)]
                    line(f"N6 units in the last place: {name} {dtype}", *off, f"{function.limit:g}")
            for x in TAIL:
                for dtype in ("float32", "float64"):
                    off = [off_in_the_tail(each, x, dtype) for each in (tnn, torch)]
                    line(f"N6 relative error: gelu({x:g}) {dtype}", *off, "")


if __name__ == "__main__":
    main()
