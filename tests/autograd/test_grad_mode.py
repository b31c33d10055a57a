"""Whether operations are recorded, and that no exception, generator or thread leaves it changed.
Read `test_interrupts.py` next.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import tinygrad_nn as tnn

enabled = tnn.is_grad_enabled


@pytest.fixture(autouse=True)
def _recording_is_on_before_and_after():
    assert enabled()
    yield
    assert enabled()
    assert not tnn.is_inference_mode_enabled()


def records() -> bool:
    """Whether an operation on a leaf is in fact recorded."""
    found = (tnn.ones(1, requires_grad=True) * 2).requires_grad
    assert found == enabled()
    return found


MODES = [
    pytest.param(tnn.no_grad, (), False, id="no_grad"),
    pytest.param(tnn.enable_grad, (), True, id="enable_grad"),
    pytest.param(tnn.set_grad_enabled, (False,), False, id="set_grad_enabled(False)"),
    pytest.param(tnn.set_grad_enabled, (True,), True, id="set_grad_enabled(True)"),
    pytest.param(tnn.inference_mode, (), False, id="inference_mode"),
    pytest.param(tnn.inference_mode, (False,), True, id="inference_mode(False)"),
]
OUTSIDE = [
    pytest.param(tnn.no_grad, id="off outside"),
    pytest.param(tnn.enable_grad, id="on outside"),
]


@pytest.mark.parametrize("outside", OUTSIDE)
@pytest.mark.parametrize(("kind", "arguments", "expected"), MODES)
class TestEveryMode:
    def test_as_a_with_block(self, kind, arguments, expected, outside):
        with outside():
            before = records()
            with kind(*arguments):
                assert records() is expected
            assert records() is before

    def test_after_an_exception(self, kind, arguments, expected, outside):
        with outside():
            before = records()
            with pytest.raises(KeyError), kind(*arguments):
                raise KeyError
            assert records() is before

    def test_nested_in_itself_and_in_the_others(self, kind, arguments, expected, outside):
        with outside():
            before = records()
            with kind(*arguments):
                with kind(*arguments), tnn.inference_mode(False), tnn.no_grad():
                    assert not records()
                assert records() is expected
            assert records() is before

    def test_one_object_entered_again_inside_itself(self, kind, arguments, expected, outside):
        with outside():
            before = records()
            mode = kind(*arguments)
            with mode:
                with mode:
                    assert records() is expected
                assert records() is expected
            assert records() is before

    def test_as_a_decorator(self, kind, arguments, expected, outside):
        with outside():
            before = records()

            @kind(*arguments)
            def inner(value, *, key):
                """Say what it is for."""
                assert records() is expected
                return value, key

            assert records() is before
            assert inner(1, key=2) == (1, 2)
            assert records() is before
            assert (inner.__name__, inner.__doc__) == ("inner", "Say what it is for.")

    def test_as_a_decorator_of_a_function_that_raises_or_calls_itself(
        self, kind, arguments, expected, outside
    ):
        with outside():
            before = records()

            @kind(*arguments)
            def inner(depth):
                assert records() is expected
                if not depth:
                    raise KeyError
                with contextlib.suppress(KeyError):
                    inner(depth - 1)
                assert records() is expected

            inner(3)
            assert records() is before

    def test_as_a_decorator_of_a_generator(self, kind, arguments, expected, outside):
        with outside():
            before = records()
            seen = []

            @kind(*arguments)
            def inner():
                for i in range(3):
                    seen.append(records())
                    yield i
                return "done"

            def outer():
                result = yield from inner()
                assert result == "done"

            for _ in outer():
                assert records() is before
            assert seen == [expected] * 3
            assert records() is before


@pytest.mark.parametrize("kind", [tnn.no_grad, tnn.enable_grad, tnn.inference_mode])
def test_a_decorator_needs_no_brackets(kind):
    @kind
    def inner(value):
        return value, enabled()

    assert inner(1) == (1, kind is tnn.enable_grad)


def test_set_grad_enabled_takes_effect_at_the_call():
    tnn.set_grad_enabled(False)
    try:
        assert not records()
    finally:
        tnn.set_grad_enabled(True)
    assert records()


def test_set_grad_enabled_does_not_last_beyond_the_function_it_decorates():
    @tnn.set_grad_enabled(False)
    def inner():
        return records()

    assert records()
    assert inner() is False
    assert records()


# --- generators -----------------------------------------------------------------------------------


def test_a_suspended_generator_does_not_change_its_callers_mode():
    @tnn.no_grad()
    def numbers():
        assert not records()
        yield 1
        assert not records()
        yield 2

    generator = numbers()
    assert next(generator) == 1
    assert records()
    assert next(generator) == 2
    assert records()


def test_a_generator_receives_what_is_sent_and_thrown():
    @tnn.no_grad()
    def inner():
        seen = [records()]
        try:
            seen.append((yield "first"))
            yield "second"
        except KeyError:
            seen.append(records())
            seen.append((yield "caught"))
        yield seen

    generator = inner()
    assert next(generator) == "first"
    assert generator.send("sent") == "second"
    assert generator.throw(KeyError) == "caught"
    assert records()
    assert next(generator) == [False, "sent", False, None]


@pytest.mark.parametrize("start", [False, True])
def test_a_closed_generator_runs_its_finally_in_its_own_mode(start):
    seen = []

    @tnn.no_grad()
    def inner():
        try:
            yield 1
            yield 2
        finally:
            seen.append(records())

    generator = inner()
    if start:
        next(generator)
    generator.close()
    assert seen == [False] * start
    assert records()


def test_an_exception_in_a_generator_leaves_the_mode_as_it_was():
    @tnn.no_grad()
    def inner():
        yield 1
        raise KeyError

    generator = inner()
    next(generator)
    with pytest.raises(KeyError):
        next(generator)
    assert records()


def test_a_generator_may_change_its_own_mode_between_two_values():
    @tnn.no_grad()
    def inner():
        with tnn.enable_grad():
            assert records()
        yield 1
        assert not records()
        yield 2

    assert list(inner()) == [1, 2]


# --- threads and coroutines -----------------------------------------------------------------------


def test_a_new_thread_records():
    found: list[bool] = []
    with tnn.no_grad():
        thread = threading.Thread(target=lambda: found.append(records()))
        thread.start()
        thread.join()
        assert not records()
    assert found == [True]


def test_four_threads_switching_300_times_do_not_disturb_each_other():
    start = threading.Barrier(4)

    def switch(number: int) -> bool:
        start.wait()
        for i in range(300):
            with tnn.no_grad() if (i + number) % 2 else tnn.inference_mode():
                assert not records()
                with tnn.inference_mode(False):
                    assert records()
            assert records()
        return records()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(switch, range(4))) == [True] * 4


def test_coroutines_that_take_turns_do_not_disturb_each_other():
    async def work(kind: Any, expected: bool) -> bool:
        for _ in range(5):
            with kind():
                await asyncio.sleep(0)
                assert records() is expected
                await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert records()
        return records()

    async def main() -> list[bool]:
        return await asyncio.gather(
            work(tnn.no_grad, False), work(tnn.enable_grad, True), work(tnn.inference_mode, False)
        )

    assert asyncio.run(main()) == [True] * 3


def test_a_decorated_coroutine_keeps_its_mode_across_awaits():
    @tnn.no_grad()
    async def inner() -> list[bool]:
        seen = [records()]
        await asyncio.sleep(0)
        return [*seen, records()]

    async def main() -> Any:
        return await inner(), records()

    assert asyncio.run(main()) == ([False, False], True)


def test_an_asynchronous_generator_is_refused():
    async def numbers():
        yield 1

    with pytest.raises(TypeError, match=r"no_grad.*numbers"):
        tnn.no_grad()(numbers)


# --- inference mode -------------------------------------------------------------------------------


def test_an_inference_tensor_never_joins_a_graph():
    with tnn.inference_mode():
        x = tnn.ones(2)
        y = x * 2
    assert x.is_inference()
    assert y.is_inference()
    with pytest.raises(RuntimeError, match="inference"):
        x.requires_grad_()
    with pytest.raises(RuntimeError, match="inference"):
        x.add_(1)
    assert not x.clone().is_inference()
    assert x.clone().requires_grad_().requires_grad


def test_a_model_can_be_made_in_inference_mode_and_trains_after_a_copy():
    with tnn.inference_mode():
        w = tnn.ones(2, requires_grad=True)
        assert w.requires_grad
        assert not (w * 2).requires_grad
    trained = w.detach().clone().requires_grad_()
    (trained * trained).sum().backward()
    assert trained.grad.tolist() == [2.0, 2.0]


def test_a_write_to_an_inference_tensor_that_backward_needs_is_seen():
    with tnn.inference_mode():
        x = tnn.ones(2)
    w = tnn.ones(2, requires_grad=True)
    y = (w * x).sum()
    with tnn.inference_mode():
        x.zero_()
    with pytest.raises(RuntimeError, match="in place"):
        y.backward()


def test_only_inference_mode_false_records_inside_inference_mode():
    with tnn.inference_mode():
        for kind in (tnn.no_grad, tnn.enable_grad, tnn.autograd.detect_anomaly):
            with kind():
                assert tnn.is_inference_mode_enabled()
                assert (tnn.ones(1, requires_grad=True) * 2).is_inference()
        with tnn.inference_mode(False):
            assert records()
        assert tnn.is_inference_mode_enabled()


def test_a_tensor_made_before_may_be_written_in_inference_mode():
    x = tnn.ones(2)
    with tnn.inference_mode():
        x.add_(1)
        x[0] = 5
    assert x.tolist() == [5.0, 2.0]
    assert not x.is_inference()


# --- anomaly mode ---------------------------------------------------------------------------------


def test_detect_anomaly_does_not_record_by_itself():
    with tnn.no_grad(), tnn.autograd.detect_anomaly():
        assert not records()
        with tnn.enable_grad():
            assert records()


def test_detect_anomaly_watches_what_is_recorded_again_inside():
    x = tnn.tensor([0.0], requires_grad=True)
    with tnn.autograd.detect_anomaly():
        with tnn.no_grad(), tnn.enable_grad():
            y = tnn.sqrt(x) * 0
        with pytest.raises(RuntimeError, match="nan"):
            y.sum().backward()
    assert not (x * 1).grad_fn.extra
