"""`profile` and `record_function`: contexts in which a program runs as it does without them.
Read `schedules.py` next.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..errors import NotHereError
from ..places.absent import stand_in

__all__ = ["profile", "record_function", "tensorboard_trace_handler"]

_SAID = "nothing is measured here; Python's cProfile tells where the time goes"


def tensorboard_trace_handler(
    dir_name: str,
    worker_name: str | None = None,
    use_gzip: bool = False,
    use_python_export: bool = False,
) -> Callable[[Any], None]:
    """Return what `profile` takes as `on_trace_ready`, and never calls: there is no trace."""
    return stand_in("profiler.tensorboard_trace_handler", _SAID)


class profile:  # noqa: N801 - PyTorch's spelling
    """A context with PyTorch's arguments that measures nothing: its tables say so.

    `on_trace_ready` is never called, as there is no trace.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self.step_num = 0

    def __enter__(self) -> profile:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def step(self) -> None:
        """Count a step of the program."""
        self.step_num += 1

    def key_averages(self, *args: Any, **options: Any) -> _NoAverages:
        """Return an empty list, whose `table` says that nothing was measured."""
        return _NoAverages()

    def events(self) -> list[Any]:
        """Return an empty list."""
        return []

    def add_metadata(self, key: str, value: str) -> None:
        """Do nothing."""

    def export_chrome_trace(self, path: str) -> None:
        """Raise NotHereError: there is no trace."""
        raise NotHereError(f"profile.export_chrome_trace({path!r}): {_SAID}")

    def export_stacks(self, path: str, metric: str = "self_cpu_time_total") -> None:
        """Raise NotHereError: there is no trace."""
        raise NotHereError(f"profile.export_stacks({path!r}): {_SAID}")


class _NoAverages(list[Any]):
    def table(self, *args: Any, **options: Any) -> str:
        """Say that nothing was measured."""
        return _SAID


class record_function:  # noqa: N801 - PyTorch's spelling
    """A context, and a decorator, that names a part of a program; nothing is measured."""

    def __init__(self, name: str, args: str | None = None) -> None:
        self.name, self.args = name, args

    def __enter__(self) -> record_function:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __call__(self, func: Any) -> Any:
        @functools.wraps(func)
        def inside(*args: Any, **kwargs: Any) -> Any:
            return func(*args, **kwargs)

        return inside
