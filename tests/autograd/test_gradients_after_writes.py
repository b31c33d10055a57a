"""A tensor written in place keeps asking for its gradient; inference tensors are told apart.
Read `test_hooks.py` next.
"""

from __future__ import annotations

import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn

WRITES = {
    "mul_": lambda y: y.mul_(3.0),
    "add_": lambda y: y.add_(y.detach().clone()),
    "sqrt_": lambda y: y.sqrt_(),
    "relu_": lambda y: y.relu_(),
    "setitem": lambda y: y.__setitem__(0, 3.0),
    "setitem of an array": lambda y: y.__setitem__([0], 3.0),
    "fill_": lambda y: y.fill_(2.0),
    "zero_": lambda y: y.zero_(),
    "copy_": lambda y: y.copy_(y.detach() + 1),
    "through a view": lambda y: y[0].mul_(3.0),
    "through a view of a view": lambda y: y.reshape(2, 1)[0].add_(3.0),
}


@pytest.mark.parametrize("write", WRITES)
def test_retain_grad_survives_a_write(write):
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        y.retain_grad()
        WRITES[write](y)
        (y * leaf(library, 5.0, 7.0)).sum().backward()
        return x.grad, y.grad, y.retains_grad

    assert_same(program)


@pytest.mark.parametrize("write", WRITES)
def test_a_view_and_its_base_keep_their_gradients_when_either_is_written(write):
    def program(library, part):
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        v = y[:]
        y.retain_grad()
        v.retain_grad()
        WRITES[write](v if part else y)
        (y.sum() + (v * v).sum()).backward()
        return x.grad, y.grad, v.grad

    assert_same(lambda library: program(library, True))
    assert_same(lambda library: program(library, False))


@pytest.mark.parametrize("write", WRITES)
def test_a_hook_belongs_to_the_value_it_was_registered_on(write):
    def program(library):
        seen = []
        x = leaf(library, 1.0, 2.0)
        y = x * 2
        y.register_hook(lambda g: seen.append(g.clone()))
        WRITES[write](y)
        y.register_hook(lambda g: seen.append(g.clone()))
        (y * leaf(library, 5.0, 7.0)).sum().backward()
        return seen

    assert_same(program)


def test_a_written_tensor_keeps_its_name():
    y = tnn.ones(2, requires_grad=True) * 2
    y.name = "y"
    y.mul_(2)
    assert y.name == y.grad_fn.given_name == "y"


def test_a_write_to_one_inference_tensor_leaves_the_others_alone():
    with tnn.inference_mode():
        a, b = tnn.ones(2), tnn.ones(2) * 2
    x = tnn.ones(2, requires_grad=True)
    y = (x * a).sum()
    with tnn.inference_mode():
        b.add_(1)
    y.backward()
    assert x.grad.tolist() == [1, 1]


@pytest.mark.parametrize(
    "take", [lambda a: a, lambda a: a[0], lambda a: a.reshape(2, 1), lambda a: a.detach()]
)
def test_a_write_to_an_inference_tensor_or_its_views_is_seen(take):
    with tnn.inference_mode():
        a = tnn.ones(2)
        view = take(a)
    x = tnn.ones(2, requires_grad=True)
    y = (x * a).sum()
    with tnn.inference_mode():
        view.add_(1)
    with pytest.raises(tnn.errors.GraphError, match="modified in place"):
        y.backward()


@pytest.mark.parametrize("make", ["zeros", "ones", "empty", "rand", "randn"])
def test_every_tensor_made_in_inference_mode_is_an_inference_tensor_of_its_own(make):
    with tnn.inference_mode():
        a, b = getattr(tnn, make)(2), getattr(tnn, make)(2)
    assert a.is_inference()
    assert a[0].is_inference()
    assert a.version is not b.version
