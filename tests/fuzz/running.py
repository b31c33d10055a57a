"""Running many programs, in several processes, and counting what came of them.
Read `__main__.py` next, the command.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
from beside_torch import torch

from .judging import disagreement, drawn
from .shrinking import shrunk

CHUNK = 1000  # programs that a process takes at a time


class Tally(NamedTuple):
    """How many programs and statements there were, and why some ended early."""

    programs: int
    statements: int
    refused: int
    ended: Counter[str]
    found: list[int]  # the seeds of programs that disagree

    def __add__(self, other: Tally) -> Tally:  # type: ignore[override]
        return Tally(*(mine + more for mine, more in zip(self, other, strict=True)))


NONE = Tally(0, 0, 0, Counter(), [])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """One thread, and no warnings: PyTorch's are about what it will change, NumPy's of overflow."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
    torch.set_num_threads(threads)


def run(seeds: Iterable[int]) -> Tally:
    tally = NONE
    with quiet():
        for seed in seeds:
            outcome = drawn(seed)
            tally += Tally(
                1,
                len(outcome.program.statements),
                outcome.refused,
                Counter([outcome.ended] if outcome.ended else []),
                [seed] if outcome.found else [],
            )
    return tally


def run_all(programs: int, seed: int = 0, processes: int = 1) -> Iterator[Tally]:
    """Yield how things stand after each chunk."""
    ends = range(seed, seed + programs, CHUNK)
    chunks = [range(start, min(start + CHUNK, seed + programs)) for start in ends]
    tally = NONE
    if processes == 1:
        for chunk in chunks:
            tally += run(chunk)
            yield tally
        return
    context = multiprocessing.get_context("spawn")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(processes, context) as pool:
        for found in pool.map(run, chunks):
            tally += found
            yield tally


def explained(seed: int) -> str:
    """Return the shrunk program of a seed that disagrees, and what differs; "" if it agrees."""
    with quiet():
        outcome = drawn(seed)
        if not outcome.found:
            return ""
        program = shrunk(outcome.program)
        return f"seed {seed}:\n\n{program}\n\n{disagreement(program)}"


def programs_until_found(limit: int) -> int | None:
    """Return how many programs it takes until one disagrees, None if none of so many does."""
    with quiet():
        return next((seed + 1 for seed in range(limit) if drawn(seed).found), None)


def timed(programs: int, seed: int, processes: int) -> Iterator[tuple[Tally, float]]:
    start = time.perf_counter()
    for tally in run_all(programs, seed, processes):
        yield tally, time.perf_counter() - start
