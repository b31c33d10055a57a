"""The backward pass of a computation, every contribution kept: what a person would write down.
Read `lines.py` next, which says it in formulas; `../../autograd/engine.py` does the same at speed.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...dtypes import Array
from ..structure.computation import Operand, Step


@dataclass(frozen=True, eq=False)
class Contribution:
    """What one use of a tensor adds to its gradient: incoming gradient times local derivative."""

    operand: Operand
    local: Array | None  # the local derivative, element by element; None if it is a whole Jacobian
    unreduced: Array  # as the rule gives it, of the shape that broadcasting made
    summed: tuple[int, ...]  # the dims of `unreduced` that are summed to undo broadcasting
    value: Array  # of the operand's shape


@dataclass(frozen=True, eq=False)
class BackwardStep:
    """An operation on the way back: its output's whole gradient, and what its operands get."""

    step: Step
    incoming: Array
    contributions: tuple[Contribution, ...]  # one per rule that ran: two for a * a


@dataclass(frozen=True, eq=False)
class BackwardPass:
    """All steps, newest first, and the gradients that they leave, by the id of the tensor."""

    steps: tuple[BackwardStep, ...]
    gradients: dict[str, Array]
