"""Inputs that a Function says to have written into: returned or not, views, leaves, saved ones.
Read `test_function_answers.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from beside_torch import leaf
from custom_function import disagreements, facts, function

import tinygrad_nn as tnn

Program = Callable[[Any], Any]


def scaled(library: Any, factor: float = 3.0, write: bool = True, more: Any = None) -> Any:
    """Return a Function that multiplies its input in place, and may return more than it."""

    def forward(ctx, x, *others):
        ctx.mark_dirty(x)
        if write:
            x.mul_(factor)
        return x if more is None else (x, more(x))

    def backward(ctx, g, *others):
        return (g * factor, *[None] * (len(ctx.needs_input_grad) - 1))

    return function(library, forward, backward)


# --- what forward returns of a dirty input --------------------------------------------------------

RETURNED: dict[str, Callable[[Any], Any]] = {
    "itself": lambda x: x,
    "another": lambda x: x * 1,
    "nothing": lambda x: None,
    "a view": lambda x: x[:],
    "detached": lambda x: x.detach(),
    "in a list": lambda x: [x],
    "twice": lambda x: (x, x),
    "and another": lambda x: (x, x + 1),
    "last": lambda x: (x + 1, x),
    "and a number": lambda x: (x, 3),
}


def returning(returned: Callable[[Any], Any], needs: bool, write: bool, mode: str) -> Program:
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w * 2 if needs else library.ones(2, dtype=library.float64)
        before = x._version

        def forward(ctx, x, w):
            if write:
                x.mul_(3)
            ctx.mark_dirty(x)
            return returned(x)

        made = function(library, forward, lambda ctx, *g: (g[0] * 3, None))
        with getattr(library, mode)():
            y = made.apply(x, w)
        first = y[0] if isinstance(y, tuple) else y
        if first.requires_grad:
            first.sum().backward()
        return facts(first), first is x, x, x._version - before, w.grad

    return program


def test_a_dirty_input_has_to_be_returned():
    programs = {
        f"{name}, needs a gradient: {needs}, written: {write}, {mode}": returning(
            returned, needs, write, mode
        )
        for name, returned in RETURNED.items()
        for needs in (True, False)
        for write in (True, False)
        for mode in ("enable_grad", "no_grad")
    }
    assert disagreements(programs) == {}


def test_one_that_is_not_returned_is_named():
    made = function(tnn, lambda ctx, x: (ctx.mark_dirty(x), x * 2)[1], lambda ctx, g: g)
    with pytest.raises(RuntimeError, match=r"Custom: a tensor of shape \(2,\) was marked dirty"):
        made.apply(leaf(tnn, 1.0, 2.0))


# --- views, leaves, and what else shares the memory -----------------------------------------------


def applied(make: Callable[[Any, Any], Any], root: Callable[[Any, Any, Any], Any]) -> Program:
    """Write into make(x), of a computed x, and go back from root(x, input, output)."""

    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w * 2
        view = make(x, w)
        y = scaled(library).apply(view)
        total = root(x, view, y)
        total.sum().backward()
        return facts(x), facts(view), facts(y), y is view, w.grad, x._version, y._version

    return program


VIEWS: dict[str, Callable[[Any, Any], Any]] = {
    "itself": lambda x, w: x,
    "a part": lambda x, w: x[:1],
    "a view of a view": lambda x, w: x.view(2, 1)[1:],
    "the whole": lambda x, w: x.view(1, 2),
    "transposed": lambda x, w: x.view(1, 2).t(),
    "detached": lambda x, w: x.detach(),
    "of unbind": lambda x, w: x.unbind(0)[0],
    "of split": lambda x, w: x.split(1)[1],
    "expanded": lambda x, w: x[:1].expand(2),
    "a leaf": lambda x, w: w,
    "a view of a leaf": lambda x, w: w[:1],
}
ROOTS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "the base": lambda x, view, y: x * x,
    "the view": lambda x, view, y: view * view,
    "the output": lambda x, view, y: y * y,
    "all": lambda x, view, y: x.sum() * (y * view).sum(),
}


def test_a_write_into_a_view_is_seen_by_all_that_share_its_memory():
    programs = {
        f"{name}, from {end}": applied(make, root)
        for name, make in VIEWS.items()
        for end, root in ROOTS.items()
    }
    assert disagreements(programs) == {}


def _frozen_view(library):
    x, w = library.ones(2, dtype=library.float64), leaf(library, 3.0)
    view = x[:1]
    y = function(
        library,
        lambda ctx, view, w: (ctx.mark_dirty(view), view.mul_(w))[1],
        lambda ctx, g: (g, g * 7),
    ).apply(view, w)
    x.sum().backward()
    return facts(x), facts(y), w.grad


def _a_view_and_more(library):
    x = leaf(library, 1.0, 2.0) * 2
    scaled(library, more=lambda x: x * 2).apply(x[:1])


def _a_view_taken_before(library):
    w = leaf(library, 1.0, 2.0)
    x = w * 2
    view = x[1:]
    scaled(library).apply(x)
    (view * view).sum().backward()
    return facts(view), view._version, w.grad


def _kept_before(library):
    x = leaf(library, 1.0, 2.0) * 2
    squared = x * x
    scaled(library, write=False).apply(x)
    squared.sum().backward()


def _a_leaf_not_written(library):
    scaled(library, write=False).apply(leaf(library, 1.0))


def _no_input(library):
    w = leaf(library, 1.0)

    def forward(ctx, x):
        y = x * 1
        ctx.mark_dirty(y)
        return y

    y = function(library, forward, lambda ctx, g: g).apply(w)
    y.sum().backward()
    return facts(y), y._version, w.grad


def _marked(*values: Any) -> Program:
    def program(library):
        def forward(ctx, x):
            ctx.mark_dirty(*values)
            return x * 2

        return facts(function(library, forward, lambda ctx, g: g).apply(leaf(library, 1.0)))

    return program


def _two(marks: Callable[[Any, Any, Any], Any]) -> Program:
    def program(library):
        w = leaf(library, 1.0)
        x, y = w * 1, w * 2

        def forward(ctx, x, y):
            marks(ctx, x.add_(1), y.add_(1))
            return x, y

        a, b = function(library, forward, lambda ctx, g, h: (g, h * 3)).apply(x, y)
        (a * b).sum().backward()
        return a is x, b is y, w.grad, x._version, y._version

    return program


def _not_differentiable(library):
    w = leaf(library, 1.0)
    x = w * 2

    def forward(ctx, x, w):
        ctx.mark_dirty(x.add_(1))
        ctx.mark_non_differentiable(x)
        return x, w * 2

    a, b = function(library, forward, lambda ctx, g, h: (g, h)).apply(x, w)
    b.sum().backward()
    return facts(a), a is x, w.grad


def _saved(library):
    w = leaf(library, 0.5)
    x = w * 2

    def forward(ctx, x):
        ctx.mark_dirty(x.exp_())
        ctx.save_for_backward(x)
        return x

    y = function(library, forward, lambda ctx, g: g * ctx.saved_tensors[0]).apply(x)
    (first,) = library.autograd.grad(y.sum(), w, create_graph=True)
    return y, first, library.autograd.grad(first.sum(), w)


def _retained(library):
    w, seen = leaf(library, 1.0), []
    x = w * 2
    x.retain_grad()
    x.register_hook(lambda g: seen.append(g.clone()))
    y = scaled(library).apply(x)
    (y * y).sum().backward()
    return x.grad, seen, w.grad


def _by_setup(library):
    w = leaf(library, 1.0)
    x = w * 2
    y = function(
        library,
        lambda x: x.mul_(3),
        lambda ctx, g: g * 3,
        setup_context=lambda ctx, inputs, output: ctx.mark_dirty(inputs[0]),
    ).apply(x)
    y.sum().backward()
    return y is x, y, x._version, w.grad


def _integers(library):
    i, w = library.tensor([1, 2]), leaf(library, 1.0)

    def forward(ctx, i, w):
        ctx.mark_dirty(i.add_(1))
        return i, w * 2

    a, b = function(library, forward, lambda ctx, g, h: (None, h)).apply(i, w)
    b.sum().backward()
    return facts(a), a is i, i._version, w.grad


def _not_marked(library):
    w = leaf(library, 1.0, 2.0)
    x = w * 2
    y = function(library, lambda ctx, x: x.add_(1), lambda ctx, g: g * 3).apply(x)
    y.sum().backward()
    return y is x, y, x, x._version, w.grad


def _again_and_again(library):
    w = leaf(library, 1.0, 2.0)
    x = w * 2
    for factor in (2.0, 3.0, 4.0):
        x = scaled(library, factor).apply(x)
    x.mul_(2).sum().backward()
    return x, x._version, w.grad


PROGRAMS: dict[str, Program] = {
    "a view of what needs no gradient": _frozen_view,
    "a view, with another output": _a_view_and_more,
    "a view taken before": _a_view_taken_before,
    "kept before, not written": _kept_before,
    "a leaf that was not written": _a_leaf_not_written,
    "what is no input": _no_input,
    "a number": _marked(5),
    "None": _marked(None),
    "nothing": _marked(),
    "two": _two(lambda ctx, x, y: ctx.mark_dirty(x, y)),
    "two in two calls, of which the last counts": _two(
        lambda ctx, x, y: (ctx.mark_dirty(x), ctx.mark_dirty(y))
    ),
    "dirty and not differentiable": _not_differentiable,
    "saved, at the second order": _saved,
    "a retained gradient, a hook": _retained,
    "setup_context": _by_setup,
    "integers": _integers,
    "written and not marked": _not_marked,
    "several times": _again_and_again,
}


def test_dirty_inputs_of_all_kinds_are_those_of_pytorch():
    assert disagreements(PROGRAMS) == {}
