"""What a hook writes into a gradient counts, and what may be a gradient.
Read `test_hooks.py` next.
"""

from __future__ import annotations

import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn

HOOKS = {
    "returns it": lambda g: g.clamp_(max=1.0),
    "returns None": lambda g: (g.clamp_(max=1.0), None)[1],
    "writes an element": lambda g: g.__setitem__(0, 9.0),
    "fills": lambda g: (g.zero_(), None)[1],
    "another tensor": lambda g: g * 2,
    "nothing": lambda g: None,
    "another dtype": lambda g: g.float(),
    "another shape": lambda g: g.reshape(2, 1),
    "no tensor": lambda g: 3.0,
}


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("create_graph", [False, True])
def test_what_a_hook_writes_into_the_gradient_counts(hook, create_graph):
    def program(library, on_leaf):
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        z = x * 3
        y.retain_grad()
        (x if on_leaf else y).register_hook(HOOKS[hook])
        (y * y + z).sum().backward(create_graph=create_graph)
        return x.grad, y.grad

    assert_same(lambda library: program(library, True))
    assert_same(lambda library: program(library, False))


def test_a_hook_that_writes_leaves_other_gradients_alone():
    x, w = leaf(tnn, 1.0, 2.0), leaf(tnn, 3.0, 4.0)
    x.register_hook(lambda g: (g.mul_(3), None)[1])
    (x + w).sum().backward()
    assert x.grad.tolist() == [3, 3]
    assert w.grad.tolist() == [1, 1]


GRADIENTS = {
    "itself": lambda library, x: x,
    "detached": lambda library, x: x.detach(),
    "shape": lambda library, x: library.ones(3, dtype=library.float64),
    "dtype": lambda library, x: library.ones(2, dtype=library.float32),
    "number": lambda library, x: 3.0,
    "None": lambda library, x: None,
}


@pytest.mark.parametrize("kind", GRADIENTS)
@pytest.mark.parametrize("requires_grad", [True, False])
def test_what_may_be_assigned_as_a_gradient(kind, requires_grad):
    def program(library):
        x = library.ones(2, dtype=library.float64, requires_grad=requires_grad)
        x.grad = GRADIENTS[kind](library, x)
        return x.grad

    assert_same(program)


def test_a_tensor_is_not_its_own_gradient():
    x = tnn.ones(2)
    with pytest.raises(tnn.errors.GraphError, match="its own gradient"):
        x.grad = x
