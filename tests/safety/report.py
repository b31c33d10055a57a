"""A command: every mistake of the table, with what it gets in PyTorch and what it gets here.
Read `test_mistakes.py` next, which holds each of these rows.

    python tests/safety/report.py
"""

from __future__ import annotations

import warnings

import grad_mistakes
import graph_mistakes
import pytest
import shape_mistakes
import training_mistakes
from mistakes import ROWS, Row, run
from silent_mistakes import SILENT
from watching import what_the_last_line_changed

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")  # where this file is collected for its doctests

TABLES = (graph_mistakes, grad_mistakes, shape_mistakes, training_mistakes)
WIDTH = 150


def got(value: object, error: Exception | None, caught: list[str]) -> str:
    """Return in one line what a program came to."""
    text = f"gives {value!r}" if error is None else f"{type(error).__name__}: {error}"
    text += "".join(f" (warns: {each})" for each in caught)
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"


def differences(row: Row) -> list[str]:
    """Return what the table asks of a row and does not get."""
    value, error, caught = run(row, tnn)
    their_value, their_error, their_warnings = run(row, torch)
    said = caught[0] if caught else str(error)
    found = [f"does not say {fact!r}" for fact in row.says if fact not in said]
    if row.errors:
        classes = (*row.errors, type(their_error))
        found += [f"is no {each.__name__}" for each in classes if not isinstance(error, each)]
        return found + what_the_last_line_changed(row.program)
    if (value, bool(caught)) != (their_value, bool(their_warnings)) or value != row.value:
        found.append("is not what PyTorch gives")
    return found


def main() -> None:
    """Print the table and its sums."""
    rows = sorted(ROWS, key=lambda row: row.number)
    wrong = {row.number: found for row in rows if (found := differences(row))}
    for row in rows:
        print(f"{row.number}  {row.program.__name__.replace('_', ' ')}")
        print(f"      PyTorch  {got(*run(row, torch))}")
        print(f"      here     {got(*run(row, tnn))}")
    for number, (program, _, here) in SILENT.items():
        print(f"{number}  {program.__name__.replace('_', ' ')}")
        print(f"      PyTorch  gives {program(torch)}")
        print(f"      here     {here}")
        print(f"               {got(*run(Row(number, program), tnn))}")
    for number, found in wrong.items():
        print(f"DIFFERS  {number}: {'; '.join(found)}")
    held = {row.number for row in rows} - set(wrong)
    print(
        f"\nof 114 numbers {len(held)} hold (in {len(rows)} programs), {len(wrong)} do not, "
        f"{len(SILENT)} are better than in PyTorch"
    )


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
