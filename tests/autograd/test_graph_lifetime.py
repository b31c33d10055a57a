"""How deep and how wide a graph may be, and that reference counts alone free it.
Read `test_higher_order.py` next.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
import tracemalloc
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd.node import Node

DEEP = 1_000_000
# CPython 3.13 nests 10,000 deallocations whatever the stack: [[[...]]] too crashes it in 256 KiB.
SMALL_STACK = (1024 if sys.version_info[:2] == (3, 13) else 256) * 1024


@contextlib.contextmanager
def collector_off() -> Iterator[None]:
    """Leave only reference counts to free what is made inside."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def living_nodes() -> int:
    return sum(type(each) is Node for each in gc.get_objects())


def chain(length: int) -> tuple[Any, Any]:
    x = tnn.ones(4, requires_grad=True)
    y = x
    for _ in range(length):
        y = y + 1.0
    return x, y


def walk_and_free(length: int) -> list[float]:
    """Build a chain, walk it back, and drop both it and one that was never walked."""
    x, y = chain(length)
    y.sum().backward()
    del y
    _, unwalked = chain(length)
    del unwalked
    return x.grad.tolist()


def in_a_thread_with_a_small_stack(function: Any, *args: Any) -> Any:
    found = []
    before = threading.stack_size(SMALL_STACK)
    try:
        thread = threading.Thread(target=lambda: found.append(function(*args)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    return found[0]


# --- depth and width ------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_chain_of_a_million_operations_is_walked_and_freed():
    assert walk_and_free(DEEP) == [1.0] * 4


@pytest.mark.slow
def test_a_million_operations_need_a_small_stack_only():
    assert in_a_thread_with_a_small_stack(walk_and_free, DEEP) == [1.0] * 4


def test_a_chain_of_100_000_operations_needs_a_small_stack_only():
    assert in_a_thread_with_a_small_stack(walk_and_free, DEEP // 10) == [1.0] * 4


def test_a_deep_graph_under_create_graph_is_walked_and_freed():
    def second_derivative(length):
        x = tnn.tensor(0.5, requires_grad=True)
        y = x * x
        for _ in range(length):
            y = y * 1.0
        (first,) = tnn.autograd.grad(y, x, create_graph=True)
        (second,) = tnn.autograd.grad(first, x)
        return second.item()

    assert in_a_thread_with_a_small_stack(second_derivative, 10_000) == 2.0


def test_a_node_takes_at_most_1200_bytes():
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        _, y = chain(10_000)
        per_node = (tracemalloc.get_traced_memory()[0] - before) / 10_000
        del y
    finally:
        tracemalloc.stop()
    assert per_node <= 1200


def test_a_wide_sum_of_100_000_operands_is_walked():
    x = tnn.ones(2, requires_grad=True)
    tnn.stack([x * 0.5 for _ in range(100_000)]).sum().backward()
    assert x.grad.tolist() == [50_000.0] * 2


def test_the_gradients_of_a_thousand_consumers_are_not_held_at_once():
    x = tnn.ones(256, 1024, requires_grad=True)  # 1 MiB
    total = tnn.zeros(())
    for i in range(1000):
        total = total + (x * float(i)).sum()
    tracemalloc.start()
    try:
        total.backward()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 5 * x.array.nbytes
    assert x.grad[0, 0].item() == sum(range(1000))


def test_a_product_with_itself_along_a_chain_keeps_one_gradient_at_a_time():
    x = tnn.ones(256, 1024, requires_grad=True)
    y = x
    for _ in range(100):
        y = y.tanh()
    total = y.sum()
    tracemalloc.start()
    try:
        total.backward()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 5 * x.array.nbytes


# --- what frees it --------------------------------------------------------------------------------


def train(steps: int) -> None:
    tnn.manual_seed(0)
    nn = tnn.nn
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
    optimizer = tnn.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x, t = tnn.rand(6, 4), tnn.randint(0, 3, (6,))
    for _ in range(steps):
        optimizer.zero_grad()
        hidden = model(x)
        hidden[:, 0].add_(0.1)
        hidden[0] = hidden[1] * 2
        loss = nn.functional.cross_entropy(hidden, t)
        loss.backward()
        optimizer.step()


def test_a_thousand_training_steps_leave_nothing_to_the_collector():
    train(3)
    with collector_off():
        train(1000)
        assert gc.collect() == 0


def use_everything_once() -> None:
    """Functions, hooks, kept gradients, views, higher orders, anomaly mode, errors half way."""

    class Cube(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * x * x
            ctx.save_for_backward(x, y)
            return y, x + 1

        @staticmethod
        def backward(ctx, g, h):
            x, _ = ctx.saved_tensors
            return 3 * x * x * g + h

    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    y, z = Cube.apply(x)
    y.retain_grad()
    y.register_hook(lambda g: g * 2)
    view = (y * z).reshape(2, 1)[1:]
    view.mul_(3)
    (first,) = tnn.autograd.grad(view.sum(), x, create_graph=True)
    (first * first).sum().backward()
    with tnn.autograd.detect_anomaly():
        (x * x).sum().backward()
    with contextlib.suppress(ValueError):
        failing = x * 2
        failing.register_hook(lambda g: int("a"))
        failing.sum().backward()
    with tnn.no_grad():
        x.add_(x[0])
    x.grad = None


def test_no_feature_makes_a_reference_cycle():
    use_everything_once()
    gc.collect()
    with collector_off():
        before = living_nodes()
        for _ in range(20):
            use_everything_once()
        assert living_nodes() == before
    garbage = garbage_of(use_everything_once)
    assert [each for each in garbage if isinstance(each, tnn.Tensor | Node)] == []


def garbage_of(function: Any) -> list[Any]:
    """Return what only the collector would free after a call; a class is such a cycle."""
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        function()
        gc.collect()
        return list(gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def test_a_cycle_that_is_there_is_found():
    def cycle():
        x = tnn.ones(1, requires_grad=True)
        x.itself = x

    assert any(isinstance(each, tnn.Tensor) for each in garbage_of(cycle))


def test_intermediates_die_with_their_last_reference():
    with collector_off():
        x = tnn.ones(3, requires_grad=True)
        hidden = x.exp()
        kept = weakref.ref(hidden), weakref.ref(hidden.array)
        loss = (hidden * hidden).sum()
        del hidden
        assert kept[0]() is None
        assert kept[1]() is not None, "the graph needs it"
        loss.backward()
        assert kept[1]() is None, "freed by backward, though the loss is still there"


def test_an_intermediate_dies_without_backward_too():
    with collector_off():
        x = tnn.ones(3, requires_grad=True)
        y = x.exp().exp()
        array = weakref.ref(y.array)
        del y
        assert array() is None


def test_a_graph_that_errs_half_way_is_freed():
    with collector_off():
        x = tnn.ones(3, requires_grad=True)
        y = x.exp()
        array = weakref.ref(y.array)
        total = (y * y).sum()
        y.zero_()
        with pytest.raises(RuntimeError, match="in place"):
            total.backward()
        del y, total
        assert array() is None
        assert x.grad is None


def traced() -> int:
    gc.collect()  # empties Python's free lists, which count as memory in use
    return tracemalloc.get_traced_memory()[0]


def test_memory_is_flat_over_steps():
    train(20)
    tracemalloc.start()
    try:
        train(5)
        before = traced()
        train(300)
        after = traced()
    finally:
        tracemalloc.stop()
    assert after - before <= 64_000


def test_views_taken_in_a_loop_do_not_pile_up():
    with collector_off():
        x = tnn.ones(4, requires_grad=True) * 1
        for _ in range(10_000):
            x[0]
        assert len(x.views) <= 256


def test_nothing_is_kept_under_no_grad():
    x = tnn.ones(4, requires_grad=True)
    with tnn.no_grad(), collector_off():
        nodes = living_nodes()
        y = x * 1
        for _ in range(1000):  # the first calls of an operation write its function
            y = y + 1.0
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(100_000):
                y = y + 1.0
            after = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        assert living_nodes() == nodes
        assert after - before <= 2000
        assert y.grad_fn is None


def test_a_slice_keeps_its_base_and_a_clone_does_not():
    with collector_off():
        x = tnn.zeros(1000)
        array = weakref.ref(x.array)
        part = x[:1]
        copy = part.clone()
        del x
        assert array() is not None
        del part
        assert array() is None
        assert copy.tolist() == [0.0]


def test_nothing_is_kept_for_an_operand_that_needs_no_gradient():
    with collector_off():
        x, w = tnn.ones(3), tnn.ones(3, requires_grad=True)
        product = x * (w * 1)
        inner = weakref.ref((product * 1.0).array)
        assert inner() is None
        scaled = (product * 2.0).array
        kept = weakref.ref(scaled)
        del scaled
        assert kept() is None, "a product with a number keeps neither operand nor output"
        assert np.isfinite(product.detach().numpy()).all()
