"""`Function`, an operation with a hand-written backward: the same class runs here and in PyTorch.
Read `test_hooks.py` next.
"""

from __future__ import annotations

from typing import Any

import pytest
from beside_torch import assert_same, torch

import tinygrad_nn as tnn


def leaf(library: Any, *values: float) -> Any:
    return library.tensor(values, dtype=library.float64, requires_grad=True)


def function(library: Any, forward: Any, backward: Any) -> Any:
    """Return the Function of the library that has this forward and this backward."""
    members = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type("Custom", (library.autograd.Function,), members)


def once(library: Any) -> Any:
    return library.autograd.function.once_differentiable


def cube(library: Any) -> Any:
    def forward(ctx, x):
        assert not library.is_grad_enabled()
        ctx.save_for_backward(x)
        return x * x * x

    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return 3 * x * x * g

    return function(library, forward, backward)


# --- one output, one input ---------------------------------------------------------------------------


def test_a_function_gives_its_value_and_its_gradient():
    def program(library):
        x = leaf(library, 1.0, -2.0)
        y = cube(library).apply(x * 2)
        (y * y).sum().backward()
        return y, y.requires_grad, y.is_leaf, x.grad

    assert_same(program)


def test_a_function_can_be_differentiated_any_number_of_times():
    def program(library):
        x = leaf(library, 1.5, -2.0)
        gradients = [cube(library).apply(x).sum()]
        for _ in range(4):
            (g,) = library.autograd.grad(gradients[-1].sum(), x, create_graph=True)
            gradients.append(g)
        return gradients

    assert_same(program)


def test_the_output_itself_can_be_saved_and_differentiated():
    def program(library):
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        def backward(ctx, g):
            (y,) = ctx.saved_tensors
            return g * y

        x = leaf(library, 0.5, -1.0)
        gradients = [function(library, forward, backward).apply(x)]
        for _ in range(3):
            gradients += library.autograd.grad(gradients[-1].sum(), x, create_graph=True)
        return gradients

    assert_same(program)


def test_nothing_is_recorded_without_an_operand_that_needs_it():
    def program(library):
        seen = []

        def forward(ctx, x, w):
            seen.append(ctx.needs_input_grad)
            return x * w

        made = function(library, forward, lambda ctx, g: (g, g))
        x, w = library.ones(2), library.ones(2, requires_grad=True)
        outputs = [made.apply(x, x), made.apply(x, w), made.apply(w.detach(), x)]
        with library.no_grad():
            outputs.append(made.apply(w, w))
        return seen, [y.requires_grad for y in outputs]

    assert_same(program)


def test_what_is_no_tensor_is_passed_on_and_gets_none():
    def program(library):
        def forward(ctx, x, factor, mode, nothing):
            ctx.factor = factor
            assert (mode, nothing) == ("times", None)
            assert ctx.needs_input_grad == (True, False, False, False)
            return x * factor

        def backward(ctx, g):
            return g * ctx.factor, None, None, None

        x = leaf(library, 1.0, 2.0)
        function(library, forward, backward).apply(x, 3, "times", None).sum().backward()
        return x.grad

    assert_same(program)


def test_trailing_nones_are_not_counted():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        made = function(library, lambda ctx, x, n: x * n, lambda ctx, g: (g * 2, None, None, None))
        made.apply(x, 2).sum().backward()
        return x.grad

    assert_same(program)


def test_a_gradient_of_none_is_no_gradient():
    def program(library):
        x, y = leaf(library, 1.0, 2.0), leaf(library, 3.0, 4.0)
        made = function(library, lambda ctx, x, y: x * y, lambda ctx, g: (None, g))
        (made.apply(x, y) + x).sum().backward()
        made.apply(x, y).sum().backward()
        return x.grad, y.grad

    assert_same(program)


def test_a_gradient_is_summed_to_its_operands_shape_and_converted_to_its_dtype():
    def program(library):
        x = library.ones(3, 1, requires_grad=True)
        w = leaf(library, 1.0, 2.0)
        made = function(library, lambda ctx, x, w: x * w, lambda ctx, g: (g * 2, g.sum(0)))
        made.apply(x, w).sum().backward()
        return x.grad, w.grad

    assert_same(program)


