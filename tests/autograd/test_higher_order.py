"""Derivatives of derivatives, to any order, beside PyTorch.
Read `test_function.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn

SMOOTH = {
    "x**5": lambda library, x: x**5,
    "exp(tanh(x))": lambda library, x: x.tanh().exp(),
    "log(x*x + 1)": lambda library, x: (x * x + 1).log(),
    "sqrt(x*x + 1)": lambda library, x: (x * x + 1).sqrt(),
    "sigmoid(x) / (x*x + 1)": lambda library, x: x.sigmoid() / (x * x + 1),
    "softmax": lambda library, x: library.softmax(x * x, 0),
    "logsumexp": lambda library, x: library.logsumexp(x * x, 0),
    "var": lambda library, x: (x**3).var(),
    "mean of a broadcast product": lambda library, x: (x.unsqueeze(1) * x.exp()).mean(0),
    "x @ x.T @ x": lambda library, x: x.reshape(3, 1) @ x.reshape(1, 3) @ x,
    "2**x": lambda library, x: 2**x,
    "x**x": lambda library, x: (x * x + 0.5) ** x,
    "indexed": lambda library, x: x[[0, 0, 2]] ** 3 * x[1:2],
    "cat and stack": lambda library, x: library.cat([x**2, library.stack([x[0] * x[1], x[2]])]),
    "where and clamp": lambda library, x: library.where(x > 0, x**3, x**2) * x.clamp(-0.5, 2.0),
    "amax": lambda library, x: (x**3).amax() * x.amin(),
    "written in place": lambda library, x: (x**3)[:2].mul_(x[1:]).exp_() + x[0],
}


@pytest.mark.parametrize("expression", SMOOTH.values(), ids=SMOOTH.keys())
def test_the_first_three_derivatives_agree_with_pytorch(expression):
    def program(library):
        x = leaf(library, 0.7, -1.2, 0.4)
        random = np.random.default_rng(0)
        value = expression(library, x)
        found = [value]
        for _ in range(3):
            weight = library.tensor(random.standard_normal(tuple(value.shape)))
            (value,) = library.autograd.grad((value * weight).sum(), x, create_graph=True)
            found.append(value)
        return found

    assert_same(program, rtol=1e-9, atol=1e-9)


def test_the_tenth_derivative_of_a_power():
    x = leaf(tnn, 2.0)
    y = x**12
    for k in range(12, 2, -1):
        (y,) = tnn.autograd.grad(y.sum(), x, create_graph=True)
        expected = float(np.prod(np.arange(k, 13.0))) * 2.0 ** (k - 1)
        assert y.item() == pytest.approx(expected, rel=1e-12)


def test_mixed_partial_derivatives_commute():
    def program(library):
        x, y = leaf(library, 0.5), leaf(library, -1.5)
        z = (x * y).exp() * x
        gx, gy = library.autograd.grad(z.sum(), [x, y], create_graph=True)
        (xy,) = library.autograd.grad(gx.sum(), y, retain_graph=True)
        (yx,) = library.autograd.grad(gy.sum(), x, retain_graph=True)
        return xy, yx

    xy, yx = assert_same(program)
    assert xy == pytest.approx(yx, rel=1e-12)


def test_backward_under_create_graph_gives_gradients_with_a_graph():
    def program(library):
        x = leaf(library, 2.0, -1.0)
        (x**3).sum().backward(create_graph=True)
        first = x.grad
        (penalty,) = library.autograd.grad((first * first).sum(), x)
        return first, first.requires_grad, penalty

    assert_same(program)


def test_a_gradient_penalty_reaches_the_weights():
    def program(library):
        x, w = leaf(library, 1.0, 2.0), leaf(library, 0.5, -0.3)
        out = (x * w).tanh().sum()
        (g,) = library.autograd.grad(out, x, create_graph=True)
        (out + (g**2).sum()).backward()
        return w.grad, x.grad

    assert_same(program)


def test_create_graph_keeps_the_graph_unless_told_otherwise():
    def program(library, **keep):
        x = leaf(library, 2.0)
        y = (x**3).sum()
        library.autograd.grad(y, x, create_graph=True, **keep)
        return library.autograd.grad(y, x)

    assert_same(program)
    assert "retain_graph" in str(assert_same(lambda library: program(library, retain_graph=False)))


def test_create_graph_records_inside_no_grad():
    def program(library):
        x = leaf(library, 2.0)
        y = (x**3).sum()
        with library.no_grad():
            (first,) = library.autograd.grad(y, x, create_graph=True)
            enabled = library.is_grad_enabled()
        return enabled, first.requires_grad, library.autograd.grad(first.sum(), x)

    assert_same(program)


def test_without_create_graph_a_gradient_has_no_graph():
    def program(library):
        x = leaf(library, 2.0)
        (first,) = library.autograd.grad((x**3).sum(), x, retain_graph=True)
        return first.requires_grad, first.is_leaf

    assert_same(program)


def test_the_weights_of_the_outputs_are_differentiated_too():
    def program(library):
        x, v = leaf(library, 2.0, 3.0), leaf(library, 1.0, -1.0)
        (product,) = library.autograd.grad(x**3, x, grad_outputs=v, create_graph=True)
        return library.autograd.grad(product.sum(), [v, x])

    assert_same(program)


def test_a_hessian_vector_product_by_two_passes():
    def program(library):
        x = leaf(library, 0.3, -0.4, 0.5)
        v = library.tensor([1.0, 2.0, 3.0], dtype=library.float64)
        y = (x.exp() * x[[2, 1, 0]]).sum() ** 2
        (g,) = library.autograd.grad(y, x, create_graph=True)
        return library.autograd.grad((g * v).sum(), x)

    assert_same(program)


def test_a_write_between_the_orders_is_seen():
    def program(library):
        x = leaf(library, 2.0, 3.0)
        y = x * 1.0
        (first,) = library.autograd.grad((y**3).sum(), x, create_graph=True)
        y.zero_()
        library.autograd.grad(first.sum(), x)

    assert "in place" in str(assert_same(program))


def test_what_does_not_depend_on_the_input_at_the_second_order():
    def program(library):
        x = leaf(library, 2.0, 3.0)
        (first,) = library.autograd.grad((x * 3).sum(), x, create_graph=True)
        return first.requires_grad, first

    assert_same(program)
