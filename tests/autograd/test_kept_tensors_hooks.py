"""Hooks for what operations keep for backward, and what is kept under PyTorch's names.
Read `test_node_hooks.py` next.
"""

from __future__ import annotations

import gc
import weakref

import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn
from tinygrad_nn.autograd import graph
from tinygrad_nn.errors import DTypeError, GraphError


def _what_is_packed(library):
    x, seen = leaf(library, 1.0, 2.0), []

    def pack(kept):
        seen.append(kept.clone())
        return kept

    def unpack(kept):
        seen.append(kept.clone())
        return kept

    with library.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = (x * x).exp() + library.max(x * 3, 0).values
    y.sum().backward()
    return seen, x.grad


def _another_value(library):
    x = leaf(library, 1.0, 2.0)
    with library.autograd.graph.saved_tensors_hooks(lambda x: x * 4, lambda x: x / 4):
        y = library.pow(x, 2)
    y.sum().backward()
    return x.grad


def _anything(library):
    x, store = leaf(library, 1.0, 2.0), []

    def pack(kept):
        store.append(kept.detach().clone())
        return len(store) - 1

    with library.autograd.graph.saved_tensors_hooks(pack, store.__getitem__):
        y = x * x
    y.sum().backward()
    return x.grad


def _innermost(library):
    x, seen = leaf(library, 1.0), []

    def hooks(name):
        def pack(kept):
            seen.append(name)
            return kept

        return library.autograd.graph.saved_tensors_hooks(pack, lambda kept: kept)

    with hooks("outer"):
        with hooks("inner"):
            y = x.exp()
        z = y.exp()
        with library.no_grad():
            y.exp()
            with library.enable_grad():
                y.exp()
    z.exp()
    return seen


def _second_derivative(library):
    x = leaf(library, 1.0, 2.0)
    with library.autograd.graph.saved_tensors_hooks(lambda x: x.clone(), lambda x: x):
        y = x**3 * x.exp()
    (first,) = library.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = library.autograd.grad(first.sum(), x)
    return first, second


def _write_in_place(library):
    x, w = leaf(library, 1.0, 2.0), leaf(library, 3.0, 4.0)
    y = x * 2
    with library.autograd.graph.save_on_cpu():
        y.mul_(w)
        y.exp_()
    y.sum().backward()
    return x.grad, w.grad


def _function(library):
    x, seen = leaf(library, 1.0, 2.0), []

    class Scaled(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.save_for_backward(x)
            return x * factor

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * x, None

    with library.autograd.graph.saved_tensors_hooks(lambda x: seen.append(x) or x * 2, lambda x: x):
        y = Scaled.apply(x, 3.0)
    y.sum().backward()
    return len(seen), x.grad


def _layers(library):
    x = library.linspace(-1, 1, 24).reshape(2, 3, 4).double().requires_grad_()
    with library.autograd.graph.save_on_cpu(pin_memory=False):
        y = library.cat([library.nn.functional.layer_norm(x, (4,)), library.softmax(x, -1)])
        y = library.stack([y, y.sort().values]).sum()
    y.backward()
    return x.grad


def _forbidden(library):
    said = []
    graph = library.autograd.graph
    for outer, inner in (
        (graph.disable_saved_tensors_hooks("not here"), graph.save_on_cpu()),
        (graph.save_on_cpu(), graph.disable_saved_tensors_hooks("nor there")),
    ):
        try:
            with outer, inner:
                said.append("entered")
        except RuntimeError as error:
            said.append(str(error))
    return said


def _mutation_allowed(library):
    x = leaf(library, 3.0, 4.0)
    with library.autograd.graph.allow_mutation_on_saved_tensors():
        y = x.clone()
        z = y.square()
        y.zero_()
        z.sum().backward()
    return x.grad


PROGRAMS = [
    *(_another_value, _anything, _innermost, _second_derivative, _write_in_place),
    *(_function, _layers, _forbidden, _mutation_allowed, _what_is_packed),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__.strip("_"))
def test_hooks_do_what_pytorchs_do(program):
    assert_same(program)


def test_a_file_that_stands_for_what_is_kept_goes_when_backward_has_been():
    gone = []

    class Place:
        def __init__(self, x):
            self.values = x.tolist()
            weakref.finalize(self, gone.append, True)

    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    with graph.saved_tensors_hooks(Place, lambda place: tnn.tensor(place.values)):
        y = x.exp().sum()
    assert not gone
    y.backward()
    gc.disable()
    try:
        assert gone == [True]
    finally:
        gc.enable()
    assert x.grad.tolist() == pytest.approx(x.exp().tolist())


def test_a_graph_of_packed_outputs_dies_by_reference_count():
    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    gc.disable()
    try:
        with graph.saved_tensors_hooks(lambda x: x, lambda x: x):
            y = x.exp()
        alive = weakref.ref(y)
        del y
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("pack", "unpack", "error", "words"),
    [
        (lambda x: x.mul_(2), lambda x: x, GraphError, r"wrote in place.*\(2,\)"),
        (lambda x: 7, lambda x: x, DTypeError, "unpack hook returned int, not a Tensor"),
    ],
)
def test_a_wrong_hook_is_told(pack, unpack, error, words):
    x = tnn.tensor([1.0, 2.0], requires_grad=True) * 1

    def program():
        with graph.saved_tensors_hooks(pack, unpack):
            y = x * x
        y.sum().backward()

    with pytest.raises(error, match=words):
        program()


def test_what_is_kept_has_pytorchs_names():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        w = library.tensor([3.0, 4.0], dtype=library.float64)
        y, z = x * w, x.exp()
        return (
            [y.grad_fn._saved_self, y.grad_fn._saved_other is w, z.grad_fn._saved_result],
            [(x * x).grad_fn._saved_self is x, library.sum(x * 2, 0).grad_fn._saved_dim],
        )

    def seen(library):
        first, second = program(library)
        return first[0] is None, first[2], second[0]

    assert_same(seen)


def test_what_is_not_kept_is_no_attribute_and_what_is_freed_says_so():
    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    product = y.grad_fn.next_functions[0][0]
    assert not hasattr(product, "_saved_nothing")
    y.backward()
    with pytest.raises(GraphError, match="second time"):
        product._saved_self  # noqa: B018 - reading raises


def test_a_leaf_s_node_knows_its_tensor():
    x = tnn.tensor([1.0], requires_grad=True)
    y = x * 2
    assert y.grad_fn.next_functions[0][0].variable is x
    assert not hasattr(y.grad_fn, "variable")


def test_a_write_that_is_counted_by_hand_is_seen():
    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    z = y.square().sum()
    graph.increment_version([y])
    with pytest.raises(GraphError, match="modified in place"):
        z.backward()
    with pytest.raises(DTypeError, match="Tensor expected, got"):
        graph.increment_version([3])
