"""A `Function` that writes in place, answers wrongly, fails, or allows one derivative only.
Read `test_function_dirty.py` next.
"""

from __future__ import annotations

from typing import Any

import pytest
from beside_torch import assert_same, leaf, torch
from custom_function import cube, function

import tinygrad_nn as tnn

# --- writes in place ------------------------------------------------------------------------------


def increment(library: Any, factor: float = 3.0) -> Any:
    def forward(ctx, x):
        x.add_(1)
        ctx.mark_dirty(x)
        return x

    return function(library, forward, lambda ctx, g: g * factor)


def test_a_dirty_input_becomes_the_output():
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w * 2
        y = increment(library).apply(x)
        (x * y).sum().backward()
        return y is x, y, w.grad

    assert_same(program)


def test_a_view_of_a_dirty_input_is_seen_to_have_changed():
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w * 2
        view = x[:1]
        increment(library).apply(x)
        (view * 2).sum().backward()
        return view, w.grad

    assert_same(program)


def test_what_was_kept_of_a_dirty_input_is_refused():
    def program(library):
        x = leaf(library, 1.0, 2.0) * 2
        squared = x * x
        increment(library).apply(x)
        squared.sum().backward()

    assert "in place" in str(assert_same(program))


def test_a_dirty_leaf_is_refused():
    assert "leaf" in str(assert_same(lambda library: increment(library).apply(leaf(library, 1.0))))


def test_a_dirty_leaf_that_needs_no_gradient_is_written():
    def program(library):
        x = library.ones(2)
        increment(library).apply(x)
        return x, x._version

    assert_same(program)


def test_saved_tensors_written_to_since_are_refused():
    def program(library):
        x = leaf(library, 1.0, 2.0) * 1
        y = cube(library).apply(x)
        x.add_(1)
        y.sum().backward()

    error = str(assert_same(program))
    assert "Custom" in error
    assert "saved tensor 0" in error


# --- mistakes -------------------------------------------------------------------------------------


def test_saved_tensors_are_freed_by_backward():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = cube(library).apply(x).sum()
        y.backward()
        y.backward()

    assert "retain_graph" in str(assert_same(program))


def test_a_function_that_saves_nothing_can_be_walked_twice():
    def program(library):
        x = library.ones(2, 1, requires_grad=True)
        made = function(library, lambda ctx, x: x * 2, lambda ctx, g: g.double() * 2)
        y = made.apply(x).sum()
        y.backward()
        y.backward()
        return x.grad

    assert_same(program)


def test_a_kept_graph_of_a_function_can_be_walked_twice():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = cube(library).apply(x).sum()
        y.backward(retain_graph=True)
        y.backward()
        return x.grad

    assert_same(program)


@pytest.mark.parametrize(
    ("backward", "says"),
    [
        (lambda ctx, g: (g, g, g), ("3 gradients", "2 inputs")),
        (lambda ctx, g: g, ("1 gradient", "2 inputs")),
        (lambda ctx, g: (g, 1.0), ("float", "input 1")),
    ],
    ids=["too many gradients", "too few gradients", "a number as gradient"],
)
def test_a_wrong_answer_of_backward_is_refused(backward, says):
    def program(library):
        x, y = leaf(library, 1.0), leaf(library, 2.0)
        function(library, lambda ctx, x, y: x * y, backward).apply(x, y).sum().backward()

    error = str(assert_same(program))
    assert [fact for fact in ("Custom", *says) if fact not in error] == []


def test_a_gradient_of_a_shape_that_does_not_fit_is_refused():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        made = function(library, lambda ctx, x: x * 2, lambda ctx, g: library.ones(3))
        made.apply(x).sum().backward()

    error = str(assert_same(program))
    assert "Custom" in error
    assert "(3,)" in error
    assert "(2,)" in error


def test_saving_what_is_no_tensor_is_refused():
    def program(library):
        made = function(library, lambda ctx, x: ctx.save_for_backward(3), lambda ctx, g: g)
        made.apply(leaf(library, 1.0))

    assert "int" in str(assert_same(program))


@pytest.mark.parametrize("missing", ["forward", "backward"])
def test_a_function_without_forward_or_backward_says_so(missing):
    def program(library):
        members = {
            "forward": staticmethod(lambda ctx, x: x * 2),
            "backward": staticmethod(lambda ctx, g: g),
        }
        del members[missing]
        made = type("Half", (library.autograd.Function,), members)
        made.apply(leaf(library, 1.0)).sum().backward()

    assert missing in str(assert_same(program))


def test_an_error_in_forward_leaves_recording_on():
    def forward(ctx, x):
        raise KeyError

    with pytest.raises(KeyError):
        function(tnn, forward, lambda ctx, g: g).apply(leaf(tnn, 1.0))
    assert tnn.is_grad_enabled()


def test_an_error_in_backward_leaves_recording_on_and_gradients_unchanged():
    def backward(ctx, g):
        raise KeyError

    x = leaf(tnn, 1.0)
    y = function(tnn, lambda ctx, x: x * 2, backward).apply(x)
    with pytest.raises(KeyError):
        (y + x).sum().backward()
    assert tnn.is_grad_enabled()
    assert x.grad is None


# --- once_differentiable --------------------------------------------------------------------------


def once(library: Any) -> Any:
    return library.autograd.function.once_differentiable


def hidden_square(library: Any) -> Any:
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @once(library)
    def backward(ctx, g):
        assert not library.is_grad_enabled()
        (x,) = ctx.saved_tensors
        return 2 * x * g

    return function(library, forward, backward)


def test_a_backward_marked_once_differentiable_gives_the_first_order():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = hidden_square(library).apply(x)
        return library.autograd.grad(y.sum(), x)

    assert_same(program)


def test_a_backward_marked_once_differentiable_refuses_the_second_order():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = (hidden_square(library).apply(x) * x).sum()
        (first,) = library.autograd.grad(y, x, create_graph=True)
        first.sum().backward()

    assert "once_differentiable" in str(assert_same(program))


def test_functions_of_both_libraries_have_one_spelling():
    names = ("save_for_backward", "mark_dirty", "mark_non_differentiable", "set_materialize_grads")
    for library in (tnn, torch):
        seen = []
        made = function(library, lambda ctx, x, seen=seen: (seen.append(ctx), x * 2)[1], None)
        made.apply(leaf(library, 1.0))
        assert all(callable(getattr(seen[0], name)) for name in names)
