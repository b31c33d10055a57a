"""`Timer`: how long a statement takes, by Python's `timeit`, after warming up and on one thread.
Read `measurement.py` next, which it returns.
"""

from __future__ import annotations

import enum
import sys
import textwrap
import timeit
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np

from ...errors import ArgumentError, NotHereError
from ...places.missing import PACKAGE
from ...settings import get_num_threads, set_num_threads
from .measurement import SUSPECT, Measurement, TaskSpec

Callback = Callable[[int, float], Any]
OVERHEAD = 1e-4  # the timer's own time is at most this part of what a block takes
MOST = 2**31 - 1  # runs of a block


def timer() -> float:
    """Return seconds from some moment on, as a `Timer` reads them."""
    return perf_counter()


class Language(enum.Enum):
    """In which language a statement is; only Python can be measured here."""

    PYTHON = 0
    CPP = 1


class Timer:
    """Measures how long `stmt` takes, a piece of Python text, after `setup` has run once.

    `globals` are the variables that both see, besides `torch`. `label` and `sub_label` name the
    row of a table that `Compare` writes, `description` its column. BLAS has `num_threads` threads
    where that can be set.

    Raises:
        ArgumentError: a statement that is no text, C++.

    Example:
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.utils.benchmark import Timer
        >>> found = Timer("x + x", globals={"x": tnn.ones(3)}).timeit(10)
        >>> found.number_per_run, found.median > 0
        (10, True)
    """

    def __init__(
        self,
        stmt: str = "pass",
        setup: str = "pass",
        global_setup: str = "",
        timer: Callable[[], float] = timer,
        globals: dict[str, Any] | None = None,
        label: str | None = None,
        sub_label: str | None = None,
        description: str | None = None,
        env: str | None = None,
        num_threads: int = 1,
        language: Language | str = Language.PYTHON,
    ) -> None:
        if not isinstance(stmt, str):
            raise ArgumentError(
                f"Timer: stmt is Python text, not {type(stmt).__name__}; for a function f write "
                "Timer('f()', globals={'f': f})"
            )
        if language not in (Language.PYTHON, "py", "python"):
            raise NotHereError(f"Timer(language={language!r}) is not here: only Python is measured")
        if global_setup:
            raise ArgumentError(
                f"Timer: global_setup={global_setup!r} is for C++ alone; write it into setup"
            )
        stmt, setup = (textwrap.dedent(each).removeprefix("\n").rstrip() for each in (stmt, setup))
        seen = {"torch": sys.modules[PACKAGE], **(globals or {})}
        self._timer = timeit.Timer(stmt, setup, timer, seen)
        self._task = TaskSpec(
            stmt, setup, label=label, sub_label=sub_label, description=description, env=env,
            num_threads=num_threads,
        )  # fmt: skip

    def timeit(self, number: int = 1000000) -> Measurement:
        """Run the statement `number` times at a stretch, after a hundredth of that to warm up."""
        with _threads(self._task.num_threads):
            self._seconds(max(number // 100, 2))
            return Measurement(number, [self._seconds(number)], self._task)

    def blocked_autorange(
        self, callback: Callback | None = None, min_run_time: float = 0.2
    ) -> Measurement:
        """Measure blocks of runs until they have taken `min_run_time` seconds together.

        A block is as many runs as it takes for the timer's own time not to matter. `callback` is
        called with the number of runs and the seconds of each block.
        """
        with _threads(self._task.num_threads):
            number = self._block(min_run_time)
            times: list[float] = []
            while not times or sum(times) < min_run_time:
                times.append(self._noted(number, callback))
        return Measurement(number, times, self._task)

    def adaptive_autorange(
        self,
        threshold: float = SUSPECT,
        *,
        min_run_time: float = 0.01,
        max_run_time: float = 10.0,
        callback: Callback | None = None,
    ) -> Measurement:
        """Measure blocks until their interquartile range is below `threshold` of the median.

        There are more than three of them, unless that takes longer than `max_run_time` seconds.
        """
        with _threads(self._task.num_threads):
            number = self._block(0.05)
            found = Measurement(number, [], self._task)
            while sum(found.raw_times) <= max_run_time:
                found.raw_times.append(self._noted(number, callback))
                enough = len(found.raw_times) > 3 and sum(found.raw_times) >= min_run_time
                if enough and found.meets_confidence(threshold):
                    break
        return found

    def repeat(self, repeat: int = -1, number: int = -1) -> None:
        """Say that `blocked_autorange` is what repeats."""
        raise NotImplementedError("Timer.repeat(): call blocked_autorange(), which repeats")

    def autorange(self, callback: Any = None) -> None:
        """Say that `blocked_autorange` is what finds the number of runs."""
        raise NotImplementedError("Timer.autorange(): call blocked_autorange()")

    def collect_callgrind(self, number: int = 100, **options: Any) -> None:
        """Say that instructions are not counted here."""
        raise NotHereError(
            "Timer.collect_callgrind() is not here: it counts instructions of PyTorch's C++ by "
            "Valgrind; blocked_autorange() measures seconds"
        )

    def _seconds(self, number: int) -> float:
        return max(self._timer.timeit(number), 1e-9)

    def _noted(self, number: int, callback: Callback | None) -> float:
        seconds = self._seconds(number)
        if callback is not None:
            callback(number, seconds)
        return seconds

    def _block(self, min_run_time: float) -> int:
        """Return a power of ten of runs, beside which the time of an empty block is nothing."""
        overhead = float(np.median([self._seconds(0) for _ in range(5)]))
        number = 1
        while number * 10 <= MOST:
            seconds = self._seconds(number)
            fine = overhead <= OVERHEAD * seconds and seconds >= min_run_time / 1000
            if fine or seconds > min_run_time:
                break
            number *= 10
        return number


@contextmanager
def _threads(number: int) -> Iterator[None]:
    before = get_num_threads()
    set_num_threads(number)
    try:
        yield
    finally:
        set_num_threads(before)
