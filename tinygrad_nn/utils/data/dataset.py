"""Datasets: samples by number, or one after the other, and datasets made of others.
Read `sampler.py` next, for the order in which they are gone through.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, Generic, TypeVar

from ...arrays.refusing import shown
from ...errors import ArgumentError, DimensionError, DTypeError, ShapeError
from ...random import Generator
from ...tensor import Tensor
from ...tensor.sampling import randperm

Sample = TypeVar("Sample", covariant=True)


class Dataset(Generic[Sample]):
    """Samples by number: a subclass has `__getitem__(index)`, and most have `__len__`.

    A `__getitems__(indices)` fetches the samples of a whole batch at once.

    Example:
        >>> import tinygrad_nn as tnn
        >>> class Squares(tnn.utils.data.Dataset):
        ...     def __len__(self):
        ...         return 4
        ...     def __getitem__(self, index):
        ...         return index * index
        >>> list(tnn.utils.data.DataLoader(Squares(), batch_size=2))
        [tensor([0, 1]), tensor([4, 9])]
    """

    def __getitem__(self, index: Any) -> Sample:
        raise NotImplementedError(f"{type(self).__name__} needs a method __getitem__(self, index)")

    def __add__(self, other: Dataset[Any]) -> ConcatDataset[Any]:
        return ConcatDataset([self, other])


class IterableDataset(Dataset[Sample]):
    """Samples one after the other: a subclass has `__iter__`.

    Each worker process of a DataLoader goes through a copy of it; `get_worker_info()` tells a copy
    which part is its own.
    """

    def __iter__(self) -> Iterator[Sample]:
        raise NotImplementedError(f"{type(self).__name__} needs a method __iter__(self)")

    def __add__(self, other: Dataset[Any]) -> Any:
        return ChainDataset([self, other])


class TensorDataset(Dataset[tuple[Tensor, ...]]):
    """Rows of several tensors: the i-th sample is (tensors[0][i], tensors[1][i], ...).

    Raises:
        ShapeError: tensors of different lengths.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.utils.data.TensorDataset(tnn.eye(2), tnn.arange(2))[1]
        (tensor([0., 1.]), tensor(1))
    """

    def __init__(self, *tensors: Tensor) -> None:
        if len({len(each) for each in tensors}) > 1:
            lengths = ", ".join(str(len(each)) for each in tensors)
            raise ShapeError(f"TensorDataset: tensors of one length are needed, got {lengths} rows")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(each[index] for each in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])


class StackDataset(Dataset[Any]):
    """Several datasets side by side: tuples of their i-th samples, or dicts of those by keyword.

    Raises:
        ArgumentError: none, or some by place and some by keyword. ShapeError: different lengths.
    """

    def __init__(self, *args: Dataset[Any], **kwargs: Dataset[Any]) -> None:
        if bool(args) == bool(kwargs):
            raise ArgumentError(
                "StackDataset: pass datasets by place, for tuples, or by keyword, for dicts"
            )
        self.datasets: Any = args or kwargs
        sizes = {name: len(each) for name, each in _by_name(self.datasets)}
        if len(set(sizes.values())) > 1:
            raise ShapeError(f"StackDataset: datasets of one length are needed, got {sizes}")
        self._length = next(iter(sizes.values()))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(self.datasets, dict):
            return {name: each[index] for name, each in self.datasets.items()}
        return tuple(each[index] for each in self.datasets)

    def __len__(self) -> int:
        return self._length


def _by_name(datasets: Any) -> Iterable[tuple[Any, Any]]:
    return datasets.items() if isinstance(datasets, dict) else enumerate(datasets)


class ConcatDataset(Dataset[Sample]):
    """One dataset behind the other.

    Raises:
        ArgumentError: no dataset. DTypeError: an IterableDataset, which has no numbers.

    Example:
        >>> import tinygrad_nn as tnn
        >>> both = tnn.utils.data.ConcatDataset([[1, 2], [3]])
        >>> len(both), both[2], both[-3]
        (3, 3, 1)
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise ArgumentError("ConcatDataset: an empty list of datasets; pass one or more")
        for each in self.datasets:
            if isinstance(each, IterableDataset):
                raise DTypeError(
                    "ConcatDataset: an IterableDataset has no numbers; use ChainDataset"
                )
        self.cumulative_sizes = list(accumulate(len(each) for each in self.datasets))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, idx: int) -> Sample:
        place = idx + len(self) if idx < 0 else idx
        if place < 0:
            raise DimensionError(f"ConcatDataset: index {idx} of {len(self)} samples")
        number = bisect_right(self.cumulative_sizes, place)
        if number == len(self.datasets):
            raise DimensionError(f"ConcatDataset: index {idx} of {len(self)} samples")
        before = self.cumulative_sizes[number - 1] if number else 0
        return self.datasets[number][place - before]


class ChainDataset(IterableDataset[Sample]):
    """One iterable dataset after the other."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = datasets

    def __iter__(self) -> Iterator[Sample]:
        for each in self.datasets:
            if not isinstance(each, IterableDataset):
                raise DTypeError(f"ChainDataset takes IterableDatasets, got {shown(each)}")
            yield from each

    def __len__(self) -> int:
        return sum(len(each) for each in self.datasets)


class Subset(Dataset[Sample]):
    """Those samples of a dataset that `indices` name, in this order."""

    def __init__(self, dataset: Any, indices: Sequence[Any]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, list):
            return self.dataset[[self.indices[i] for i in idx]]
        return self.dataset[self.indices[idx]]

    def __getitems__(self, indices: list[int]) -> list[Sample]:
        chosen = [self.indices[i] for i in indices]
        fetch = getattr(self.dataset, "__getitems__", None)
        return [self.dataset[i] for i in chosen] if fetch is None else fetch(chosen)

    def __len__(self) -> int:
        return len(self.indices)


def random_split(
    dataset: Any, lengths: Sequence[float], generator: Generator | None = None
) -> list[Subset[Any]]:
    """Divide a dataset at random into parts of these lengths, or of these shares.

    Shares add up to 1; what they leave over goes to the first parts, one each.

    Raises:
        ArgumentError: lengths that do not add up to the dataset's, shares outside 0 to 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> parts = tnn.utils.data.random_split(range(10), [0.75, 0.25])
        >>> [len(part) for part in parts]
        [8, 2]
    """
    whole = len(dataset)
    sizes: Sequence[Any] = lengths
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        for share in lengths:
            if not 0 <= share <= 1:
                raise ArgumentError(f"random_split: a share must be from 0 to 1, got {share}")
        parts = [math.floor(whole * share) for share in lengths]
        for i in range(whole - sum(parts)):
            parts[i % len(parts)] += 1
        sizes = parts
    if sum(sizes) != whole:
        raise ArgumentError(
            f"random_split: lengths {list(lengths)} add up to {sum(sizes)}, the dataset has {whole}"
        )
    order = randperm(whole, generator=generator).tolist()
    ends = [0, *accumulate(int(size) for size in sizes)]
    return [Subset(dataset, order[start:stop]) for start, stop in pairwise(ends)]
