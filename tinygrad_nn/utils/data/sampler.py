"""Samplers: the order in which the numbers of samples are drawn, singly and in batches.
Read `collate.py` next, which makes one batch of several samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from ...arrays.dtypes import float64, int64
from ...arrays.refusing import shown
from ...errors import ArgumentError, DTypeError
from ...random import Generator
from ...tensor.creation import as_tensor, empty
from ...tensor.drawing import multinomial
from ...tensor.sampling import randint, randperm

Index = TypeVar("Index", covariant=True)
_DRAWN_AT_ONCE = 32  # with replacement, as PyTorch draws them


class Sampler(Generic[Index]):
    """The base of the samplers: a subclass has `__iter__`, and most have `__len__`."""

    def __iter__(self) -> Iterator[Index]:
        raise NotImplementedError(f"{type(self).__name__} needs a method __iter__(self)")


class SequentialSampler(Sampler[int]):
    """The numbers 0, 1, 2, ... of a dataset."""

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """The numbers of a dataset in random order, or `num_samples` of them drawn with replacement.

    Without a generator the order is of a fresh one, seeded by one draw of the default generator:
    PyTorch's order for the same seed.

    Raises:
        DTypeError: a `replacement` that is no bool. ArgumentError: nothing to draw.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> list(tnn.utils.data.RandomSampler(range(4)))
        [2, 3, 0, 1]
    """

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise DTypeError(
                f"RandomSampler: replacement must be True or False, got {shown(replacement)}"
            )
        _check_count("RandomSampler", self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many numbers are drawn: all of the dataset, unless it was said."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        n, generator = len(self.data_source), self.generator or seeded_generator()
        if self.replacement:
            for start in range(0, self.num_samples, _DRAWN_AT_ONCE):
                count = min(_DRAWN_AT_ONCE, self.num_samples - start)
                yield from randint(0, n, (count,), generator=generator).tolist()
            return
        whole, rest = divmod(self.num_samples, n) if n else (0, 0)
        for _ in range(whole):
            yield from randperm(n, generator=generator).tolist()
        yield from randperm(n, generator=generator).tolist()[:rest]

    def __len__(self) -> int:
        return self.num_samples


def seeded_generator() -> Generator:
    """Return a fresh generator, seeded by one draw of the default one."""
    return Generator().manual_seed(drawn_seed(None))


def drawn_seed(generator: Generator | None) -> int:
    """Draw a seed: any int64 that is not negative."""
    return int(empty((), dtype=int64).random_(generator=generator).item())


class SubsetRandomSampler(Sampler[int]):
    """The given numbers in random order."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for i in randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """`num_samples` numbers, each as likely as its weight; the weights need not add up to 1.

    Raises:
        ArgumentError: weights of several dimensions, a `num_samples` below 1.
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        _check_count("WeightedRandomSampler", num_samples)
        _check_flag("WeightedRandomSampler", "replacement", replacement)
        self.weights = as_tensor(weights, dtype=float64)
        if self.weights.ndim != 1:
            raise ArgumentError(
                "WeightedRandomSampler: weights must have one dimension, got shape "
                f"{tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        drawn = multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """Lists of `batch_size` numbers of another sampler; a shorter last one can be dropped.

    Raises:
        ArgumentError: a `batch_size` that is no int above 0, a `drop_last` that is no bool.

    Example:
        >>> import tinygrad_nn as tnn
        >>> list(tnn.utils.data.BatchSampler(range(5), batch_size=2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler: Iterable[Any], batch_size: int, drop_last: bool) -> None:
        _check_count("BatchSampler", batch_size, "batch_size")
        _check_flag("BatchSampler", "drop_last", drop_last)
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        numbers = iter(self.sampler)
        while batch := list(islice(numbers, self.batch_size)):
            if len(batch) < self.batch_size and self.drop_last:
                return
            yield batch

    def __len__(self) -> int:
        length = len(self.sampler)  # type: ignore[arg-type]
        return length // self.batch_size if self.drop_last else -(-length // self.batch_size)


def _check_count(name: str, count: Any, argument: str = "num_samples") -> None:
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ArgumentError(f"{name}: {argument} must be an int above 0, got {shown(count)}")


def _check_flag(name: str, argument: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ArgumentError(f"{name}: {argument} must be True or False, got {shown(value)}")
