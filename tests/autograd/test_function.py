"""`Function`, an operation with a hand-written backward: the same class runs here and in PyTorch.
Read `test_function_mistakes.py` next.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import pytest
from beside_torch import assert_same, leaf
from custom_function import cube, function

import tinygrad_nn as tnn

# --- one output, one input ------------------------------------------------------------------------


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


# --- several outputs ------------------------------------------------------------------------------


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


def test_what_forward_leaves_in_ctx_goes_with_the_graph():
    class Notes:
        pass

    class Noted(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.notes = Notes()
            notes.append(ref(ctx.notes))
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    notes = []
    y = Noted.apply(leaf(tnn, 1.0))
    assert notes[0]() is not None
    del y
    assert notes[0]() is None
