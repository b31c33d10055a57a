"""An IntEnum's member, or any subclass of int or float, is the number that it stands for.
Read `test_ops_dtypes.py` next.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import pytest
from beside_torch import assert_same
from looping import looped
from op_checks import leaf
from op_rows import cases
from op_table import TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry
from tinygrad_nn.errors import DTypeError


class Level(IntEnum):
    LOW = 2


class Metres(float):
    pass


TWO = [op for op in registry.values() if op.elementwise and len(op.operands) > 1]


@pytest.mark.parametrize("op", TWO, ids=lambda op: op.name)
@looped("dtype", ["float32", "float64", "float16", "int64", "uint8", "bool"])
@looped("number", [Level.LOW, Metres(1.5)])
def test_every_elementwise_operation_takes_a_number_of_another_class(op, dtype, number):
    x = tnn.ones(3, dtype=getattr(tnn, dtype))

    def outcome(value):
        try:
            y = op.call(*(x if i == 0 else value for i in range(len(op.operands))))
        except (RuntimeError, TypeError, ValueError) as error:
            return type(error)
        return y.dtype, y.tolist()

    plain = int(number) if isinstance(number, int) else float(number)
    assert repr(outcome(number)) == repr(outcome(plain))


PLACES = {
    "x * A": lambda t, x: x * Level.LOW,
    "A - x": lambda t, x: Level.LOW - x,
    "x[A]": lambda t, x: x[Level.LOW],
    "x[:A]": lambda t, x: x[: Level.LOW],
    "x[[0, A]]": lambda t, x: x[[0, Level.LOW]],
    "clamp": lambda t, x: x.clamp(max=Level.LOW),
    "where": lambda t, x: t.where(x > 0, Level.LOW, x),
    "add_": lambda t, x: x.add_(Level.LOW),
    "fill_": lambda t, x: x.fill_(Level.LOW),
    "full": lambda t, x: t.full((2,), Level.LOW),
    "tensor": lambda t, x: t.tensor([Level.LOW]),
    "pow": lambda t, x: x**Level.LOW,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_member_of_an_enum_is_a_number_wherever_one_may_stand(place):
    assert_same(lambda library: PLACES[place](library, library.ones(3)))


# --- numbers that are no operands: alpha, eps, scale ---------------------------------------------

NUMBERS = [
    (op, p.name)
    for op in registry.values()
    for p in op.signature
    if p.annotation == "Number" and op.rules
]
FORMS = {
    "np.float64": np.float64(0.5),
    "np.float16": np.float16(0.5),
    "a tensor": tnn.tensor(0.5),
    "a tensor of float64": tnn.tensor(0.5, dtype=tnn.float64),
    "Metres": Metres(0.5),
}
NO_NUMBERS = ([0.5], "0.5", tnn.ones(2), {}, tnn.tensor(0.5, requires_grad=True))


def case_of(op):
    row = next(row for row in TABLE if row.name == op.name)
    return cases([row])[0]


@pytest.mark.parametrize(("op", "argument"), NUMBERS, ids=lambda each: getattr(each, "name", each))
def test_a_number_of_another_class_as_an_argument_is_the_plain_one(op, argument):
    case = case_of(op)

    def call(value):
        tnn.manual_seed(0)
        operands = [leaf(tnn, x.astype("f4") if x.dtype == "f8" else x) for x in case.draw()]
        given = {**case.sample.attributes, argument: value}
        made = case.row.call(tnn)(*operands, **given)
        made = made[0] if isinstance(made, tuple) else made
        (g,) = tnn.autograd.grad(made.sum(), operands[0], create_graph=True)
        return [(y.dtype, y.tolist()) for y in (made, g)]

    plain = call(0.5)
    assert all(dtype is tnn.float32 for dtype, _ in plain)
    for form, value in FORMS.items():
        assert call(value) == plain, form
    for value in NO_NUMBERS:
        with pytest.raises(DTypeError, match=f"{op.public}: {argument} must be a number"):
            call(value)


def test_no_argument_of_an_operation_that_is_a_number_goes_unchecked():
    assert len(NUMBERS) > 8
    unchecked = [
        (op.name, p.name)
        for op in registry.values()
        for p in op.signature
        if p.annotation in ("float", "int")
        or (type(p.default) is float and p.annotation != "Number")
    ]
    assert unchecked == []


def test_alpha_wraps_in_the_operands_dtype():
    assert_same(
        lambda library: [
            f(x, y, alpha=alpha)
            for dtype in (library.uint8, library.int8, library.int32, library.float32)
            for x in [library.tensor([1, 100], dtype=dtype)]
            for y in (x, 3)
            for f in (library.add, library.sub)
            for alpha in (-1, 2, 100)
        ]
    )


INITS = {
    "uniform_ a": lambda x, v: tnn.nn.init.uniform_(x, v, 1.0),
    "uniform_ b": lambda x, v: tnn.nn.init.uniform_(x, -1.0, v),
    "normal_ mean": lambda x, v: tnn.nn.init.normal_(x, v),
    "normal_ std": lambda x, v: tnn.nn.init.normal_(x, 0.0, v),
    "kaiming_uniform_ a": tnn.nn.init.kaiming_uniform_,
    "constant_ val": tnn.nn.init.constant_,
}


@pytest.mark.parametrize("name", INITS)
@pytest.mark.parametrize("dtype", [tnn.float16, tnn.float32, tnn.float64], ids=str)
def test_initial_values_are_drawn_by_the_plain_number(name, dtype):
    def drawn(value):
        tnn.manual_seed(0)
        return INITS[name](tnn.zeros(3, 4, dtype=dtype), value).tolist()

    for form, value in FORMS.items():
        assert drawn(value) == drawn(0.5), form
    for value in NO_NUMBERS:
        with pytest.raises(DTypeError, match=name.replace(" ", ".*: ") + " must be a number"):
            drawn(value)
