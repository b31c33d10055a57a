"""Hooks that see, change or remove, and gradients retained on the way, beside PyTorch.
Read `test_post_accumulate_hooks.py` next.
"""

from __future__ import annotations

import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn


def test_a_hook_of_a_computed_tensor_sees_its_whole_gradient_once():
    def program(library):
        x, seen = leaf(library, 1.0, 2.0), []
        y = x * 2
        y.register_hook(lambda g: seen.append(g.clone()))
        (y * 3 + y * 4 + y).sum().backward()
        return seen, x.grad

    assert_same(program)


def test_a_hook_of_a_leaf_sees_each_pass_and_not_the_sum_of_passes():
    def program(library):
        x, seen = leaf(library, 1.0, 2.0), []
        x.register_hook(lambda g: seen.append(g.clone()))
        for factor in (2, 3):
            (x * factor + x).sum().backward()
        return seen, x.grad

    assert_same(program)


def test_hooks_run_in_order_and_each_gets_what_the_one_before_returned():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = x * 1.0
        y.register_hook(lambda g: g + 1)
        y.register_hook(lambda g: None)
        y.register_hook(lambda g: g * 10)
        x.register_hook(lambda g: -g)
        (y * y).sum().backward()
        return x.grad

    assert_same(program)


def test_a_hook_can_remove_itself_and_its_successor():
    def program(library):
        x, calls = leaf(library, 1.0), []

        def first(g):
            calls.append("first")
            handles[0].remove()
            handles[0].remove()

        handles = [x.register_hook(first), x.register_hook(lambda g: calls.append("second"))]
        for _ in range(2):
            (x * 2).sum().backward()
        handles[1].remove()
        (x * 2).sum().backward()
        return calls, x.grad

    assert_same(program)


def test_a_handle_as_a_with_block_removes_at_its_end():
    def program(library):
        x = leaf(library, 1.0)
        with x.register_hook(lambda g: g * 10):
            (x * 2).sum().backward()
        (x * 2).sum().backward()
        return x.grad

    assert_same(program)


def test_a_hook_may_register_another():
    def program(library):
        x, calls = leaf(library, 1.0), []
        x.register_hook(lambda g: x.register_hook(lambda g: calls.append("inner")) and None)
        (x * 2).sum().backward()
        first = len(calls)
        (x * 2).sum().backward()
        return first <= 1, len(calls) >= 1

    assert_same(program)


def test_a_hook_applies_to_what_grad_returns():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        x.register_hook(lambda g: g + 100)
        y.register_hook(lambda g: g * 10)
        total = (y * y).sum()
        grad = library.autograd.grad
        return grad(total, y, retain_graph=True), grad(total, x)

    assert_same(program)


def test_a_hook_of_the_root_changes_the_starting_gradient():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = (x * x).sum()
        y.register_hook(lambda g: g * 7)
        y.backward()
        return x.grad

    assert_same(program)


def test_a_hook_is_differentiated_under_create_graph():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = x * x
        y.register_hook(lambda g: g * g * x)
        (first,) = library.autograd.grad((y * 3).sum(), x, create_graph=True)
        return first, library.autograd.grad(first.sum(), x)

    assert_same(program)


def test_a_hook_does_not_record_otherwise():
    def program(library):
        x, seen = leaf(library, 1.0, 2.0), []

        def hook(g):
            seen.append((library.is_grad_enabled(), (g * x).requires_grad))

        x.register_hook(hook)
        (x * 2).sum().backward()
        return seen

    assert_same(program)


def test_a_hook_of_a_node_of_the_graph():
    x = leaf(tnn, 1.0, 2.0)
    y = x * 2
    handle = y.grad_fn.hook_gradient(lambda g: g * 10)
    y.sum().backward()
    handle.remove()
    assert x.grad.tolist() == [20.0, 20.0]


def test_a_hook_stays_with_the_value_when_the_tensor_is_written_later():
    def program(library):
        x, seen = leaf(library, 1.0, 2.0), []
        y = x * 2
        y.register_hook(lambda g: seen.append(g.clone()))
        y.mul_(5)
        y.sum().backward()
        return seen, x.grad

    assert_same(program)


def test_what_a_hook_writes_into_its_gradient_reaches_nobody_else():
    def overwrite(g):
        g.zero_()

    x, y = leaf(tnn, 1.0, 2.0), leaf(tnn, 3.0, 4.0)
    y.register_hook(overwrite)
    given = tnn.ones(2, dtype=tnn.float64)
    (x + y).backward(given)
    assert x.grad.tolist() == given.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda library: library.ones(3, dtype=library.float64), ("(2,)", "(3,)")),
        (lambda library: 3.0, ("float",)),
    ],
)
def test_a_wrong_answer_of_a_hook_is_refused(answer, says):
    def program(library):
        x = leaf(library, 1.0, 2.0)
        x.register_hook(lambda g: answer(library))
        (x * 2).sum().backward()

    error = str(assert_same(program))
    assert [fact for fact in ("hook", *says) if fact not in error] == []


@pytest.mark.parametrize("place", ["leaf", "computed"])
def test_a_hook_that_raises_leaves_a_state_that_goes_on(place):
    x, w = leaf(tnn, 1.0, 2.0), leaf(tnn, 3.0, 4.0)
    y = x * w
    handle = (x if place == "leaf" else y).register_hook(lambda g: {}["boom"])
    with pytest.raises(KeyError, match="boom"):
        (y + w).sum().backward()
    assert (x.grad, w.grad) == (None, None)
    assert tnn.is_grad_enabled()
    handle.remove()
    (x * w + w).sum().backward()
    assert (x.grad.tolist(), w.grad.tolist()) == ([3.0, 4.0], [2.0, 3.0])


def test_hooks_and_retained_gradients_need_a_tensor_that_requires_one():
    def hook(library):
        library.ones(2).register_hook(print)

    def retain(library):
        library.ones(2).retain_grad()

    assert_same(hook)
    assert_same(retain)


# --- retain_grad ----------------------------------------------------------------------------------


def test_a_retained_gradient_adds_up_over_passes():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        y.retain_grad()
        total = (y * y).sum()
        total.backward(retain_graph=True)
        first = y.grad.clone()
        total.backward()
        return first, y.grad, y.retains_grad, x.retains_grad, x.grad

    assert_same(program)


def test_a_retained_gradient_is_what_the_hooks_made_of_it():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        y.register_hook(lambda g: g * 10)
        y.retain_grad()
        y.register_hook(lambda g: g * 10)
        y.sum().backward()
        return y.grad, x.grad

    assert_same(program)


def test_retaining_the_gradient_of_a_leaf_changes_nothing():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        x.retain_grad()
        (x * x).sum().backward()
        return x.grad, x.retains_grad

    assert_same(program)


def test_grad_does_not_fill_retained_gradients_it_passes_by():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        y.retain_grad()
        found = library.autograd.grad((y * y).sum(), x)
        return found, y.grad

    assert_same(program)


def test_inputs_and_retain_grad_do_not_count_twice():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        y.retain_grad()
        (y * y).sum().backward(inputs=[y, x])
        return y.grad, x.grad

    assert_same(program)
