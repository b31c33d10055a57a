"""`DistributedSampler`: the share of one of several processes that train together.
Read `dataloader.py` next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...distributed.group import group as _group
from ...errors import ArgumentError
from ...random import Generator
from ...tensor.sampling import randperm
from .sampler import Sampler


class DistributedSampler(Sampler[int]):
    """Every `num_replicas`-th number of a dataset from `rank` on, in an order that all agree on.

    The order is of `seed` and the epoch, which `set_epoch` says; numbers are given twice so that
    all have as many, or, with `drop_last`, left out.

    Raises:
        ArgumentError: no `num_replicas` or `rank` where there is no process group, or a rank
            that is not there.
    """

    def __init__(
        self,
        dataset: Any,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        group = _group.WORLD
        if group is not None:
            num_replicas = group.size() if num_replicas is None else num_replicas
            rank = group.rank() if rank is None else rank
        if num_replicas is None or rank is None:
            raise ArgumentError(
                "DistributedSampler: there is no process group; pass num_replicas and rank"
            )
        if num_replicas < 1:
            raise ArgumentError(
                f"DistributedSampler: num_replicas must be 1 or more, got {num_replicas}"
            )
        if not 0 <= rank < num_replicas:
            raise ArgumentError(
                f"DistributedSampler: rank must be from 0 to {num_replicas - 1}, got {rank}"
            )
        self.dataset = dataset
        self.num_replicas, self.rank = num_replicas, rank
        self.epoch, self.seed = 0, seed
        self.shuffle, self.drop_last = shuffle, drop_last
        length = len(dataset)
        self.num_samples = length // num_replicas if drop_last else -(-length // num_replicas)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self) -> Iterator[int]:
        length = len(self.dataset)
        numbers = list(range(length))
        if self.shuffle:
            generator = Generator().manual_seed(self.seed + self.epoch)
            numbers = randperm(length, generator=generator).tolist()
        numbers = [numbers[i % length] for i in range(self.total_size)]
        return iter(numbers[self.rank :: self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch comes: each has another order."""
        self.epoch = epoch
