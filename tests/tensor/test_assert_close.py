"""`testing.assert_close` accepts and refuses what PyTorch's does, and says the same.
Read `test_printing.py` beside it.
"""

import numpy as np
import pytest
from beside_torch import torch

import tinygrad_nn as tnn

INF, NAN = float("inf"), float("nan")
CASES = {
    "equal": lambda f: (f.tensor([1.0, 2.0]), f.tensor([1.0, 2.0])),
    "within the tolerance of float32": lambda f: (f.tensor([1.0, 2.0]), f.tensor([1.0, 2.00001])),
    "beyond it": lambda f: (f.tensor([1.0, 2.0]), f.tensor([1.0, 2.0001])),
    "beyond that of float64": lambda f: (
        f.tensor([1.0, 2.0], dtype=f.float64),
        f.tensor([1.0, 2.000001], dtype=f.float64),
    ),
    "within that of float16": lambda f: (f.tensor([1.0]).half(), f.tensor([1.001]).half()),
    "integers": lambda f: (f.tensor([[1, 2], [3, 4]]), f.tensor([[1, 2], [3, 7]])),
    "bools": lambda f: (f.tensor([True, False]), f.tensor([True, True])),
    "another shape": lambda f: (f.ones(2), f.ones(2, 1)),
    "another dtype": lambda f: (f.ones(2), f.ones(2, dtype=f.float64)),
    "numbers": lambda f: (1.0, 1.5),
    "equal numbers": lambda f: (2, 2),
    "other whole numbers": lambda f: (2, 3),
    "inf": lambda f: (f.tensor([INF, -INF]), f.tensor([INF, -INF])),
    "inf beside a number": lambda f: (f.tensor([INF]), f.tensor([1.0])),
    "nan": lambda f: (f.tensor([NAN]), f.tensor([NAN])),
    "complex numbers": lambda f: (f.tensor([1 + 1j]), f.tensor([1 + 2j])),
    "lists": lambda f: ([f.ones(1), f.ones(1)], [f.ones(1), f.zeros(1)]),
    "lists of other lengths": lambda f: ([f.ones(1)], [f.ones(1), f.zeros(1)]),
    "dicts": lambda f: ({"a": f.ones(1), "b": 2}, {"a": f.ones(1), "b": 3}),
    "dicts of other keys": lambda f: ({"a": f.ones(1)}, {"b": f.ones(1)}),
    "nothing": lambda f: (f.ones(0, 2), f.ones(0, 2)),
    "None": lambda f: (None, None),
    "None beside something": lambda f: (None, f.ones(1)),
    "what can't be compared": lambda f: (f.ones(1), "a"),
    "leaves": lambda f: (f.ones(2, requires_grad=True), f.ones(2)),
    "arrays": lambda f: (np.ones(2), np.array([1.0, 1.1])),
}
OPTIONS = {
    "": {},
    "wide": {"rtol": 1e-2, "atol": 1e-2},
    "exact": {"rtol": 0.0, "atol": 0.0},
    "nan": {"equal_nan": True},
    "dtypes": {"check_dtype": False},
    "words": {"msg": "they differ"},
    "added words": {"msg": lambda said: f"{said}\nand so on"},
    "one alone": {"rtol": 1e-3},
}


def said(f, case, options):
    try:
        f.testing.assert_close(*case(f), **options)
    except (AssertionError, TypeError, ValueError) as error:
        return type(error), error
    return None, None


@pytest.mark.parametrize("options", OPTIONS)
def test_as_in_pytorch(options):
    told = 0
    for name, case in CASES.items():
        (ours, mine), (theirs, other) = (said(f, case, OPTIONS[options]) for f in (tnn, torch))
        assert (ours is None) == (theirs is None), name
        assert ours is None or issubclass(ours, theirs), name
        if theirs is AssertionError and "keys" not in str(other):
            assert str(mine).splitlines()[0] == str(other).splitlines()[0], name
            told += 1
    assert told or options in ("wide", "one alone")


def test_it_says_where_and_how_far():
    with pytest.raises(AssertionError) as raised:
        tnn.testing.assert_close(
            {"w": [tnn.tensor([[1.0, 2.0], [3.0, 4.0]])]},
            {"w": [tnn.tensor([[1.0, 2.0], [3.0, 5.0]])]},
        )
    lines = str(raised.value)
    assert "Mismatched elements: 1 / 4 (25.0%)" in lines
    assert "Greatest absolute difference: 1.0 at index (1, 1) (up to 1e-05 allowed)" in lines
    assert "item ['w'][0]" in lines
