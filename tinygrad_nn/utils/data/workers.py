"""Worker processes that make batches: one pipe each, and nothing shared that a death could lock.
Read `failures.py` next, for what is said of a worker that failed, then `dataloader.py`.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections.abc import Callable
from ctypes import c_longlong
from itertools import count
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, NamedTuple

import numpy as np

from ...errors import WorkerError
from ...random import manual_seed
from .failures import Failure, check_can_be_sent, how_it_ended
from .fetching import Fetcher
from .worker_info import WorkerInfo, set_worker

_GRACE = 0.5  # seconds that a worker has to end by itself, and then on being told to


class Pass(NamedTuple):
    """What a worker is told when a pass over the data starts."""

    seed: int


class Task(NamedTuple):
    """A batch to make: its number, counted through all passes, and its samples'."""

    number: int
    samples: Any


class Made(NamedTuple):
    """What came of a task; `ended`: an iterable dataset had no more."""

    number: int
    data: Any = None
    ended: bool = False


class _Worker(NamedTuple):
    process: Any
    connection: Connection
    place: Any  # of the sample in its batch that is being made


class Workers:
    """Processes that make batches of a dataset, asked by number."""

    def __init__(
        self, context: Any, number: int, fetcher: Fetcher, begin: Callable[[int], Any] | None
    ) -> None:
        self._workers: list[_Worker] = []
        self._tasks: list[dict[int, Any]] = [{} for _ in range(number)]
        self._numbers = count()
        check_can_be_sent(context, fetcher, begin)
        try:
            for i in range(number):
                self._start(context, i, number, fetcher, begin)
        except BaseException:
            self.close()
            raise

    def _start(self, context: Any, i: int, number: int, fetcher: Fetcher, begin: Any) -> None:
        here, there = context.Pipe()
        place = context.RawValue(c_longlong)
        process = context.Process(
            target=_work, args=(there, place, i, number, fetcher, begin), daemon=True
        )
        process.start()
        there.close()
        self._workers.append(_Worker(process, here, place))

    def __len__(self) -> int:
        return len(self._workers)

    def begin(self, seed: int) -> None:
        """Start a pass; what is still being made of the last one is thrown away on arrival."""
        for number, worker in enumerate(self._workers):
            self._tasks[number].clear()
            self._tell(number, worker, Pass(seed))

    def ask(self, number: int, samples: Any) -> int:
        """Have a worker make a batch; return the batch's number."""
        task = Task(next(self._numbers), samples)
        self._tasks[number][task.number] = samples
        self._tell(number, self._workers[number], task)
        return task.number

    def _tell(self, number: int, worker: _Worker, message: Any) -> None:
        try:
            worker.connection.send(message)
        except OSError:
            raise self._death(number) from None

    def receive(self, timeout: float) -> tuple[int, Made]:
        """Return the next batch that is ready and the number of the worker that made it.

        Raises:
            WorkerError: a worker died, or none was ready in time; what a dataset raised.
        """
        deadline = monotonic() + timeout if timeout > 0 else None
        connections = {worker.connection: i for i, worker in enumerate(self._workers)}
        while True:
            left = None if deadline is None else max(0.0, deadline - monotonic())
            ready = wait(list(connections), left)
            if not ready:
                raise WorkerError(
                    f"DataLoader timed out after {timeout} seconds: no worker had a batch ready"
                )
            number = connections[ready[0]]  # type: ignore[index]
            try:
                answer = self._workers[number].connection.recv()
            except (EOFError, OSError):
                raise self._death(number) from None
            if isinstance(answer, Failure):
                raise answer.as_error()
            if self._tasks[number].pop(answer.number, self) is not self:
                return number, answer

    def _death(self, number: int) -> WorkerError:
        process = self._workers[number].process
        process.join(_GRACE)
        return how_it_ended(number, process, self._tasks[number], self._workers[number].place.value)

    def close(self) -> None:
        """End all workers: at once those that wait, soon those that are at work."""
        workers, self._workers = self._workers, []
        for worker in workers:
            with contextlib.suppress(OSError):  # of one that is dead
                worker.connection.send(None)
            worker.connection.close()
        for end in (lambda each: None, lambda each: each.terminate(), lambda each: each.kill()):
            deadline = monotonic() + _GRACE
            for worker in workers:
                if worker.process.is_alive():
                    end(worker.process)
            for worker in workers:
                worker.process.join(max(0.0, deadline - monotonic()))
            if not any(worker.process.is_alive() for worker in workers):
                break
        for worker in workers:
            worker.process.close()


# --- in the worker's process ----------------------------------------------------------------------


def _work(
    connection: Connection, place: Any, i: int, number: int, fetcher: Fetcher, begin: Any
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to answer
    messages: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_listen, args=(connection, messages), daemon=True).start()
    fetcher.place = place
    started = False
    while True:
        message = messages.get()
        try:
            if isinstance(message, Pass):
                if not started:
                    _seed(message.seed, i, number, fetcher.dataset)
                    if begin is not None:
                        begin(i)
                    started = True
                fetcher.begin(message.seed)
                continue
            try:
                made = Made(message.number, fetcher.fetch(message.samples))
            except StopIteration:
                made = Made(message.number, ended=True)
            connection.send(made)
        except BaseException as error:  # also SystemExit: whoever asks is told what it was
            samples = message.samples if isinstance(message, Task) else None
            connection.send(Failure.of(error, i, samples, place.value))


def _listen(connection: Connection, messages: SimpleQueue[Any]) -> None:
    """Pass on what is asked, so that asking never waits; end with the process that asks."""
    parent: Any = parent_process()
    while True:
        ready = wait([connection, parent.sentinel])
        try:
            if connection not in ready:
                raise EOFError
            message = connection.recv()
        except (EOFError, OSError):
            message = None
        if message is None:
            os._exit(0)  # a sample that is being made is nobody's any more
        messages.put(message)


def _seed(seed: int, i: int, number: int, dataset: Any) -> None:
    """Give this process streams of its own, as PyTorch does: its own, Python's and NumPy's.

    They are copies of the main process's, so that all workers would draw the same.
    """
    manual_seed(seed + i)
    random.seed(seed + i)
    words = np.random.SeedSequence([i, seed & 0xFFFFFFFF, seed >> 32, 0]).generate_state(4)
    np.random.seed(words)  # noqa: NPY002 - the one that datasets draw from
    set_worker(WorkerInfo(i, number, seed + i, dataset))
