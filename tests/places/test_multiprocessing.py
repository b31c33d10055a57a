"""`multiprocessing` is Python's, with `spawn`, whose processes tell what they raised.
Read `../data/` for the processes that make batches.
"""

import multiprocessing

import pytest

import tinygrad_nn.multiprocessing as mp


def put(number, numbers, factor):
    numbers[number] = factor * (number + 1)


def fail(number, *args):
    raise ValueError(f"process {number} has no data")


def leave(number):
    raise SystemExit(3)


def test_python_s_own_names_are_there():
    assert mp.Queue is not None
    assert mp.cpu_count() == multiprocessing.cpu_count()
    assert {*multiprocessing.__all__} <= {*mp.__all__}


def test_each_process_is_given_its_number():
    numbers = mp.Array("i", 3)
    assert mp.spawn(put, args=(numbers, 10), nprocs=3) is None
    assert list(numbers) == [10, 20, 30]


def test_processes_that_are_not_waited_for():
    numbers = mp.Array("i", 1)
    context = mp.spawn(put, args=(numbers, 7), nprocs=1, join=False)
    assert len(context.pids()) == 1
    while not context.join():
        pass
    assert list(numbers) == [7]


def test_what_a_process_raises_is_told():
    with pytest.raises(mp.ProcessRaisedException, match="ValueError: process 0 has no data"):
        mp.spawn(fail, nprocs=1)
    with pytest.raises(mp.ProcessExitedException, match="code 3"):
        mp.spawn(leave, nprocs=1)


def test_how_tensors_are_shared_can_be_said():
    for name in mp.get_all_sharing_strategies():
        mp.set_sharing_strategy(name)
        assert mp.get_sharing_strategy() == name
    mp.set_sharing_strategy("file_descriptor")
    with pytest.raises(RuntimeError, match="carrier_pigeon"):
        mp.set_sharing_strategy("carrier_pigeon")
