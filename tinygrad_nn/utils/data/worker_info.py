"""What a dataset can ask while it makes a sample: which worker it is in, and numbers of its own.
Read `fetching.py` next, which sets it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...random import Generator


class WorkerInfo(NamedTuple):
    """The worker process that asks: its number, of so many, its seed, its copy of the dataset."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


class _Here:
    """What is true in this process at this moment."""

    worker: WorkerInfo | None = None
    sample: tuple[int, int] = (0, 0)  # the seed of the pass, the place of the sample in it


def get_worker_info() -> WorkerInfo | None:
    """Return what is known of the worker process that asks, or None in the main process."""
    return _Here.worker


def get_sample_generator() -> Generator:
    """Return a generator of the sample that is being made, the same however many workers there are.

    It is seeded by the loader's seed of this pass and the sample's number: a dataset that draws
    from it makes the same samples with 0, 1 or 8 workers, and others in the next pass. It is to be
    asked in `__getitem__`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> class Noisy(tnn.utils.data.Dataset):
        ...     def __len__(self):
        ...         return 2
        ...     def __getitem__(self, index):
        ...         return tnn.rand(1, generator=tnn.utils.data.get_sample_generator())
        >>> len(list(tnn.utils.data.DataLoader(Noisy())))
        2
    """
    words = np.random.SeedSequence(_Here.sample).generate_state(2)
    return Generator().manual_seed(int(words[0]) << 31 | int(words[1]) >> 1)


def set_worker(info: WorkerInfo) -> None:
    """Say which worker this process is."""
    _Here.worker = info


def set_sample(seed: int, place: int) -> None:
    """Say which sample is being made."""
    _Here.sample = (seed, place)
