"""One pass over a dataset: batch after batch, made here, or by workers and put in order here.
Read `dataloader.py` next, which begins them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import TYPE_CHECKING, Any

from .fetching import Fetcher

if TYPE_CHECKING:
    from .workers import Workers


class Pass:
    """An iterator over batches; `batches` is how many it has given out, of `length()`."""

    def __init__(self, numbers: Iterator[Any], length: Callable[[], int]) -> None:
        self.numbers = numbers
        self.length = length
        self.batches = 0
        self.is_over = False

    def __iter__(self) -> Pass:
        return self

    def __len__(self) -> int:
        return self.length()

    def __next__(self) -> Any:
        try:
            batch = self.next_batch()
        except StopIteration:
            self.is_over = True
            raise
        self.batches += 1
        return batch

    def next_batch(self) -> Any:
        """Return the next batch, or raise `StopIteration`."""
        raise NotImplementedError


class OwnPass(Pass):
    """Batches that are made in this process, when they are asked for."""

    def __init__(
        self, numbers: Iterator[Any], length: Callable[[], int], fetcher: Fetcher, seed: int
    ) -> None:
        super().__init__(numbers, length)
        self._fetcher = fetcher
        fetcher.begin(seed)

    def next_batch(self) -> Any:
        """Make the next batch."""
        return self._fetcher.fetch(next(self.numbers))


class WorkersPass(Pass):
    """Batches that workers make ahead, in turn, given out as they were asked for if `in_order`."""

    def __init__(
        self,
        numbers: Iterator[Any],
        length: Callable[[], int],
        workers: Workers,
        seed: int,
        *,
        ahead: int,
        timeout: float,
        in_order: bool,
        keep: bool,
    ) -> None:
        super().__init__(numbers, length)
        self._workers, self._timeout, self._in_order = workers, timeout, in_order
        self._keep = keep  # the workers, for the next pass
        self._ready: dict[int, Any] = {}
        self._due: dict[int, int] = {}  # the number of a batch: that of its worker; oldest first
        self._active = set(range(len(workers)))
        self._turn = cycle(range(len(workers)))
        try:
            workers.begin(seed)
            for _ in range(ahead * len(workers)):
                self._ask()
        except BaseException:
            workers.close()
            raise

    def _ask(self) -> None:
        if not self._active:
            return
        samples = next(self.numbers, self)
        if samples is self:
            return
        worker = next(each for each in self._turn if each in self._active)
        self._due[self._workers.ask(worker, samples)] = worker

    def next_batch(self) -> Any:
        """Return the next batch, and ask for another in its place."""
        try:
            while self._due:
                first = next(iter(self._due)) if self._in_order else next(iter(self._ready), -1)
                if first in self._ready:
                    del self._due[first]
                    made = self._ready.pop(first)
                    if made.ended:
                        continue
                    self._ask()
                    return made.data
                self._receive()
        except BaseException:
            self._workers.close()
            raise
        if not self._keep:
            self._workers.close()
        raise StopIteration

    def _receive(self) -> None:
        worker, made = self._workers.receive(self._timeout)
        self._ready[made.number] = made
        if made.ended and worker in self._active:
            self._active.remove(worker)
            self._ask()

    def __del__(self) -> None:
        if not self._keep:
            self._workers.close()


class DatasetKind:
    """The two kinds of dataset, by PyTorch's numbers: with numbered samples, and without."""

    Map, Iterable = 0, 1
