"""Operators leave what is no operand to the other one's class, as PyTorch's do; Size is a tuple.
Read `test_python_protocol.py` beside it.
"""

from __future__ import annotations

import operator

import numpy as np
import pytest
from beside_torch import assert_same, outcome, plain, torch
from looping import looped

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry

OPERATORS = {
    name: getattr(operator, name)
    for name in (
        *("add", "sub", "mul", "truediv", "pow", "matmul", "and_", "or_", "xor", "floordiv"),
        *("mod", "lshift", "rshift", "eq", "ne", "lt", "le", "gt", "ge"),
        *("iadd", "isub", "imul", "itruediv", "ipow", "imatmul", "iand", "ior", "ixor"),
        *("ifloordiv", "imod", "ilshift", "irshift"),
    )
} | {"divmod": divmod}
MISSING = {"floordiv", "mod", "lshift", "rshift", "divmod"}  # no operation of ours yet


class Foreign:
    """A class that knows what to do with a tensor on its left, and on its right."""


for name in ("add", "sub", "mul", "truediv", "pow", "matmul", "and", "or", "xor"):
    setattr(Foreign, f"__r{name}__", lambda self, other, name=name: f"r{name}")
    setattr(Foreign, f"__{name}__", lambda self, other, name=name: name)
for name in ("floordiv", "mod", "lshift", "rshift", "divmod"):
    setattr(Foreign, f"__r{name}__", lambda self, other, name=name: f"r{name}")
    setattr(Foreign, f"__{name}__", lambda self, other, name=name: name)
for name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Foreign, f"__{name}__", lambda self, other, name=name: name)


class Silent:
    """A class that knows nothing of tensors."""

    def __repr__(self):
        return "Silent()"  # the same in every process that collects the tests


TENSORS = {
    "floats": lambda f: f.tensor([1.0, 2.0]),
    "ints": lambda f: f.tensor([1, 2]),
    "bools": lambda f: f.tensor([True, False]),
    "a number": lambda f: f.tensor(2.0),
    "an integer": lambda f: f.tensor(2),
    "a matrix": lambda f: f.ones(2, 2),
    "nothing": lambda f: f.zeros(0, 3),
    "a leaf": lambda f: f.tensor([1.0, 2.0], requires_grad=True),
}
OTHERS = {
    "a foreign object": Foreign(),
    "a silent object": Silent(),
    "None": None,
    "a string": "a",
    "bytes": b"a",
    "a list": [1, 2],
    "an empty list": [],
    "a tuple": (1, 2),
    "a dict": {},
    "a set": {1},
    "a class": int,
    "a function": len,
}


