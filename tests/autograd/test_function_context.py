"""What a Function's `ctx` keeps, its other members (vjp, jvp, vmap), and where it may be called.
Read `test_hooks.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from beside_torch import leaf
from custom_function import disagreements, facts, function

import tinygrad_nn as tnn

Program = Callable[[Any], Any]


def tripled(ctx, g):
    return g * 3


def doubled(ctx, x):
    return x * 2


# --- what is saved --------------------------------------------------------------------------------

SAVED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "the input": lambda library, x, y: x,
    "the output": lambda library, x, y: y[0],
    "an output of integers": lambda library, x, y: y[1],
    "an output that is not differentiable": lambda library, x, y: y[2],
    "an intermediate": lambda library, x, y: x * 5,
    "a detached input": lambda library, x, y: x.detach(),
    "None": lambda library, x, y: None,
    "a leaf of its own": lambda library, x, y: leaf(library, 1.0),
    "a number": lambda library, x, y: 5,
    "False": lambda library, x, y: False,
    "a str": lambda library, x, y: "text",
    "a list": lambda library, x, y: [x],
}


def saving(*kept: Callable[[Any, Any, Any], Any], create_graph: bool = False) -> Program:
    def program(library):
        w, seen = leaf(library, 1.0, 2.0), []

        def forward(ctx, x):
            y = x * 2, x.long(), x * 3
            ctx.mark_non_differentiable(y[2])
            ctx.save_for_backward(*[each(library, x, y) for each in kept])
            return y

        def backward(ctx, g, *others):
            seen.append([each if each is None else facts(each) for each in ctx.saved_tensors])
            return g * 3

        y = function(library, forward, backward).apply(w * 1)
        y[0].sum().backward(create_graph=create_graph)
        return seen, w.grad

    return program


def test_saved_tensors_are_what_they_were():
    programs = {
        f"the input and {name}, create_graph={create_graph}": saving(
            SAVED["the input"], kept, create_graph=create_graph
        )
        for name, kept in SAVED.items()
        for create_graph in (False, True)
    }
    programs |= {name: saving(kept) for name, kept in SAVED.items()}
    assert disagreements({**programs, "nothing": saving()}) == {}


def _saved_twice(library):
    seen = []

    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.save_for_backward(x * 2, x * 3)
        return x * 2

    def backward(ctx, g):
        seen.extend(ctx.saved_tensors)
        return g

    function(library, forward, backward).apply(leaf(library, 1.0)).sum().backward()
    return seen


def _saved_and(write: Callable[[Any, Any], Any], read: bool = True) -> Program:
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w * 1

        def forward(ctx, x):
            y = x * 2
            ctx.save_for_backward(x, y)
            return y

        def backward(ctx, g):
            return g * sum(ctx.saved_tensors) if read else g * 3

        y = function(library, forward, backward).apply(x)
        write(x, y)
        y.sum().backward()
        return w.grad

    return program


def _saved_for_forward(library):
    def forward(ctx, x):
        ctx.save_for_forward(x, None)
        return x * 2

    return facts(function(library, forward, tripled).apply(leaf(library, 1.0)))


def _marking(method: str, *values: Any) -> Program:
    def program(library):
        def forward(ctx, x):
            getattr(ctx, method)(*values)
            return x * 2

        return facts(function(library, forward, tripled).apply(leaf(library, 1.0)))

    return program


def _marked_in_two_calls(library):
    def forward(ctx, x):
        y = x * 2, x * 3, x * 4
        ctx.mark_non_differentiable(y[0])
        ctx.mark_non_differentiable(y[1])
        return y

    made = function(library, forward, lambda ctx, *g: g[0])
    return [facts(y) for y in made.apply(leaf(library, 1.0))]


# --- setup_context, and the arguments of forward --------------------------------------------------


def _optional(x, factor=3, other=None):
    return x * factor


def _any_number(x, *factors):
    return x * sum(factors)


def _by_keyword(x, *, factor=3):
    return x * factor


def _setting_up(forward: Any, *args: Any, answers: int | None = None, **keywords: Any) -> Program:
    def program(library):
        w, seen = leaf(library, 1.0, 2.0), []

        def setup(ctx, inputs, output):
            seen.append([type(inputs).__name__, repr(inputs[1:]), ctx.needs_input_grad])
            seen.append([output.requires_grad, library.is_grad_enabled()])
            ctx.count = len(inputs) if answers is None else answers

        def backward(ctx, g):
            return (g * 3, *[None] * (ctx.count - 1))

        y = function(library, forward, backward, setup_context=setup).apply(w, *args, **keywords)
        y.sum().backward()
        return y, seen, w.grad

    return program


def _without_setup(*args: Any, **keywords: Any) -> Program:
    """Call a forward with ctx; the argument "y" is a leaf."""

    def program(library):
        w, y, seen = leaf(library, 1.0), leaf(library, 2.0), []

        def forward(ctx, x, factor=3, other=1):
            seen.append(ctx.needs_input_grad)
            return x * factor * other

        def backward(ctx, g):
            return (g * 3, g * 5, None)[: len(ctx.needs_input_grad)]

        named = {name: y if value == "y" else value for name, value in keywords.items()}
        function(library, forward, backward).apply(w, *args, **named).sum().backward()
        return seen, w.grad, y.grad

    return program


# --- vjp, jvp, vmap -------------------------------------------------------------------------------


def _applied(create_graph: bool = False, **members: Any) -> Program:
    def program(library):
        w = leaf(library, 1.0, 2.0)
        y = function(library, doubled, **members).apply(w)
        y.sum().backward(create_graph=create_graph)
        return w.grad

    return program


def _of_the_base(name: str, *args: Any) -> Program:
    return lambda library: getattr(library.autograd.Function, name)(*args)


def _not_called_itself(library):
    function(library, doubled, tripled).__call__(None, leaf(library, 1.0))


def _vmap_generated(library):
    made = type(
        "Custom",
        (library.autograd.Function,),
        {"generate_vmap_rule": True, "forward": staticmethod(doubled)},
    )
    return made.generate_vmap_rule, library.autograd.Function.generate_vmap_rule


# --- where it is called ---------------------------------------------------------------------------


def _in_a_hook(create_graph: bool) -> Program:
    def program(library):
        w = leaf(library, 1.0, 2.0)
        y = w * 2
        y.register_hook(lambda g: function(library, doubled, tripled).apply(g))
        (first,) = library.autograd.grad((y * y).sum(), w, create_graph=create_graph)
        if create_graph:
            first.sum().backward()
        return first, w.grad

    return program


def _in_another(library):
    w = leaf(library, 1.0, 2.0)

    def square(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    inner = function(library, square, lambda ctx, g: 2 * g * ctx.saved_tensors[0])

    def outer(ctx, x):
        ctx.save_for_backward(x)
        return inner.apply(x) * 3

    made = function(library, outer, lambda ctx, g: inner.apply(g) * ctx.saved_tensors[0])
    y = made.apply(w)
    (first,) = library.autograd.grad(y.sum(), w, create_graph=True)
    return y, first, library.autograd.grad(first.sum(), w)


def _backward_in_backward(library):
    w = leaf(library, 1.0, 2.0)

    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * 2

    def backward(ctx, g):
        with library.enable_grad():
            x = ctx.saved_tensors[0].detach().requires_grad_()
            (x**3).sum().backward()
        return g * x.grad

    function(library, forward, backward).apply(w).sum().backward()
    return w.grad


def _complex(forward: Any, backward: Any) -> Program:
    def program(library):
        z = library.tensor([1 + 2j, 3 - 1j], dtype=library.complex128, requires_grad=True)
        seen = []

        def watched(ctx, g):
            seen.append(g)
            return backward(g)

        y = function(library, lambda ctx, z: forward(z), watched).apply(z)
        (y * (2 + 1j)).abs().sum().backward()
        return y, seen, z.grad

    return program


def _gradient_written(library):
    w = leaf(library, 1.0, 2.0)
    y = w * 2
    z = function(library, doubled, lambda ctx, g: g.mul_(3)).apply(y) * y
    (z + y * 5).backward(library.ones(2, dtype=library.float64))
    return w.grad


PROGRAMS: dict[str, Program] = {
    "saved in two calls": _saved_twice,
    "a saved input is written": _saved_and(lambda x, y: x.add_(1)),
    "a saved output is written": _saved_and(lambda x, y: y.add_(1)),
    "a saved input is written, and not read": _saved_and(lambda x, y: x.add_(1), read=False),
    "save_for_forward": _saved_for_forward,
    "a number as not differentiable": _marking("mark_non_differentiable", 5),
    "None as not differentiable": _marking("mark_non_differentiable", None),
    "set_materialize_grads(3)": _marking("set_materialize_grads", 3),
    "set_materialize_grads(None)": _marking("set_materialize_grads", None),
    "not differentiable in two calls, of which the last counts": _marked_in_two_calls,
    "defaults": _setting_up(_optional),
    "one given": _setting_up(_optional, 5),
    "a keyword": _setting_up(_optional, factor=5),
    "a later keyword": _setting_up(_optional, other=5),
    "too many": _setting_up(_optional, 1, 2, 3),
    "an unknown keyword": _setting_up(_optional, unknown=3),
    "any number": _setting_up(_any_number, 1, 2),
    "keyword only": _setting_up(_by_keyword),
    "keyword only, given": _setting_up(_by_keyword, factor=5),
    "answers for the arguments given alone": _setting_up(_optional, answers=1),
    "a default without setup_context": _without_setup(),
    "a keyword without setup_context": _without_setup(factor=5),
    "a tensor by keyword": _without_setup(factor="y"),
    "a keyword behind one left out": _without_setup(other=5),
    "an unknown keyword without setup_context": _without_setup(unknown=5),
    "an argument given twice": _without_setup(2, factor=5),
    "vjp": _applied(vjp=tripled),
    "vjp and create_graph": _applied(create_graph=True, vjp=tripled),
    "vjp and backward": _applied(vjp=tripled, backward=tripled),
    "neither": _applied(),
    "jvp beside": _applied(backward=tripled, jvp=doubled),
    "vmap beside": _applied(backward=tripled, vmap=doubled),
    "generate_vmap_rule": _vmap_generated,
    **{f"Function.{name}": _of_the_base(name, None) for name in ("backward", "vjp", "jvp")},
    "Function.vmap": _of_the_base("vmap", None, None),
    "called without apply": _not_called_itself,
    "in a hook": _in_a_hook(False),
    "in a hook, recorded": _in_a_hook(True),
    "in another": _in_another,
    "a backward in backward": _backward_in_backward,
    "holomorphic": _complex(lambda z: z * z, lambda g: g * (1 - 2j)),
    "to real": _complex(lambda z: z.real * 2, lambda g: g * (1 + 3j)),
    "a real gradient for a complex input": _complex(lambda z: z.real * 2, lambda g: g.abs() * 2),
    "integers for a complex input": _complex(lambda z: z.real * 2, lambda g: g.abs().long()),
    "the incoming gradient is written": _gradient_written,
}


def test_functions_are_those_of_pytorch():
    assert disagreements(PROGRAMS) == {}


def test_ctx_has_the_class_that_annotations_name():
    seen = []
    function(tnn, lambda ctx, x: (seen.append(type(ctx)), x * 2)[1]).apply(leaf(tnn, 1.0))
    assert seen == [tnn.autograd.function.FunctionCtx]


def test_backward_and_vjp_together_are_refused_by_name():
    y = function(tnn, doubled, tripled, vjp=tripled).apply(leaf(tnn, 1.0))
    with pytest.raises(RuntimeError, match="Custom has both backward and vjp"):
        y.sum().backward()
