"""Python's `multiprocessing`, and what PyTorch adds to it: `spawn`, and how tensors are shared.
Read `utils/data/workers.py` next, which has processes make batches.
"""

from __future__ import annotations

import multiprocessing as _python
import traceback as _traceback
from multiprocessing import *  # noqa: F403
from multiprocessing import get_all_start_methods, get_context
from typing import Any

from .errors import WorkerError
from .places.missing import explained

__all__ = [
    *_python.__all__,
    "ProcessExitedException",
    "ProcessRaisedException",
    "SpawnContext",
    "get_all_sharing_strategies",
    "get_sharing_strategy",
    "set_sharing_strategy",
    "spawn",
    "start_processes",
]

_STRATEGIES = {"file_descriptor", "file_system"}
_strategy = "file_descriptor"


def get_all_sharing_strategies() -> set[str]:
    """Return the names of PyTorch's ways to share memory; here processes send copies."""
    return set(_STRATEGIES)


def get_sharing_strategy() -> str:
    """Return what was set."""
    return _strategy


def set_sharing_strategy(new_strategy: str) -> None:
    """Set what `get_sharing_strategy` returns: processes send copies of tensors, whatever it is."""
    global _strategy
    if new_strategy not in _STRATEGIES:
        raise WorkerError(f"set_sharing_strategy: one of {sorted(_STRATEGIES)}, got {new_strategy}")
    _strategy = new_strategy


class ProcessRaisedException(WorkerError):  # noqa: N818 - PyTorch's spelling
    """A process that `spawn` started raised an exception; the message has its traceback."""


class ProcessExitedException(WorkerError):  # noqa: N818
    """A process that `spawn` started ended with another code than 0."""


class SpawnContext:
    """The processes that `spawn(..., join=False)` started."""

    def __init__(self, processes: list[Any], errors: list[Any]) -> None:
        self.processes, self.errors = processes, errors

    def pids(self) -> list[int]:
        """Return their numbers."""
        return [each.pid for each in self.processes]

    def join(self, timeout: float | None = None, grace_period: float | None = None) -> bool:
        """Wait for the processes, and return whether all have ended.

        Raises:
            ProcessRaisedException: one raised. ProcessExitedException: one ended otherwise.
        """
        for number, process in enumerate(self.processes):
            process.join(timeout)
            if process.is_alive():
                return False
            if process.exitcode != 0:
                self._stop()
                if self.errors[number].poll():
                    raise ProcessRaisedException(
                        f"spawn: process {number} raised:\n\n{self.errors[number].recv()}"
                    )
                raise ProcessExitedException(
                    f"spawn: process {number} ended with code {process.exitcode}"
                )
        return True

    def _stop(self) -> None:
        for process in self.processes:
            if process.is_alive():
                process.terminate()
            process.join()


def _run(fn: Any, number: int, args: tuple[Any, ...], errors: Any) -> None:
    """Call the function in a process of its own, and send what it raises."""
    try:
        fn(number, *args)
    except Exception:
        errors.send(_traceback.format_exc())
        raise SystemExit(1) from None


def spawn(
    fn: Any,
    args: tuple[Any, ...] = (),
    nprocs: int = 1,
    join: bool = True,
    daemon: bool = False,
    start_method: str = "spawn",
) -> SpawnContext | None:
    """Call `fn(i, *args)` in `nprocs` processes, and wait for them unless `join` is False.

    They are forked where the system can, so that `import torch` leads there where it leads here.
    Processes that train together, by `distributed`, are not here: one of them, `nprocs=1`, is.

    Raises:
        ProcessRaisedException: one of them raised.
    """
    # a fresh interpreter would import the program before it knew of any alias
    context: Any = get_context("fork" if "fork" in get_all_start_methods() else start_method)
    processes, errors = [], []
    for number in range(nprocs):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(fn, number, args, sender), daemon=daemon)
        process.start()
        processes.append(process)
        errors.append(receiver)
    started = SpawnContext(processes, errors)
    if not join:
        return started
    while not started.join():
        pass
    return None


start_processes = spawn
__getattr__ = explained(__name__)
