"""Rows of equal blocks in a computation: a layer after a layer, a step after a step.
Read `folding.py` next, which draws each row as one block.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
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
    def saved(self) -> int:
        """How many operations need not be drawn."""
        return self.length * (self.times - 1)

    @property
    def is_worth_it(self) -> bool:
        return self.times >= LEAST_REPEATS and self.saved >= LEAST_SAVED


def find_repeats(steps: Sequence[Step]) -> list[Repeat]:
    """Return the rows of equal blocks that are worth folding, none overlapping another.

    Blocks are equal if their operations, shapes and arguments are, and if each takes what it takes
    from the same places: its own results, those of the block before, or from outside.
    """
    kinds: dict[Any, int] = {}
    codes = np.array([kinds.setdefault(_signature(step), len(kinds)) for step in steps])
    made_at = {step.output.id: i for i, step in enumerate(steps)}
    found = []
    for run in _best_of(_periodic_runs(codes)):
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


def _periodic_runs(codes: Any) -> Iterator[Repeat]:
    """Yield the stretches that repeat themselves, for every place where a block can begin.

    What has a period has its multiples too: those are left out.
    """
    longest = np.zeros(len(codes), np.int64)  # of the stretches so far, the end of one from here
    for period in range(1, min(len(codes) // LEAST_REPEATS, LONGEST_BLOCK) + 1):
        same = codes[:-period] == codes[period:]
        changes = np.flatnonzero(np.diff(np.concatenate(([False], same, [False]))))
        firsts, lasts = changes[::2], changes[1::2]
        enough = lasts - firsts >= (LEAST_REPEATS - 1) * period
        for first, last in zip(firsts[enough].tolist(), lasts[enough].tolist(), strict=True):
            times, rest = divmod(last + period - first, period)
            if longest[first] >= last + period or not Repeat(first, period, times).is_worth_it:
                continue
            longest[first : last + period] = last + period
            for offset in range(rest + 1):
                yield Repeat(first + offset, period, times)


def _best_of(candidates: Iterable[Repeat]) -> list[Repeat]:
    """Return those that save most together without overlapping (weighted interval scheduling)."""
    ordered = sorted(candidates, key=lambda each: (each.steps.stop, each.length))
    ends = [each.steps.stop for each in ordered]
    before = [bisect_right(ends, each.start) for each in ordered]  # how many end before each begins
    best = [0]  # what the first k candidates can save
    for each, count in zip(ordered, before, strict=True):
        best.append(max(best[-1], best[count] + each.saved))
    chosen, k = [], len(ordered)
    while k:
        taken = best[k] > best[k - 1]
        chosen += [ordered[k - 1]] * taken
        k = before[k - 1] if taken else k - 1
    return chosen[::-1]


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
