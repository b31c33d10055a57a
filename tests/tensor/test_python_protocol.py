"""Tensors as Python objects: numbers, lists, keys, text, copies and pickles, beside PyTorch.
Read `../fuzz/test_random_programs.py` next.
"""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest
from beside_torch import assert_same, torch
from looping import looped

import tinygrad_nn as tnn

# --- numbers --------------------------------------------------------------------------------------

NUMBERS = {
    "item": lambda x: x.item(),
    "float": float,
    "int": int,
    "bool": bool,
    "complex": complex,
    "tolist": lambda x: x.tolist(),
    "index": lambda x: list(range(10))[x],
    "range": lambda x: list(range(x)),
    "percent": lambda x: "%.3f" % x,  # noqa: UP031 - the operator is what is tried
    "format": lambda x: f"{x:.3f} {x:e} {x}",
    "repr in a string": lambda x: f"{x!r}",
    "str": str,
    "math.sqrt": math.sqrt,
    "neg": lambda x: (-x).item(),
    "len": len,
    "iter": lambda x: list(iter(x)),
    "hash": lambda x: hash(x) == hash(x),
    "equals None": lambda x: (x == None, x != None),  # noqa: E711 - the operator is what is tried
    "in a list": lambda x: x in [x],
    "not": lambda x: not x,
}
VALUES = {
    "float": lambda library: library.tensor(3.5),
    "whole float": lambda library: library.tensor(2.0),
    "double": lambda library: library.tensor(0.1, dtype=library.float64),
    "int": lambda library: library.tensor(3),
    "bool": lambda library: library.tensor(True),
    "one element": lambda library: library.tensor([[4]]),
    "zero": lambda library: library.tensor(0.0),
    "nan": lambda library: library.tensor(math.nan),
    "two elements": lambda library: library.tensor([1.0, 2.0]),
    "matrix": lambda library: library.tensor([[1, 2], [3, 4]]),
    "no elements": lambda library: library.ones(0),
    "complex": lambda library: library.tensor(1.0 + 2j),
    "real complex": lambda library: library.tensor([2.0 + 0j]),
    "needs a gradient": lambda library: library.tensor(2.5, requires_grad=True),
    "computed": lambda library: library.tensor([2.5], requires_grad=True) * 2,
}


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True")
@looped("use", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("make", VALUES.values(), ids=VALUES.keys())
def test_a_tensor_is_used_as_a_python_object_as_in_pytorch(make, use):
    assert_same(lambda library: use(make(library)))


# --- sequences ------------------------------------------------------------------------------------


def test_iterating_gives_views_that_are_part_of_the_graph():
    def program(library):
        x = library.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        first, second = x
        (first * second).sum().backward()
        return [first, second], x.grad, [row._version for row in x * 1]

    assert_same(program)


def test_sum_max_and_sorted_work_on_the_elements():
    def program(library):
        x = library.tensor([3.0, 1.0, 2.0])
        return sum(x), max(x), min(x), sorted(x), list(reversed(list(x))), [*x]

    assert_same(program)


def test_membership_compares_elements():
    def program(library):
        x = library.tensor([1.0, 2.0])
        return 2 in x, 5 in x, library.tensor(1.0) in x

    assert_same(program)


def test_a_tensor_is_a_key_by_identity():
    def program(library):
        x, twin = library.ones(2), library.ones(2)
        names = {x: "x", twin: "twin"}
        return names[x], names[twin], len({x, twin, x})

    assert_same(program)


def test_comparing_with_a_stranger_is_false_and_ordering_refused():
    x = tnn.ones(2)
    assert (x == "a") is False
    assert (x != "a") is True
    with pytest.raises(TypeError):
        assert x < "a"
    with pytest.raises(TypeError, match="unsupported operand"):
        x + "a"


# --- text -----------------------------------------------------------------------------------------

TEXTS = {
    "a leaf": lambda library: library.ones(2),
    "one that requires a gradient": lambda library: library.ones(2, requires_grad=True),
    "a number": lambda library: library.tensor(1.5, dtype=library.float64, requires_grad=True),
    "integers": lambda library: library.arange(3),
    "no elements": lambda library: library.ones(2, 0),
    "a parameter": lambda library: library.nn.Parameter(library.ones(2)),
    "a frozen parameter": lambda library: library.nn.Parameter(library.ones(2), False),
    "a detached one": lambda library: (library.ones(2, requires_grad=True) * 2).detach(),
}


@pytest.mark.parametrize("make", TEXTS.values(), ids=TEXTS.keys())
def test_the_text_of_a_leaf_is_pytorchs(make):
    assert_same(lambda library: [repr(make(library)), str(make(library)), f"{make(library)}"])


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda x: x * 2, "MulBackward0"),
        (lambda x: (x * 2).exp(), "ExpBackward0"),
        (lambda x: x.sum(), "SumBackward0"),
        (lambda x: tnn.nn.functional.mse_loss(x, x.detach()), "MseLossBackward0"),
        (lambda x: x.softmax(0), "SoftmaxBackward0"),
    ],
)
def test_the_text_of_a_computed_tensor_names_what_made_it(make, name):
    y = make(tnn.tensor([1.0, 2.0], requires_grad=True))
    assert repr(y).endswith(f", grad_fn=<{name}>)")
    assert y.grad_fn.name() == name
    assert "grad_fn" not in repr(y.detach())


