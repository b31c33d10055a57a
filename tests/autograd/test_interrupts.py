"""Training that is interrupted at random moments, and nets that train side by side in threads.
Read `test_inplace.py` next.
"""

from __future__ import annotations

import gc
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn import nn

INTERRUPTS = 100


@pytest.fixture(autouse=True)
def error_state():
    """Put NumPy's error state back: an interrupt beside `np.errstate` can leave it changed."""
    before = np.geterr()
    yield
    np.seterr(**before)


class Training:
    """A small net with its data; `step` does what a training loop does, and writes in place."""

    def __init__(self, seed: int) -> None:
        tnn.manual_seed(seed)
        self.model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3))
        self.optimizer = tnn.optim.SGD(self.model.parameters(), lr=0.05)
        self.x, self.t = tnn.randn(12, 6), tnn.randint(0, 3, (12,))

    def step(self) -> float:
        self.optimizer.zero_grad()
        hidden = self.model(self.x)
        hidden[:, 0].mul_(0.5)
        hidden[1:] = hidden[:-1] + hidden[1:]
        loss = nn.functional.cross_entropy(hidden, self.t) + (hidden * hidden).mean()
        loss.backward()
        self.optimizer.step()
        return float(loss)

    def run(self, steps: int) -> list[float]:
        return [self.step() for _ in range(steps)]

    def state(self) -> list[Any]:
        return [p.detach().numpy().copy() for p in self.model.parameters()]

    def arrays(self) -> list[Any]:
        parameters = list(self.model.parameters())
        grads = [p.grad for p in parameters if p.grad is not None]
        return [t.array for t in (*parameters, *grads, self.x, self.t)]


def bits(arrays: list[Any]) -> list[bytes]:
    return [array.tobytes() for array in arrays]


def interrupted(step: Any, after: float) -> int:
    """Step until a timer interrupts; return how often it did, and fail if that was swallowed."""
    calls = 0

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal calls
        calls += 1
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    gc.disable()  # Python itself swallows one in a callback of the collector: hypothesis has one
    try:
        signal.setitimer(signal.ITIMER_REAL, after)
        while not calls:
            step()
    except KeyboardInterrupt:
        return calls
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()
    pytest.fail("an interrupt was swallowed")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX interval timers")
def test_an_interrupt_is_raised_and_leaves_nothing_damaged():
    moments = random.Random(0)
    training = Training(0)
    start = training.model.state_dict()
    kept = {name: tensor.clone() for name, tensor in start.items()}
    training.step()
    expected = bits(training.state())
    for _ in range(INTERRUPTS):
        assert interrupted(training.step, moments.uniform(1e-5, 2e-3)) == 1
        assert tnn.is_grad_enabled()
        assert all(array.flags.writeable for array in training.arrays())
        training.model.load_state_dict(kept)
        training.step()
        assert bits(training.state()) == expected


def test_eight_nets_in_threads_get_the_bits_that_they_get_alone():
    alone = [(net.run(40), bits(net.state())) for net in map(Training, range(8))]
    nets = [Training(seed) for seed in range(8)]
    start = threading.Barrier(8)

    def train(net: Training) -> tuple[list[float], list[bytes]]:
        start.wait()
        return net.run(40), bits(net.state())

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(train, nets)) == alone


def test_a_graph_built_in_one_thread_is_walked_in_another():
    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    thread = threading.Thread(target=loss.backward)
    thread.start()
    thread.join()
    assert np.array_equal(x.grad.numpy(), [2.0, 4.0])
