"""An IntEnum's member, or any subclass of int or float, is the number that it stands for.
Read `test_ops_dtypes.py` next.
"""

from __future__ import annotations

from enum import IntEnum

import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry


class Level(IntEnum):
    LOW = 2


class Metres(float):
    pass


TWO = [op for op in registry.values() if op.elementwise and len(op.operands) > 1]


@pytest.mark.parametrize("op", TWO, ids=lambda op: op.name)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64", "uint8", "bool"])
@pytest.mark.parametrize("number", [Level.LOW, Metres(1.5)], ids=["IntEnum", "float"])
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