@looped("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_with_another_class_does_what_pytorchs_does(name, other):
    apply = OPERATORS[name]
    for make in TENSORS.values():
        for program in (
            lambda f, make=make: apply(make(f), other),
            lambda f, make=make: apply(other, make(f)) if name[0] != "i" else None,
        ):
            ours, theirs = outcome(program, tnn), outcome(program, torch)
            assert (ours.error is None) == (theirs.error is None), (ours, theirs)
            if ours.error is not None:
                assert isinstance(ours.error, TypeError)
                assert isinstance(theirs.error, TypeError)
            else:
                assert repr(ours.value) == repr(theirs.value)


@pytest.mark.parametrize("name", sorted(set(OPERATORS) - MISSING))
def test_a_function_refuses_another_class_with_its_own_name(name):
    plain_name = {"and_": "bitwise_and", "or_": "bitwise_or", "xor": "bitwise_xor"}.get(name, name)
    operation = getattr(tnn, {"truediv": "div"}.get(plain_name, plain_name), None)
    if operation is not None:
        with pytest.raises(TypeError, match=rf"{operation.__name__}\(\) takes Tensors"):
            operation(tnn.ones(2), Foreign())


def test_every_operation_with_an_operator_returns_notimplemented_from_it():
    bound = [op for op in registry.values() if op.operator is not None]
    assert len(bound) >= 15
    for op in bound:
        for other in (Foreign(), None, "a", [1]):
            assert op.operator(tnn.ones(2), other) is NotImplemented
            assert op.operator(other, tnn.ones(2)) is NotImplemented
            with pytest.raises(TypeError):
                op.call(tnn.ones(2), other)
    special = {
        name
        for kind in tnn.Tensor.__mro__[:-1]
        for name, value in vars(kind).items()
        if name.startswith("__") and getattr(value, "op", None) is not None
    }
    assert special <= {"__getitem__", "__neg__", "__abs__", "__invert__"}  # of one operand


def test_an_operator_is_recorded_like_its_operation():
    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    pairs = [(x + 2, tnn.add(x, 2)), (2 - x, tnn.sub(2, x)), (2**x, tnn.pow(2, x))]
    for made, called in pairs:
        assert made.grad_fn.name() == called.grad_fn.name()
        (one,), (other,) = (tnn.autograd.grad(y.sum(), x) for y in (made, called))
        assert plain(one).tolist() == plain(other).tolist()


def test_a_rule_given_later_is_seen_by_the_operator():
    op = registry["mul"]
    rules = op.rules
    x = tnn.tensor([1.0, 2.0], requires_grad=True)
    try:
        (x * 3).sum().backward()
        op.set_rules(
            tuple(rule._replace(formula=lambda g: g * 7.0, names=("g",)) for rule in rules)
        )
        x.grad = None
        (x * 3).sum().backward()
        assert x.grad.tolist() == [7.0, 7.0]
    finally:
        op.set_rules(rules)


# --- a tensor as a collection ---------------------------------------------------------------------

MEMBERS = [None, "a", [1, 2], (), {}, Silent(), 1, 1.0, 2.5, True, 1j, b"a"]


@pytest.mark.parametrize("member", MEMBERS, ids=repr)
def test_membership_is_pytorchs(member):
    for make in TENSORS.values():
        assert_same(lambda f, make=make: member in make(f))
    assert_same(lambda f: f.tensor(2.0) in f.tensor([1.0, 2.0]))
    assert_same(lambda f: f.ones(3) in f.ones(2))


def test_reversed_is_flipped_along_the_first_dimension():
    for make in TENSORS.values():
        assert_same(lambda f, make=make: reversed(make(f)))
    assert_same(lambda f: reversed(f.tensor([[1.0, 2.0], [3.0, 4.0]])))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3), (0, 0), (1, 0, 2, 2)])
def test_the_stride_of_an_empty_tensor_is_pytorchs(shape):
    assert_same(lambda f: f.zeros(shape).stride())
    assert_same(lambda f: (f.zeros(shape, dtype=f.float64) + 1).stride())
    assert_same(lambda f: [f.zeros(shape).stride(dim) for dim in range(-1, len(shape))])


def test_elements_are_not_deleted_and_plus_is_not_of_bool():
    def delete(f):
        x = f.ones(3)
        del x[0]

    assert_same(delete)
    assert_same(lambda f: +f.tensor([True]))
    assert_same(lambda f: +f.tensor([1.0]))


@pytest.mark.parametrize("value", [None, "a", (1,), [1], {1}, Silent(), b"a"], ids=repr)
def test_what_is_no_number_is_not_written(value):
    def write(f):
        x = f.ones(3)
        x[0] = value
        return x

    assert_same(write)


# --- Size -----------------------------------------------------------------------------------------

ODD = {
    **{repr(each): each for each in (2, 0, -1, 2.5, True, None, "a", (1,), [1, 2], (), (2.5,))},
    **{repr(each): each for each in (("a",), {1, 2}, {}, 1j, b"a", slice(1, None), (True,))},
    "an object": Silent(),
    "a foreign object": Foreign(),
    "an array": np.array([1.0, 2.0]),
}
USES = {
    "size * x": lambda size, x: size * x,
    "x * size": lambda size, x: x * size,
    "size + x": lambda size, x: size + x,
    "x + size": lambda size, x: x + size,
    "x in size": lambda size, x: x in size,
    "size[x]": lambda size, x: size[x],
    "Size(x)": lambda size, x: type(size)(x),
    "Size([x])": lambda size, x: type(size)([x]),
}


@looped("x", ODD.values(), ids=ODD)
@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_size_is_the_tuple_that_pytorchs_is(use, x):
    found = [outcome(lambda f: use(f.Size([2, 3]), x), f) for f in (tnn, torch)]
    ours, theirs = found
    assert (ours.error is None) == (theirs.error is None), found
    if theirs.error is None:
        assert repr(ours.value) == repr(theirs.value)
    else:
        assert isinstance(ours.error, type(theirs.error))


def test_a_size_stays_a_size():
    size = tnn.ones(2, 3).shape
    one = (1,)
    for made in (size * 2, 2 * size, one + size, size + one, size[:1]):
        assert type(made) is tnn.Size
    assert type(tnn.Size([np.int64(2), tnn.tensor(3), True])[0]) is int