def test_the_text_of_a_deep_graph_is_short():
    y = tnn.ones(1, requires_grad=True)
    for _ in range(50_000):
        y = y + 1.0
    assert repr(y) == "tensor([50001.], grad_fn=<AddBackward0>)"
    assert len(repr(y.grad_fn)) < 40


# --- copies and pickles ---------------------------------------------------------------------------


def test_a_deep_copy_is_a_leaf_of_its_own():
    def program(library):
        x = library.tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()
        y = copy.deepcopy(x)
        y.grad.zero_()
        with library.no_grad():
            y.add_(1)
        (y * 3).sum().backward()
        return x, x.grad, y, y.grad, y.is_leaf, y.requires_grad, x._version, type(y).__name__

    assert_same(program)


def test_deep_copies_keep_identity_inside_one_copy():
    def program(library):
        x = library.ones(2)
        first, second = copy.deepcopy([x, x])
        model = library.nn.Linear(1, 1)
        model.twin = model.weight
        twins = copy.deepcopy(model)
        return first is second, first is x, twins.twin is twins.weight

    assert_same(program)


def test_a_deep_copy_of_a_parameter_is_a_parameter():
    p = tnn.nn.Parameter(tnn.ones(2))
    q = copy.deepcopy(p)
    assert type(q) is tnn.nn.Parameter
    assert (q.requires_grad, q.tolist()) == (True, [1.0, 1.0])
    assert not np.shares_memory(p.array, q.array)


def test_a_deep_copy_of_a_view_that_is_no_gradient_is_whole():
    x = tnn.arange(6).reshape(2, 3)
    y = copy.deepcopy(x[:, 1:])
    y.zero_()
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "make",
    [
        lambda: tnn.tensor([1.0, 2.0]),
        lambda: tnn.tensor([[1, 2]]),
        lambda: tnn.tensor(0.5, dtype=tnn.float64, requires_grad=True),
        lambda: tnn.nn.Parameter(tnn.ones(2, 2)),
        lambda: tnn.arange(6).reshape(2, 3)[:, 1:],
        lambda: tnn.ones(0, 3),
    ],
)
@pytest.mark.parametrize("protocol", [2, 5])
def test_a_leaf_survives_pickling(make, protocol):
    x = make()
    y = pickle.loads(pickle.dumps(x, protocol))
    assert type(y) is type(x)
    assert (y.tolist(), y.dtype, y.shape) == (x.tolist(), x.dtype, x.shape)
    assert (y.requires_grad, y.is_leaf, y._version) == (x.requires_grad, True, 0)


def test_a_model_survives_pickling():
    model = tnn.nn.Sequential(tnn.nn.Linear(2, 3), tnn.nn.Tanh())
    twin = pickle.loads(pickle.dumps(model))
    x = tnn.randn(4, 2)
    assert twin(x).tolist() == model(x).tolist()
    assert [name for name, _ in twin.named_parameters()] == ["0.weight", "0.bias"]


# --- subclasses and attributes --------------------------------------------------------------------


def test_a_tensor_takes_attributes_and_has_no_invented_ones():
    def program(library):
        x = library.ones(2)
        x.note = "mine"
        return x.note, hasattr(x, "no_such_thing"), hasattr(x * 2, "note")

    assert_same(program)
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = tnn.ones(2).no_such_thing


def test_a_tensor_is_an_instance_of_its_class_only():
    def program(library):
        p = library.nn.Parameter(library.ones(1))
        kinds: list[Any] = [isinstance(p, library.Tensor), isinstance(p * 1, library.nn.Parameter)]
        return [*kinds, isinstance(library.ones(1), library.nn.Parameter)]

    assert_same(program)
    assert not isinstance(tnn.ones(1), torch.Tensor)
