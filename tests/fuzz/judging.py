"""Running a program from its seed or as it stands, and judging whether what differs is a fault.
Read `shrinking.py` next.
"""

from __future__ import annotations

import contextlib
import re
from random import Random
from typing import Any, NamedTuple

import numpy as np
from beside_torch import torch

import tinygrad_nn as tnn

from .beside import Beside, DisagreementError, EndOfProgramError, array_of
from .drawing import draw_leaves, draw_statement
from .program import Program, Statement

NOISE = 1e-12
# Backward of what was written since: where less is kept here, or a copy, the gradient is to be that
# of PyTorch when it keeps copies of all.
KEEPS_LESS = re.compile("here: None\nPyTorch: .*modified by an inplace operation")
LAYOUT = re.compile(r"view|reshape|flatten|contiguous")  # ask how a tensor lies


class Outcome(NamedTuple):
    """What came of a program."""

    program: Program
    found: str = ""  # what differs
    ended: str = ""  # why it was not run to the end
    refused: int = 0  # statements that both refuse


def drawn(seed: int) -> Outcome:
    """Draw the program of a seed while it runs."""
    random = Random(seed)
    beside = Beside(draw_leaves(random))
    length = 1 + int(8 * random.random())
    order = 2 if random.random() < 0.15 else 1
    statements: list[Statement] = []
    found = ended = ""
    try:
        for _ in range(3 * length):
            statement = draw_statement(random, beside.facts, beside.count)
            if statement is None:
                continue
            statements.append(statement)
            statements[-1] = beside.do(statement)
            if len(statements) == length:
                break
        beside.finish(order)
    except DisagreementError as error:
        found = str(error)
    except EndOfProgramError as error:
        ended = str(error)
    program = Program(beside.leaves, tuple(statements), order)
    if found:
        found, ended = judged(program, found)
    return Outcome(program, found, ended, beside.refused)


def difference(
    program: Program, library: Any = tnn, factor: float = 1.0, adopting: bool = False
) -> str:
    """Run a program; return what differs, "" if nothing."""
    beside = Beside(program.leaves, library, factor)
    beside.adopting = adopting
    try:
        for statement in program.statements:
            beside.do(statement)
        beside.finish(program.order)
    except DisagreementError as error:
        return str(error)
    except EndOfProgramError:
        pass
    return ""


def judged(program: Program, found: str) -> tuple[str, str]:
    """Return what differs in earnest, or why it is nothing."""
    if KEEPS_LESS.match(found):
        with torch.autograd.graph.saved_tensors_hooks(torch.clone, lambda kept: kept):
            found = difference(program)
        if not found:
            return "", "less is kept here"
    if "std" in str(program) and has_noise(program):
        return "", "ill-conditioned"  # of equal numbers it is what rounding left of 0
    if rounds_differently(program) and (
        not difference(program, adopting=True) or has_noise(program) or is_ill_conditioned(program)
    ):
        return "", "ill-conditioned"
    if LAYOUT.search(f"{program}\n{found}") and lies_in_rows(program):
        return "", "documented"
    return found, ""


def disagreement(program: Program) -> str:
    """Run a program; return what differs in earnest, "" if nothing."""
    found = difference(program)
    return judged(program, found)[0] if found else ""


def arrays_of(program: Program) -> list[tuple[Any, Any]]:
    """Return what each variable holds, in PyTorch and here."""
    beside = Beside(program.leaves)
    with contextlib.suppress(DisagreementError, EndOfProgramError):
        for statement in program.statements:
            beside.do(statement)
    ours, theirs = beside.ours.names, beside.theirs.names
    return [(array_of(theirs[name]), array_of(ours[name])) for name in ours if name in theirs]


def rounds_differently(program: Program) -> bool:
    """Whether any number is another in its last digits: else what ties here, ties there."""
    return any(a.tobytes() != b.tobytes() for a, b in arrays_of(program))


def lies_in_rows(program: Program) -> bool:
    """Whether what PyTorch lays out as an operand lies, lies row by row here.

    Then a view of it may be refused there, and a copy taken.
    """
    pairs = arrays_of(program)
    return any(b.flags.c_contiguous and not a.flags.c_contiguous for a, b in pairs)


def has_noise(program: Program) -> bool:
    """Whether a number is so small that it is what rounding left of 0, with a sign by chance."""
    sizes = [np.abs(x) for pair in arrays_of(program) for x in pair if x.dtype.kind in "fc"]
    return any(((size > 0) & (size < NOISE)).any() for size in sizes)


def is_ill_conditioned(program: Program) -> bool:
    """Whether PyTorch differs as much from itself, once all numbers are scaled by a few ulp.

    The elements of a tensor are by the same factor, so that what ties stays tied, and 0 stays 0.
    """
    factors = (1 + n * 2.0**-51 for n in (1, -1, 3, -3, 7))
    return any(difference(program, torch, factor) for factor in factors)