def test_only_the_inputs_asked_for_reach_backward():
    def program(library):
        seen = []

        def backward(ctx, g):
            seen.append(ctx.needs_input_grad)
            return g, g * 2

        x, y = leaf(library, 1.0), leaf(library, 2.0)
        z = function(library, lambda ctx, x, y: x * y, backward).apply(x, y)
        return library.autograd.grad(z.sum(), y), seen

    assert_same(program)


# --- several outputs ---------------------------------------------------------------------------------


def pair(library: Any, seen: list[Any], materialize: bool = True) -> Any:
    def forward(ctx, x):
        ctx.set_materialize_grads(materialize)
        ctx.save_for_backward(x)
        return x * 2, x * x, x.sum()

    def backward(ctx, g, h, total):
        seen.append([g, h, total])
        (x,) = ctx.saved_tensors
        parts = [2 * g if g is not None else None, 2 * x * h if h is not None else None, total]
        return sum(part for part in parts if part is not None) + x * 0

    return function(library, forward, backward)


@pytest.mark.parametrize("materialize", [True, False])
@pytest.mark.parametrize("used", [(0,), (1,), (2,), (0, 1), (0, 2), (0, 1, 2)])
def test_outputs_that_are_not_used_have_zeros_or_none(used, materialize):
    def program(library):
        x, seen = leaf(library, 1.0, -2.0), []
        outputs = pair(library, seen, materialize).apply(x)
        sum((outputs[i] * (i + 1)).sum() for i in used).backward()
        return outputs, x.grad, seen

    assert_same(program)


def test_several_outputs_at_the_second_order():
    def program(library):
        x = leaf(library, 1.0, -2.0)
        double, square, total = pair(library, []).apply(x)
        (first,) = library.autograd.grad((double * square * total).sum(), x, create_graph=True)
        return first, library.autograd.grad((first * first).sum(), x)

    assert_same(program)


def test_an_output_that_is_not_differentiable():
    def program(library):
        def forward(ctx, x):
            positive = (x > 0) * x
            rounded = x.clone()
            ctx.mark_non_differentiable(rounded)
            return positive, rounded

        def backward(ctx, g, rounded):
            return g + rounded

        x = leaf(library, 1.0, -2.0)
        positive, rounded = function(library, forward, backward).apply(x)
        (positive * rounded).sum().backward()
        return positive.requires_grad, rounded.requires_grad, x.grad

    assert_same(program)


def test_an_integer_output_needs_no_gradient():
    def program(library):
        def forward(ctx, x):
            return x * 2, (x > 0).long()

        x = leaf(library, 1.0, -2.0)
        y, places = function(library, forward, lambda ctx, g, h: g * 2).apply(x)
        y.sum().backward()
        return places, places.requires_grad, x.grad

    assert_same(program)


def test_an_input_returned_as_it_is_becomes_another_tensor():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = function(library, lambda ctx, x: x, lambda ctx, g: g * 5).apply(x)
        y.sum().backward()
        return y is x, y.is_leaf, x.grad, x.is_leaf

    assert_same(program)


# --- writes in place ---------------------------------------------------------------------------------


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


def test_a_dirty_view_is_refused():
    x = leaf(tnn, 1.0, 2.0) * 2
    with pytest.raises(RuntimeError, match="view"):
        increment(tnn).apply(x[:1])


def test_saved_tensors_written_to_since_are_refused():
    def program(library):
        x = leaf(library, 1.0, 2.0) * 1
        y = cube(library).apply(x)
        x.add_(1)
        y.sum().backward()

    error = str(assert_same(program))
    assert "Custom" in error
    assert "saved tensor 0" in error


# --- mistakes ---------------------------------------------------------------------------------------


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


def test_an_output_that_is_no_tensor_is_refused():
    made = function(tnn, lambda ctx, x: 3.0, lambda ctx, g: g)
    with pytest.raises(TypeError, match=r"Custom\.forward returned float"):
        made.apply(leaf(tnn, 1.0))


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


# --- once_differentiable -----------------------------------------------------------------------------


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
