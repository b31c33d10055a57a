"""Hooks of Nodes and of several tensors, and the way from Node to Node, beside PyTorch.
Read `test_hooks.py` beside it: hooks of tensors.
"""

from __future__ import annotations

import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn
from tinygrad_nn.autograd import graph
from tinygrad_nn.errors import ArgumentError, DTypeError, GraphError, ShapeError


def _behind(library):
    x, seen = leaf(library, 1.0, 2.0), []
    y = x * library.tensor([[3.0], [4.0]], dtype=library.float64)  # the gradient is broadcast back
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs, outputs)))
    (y * y).sum().backward()
    return seen, x.grad


def _before(library):
    x = leaf(library, 1.0, 2.0)
    y = x * 2
    y.register_hook(lambda g: g + 1)
    y.grad_fn.register_prehook(lambda outputs: (outputs[0] * 10,))
    y.sum().backward()
    return x.grad


def _replaced(library):
    x = leaf(library, 1.0, 2.0)
    y = x.exp()
    handle = y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 10,))
    y.sum().backward(retain_graph=True)
    handle.remove()
    y.sum().backward()
    return x.grad


def _of_a_leaf(library):
    x, seen = leaf(library, 1.0, 2.0), []
    node = x.view_as(x).grad_fn.next_functions[0][0]
    node.register_hook(lambda inputs, outputs: seen.append((inputs, outputs, x.grad.clone())))
    node.register_prehook(lambda outputs: (outputs[0] * 2,))
    (x * 3).sum().backward()
    return seen, x.grad


def _of_several_outputs(library):
    x, seen = leaf(library, 3.0, 1.0), []
    values, _ = library.sort(x * 2)
    values.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs, outputs[0])))
    (values * library.tensor([1.0, 5.0], dtype=library.float64)).sum().backward()
    return seen, x.grad


def _second_order(library):
    x, seen = leaf(library, 1.0, 2.0), []
    y = x**3
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * x, *inputs[1:]))
    (g,) = library.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = library.autograd.grad(g.sum(), x)
    return g, second, seen


def _all_of_them(library):
    seen = []
    x, y, z = (leaf(library, 1.0, 2.0) for _ in range(3))
    handle = library.autograd.graph.register_multi_grad_hook([x, y, z], seen.append)
    (2 * x + 3 * y).sum().backward()
    (x * y * z).sum().backward()
    handle.remove()
    (x * y * z).sum().backward()
    return seen


def _any_of_them(library):
    seen = []
    x, y = (leaf(library, 1.0, 2.0) for _ in range(2))
    library.autograd.graph.register_multi_grad_hook([x, y], seen.append, mode="any")
    for factor in (2, 3):
        (x * factor + y * factor).sum().backward()
    return seen


def _ways(library):
    x, w = leaf(library, 1.0, 2.0), library.tensor([1.0, 1.0], dtype=library.float64)
    largest = library.max(x * 2, 0).values
    made = [x * 2, x + 1, x - w, x / 3, x * x, w * x, x.exp(), library.stack([x, w]), x[0]]
    made += [library.nn.functional.mse_loss(x, w), largest * 2, largest]
    return [[(each is None, i) for each, i in y.grad_fn.next_functions] for y in made]


def _way_of_a_function(library):
    class Sum(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, number, y):
            return x + y

        @staticmethod
        def backward(ctx, g):
            return g, None, g

    x, w = leaf(library, 1.0), library.tensor([1.0], dtype=library.float64)
    return [(each is None, i) for each, i in Sum.apply(x, 3, w).grad_fn.next_functions]


PROGRAMS = [
    *(_behind, _before, _replaced, _of_a_leaf, _of_several_outputs, _second_order),
    *(_all_of_them, _any_of_them, _ways, _way_of_a_function),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__.strip("_"))
def test_nodes_do_what_pytorchs_do(program):
    assert_same(program)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((None, None, None), ShapeError, "given 1 gradients and returned 3"),
        ((2.0,), DTypeError, "returned float, not a Tensor"),
    ],
)
def test_a_wrong_answer_of_a_hook_is_told(answer, error, words):
    x = tnn.tensor([1.0], requires_grad=True)
    y = x.exp()
    y.grad_fn.register_hook(lambda inputs, outputs: answer)
    with pytest.raises(error, match=words):
        y.backward()


def test_several_tensors_need_gradients_and_a_mode_that_is_known():
    x = tnn.ones(1, requires_grad=True)
    with pytest.raises(GraphError, match="does not require a gradient"):
        graph.register_multi_grad_hook([x, tnn.ones(1)], print)
    with pytest.raises(ArgumentError, match="'some' is neither 'all' nor 'any'"):
        graph.register_multi_grad_hook([x], print, mode="some")
    assert graph.get_gradient_edge(x.exp()).node.name() == "ExpBackward0"
