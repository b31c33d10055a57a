"""Datasets, samplers and loaders give the same samples as PyTorch's, in the same order.
Read `test_worker_processes.py` next.
"""

from collections import OrderedDict, namedtuple

import numpy as np
import pytest

import tinygrad_nn as tnn

Point = namedtuple("Point", "x y")


def rows(f, n=23):
    return f.utils.data.TensorDataset(f.arange(n), f.arange(n).double() / 3)


def passes(f, dataset, **options):
    """What two passes give, and what the default generator draws afterwards."""
    f.manual_seed(3)
    loader = f.utils.data.DataLoader(dataset, **options)
    return [[plain(batch) for batch in loader] for _ in range(2)], f.rand(2).tolist()


def plain(made):
    """Tensors as lists with their dtypes, within what holds them."""
    if hasattr(made, "tolist") and hasattr(made, "dtype"):
        return str(made.dtype).removeprefix("torch."), made.tolist()
    if isinstance(made, dict):
        return type(made).__name__, {key: plain(value) for key, value in made.items()}
    if isinstance(made, (list, tuple)):
        return type(made).__name__, [plain(each) for each in made]
    return made


def drawn(f, sampler):
    f.manual_seed(5)
    return [list(sampler(f.utils.data)) for _ in range(2)], f.rand(1).item()


class Counting:
    """An iterable dataset of either package."""

    def __new__(cls, f, n):
        class Counted(f.utils.data.IterableDataset):
            def __iter__(self):
                info = f.utils.data.get_worker_info()
                return iter(range(n) if info is None else range(info.id, n, info.num_workers))

        return Counted()


def generator(f, seed):
    return f.Generator().manual_seed(seed)


