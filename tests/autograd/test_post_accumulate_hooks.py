"""Hooks that are called once a leaf's `.grad` has grown, beside PyTorch.
Read `test_hooks_in_place.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from beside_torch import leaf
from custom_function import disagreements

import tinygrad_nn as tnn

Program = Callable[[Any], Any]


def _each_pass(library):
    w, seen = leaf(library, 1.0, 2.0), []

    def hook(x):
        seen.append([x is w, x.grad.clone(), library.is_grad_enabled()])

    handle = w.register_post_accumulate_grad_hook(hook)
    (w * 2).sum().backward()
    (w * w * 3).sum().backward()
    handle.remove()
    (w * 5).sum().backward()
    return seen, w.grad


def _of(make: Callable[[Any], Any]) -> Program:
    return lambda library: make(library).register_post_accumulate_grad_hook(print)


def _in_order(library):
    w, seen = leaf(library, 1.0), []
    handles = [
        w.register_post_accumulate_grad_hook(lambda x, i=i: seen.append(i)) for i in range(4)
    ]
    handles[1].remove()
    handles[1].remove()
    w.register_hook(lambda g: seen.append("gradient"))
    w.sum().backward()
    return seen


def _that_raises(library):
    w, seen = leaf(library, 1.0), []

    def hook(x):
        raise ValueError("boom")

    handle = w.register_post_accumulate_grad_hook(hook)
    try:
        (w * 3).sum().backward()
    except ValueError as error:
        seen.append(str(error))
    handle.remove()
    (w * 3).sum().backward()
    return seen, w.grad, library.is_grad_enabled()


def _that_steps(library):
    w, b = leaf(library, 1.0, 2.0), leaf(library, 3.0)
    for x in (w, b):
        optimizer = library.optim.SGD([x], lr=0.1, momentum=0.9)

        def hook(x, optimizer=optimizer):
            optimizer.step()
            optimizer.zero_grad()

        x.register_post_accumulate_grad_hook(hook)
    for _ in range(3):
        (w * w * b).sum().backward()
    return w, b, w.grad, b.grad


def _that_writes(write: Callable[[Any], Any]) -> Program:
    def program(library):
        w = leaf(library, 1.0, 2.0)

        def hook(x):
            write(x)

        w.register_post_accumulate_grad_hook(hook)
        for _ in range(2):
            (w * 3).sum().backward()
        return w, w.grad, w._version

    return program


def _clear(x):
    x.grad = None


def _not_in_grad(library):
    w, seen = leaf(library, 1.0), []
    w.register_post_accumulate_grad_hook(lambda x: seen.append(1))
    return library.autograd.grad((w * 2).sum(), w), seen


def _of_the_inputs_asked_for(library):
    w, v, seen = leaf(library, 1.0), leaf(library, 2.0), []
    w.register_post_accumulate_grad_hook(lambda x: seen.append("w"))
    v.register_post_accumulate_grad_hook(lambda x: seen.append("v"))
    (w * v).sum().backward(inputs=[w])
    (w * 2).sum().backward()
    return seen, w.grad, v.grad


def _recorded(library):
    w, seen = leaf(library, 2.0), []
    w.register_post_accumulate_grad_hook(
        lambda x: seen.append([x.grad.requires_grad, library.is_grad_enabled()])
    )
    (w**3).sum().backward(create_graph=True)
    w.grad.sum().backward()
    return seen, w.grad


def _that_returns(library):
    w = leaf(library, 1.0)
    w.register_post_accumulate_grad_hook(lambda x: x.grad * 100)
    (w * 2).sum().backward()


def _in_a_with_block(library):
    w, seen = leaf(library, 1.0), []
    with w.register_post_accumulate_grad_hook(lambda x: seen.append(1)):
        w.sum().backward()
    w.sum().backward()
    return seen


def _that_remove_and_add(library):
    w, seen = leaf(library, 1.0), []

    def first(x):
        seen.append("first")
        for handle in handles:
            handle.remove()
        x.register_post_accumulate_grad_hook(lambda x: seen.append("third"))

    handles = [
        w.register_post_accumulate_grad_hook(first),
        w.register_post_accumulate_grad_hook(lambda x: seen.append("second")),
    ]
    for _ in range(2):
        w.sum().backward()
    return seen


def _after(change: Callable[[Any, Any], Any]) -> Program:
    """Both kinds of hook, after the leaf was changed."""

    def program(library):
        w, seen = leaf(library, 1.0), []
        w.register_hook(lambda g: seen.append("gradient"))
        handle = w.register_post_accumulate_grad_hook(lambda x: seen.append(x is w))
        change(library, w)
        (w * 2).sum().backward()
        handle.remove()
        (w * 2).sum().backward()
        return seen, w.grad

    return program


def _data(library, w):
    w.data = library.tensor([5.0], dtype=library.float64)


def _module(library):
    model, seen = library.nn.Linear(2, 1), []
    for name, parameter in model.named_parameters():
        parameter.register_post_accumulate_grad_hook(lambda x, name=name: seen.append(name))
    model(library.ones(3, 2)).sum().backward()
    return sorted(seen)


PROGRAMS: dict[str, Program] = {
    "sees each pass": _each_pass,
    "of a computed tensor": _of(lambda library: leaf(library, 1.0) * 2),
    "of a tensor without gradient": _of(lambda library: library.ones(2)),
    "of integers": _of(lambda library: library.tensor([1])),
    "in order": _in_order,
    "that raises": _that_raises,
    "that steps": _that_steps,
    "that takes the gradient away": _that_writes(_clear),
    "that scales the gradient": _that_writes(lambda x: x.grad.mul_(10)),
    "that writes the leaf": _that_writes(lambda x: x.sub_(x.grad)),
    "not in grad()": _not_in_grad,
    "of the inputs asked for": _of_the_inputs_asked_for,
    "recorded": _recorded,
    "that returns something": _that_returns,
    "in a with block": _in_a_with_block,
    "that removes and adds": _that_remove_and_add,
    "after .data was set": _after(_data),
    "after it was frozen for a while": _after(
        lambda library, w: w.requires_grad_(False).requires_grad_()
    ),
    "after detach_()": _after(lambda library, w: w.detach_().requires_grad_()),
    "of a module's parameters": _module,
}


def test_post_accumulate_hooks_are_those_of_pytorch():
    assert disagreements(PROGRAMS) == {}


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (PROGRAMS["of a computed tensor"], "that was computed.* use register_hook"),
        (PROGRAMS["that returns something"], "hook returned Tensor; it returns None"),
    ],
    ids=["of a computed tensor", "that returns something"],
)
def test_a_mistake_with_a_hook_is_explained(program, says):
    with pytest.raises(RuntimeError, match=says):
        program(tnn)
