"""`DataLoader`: goes through a dataset in batches, in this process or with the help of others.
Read `sampler.py` for the order, `fetching.py` and `workers.py` for how the batches are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any
from weakref import ref

from ...arrays.refusing import shown
from ...errors import ArgumentError
from ...random import Generator, default_generator
from .collate import default_collate, default_convert
from .dataset import IterableDataset
from .fetching import Fetcher
from .passes import OwnPass, Pass, WorkersPass
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, drawn_seed

if TYPE_CHECKING:
    from .workers import Workers

_NOTHING: dict[str, Any] = {"batches": 0, "asked": 0, "generators": []}  # a pass not begun
_FIXED = {"batch_size", "batch_sampler", "dataset", "drop_last", "persistent_workers", "sampler"}


class DataLoader:
    """Batches of a dataset: `for batch in DataLoader(dataset, batch_size=64, shuffle=True)`.

    Each pass draws one seed from `generator` (the default one, if None), and a shuffled one a
    second: the order is PyTorch's for the same seed. With `num_workers` above 0 so many processes
    make `prefetch_factor` batches each ahead (2, if None). `pin_memory` is taken and does nothing.

    `state_dict()` tells how far the last pass is; `load_state_dict` has the next one go on there.

    Raises:
        ArgumentError: options that exclude one another, or numbers that can't be.
        WorkerError: a worker died, or had nothing ready in `timeout` seconds.

    Example:
        >>> import tinygrad_nn as tnn
        >>> data = tnn.utils.data.TensorDataset(tnn.arange(5.0))
        >>> [batch.tolist() for (batch,) in tnn.utils.data.DataLoader(data, batch_size=2)]
        [[0.0, 1.0], [2.0, 3.0], [4.0]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        _check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        _check_order(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last)
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.in_order = in_order
        if batch_sampler is not None:
            batch_size = None
        if sampler is None:
            sampler = _sampler_of(dataset, shuffle, generator)
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn
        self.dataset, self.sampler, self.batch_sampler = dataset, sampler, batch_sampler
        self.batch_size, self.drop_last = batch_size, drop_last
        self.persistent_workers = persistent_workers
        self._workers: Workers | None = None
        self._last: ref[Pass] | None = None
        self._began: list[Any] = []
        self._seed = 0
        self._resumed: dict[str, Any] | None = None
        self._fixed = True

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED and self.__dict__.get("_fixed"):
            raise ArgumentError(f"DataLoader: {name} cannot be set once the loader is made")
        super().__setattr__(name, value)

    def __len__(self) -> int:
        if not isinstance(self.dataset, IterableDataset):
            return len(self._index_sampler)
        length = len(self.dataset)  # type: ignore[arg-type]
        if self.batch_size is None:
            return length
        return length // self.batch_size if self.drop_last else -(-length // self.batch_size)

    @property
    def _auto_collation(self) -> bool:
        """Whether samples are asked for one by one and batched here; packages override it."""
        return self.batch_sampler is not None

    @property
    def _index_sampler(self) -> Any:
        return self.batch_sampler if self._auto_collation else self.sampler

    def __iter__(self) -> Pass:
        resumed, self._resumed = self._resumed, None
        sources = self._generators()
        now = [source.get_state() for source in sources]
        for source, state in zip(sources, resumed["generators"] if resumed else now, strict=True):
            source.set_state(state)
        self._began = [source.get_state() for source in sources]
        if self._workers is None or not len(self._workers):
            self._seed = drawn_seed(sources[0])
        else:  # PyTorch draws none for workers that are there already
            self._seed = (self._seed + 1) % 2**63
        self._asked = _Counted(iter(self._index_sampler))
        numbers: Iterator[Any] = self._asked
        done = int(resumed["batches"]) if resumed else 0
        if resumed:
            # A sampler draws when it is first asked, and at the end: now what it had drawn then.
            asked = list(islice(self._asked, max(int(resumed["asked"]), 1)))
            numbers = chain(asked, numbers)
            for source, state in zip(sources, now, strict=True):
                source.set_state(state)
        is_iterable = isinstance(self.dataset, IterableDataset)
        made = self._pass(numbers if is_iterable else islice(numbers, done, None))
        if is_iterable:
            for _ in islice(made, done):
                pass
        made.batches = done
        self._last = ref(made)
        return made

    def _pass(self, numbers: Iterator[Any]) -> Pass:
        fetcher = Fetcher(self.dataset, self._auto_collation, self.collate_fn, self.drop_last)
        length = self.__len__
        if not self.num_workers:
            return OwnPass(numbers, length, fetcher, self._seed)
        workers, self._workers = self._workers, None
        if workers is None or not len(workers):
            workers = self._started(fetcher)
        if self.persistent_workers:
            self._workers = workers
        return WorkersPass(
            numbers, length, workers, self._seed, ahead=self.prefetch_factor or 1,
            timeout=self.timeout, in_order=self.in_order, keep=self.persistent_workers,
        )  # fmt: skip

    def _started(self, fetcher: Fetcher) -> Workers:
        import multiprocessing  # 10 ms, which a loader without workers does not need

        from .workers import Workers

        context = self.multiprocessing_context
        if context is None or isinstance(context, str):
            context = multiprocessing.get_context(context)
        return Workers(context, self.num_workers, fetcher, self.worker_init_fn)

    def __del__(self) -> None:
        workers = self.__dict__.get("_workers")
        if workers is not None:
            workers.close()

    def _generators(self) -> list[Generator]:
        """Return the generators that decide the order: the loader's, and the sampler's own."""
        own = getattr(self.sampler, "generator", None)
        first = self.generator or default_generator
        return [first] if own is None or own is first else [first, own]

    def state_dict(self) -> dict[str, Any]:
        """Return how many batches the last pass has given out and asked for, and where it began.

        A pass that is over counts as none begun.
        """
        last = self._last() if self._last else None
        if last is None or last.is_over:
            return {**_NOTHING, "generators": []}
        began = list(self._began)
        return {"batches": last.batches, "asked": self._asked.count, "generators": began}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Have the next pass go on behind the batches that another has given out.

        Its order is that of the other; the generators stand afterwards where they stood before, so
        that setting them to where they stood when the state was taken continues their streams too.

        Raises:
            ArgumentError: not what `state_dict` returned, or of a loader with other generators.
        """
        if not isinstance(state_dict, Mapping) or set(state_dict) != set(_NOTHING):
            raise ArgumentError(
                "DataLoader.load_state_dict() takes what state_dict() of one returned, got "
                f"{shown(state_dict)}"
            )
        states, wanted = state_dict["generators"], len(self._generators())
        if states and len(states) != wanted:
            raise ArgumentError(
                f"DataLoader: the state is of {len(states)} generators, this loader has {wanted}"
            )
        self._resumed = dict(state_dict) if states else None


class _Counted(Iterator[Any]):
    """Numbers of samples, and how often one asked for them."""

    def __init__(self, numbers: Iterator[Any]) -> None:
        self.numbers = numbers
        self.count = 0

    def __next__(self) -> Any:
        self.count += 1
        return next(self.numbers)


class _Endless(Sampler[None]):
    """What an iterable dataset is asked by: no number, as often as one likes."""

    def __iter__(self) -> Iterator[None]:
        return repeat(None)


def _sampler_of(dataset: Any, shuffle: bool | None, generator: Generator | None) -> Sampler[Any]:
    if isinstance(dataset, IterableDataset):
        return _Endless()
    return RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)


def _check_workers(number: int, timeout: float, ahead: int | None, persistent: bool) -> None:
    if number < 0:
        raise ArgumentError(f"DataLoader: num_workers must be 0 or more, got {number}")
    if timeout < 0:
        raise ArgumentError(f"DataLoader: timeout must be 0 or more seconds, got {timeout}")
    if number == 0 and ahead is not None:
        raise ArgumentError(f"DataLoader: prefetch_factor={ahead} needs num_workers above 0")
    if ahead is not None and ahead < 1:
        raise ArgumentError(f"DataLoader: prefetch_factor must be 1 or more, got {ahead}")
    if persistent and number == 0:
        raise ArgumentError("DataLoader: persistent_workers needs num_workers above 0")


def _check_order(
    dataset: Any, batch_size: Any, shuffle: Any, sampler: Any, batch_sampler: Any, drop_last: bool
) -> None:
    """Raise `ArgumentError` for options of which one says what another says as well."""
    given = {"shuffle": shuffle, "sampler": sampler, "batch_sampler": batch_sampler}
    if isinstance(dataset, IterableDataset):
        for name, value in given.items():
            if value is not None and value is not False:
                raise ArgumentError(
                    f"DataLoader: an IterableDataset has its own order; {name}={shown(value)} "
                    "is for datasets with numbers"
                )
    if sampler is not None and shuffle:
        raise ArgumentError(
            "DataLoader: sampler and shuffle exclude one another; a RandomSampler shuffles"
        )
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler or drop_last):
        raise ArgumentError(
            "DataLoader: batch_sampler makes the batches; it excludes batch_size, shuffle, "
            "sampler and drop_last"
        )
    if batch_size is None and drop_last:
        raise ArgumentError("DataLoader: drop_last needs batches, and batch_size=None makes none")