LOADERS = {
    "in order": lambda f: passes(f, rows(f), batch_size=4),
    "shuffled": lambda f: passes(f, rows(f), batch_size=4, shuffle=True),
    "the last is dropped": lambda f: passes(f, rows(f), batch_size=5, shuffle=True, drop_last=True),
    "one by one": lambda f: passes(f, rows(f), batch_size=None),
    "a generator": lambda f: passes(f, rows(f), shuffle=True, generator=generator(f, 7)),
    "a sampler": lambda f: passes(f, rows(f), batch_size=3, sampler=[5, 1, 1, 2]),
    "batches of a sampler": lambda f: passes(f, rows(f), batch_sampler=[[1, 2], [3], [4, 5, 6]]),
    "a list": lambda f: passes(f, list("abcdefg"), batch_size=3, shuffle=True),
    "numbers": lambda f: passes(f, range(7), batch_size=3),
    "collated otherwise": lambda f: passes(f, range(7), batch_size=3, collate_fn=sum),
    "two workers": lambda f: passes(f, rows(f), batch_size=4, shuffle=True, num_workers=2),
    "workers that stay": lambda f: passes(
        f, rows(f), batch_size=4, shuffle=True, num_workers=2, persistent_workers=True
    ),
    "one after the other": lambda f: passes(f, Counting(f, 7), batch_size=2),
    "one after the other, the last dropped": lambda f: passes(
        f, Counting(f, 7), batch_size=2, drop_last=True
    ),
    "one after the other, one by one": lambda f: passes(f, Counting(f, 3), batch_size=None),
    "one after the other, by two workers": lambda f: passes(
        f, Counting(f, 7), batch_size=2, num_workers=2
    ),
}
SAMPLERS = {
    "random": lambda d: d.RandomSampler(range(9)),
    "random, more than there are": lambda d: d.RandomSampler(range(4), num_samples=10),
    "random, with replacement": lambda d: d.RandomSampler(range(9), replacement=True),
    "random, 70 with replacement": lambda d: d.RandomSampler(range(9), True, 70),
    "of a subset": lambda d: d.SubsetRandomSampler([3, 5, 8, 9]),
    "weighted": lambda d: d.WeightedRandomSampler([0.1, 0.9, 0.4], 6),
    "weighted, each once": lambda d: d.WeightedRandomSampler([0.1, 0.9, 0.4], 3, False),
    "in batches": lambda d: d.BatchSampler(d.SequentialSampler(range(7)), 3, False),
    "in whole batches": lambda d: d.BatchSampler(d.RandomSampler(range(7)), 3, True),
    "of one of two processes": lambda d: d.DistributedSampler(range(7), 2, 1, seed=3),
    "of one of two, the rest dropped": lambda d: d.DistributedSampler(
        range(7), 2, 0, drop_last=True, shuffle=False
    ),
}
COLLATED = {
    "tensors": lambda f: f.utils.data.default_collate([f.ones(2), f.zeros(2)]),
    "arrays": lambda f: f.utils.data.default_collate([np.ones(2), np.zeros(2)]),
    "NumPy's numbers": lambda f: f.utils.data.default_collate([np.float32(1), np.float32(2)]),
    "floats": lambda f: f.utils.data.default_collate([0.5, 2.0]),
    "ints": lambda f: f.utils.data.default_collate([1, 2]),
    "bools": lambda f: f.utils.data.default_collate([True, False]),
    "strings": lambda f: f.utils.data.default_collate(["a", "b"]),
    "tuples": lambda f: f.utils.data.default_collate([(1, 0.5, "a"), (2, 1.5, "b")]),
    "lists": lambda f: f.utils.data.default_collate([[1, [2]], [3, [4]]]),
    "dicts": lambda f: f.utils.data.default_collate([{"a": 1, "b": [2.0]}, {"a": 3, "b": [4.0]}]),
    "ordered dicts": lambda f: f.utils.data.default_collate([OrderedDict(a=1), OrderedDict(a=2)]),
    "named tuples": lambda f: f.utils.data.default_collate([Point(1, 2.0), Point(3, 4.0)]),
    "converted": lambda f: f.utils.data.default_convert(
        [np.arange(3), {"a": np.float64(2), "b": (1, np.ones(1))}, "c", Point(np.ones(1), 1)]
    ),
}
SPLITS = {
    "numbers": lambda f: f.utils.data.random_split(range(10), [7, 3]),
    "shares": lambda f: f.utils.data.random_split(range(11), [0.5, 0.3, 0.2]),
    "a generator": lambda f: f.utils.data.random_split(range(9), [4, 5], generator(f, 3)),
}
DATASETS = {
    "concatenated": lambda d: [d.ConcatDataset([range(3), range(10, 12)])[i] for i in (0, 3, -1)],
    "added": lambda d: len(d.Subset(range(5), [1, 2]) + d.Subset(range(5), [4])),
    "a subset": lambda d: d.Subset(range(0, 50, 10), [4, 1])[0],
    "a subset's several": lambda d: d.Subset(range(0, 50, 10), [4, 1, 2]).__getitems__([2, 0]),
    "stacked": lambda d: d.StackDataset(range(3), "abc")[1],
    "stacked by name": lambda d: d.StackDataset(x=range(3), y="abc")[2],
}
REFUSED = {
    "shuffle beside a sampler": lambda d: d.DataLoader(range(3), shuffle=True, sampler=range(3)),
    "a batch_sampler beside a size": lambda d: d.DataLoader(
        range(3), batch_size=3, batch_sampler=[[1]]
    ),
    "no batches, of which to drop one": lambda d: d.DataLoader(
        range(3), batch_size=None, drop_last=True
    ),
    "fewer than no workers": lambda d: d.DataLoader(range(3), num_workers=-1),
    "a timeout below 0": lambda d: d.DataLoader(range(3), timeout=-1),
    "ahead without workers": lambda d: d.DataLoader(range(3), prefetch_factor=2),
    "no workers that stay": lambda d: d.DataLoader(range(3), persistent_workers=True),
    "batches of none": lambda d: d.DataLoader(range(3), batch_size=0),
    "nothing to shuffle": lambda d: d.DataLoader([], shuffle=True),
    "a flag that is none": lambda d: d.RandomSampler(range(3), replacement=1),
    "weights of two dimensions": lambda d: list(d.WeightedRandomSampler([[1.0]], 1)),
    "rows of different numbers": lambda d: d.StackDataset(range(3), range(2)),
    "none": lambda d: d.ConcatDataset([]),
    "an order of one that has its own": lambda d: d.DataLoader(d.ChainDataset([]), shuffle=True),
    "parts that are more than the whole": lambda d: d.random_split(range(3), [1, 3]),
    "samples of different lengths": lambda d: d.default_collate([[1], [1, 2]]),
    "a class that is none of these": lambda d: d.default_collate([object()]),
    "another size later": lambda d: setattr(d.DataLoader(range(3)), "batch_size", 2),
}


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_gives_pytorchs_batches(name):
    torch = pytest.importorskip("torch")
    assert LOADERS[name](tnn) == LOADERS[name](torch)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_sampler_gives_pytorchs_numbers(name):
    torch = pytest.importorskip("torch")
    data = pytest.importorskip("torch.utils.data.distributed")

    def sampler(d):
        if (d is not tnn.utils.data and "processes" in name) or "of two" in name:
            d = data if d is not tnn.utils.data else d
        return SAMPLERS[name](d)

    assert drawn(tnn, sampler) == drawn(torch, sampler)


