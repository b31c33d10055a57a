"""Worker processes: what they make, what is said when they fail, that none is left, and resuming.
Read `test_order_of_batches.py` beside it.
"""

import os
import random
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import WorkerError
from tinygrad_nn.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    TensorDataset,
    get_sample_generator,
)

IN_TIME = 2.0  # seconds
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="lists no processes")
WAYS_TO_FAIL = {
    "raise": (ValueError, "no sample 37"),
    "key": (KeyError, "Caught KeyError"),
    "memory": (MemoryError, "Caught MemoryError"),
    "exit": (WorkerError, "Caught SystemExit"),
    "os exit": (WorkerError, "exit code 3"),
    "killed": (WorkerError, "SIGKILL"),
    "crash": (WorkerError, "SIGSEGV"),
    "unpicklable": (AttributeError, "Can't pickle"),
}


class Failing(Dataset):
    def __init__(self, way, at=37):
        self.way, self.at = way, at

    def __len__(self):
        return 100

    def __getitem__(self, i):
        if i == self.at:
            self.fail()
            if self.way == "unpicklable":
                return lambda: i
        return i

    def fail(self):
        match self.way:
            case "raise":
                raise ValueError("no sample 37")
            case "key":
                raise KeyError("no sample 37")
            case "memory":
                raise MemoryError
            case "exit":
                sys.exit(4)
            case "os exit":
                os._exit(3)
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "crash":
                signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # not pytest's own answer
                os.kill(os.getpid(), signal.SIGSEGV)
            case "hang":
                time.sleep(60)


def children(of=None):
    """The processes that a process started and that are not ended, this one's if none is named."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == (of or os.getpid()) and state != "Z":
            found.append(int(path.parent.name))
    return sorted(found)


def as_it_is(samples):
    return samples


@needs_proc
@pytest.mark.parametrize("way", WAYS_TO_FAIL)
def test_a_failure_is_raised_at_once_and_names_worker_and_sample(way):
    kind, says = WAYS_TO_FAIL[way]
    start = time.monotonic()
    with pytest.raises(kind, match=says) as raised:
        list(DataLoader(Failing(way), batch_size=10, num_workers=2, collate_fn=as_it_is))
    assert time.monotonic() - start < IN_TIME
    assert "worker process 1" in str(raised.value)
    if way != "unpicklable":  # which is found when the batch is sent
        assert "sample 37" in str(raised.value)
    if kind is not WorkerError:
        assert "Traceback (most recent call last)" in str(raised.value)
    assert children() == []


@needs_proc
def test_a_worker_that_hangs_is_given_up_at_the_timeout():
    start = time.monotonic()
    with pytest.raises(WorkerError, match=r"timed out after 0\.7 seconds"):
        list(DataLoader(Failing("hang", 0), num_workers=1, timeout=0.7))
    assert 0.6 < time.monotonic() - start < 0.7 + 1.0
    assert children() == []


@needs_proc
@pytest.mark.parametrize("leave", ["break", "delete", "raise", "exhaust"])
def test_no_worker_is_left(leave):
    def go():
        passing = iter(DataLoader(Failing("never"), batch_size=10, num_workers=2))
        next(passing)
        if leave == "raise":
            raise RuntimeError("of the loop's body")
        if leave == "exhaust":
            list(passing)

    start = time.monotonic()
    if leave == "raise":
        with pytest.raises(RuntimeError, match="of the loop"):
            go()
    else:
        go()
    while children() and time.monotonic() - start < IN_TIME:
        time.sleep(0.01)
    assert children() == []


PARENT = """
import os, time
import tinygrad_nn as tnn
class Slow(tnn.utils.data.Dataset):
    def __len__(self):
        return 1000
    def __getitem__(self, i):
        time.sleep(0.05)
        return i
passing = iter(tnn.utils.data.DataLoader(Slow(), num_workers=2))
next(passing)
print(os.getpid(), flush=True)
for batch in passing:
    pass
"""


@needs_proc
@pytest.mark.parametrize("sent", ["SIGKILL", "SIGINT"])
def test_workers_end_with_the_process_that_asks(sent):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    workers = children(pid)
    assert len(workers) == 2
    parent.send_signal(getattr(signal, sent))
    start = time.monotonic()
    _, errors = parent.communicate(timeout=30)
    while any(_is_there(int(worker)) for worker in workers):
        assert time.monotonic() - start < IN_TIME
        time.sleep(0.02)
    if sent == "SIGINT":
        assert errors.count("Traceback") == 1, errors  # the main process's own, and no worker's
        assert errors.rstrip().endswith("KeyboardInterrupt")


def _is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Transformed(Failing):
    def __init__(self, transform):
        super().__init__("never")
        self.transform = transform


def test_what_cannot_be_sent_to_a_fresh_process_is_named():
    loader = DataLoader(Transformed(lambda x: x), num_workers=1, multiprocessing_context="spawn")
    with pytest.raises(TypeError, match=r"dataset\.transform.*not picklable.*lambda"):
        iter(loader)


class Noisy(Dataset):
    def __len__(self):
        return 12

    def __getitem__(self, i):
        return tnn.rand(2, generator=get_sample_generator()) + i


class NoisyOnes(IterableDataset):
    def __iter__(self):
        for i in range(5):
            yield tnn.rand(1, generator=get_sample_generator()) + i


def test_samples_are_the_same_for_any_number_of_workers():
    def batches(workers):
        tnn.manual_seed(2)
        loader = DataLoader(Noisy(), batch_size=5, shuffle=True, num_workers=workers)
        return [[batch.tolist() for batch in loader] for _ in range(2)]

    alone = batches(0)
    assert alone[0] != alone[1]
    for workers in (1, 2, 4):
        assert batches(workers) == alone
    tnn.manual_seed(2)
    assert len({x.item() for x in DataLoader(NoisyOnes())}) == 5


class Drawing(Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return tnn.rand(1).item(), random.random(), np.random.rand()  # noqa: NPY002


def test_workers_draw_from_streams_of_their_own_and_leave_ours_alone():
    states = _states()
    one, other = DataLoader(Drawing(), batch_size=1, num_workers=2)
    for ours, others in zip(one, other, strict=True):
        assert ours != others
    assert _states() == states


def _states():
    return np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002


@pytest.mark.parametrize("options", [{}, {"num_workers": 2}, {"generator": True}], ids=str)
def test_a_pass_goes_on_where_another_was(options):
    def loader():
        given = dict(options)
        if "generator" in given:
            given["generator"] = tnn.Generator().manual_seed(9)
        data = TensorDataset(tnn.arange(20))
        return DataLoader(data, batch_size=3, shuffle=True, **given)

    def batches(passing, count=None):
        return [batch.tolist() for (batch,) in islice(passing, count)]

    tnn.manual_seed(4)
    straight = loader()
    first, second = batches(straight), batches(straight)
    tnn.manual_seed(4)
    stopped = loader()
    passing = iter(stopped)
    begun = batches(passing, 2)
    saved = stopped.state_dict(), tnn.random.get_rng_state(), stopped.generator
    tnn.manual_seed(77)
    resumed = loader()
    resumed.load_state_dict(saved[0])
    tnn.random.set_rng_state(saved[1])
    if saved[2] is not None:
        resumed.generator.set_state(saved[2].get_state())
    assert begun + batches(resumed) == first
    assert batches(resumed) == second
    with pytest.raises(ValueError, match="takes what state_dict"):
        resumed.load_state_dict({"batches": 1})
