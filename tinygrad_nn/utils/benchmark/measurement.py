"""What a timer found: the times, what was timed, and how far the times can be trusted.
Read `compare.py` next, which lays measurements out as a table.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
WORDS = {"ns": "nanoseconds", "us": "microseconds", "ms": "milliseconds", "s": "seconds"}
SUSPECT, GROSS = 0.1, 0.25  # interquartile range by median, from which on a warning is shown
FINEST = 25e-9  # seconds: no time is known better


def select_unit(t: float) -> tuple[str, float]:
    """Return the unit in which `t` seconds are a number from 1 to 1000, and its seconds.

    Example:
        >>> from tinygrad_nn.utils.benchmark import select_unit
        >>> select_unit(0.002)
        ('ms', 0.001)
    """
    unit = next((name for name, scale in reversed(UNITS.items()) if t >= scale), "ns")
    return unit, UNITS[unit]


@dataclass(frozen=True)
class TaskSpec:
    """What a `Timer` measures, but for its variables."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self) -> str:
        """The label, or else the statement."""
        if self.label is None and "\n" in self.stmt:
            of = f" ({self.sub_label})" if self.sub_label else ""
            return f"stmt:{of}\n{textwrap.indent(self.stmt, '  ')}"
        title = self.stmt if self.label is None else self.label
        return f"{title}: {self.sub_label}" if self.sub_label else title

    def setup_str(self) -> str:
        """The setup as it is shown; nothing where there is none."""
        if self.setup in ("", "pass"):
            return ""
        if "\n" in self.setup:
            return f"setup:\n{textwrap.indent(self.setup, '  ')}"
        return f"setup: {self.setup}"

    def summarize(self) -> str:
        """Title, description and setup, each on lines of its own."""
        parts = [each for each in (self.title, self.description, self.setup_str()) if each]
        return "\n".join(f"{each}\n" if "\n" in each else each for each in parts)


@dataclass(repr=False)
class Measurement:
    """Times of one statement: `raw_times` of `number_per_run` runs each, in seconds.

    `times`, `median`, `mean` and `iqr`, the interquartile range, are of a single run. What its
    `task_spec` says can be asked of it too.

    Example:
        >>> from tinygrad_nn.utils.benchmark import Measurement, TaskSpec
        >>> found = Measurement(10, [2.0, 3.0, 5.0], TaskSpec("x + y", "pass"))
        >>> found.median, found.stmt
        (0.3, 'x + y')
    """

    number_per_run: int
    raw_times: list[float]
    task_spec: TaskSpec
    metadata: dict[Any, Any] | None = None  # the user's own

    def __getattr__(self, name: str) -> Any:
        if name in TaskSpec.__dataclass_fields__:
            return getattr(self.task_spec, name)
        raise AttributeError(f"Measurement has no {name}", name=name, obj=self)

    @property
    def times(self) -> list[float]:
        """The seconds that a run took, by measurement."""
        return [each / self.number_per_run for each in self.raw_times]

    @property
    def median(self) -> float:
        """The median of `times`."""
        return self._quantile(0.5)

    @property
    def mean(self) -> float:
        """The mean of `times`."""
        return float(np.mean(self.times)) if self.raw_times else -1.0

    @property
    def iqr(self) -> float:
        """How far the middle half of `times` reaches."""
        return self._quantile(0.75) - self._quantile(0.25)

    def _quantile(self, q: float) -> float:
        return float(np.quantile(self.times, q)) if self.raw_times else -1.0

    @property
    def significant_figures(self) -> int:
        """How many digits of the median mean something, by the spread of the middle half."""
        ordered = sorted(self.times)
        middle = ordered[len(ordered) // 4 : math.ceil(3 * len(ordered) / 4)]
        error = max(1.645 * float(np.std(middle)) / math.sqrt(len(middle)), FINEST)
        return min(max(math.floor(math.log10(self.median / error)), 1), 4)

    @property
    def has_warnings(self) -> bool:
        """Whether the times spread so far that something else may have been measured."""
        return not self.meets_confidence(SUSPECT)

    def meets_confidence(self, threshold: float = SUSPECT) -> bool:
        """Return whether the interquartile range is below this part of the median."""
        return self.iqr / self.median < threshold

    @property
    def title(self) -> str:
        """The label, or else the statement."""
        return self.task_spec.title

    @property
    def as_row_name(self) -> str:
        """What its row of a table is called."""
        return self.task_spec.sub_label or self.task_spec.stmt or "[Unknown]"

    def __repr__(self) -> str:
        n, threads = len(self.raw_times), self.task_spec.num_threads
        unit, scale = select_unit(self.median)
        median = f"{self.median / scale:.2f} {unit}"
        lines = [f"  {'Median: ' if n > 1 else ''}{median}"]
        if n > 3:
            low, high = (self._quantile(q) / scale for q in (0.25, 0.75))
            lines.append(f"  IQR:    {self.iqr / scale:.2f} {unit} ({low:.2f} to {high:.2f})")
        runs = f"{self.number_per_run} runs {'per measurement,' if n > 1 else ','}"
        lines.append(
            f"  {n} measurement{'s' * (n > 1)}, {runs} {threads} thread{'s' * (threads > 1)}"
        )
        if self.has_warnings:
            far = not self.meets_confidence(GROSS)
            lines += [
                f"  WARNING: Interquartile range is {self.iqr / self.median * 100:.1f}% "
                "of the median measurement.",
                "           This suggests significant environmental influence."
                if far
                else "           This could indicate system fluctuation.",
            ]
        return "\n".join([object.__repr__(self), self.task_spec.summarize(), *lines])

    @staticmethod
    def merge(measurements: Iterable[Measurement]) -> list[Measurement]:
        """Return one measurement for each task, with the times of all that measured it."""
        by_task: dict[TaskSpec, list[float]] = {}
        for each in measurements:
            by_task.setdefault(each.task_spec, []).extend(each.times)
        return [Measurement(1, times, task) for task, times in by_task.items()]
