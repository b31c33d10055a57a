"""The table of what a user may do wrong: the programs, numbered, and what each has to get.
Read `graph_mistakes.py` next, then `grad_mistakes.py`, `shape_mistakes.py` and
`training_mistakes.py`: they fill it.

A program is written once, as a function of the library, so that PyTorch can be asked the same; its
last line is the call that has to be refused, and those before it have to pass.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

Program = Callable[[Any], Any]


class Row(NamedTuple):
    """One situation: refused with `errors`, or allowed with `value`; the message `says` this."""

    number: str
    program: Program
    errors: tuple[type[Exception], ...] = ()
    says: tuple[str, ...] = ()
    value: Any = None

    def __str__(self) -> str:
        return f"{self.number}-{self.program.__name__}"


ROWS: list[Row] = []


def refused(
    number: str, *errors: type[Exception], says: tuple[str, ...]
) -> Callable[[Program], Program]:
    """Enter a program whose last line raises what is all of these classes, and says this."""

    def enter(program: Program) -> Program:
        ROWS.append(Row(number, program, errors, says))
        return program

    return enter


def allowed(
    number: str, value: Any = None, says: tuple[str, ...] = ()
) -> Callable[[Program], Program]:
    """Enter a program that returns this, with a warning that says these things if there are any."""

    def enter(program: Program) -> Program:
        ROWS.append(Row(number, program, (), says, value))
        return program

    return enter


def run(row: Row, library: Any) -> tuple[Any, Exception | None, list[str]]:
    """Return what a program returned, what it raised and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value, error = row.program(library), None
        except Exception as raised:
            value, error = None, raised
    return value, error, [str(each.message) for each in caught]
