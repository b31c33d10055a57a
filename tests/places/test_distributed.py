"""A group of one process does in each collective what PyTorch's does; more processes are refused.
Read `test_data_parallel.py` next.
"""

import importlib

import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import NotHereError


@pytest.fixture
def dist(library, tmp_path, monkeypatch):
    dist = importlib.import_module(f"{library.__name__}.distributed")
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    dist.init_process_group("gloo", f"file://{tmp_path}/store", rank=0, world_size=1)
    yield dist
    if dist.is_initialized():
        dist.destroy_process_group()


def test_the_group_tells_what_it_is(dist):
    assert (dist.is_available(), dist.is_initialized()) == (True, True)
    assert (dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (0, 1, "gloo")
    assert dist.get_process_group_ranks(dist.group.WORLD) == [0]
    assert (dist.is_nccl_available(), dist.is_torchelastic_launched()) == (False, False)
    part = dist.new_group([0])
    assert (part.size(), part.rank()) == (1, 0)
    with pytest.raises((ValueError, RuntimeError)):
        dist.init_process_group("gloo", rank=0, world_size=1)
    dist.destroy_process_group()
    assert not dist.is_initialized()


CALLS = {
    "all_reduce": lambda d, x, y: d.all_reduce(x, op=d.ReduceOp.SUM),
    "reduce": lambda d, x, y: d.reduce(x, 0, d.ReduceOp.MAX),
    "broadcast": lambda d, x, y: d.broadcast(x, src=0),
    "all_gather": lambda d, x, y: d.all_gather([y], x),
    "all_gather_into_tensor": lambda d, x, y: d.all_gather_into_tensor(y, x),
    "gather": lambda d, x, y: d.gather(x, [y], dst=0),
    "scatter": lambda d, x, y: d.scatter(y, [x], src=0),
    "reduce_scatter": lambda d, x, y: d.reduce_scatter(y, [x]),
    "reduce_scatter_tensor": lambda d, x, y: d.reduce_scatter_tensor(y, x),
    "all_to_all_single": lambda d, x, y: d.all_to_all_single(y, x),
    "barrier": lambda d, x, y: d.barrier(),
}


@pytest.mark.filterwarnings("ignore:.*is deprecated:FutureWarning")  # PyTorch has newer names
@pytest.mark.parametrize("name", CALLS)
def test_a_collective_of_one(dist, library, name):
    x, y = library.tensor([1.0, 2.0]), library.zeros(2)
    assert CALLS[name](dist, x, y) is None
    assert x.tolist() == [1.0, 2.0]
    assert y.tolist() in ([0.0, 0.0], [1.0, 2.0])
    writes = name not in ("all_reduce", "reduce", "broadcast", "barrier")
    assert (y.tolist() == [1.0, 2.0]) == writes


def test_what_is_asked_for_later_is_done(dist, library):
    work = dist.all_reduce(library.ones(2), async_op=True)
    assert work.wait()
    assert work.is_completed()


def test_objects(dist):
    found = [None]
    dist.all_gather_object(found, {"a": 1})
    assert found == [{"a": 1}]
    dist.broadcast_object_list(found, src=0)
    assert found == [{"a": 1}]
    scattered = [None]
    dist.scatter_object_list(scattered, [5], src=0)
    assert scattered == [5]


@pytest.mark.parametrize("name", ["get_rank", "get_world_size", "get_backend", "barrier"])
def test_without_a_group_a_call_is_refused(library, name):
    dist = importlib.import_module(f"{library.__name__}.distributed")
    with pytest.raises(ValueError, match="init_process_group"):
        getattr(dist, name)()


def test_rank_and_size_come_from_the_environment(library, monkeypatch):
    dist = importlib.import_module(f"{library.__name__}.distributed")
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match=r"RANK|WORLD_SIZE"):
        dist.init_process_group("gloo")
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "1")
    tnn.distributed.init_process_group("gloo")
    assert tnn.distributed.get_world_size() == 1
    tnn.distributed.destroy_process_group()


def test_more_than_one_process_is_refused():
    with pytest.raises(NotHereError, match="rank 1 of world_size 4: tinygrad_nn trains in one"):
        tnn.distributed.init_process_group("gloo", rank=1, world_size=4)
    with pytest.raises(NotHereError, match="needs a GPU"):
        tnn.distributed.init_process_group("nccl", rank=0, world_size=1)
    assert not tnn.distributed.is_initialized()


def test_there_is_no_other_to_send_to():
    tnn.distributed.init_process_group(rank=0, world_size=1)
    try:
        for name in ("send", "recv", "isend", "irecv"):
            with pytest.raises(NotHereError, match=rf"\b{name}\b.*: the group has one process"):
                getattr(tnn.distributed, name)(tnn.ones(1), 0)
        with pytest.raises(ValueError, match="only rank is 0"):
            tnn.distributed.new_group([0, 1])
    finally:
        tnn.distributed.destroy_process_group()


def test_a_sampler_asks_the_group(dist, library):
    sampler = importlib.import_module(f"{library.__name__}.utils.data.distributed")
    own = sampler.DistributedSampler(range(5), shuffle=False)
    assert (own.num_replicas, own.rank, list(own)) == (1, 0, [0, 1, 2, 3, 4])


def test_what_torchrun_watches_is_left_as_it_is(library):
    errors = importlib.import_module(
        f"{library.__name__}.distributed.elastic.multiprocessing.errors"
    )

    @errors.record
    def main():
        return 3

    assert main() == 3


@pytest.mark.parametrize("name", ["all_gather_single", "reduce_scatter_single"])
def test_the_newer_names_write_the_second_tensor_into_the_first(name):
    tnn.distributed.init_process_group(rank=0, world_size=1)
    try:
        to = tnn.zeros(2)
        getattr(tnn.distributed, name)(to, tnn.tensor([1.0, 2.0]))
    finally:
        tnn.distributed.destroy_process_group()
    assert to.tolist() == [1.0, 2.0]
    with pytest.raises((RuntimeError, ValueError), match=name):
        getattr(tnn.distributed, name)(to, to)
