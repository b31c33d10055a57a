"""Rows of equal blocks in a computation: a layer after a layer, a step after a step.
Read `folding.py` next, which draws each row as one block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from .computation import Step

LEAST_REPEATS = 3
LEAST_SAVED = 8  # operations: a small graph is clearer as it is
LONGEST_BLOCK = 2_000  # operations


class Repeat(NamedTuple):
    """`times` blocks of `length` operations each, one after the other from step `start` on."""

    start: int
    length: int
    times: int

    @property
    def steps(self) -> slice:
        """The steps of all blocks."""
        return slice(self.start, self.start + self.length * self.times)

    @property
    def is_worth_it(self) -> bool:
        """Whether there are enough blocks, and enough operations that need not be drawn."""
        saved = self.length * (self.times - 1)
        return self.times >= LEAST_REPEATS and saved >= LEAST_SAVED


def find_repeats(steps: Sequence[Step]) -> list[Repeat]:
    """Return the rows of equal blocks that are worth folding, none overlapping another.

    Blocks are equal if their operations, shapes and arguments are, and if each takes what it takes
    from the same places: its own results, those of the block before, or from outside.
    """
    kinds: dict[Any, int] = {}
    codes = np.array([kinds.setdefault(_signature(step), len(kinds)) for step in steps])
    made_at = {step.output.id: i for i, step in enumerate(steps)}
    found = []
    for run in _best_rows(codes):
        for skipped in (0, 1):  # the first block may be another, such as one that has no past
            part = Repeat(run.start + skipped * run.length, run.length, run.times - skipped)
            part = _same_structure(part, steps, made_at) if part.is_worth_it else part
            if part.is_worth_it:
                found.append(part)
                break
    return found


def _signature(step: Step) -> Any:
    attributes = {k: v for k, v in step.attributes.items() if k != "index"}  # x[0], x[1] ...
    operands = tuple((o.parameter, o.quantity.shape) for o in step.operands)
    made = step.output.shape, step.output.dtype, step.problem
    return step.op.public, *made, operands, repr(attributes)[:200]


def _best_rows(codes: Any) -> Iterator[Repeat]:
    """Yield the rows of blocks of equal codes that save most together without overlapping."""
    count = len(codes)
    places = np.arange(count)
    saved, length = np.zeros(count, np.int64), np.ones(count, np.int64)  # by the row from here on
    for period in range(1, min(count // LEAST_REPEATS, LONGEST_BLOCK) + 1):
        here = places[:-period]
        differs = np.where(codes[:-period] == codes[period:], count - period, here)
        goes_on = np.minimum.accumulate(differs[::-1])[::-1] - here
        enough = (LEAST_REPEATS - 1) * period
        found = np.flatnonzero((goes_on >= enough) & (goes_on > saved[:-period]))
        saves = goes_on[found] // period * period
        is_better = saves > np.maximum(saved[found], LEAST_SAVED - 1)
        saved[found[is_better]], length[found[is_better]] = saves[is_better], period
    ends = (places + saved + length).tolist()
    best = [0] * (count + 1)  # what the steps from here on can save
    for start in reversed(range(count)):
        best[start] = max(best[start + 1], int(saved[start]) + best[ends[start]])
    start = 0
    while best[start]:
        if best[start] > best[start + 1]:
            block = int(length[start])
            yield Repeat(start, block, (ends[start] - start) // block)
            start = ends[start]
        else:
            start += 1


def _same_structure(run: Repeat, steps: Sequence[Step], made_at: dict[str, int]) -> Repeat:
    """Cut a run down to the blocks whose operands come from the same places, seen from each.

    From one block to the next every operand's place moves on by the same number of steps: a block's
    length for its own results, 0 for what all share. What the block before made may come from
    outside in the first.
    """
    start, length, times = run
    places = [made_at.get(o.quantity.id, -1) for step in steps[run.steps] for o in step.operands]
    made = np.array(places, np.int64).reshape(times, -1)
    stride = made[2] - made[1]
    from_before = (stride == length) & (made[1] < start + length)
    begins = np.where(from_before, made[0] < start, made[0] == made[1] - stride).all()
    goes_on = (np.diff(made[1:], axis=0) == stride).all(axis=1)
    equal = 2 + int(np.argmin([*goes_on, False]))
    return Repeat(start, length, equal if begins else 1)
