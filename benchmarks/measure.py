"""Interleaved timing: every side takes its turn in every round, and the medians are compared.
Read `training.py` next for what is timed.
"""

from __future__ import annotations

import gc
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Step = Callable[[], object]


@dataclass
class Comparison:
    """Something computed by several sides; the first one is ours.

    A step that leaves something behind is `fresh`: its side is then a function that makes the step
    anew before every turn, outside the timing, and `most_calls` bounds what is left behind.
    """

    title: str
    sides: dict[str, Callable[[], Any]]
    limit: str = ""
    rounds: int = 60
    seconds_a_turn: float = 0.02
    fresh: bool = False
    most_calls: int = 1_000_000
    medians: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Time all sides in turn; keep each side's median over the rounds, in seconds."""
        turns = {name: self._calls_a_turn(self._step(name)) for name in self.sides}
        times: dict[str, list[float]] = {name: [] for name in self.sides}
        names = list(self.sides)
        gc.collect()
        for i in range(self.rounds):
            for name in names[i % len(names) :] + names[: i % len(names)]:
                step, calls = self._step(name), turns[name]
                start = time.perf_counter()
                for _ in range(calls):
                    step()
                times[name].append((time.perf_counter() - start) / calls)
                del step  # and what it holds, before the next side's turn
        self.medians = {name: statistics.median(values) for name, values in times.items()}

    def _step(self, name: str) -> Step:
        return self.sides[name]() if self.fresh else self.sides[name]

    def _calls_a_turn(self, step: Step) -> int:
        for _ in range(3):
            step()
        start = time.perf_counter()
        step()
        fitting = int(self.seconds_a_turn / max(time.perf_counter() - start, 1e-7))
        return max(1, min(fitting, self.most_calls))


def microseconds(seconds: float) -> str:
    """Return a time in µs with three digits that mean something."""
    value = seconds * 1e6
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def conditions(threads: int) -> str:
    """Say what the figures below were measured with."""
    versions = [f"Python {platform.python_version()}", f"NumPy {np.__version__}"]
    if "torch" in sys.modules:
        versions.append(f"PyTorch {sys.modules['torch'].__version__}")
    return (
        f"{', '.join(versions)}, {platform.machine()}; {threads} thread{'s' * (threads != 1)} "
        "a side; medians of interleaved rounds, µs a call"
    )


def report(comparisons: Sequence[Comparison]) -> None:
    """Run the comparisons one after another and print a line for each side."""
    for comparison in comparisons:
        comparison.run()
        ours, *_ = comparison.medians
        print(f"\n{comparison.title}" + (f"   [{comparison.limit}]" if comparison.limit else ""))
        for name, seconds in comparison.medians.items():
            ratio = comparison.medians[ours] / seconds
            note = "" if name == ours else f"   ours / {name} = {ratio:.2f}"
            print(f"  {name:<28}{microseconds(seconds):>12}{note}")
        sys.stdout.flush()