@pytest.mark.parametrize("name", COLLATED)
def test_a_batch_is_pytorchs(name):
    torch = pytest.importorskip("torch")
    assert plain(COLLATED[name](tnn)) == plain(COLLATED[name](torch))


@pytest.mark.parametrize("name", SPLITS)
def test_a_random_split_is_pytorchs(name):
    torch = pytest.importorskip("torch")

    def parts(f):
        f.manual_seed(1)
        return [list(part) for part in SPLITS[name](f)]

    assert parts(tnn) == parts(torch)


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_of_others_is_pytorchs(name):
    torch = pytest.importorskip("torch")
    assert DATASETS[name](tnn.utils.data) == DATASETS[name](torch.utils.data)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_in_pytorchs_class(name):
    torch = pytest.importorskip("torch")
    with pytest.raises(Exception) as theirs:  # noqa: PT011 - the class is what is asked for
        REFUSED[name](torch.utils.data)
    kind = ValueError if theirs.type is AssertionError else theirs.type
    with pytest.raises(kind):
        REFUSED[name](tnn.utils.data)


def test_a_loader_has_pytorchs_lengths():
    torch = pytest.importorskip("torch")

    def lengths(f):
        loaders = [
            f.utils.data.DataLoader(rows(f), batch_size=size, drop_last=drop)
            for size in (1, 4, 23, 30)
            for drop in (False, True)
        ]
        return [(len(loader), len(iter(loader))) for loader in loaders]

    assert lengths(tnn) == lengths(torch)


def test_the_modules_have_pytorchs_names():
    from tinygrad_nn.utils.data.dataloader import DataLoader
    from tinygrad_nn.utils.data.dataset import Dataset, random_split
    from tinygrad_nn.utils.data.distributed import DistributedSampler
    from tinygrad_nn.utils.data.sampler import Sampler

    here = tnn.utils.data
    assert DataLoader is here.DataLoader
    assert Dataset is here.Dataset
    assert random_split is here.random_split
    assert DistributedSampler is here.DistributedSampler
    assert Sampler is here.Sampler


@pytest.mark.parametrize("library", ["tinygrad_nn", "torch"])
def test_the_rows_of_a_subset_may_be_a_tensor(library):
    f = pytest.importorskip(library)
    chosen = f.tensor([4, 1, 2])
    given = f.utils.data.Subset(rows(f), chosen)
    wrapped = f.utils.data.Subset(given, [2, 0, 1])
    for dataset, expected in ((given, [4, 1, 2]), (wrapped, [2, 4, 1])):
        first, _ = next(iter(f.utils.data.DataLoader(dataset, batch_size=3)))
        assert first.tolist() == expected


def test_a_loader_of_a_package_s_own_asks_a_dataset_for_whole_batches(library):
    data = library.utils.data

    class Whole(data.DataLoader):
        _auto_collation = False

        @property
        def _index_sampler(self):
            return self.batch_sampler

    class Squares(data.Dataset):
        def __len__(self):
            return 5

        def __getitem__(self, rows):
            return library.tensor(rows) ** 2  # of all rows of a batch at once

    loader = Whole(Squares(), batch_size=2, collate_fn=lambda batch: batch)
    assert [batch.tolist() for batch in loader] == [[0, 1], [4, 9], [16]]
    assert len(loader) == 3
