"""Elementwise functions where the table cannot say it: poles, infinities, refusals, other names.
Read `test_conventions.py` next.
"""

from __future__ import annotations

import math

import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, DTypeError, ShapeError

NUMBERS = [-math.inf, -2.5, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 1.5, 2.5, math.inf, math.nan]
OF_ONE = """
    exp2 expm1 log2 log10 log1p rsqrt tan atan sinh cosh asinh sinc deg2rad floor ceil trunc round
    frac nan_to_num signbit isfinite isinf isposinf isneginf isreal positive frexp
"""
OF_TWO = "fmod remainder floor_divide copysign ldexp fmax fmin clamp_min clamp_max heaviside"


def leaf(library, values, dtype="float64"):
    return library.tensor(values, dtype=getattr(library, dtype), requires_grad=True)


@pytest.mark.parametrize("name", [*OF_ONE.split(), *OF_TWO.split(), "logaddexp", "xlogy", "atan2"])
def test_values_at_zero_and_infinity_are_pytorchs(name):
    """Every number beside every other."""
    for dtype in ("float64", "float32"):

        def program(library, dtype=dtype):
            x = library.tensor(NUMBERS, dtype=getattr(library, dtype))
            function = getattr(library, name)
            return function(x) if name in OF_ONE.split() else function(x[:, None], x)

        assert_same(program, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["fmax", "fmin", "xlogy", "atan2", "copysign", "clamp_min"])
def test_gradients_at_zero_and_infinity_are_pytorchs(name):
    def program(library):
        x, z = leaf(library, NUMBERS), leaf(library, NUMBERS)
        if name == "copysign":  # of an infinite number PyTorch's slope is inf / inf
            x, z = leaf(library, NUMBERS[1:-2]), leaf(library, NUMBERS)
        y = getattr(library, name)(x[:, None], z)
        return library.autograd.grad(y, (x, z), library.ones_like(y))

    assert_same(program, rtol=1e-9, atol=1e-12)


def test_what_was_nan_or_infinite_gets_no_gradient():
    def program(library):
        x = leaf(library, NUMBERS)
        y = library.nan_to_num(x, nan=1.0, neginf=-3.0)
        return y, *library.autograd.grad(y, x, library.ones_like(y))

    assert_same(program, rtol=0, atol=0)


def test_a_view_of_parts_is_written_with_pytorchs_gradient():
    def parts(library):
        x = leaf(library, [1 + 2j, 3 - 1j], "complex128")
        p, z = leaf(library, [5.0, 6.0]), x * 1
        library.view_as_real(z)[:, 1] = p * 2
        loss = (z * library.tensor([1 + 1j, 2 - 3j], dtype=library.complex128)).sum().abs()
        return z.detach(), *library.autograd.grad(loss, (x, p))

    def whole(library):
        x, q = leaf(library, [[1.0, 2.0], [3.0, 4.0]]), leaf(library, 2 + 5j, "complex128")
        z = x * 1
        library.view_as_complex(z)[0] = q * (1 + 1j)
        return library.autograd.grad((z * z).sum(), (x, q))

    assert_same(parts, rtol=1e-12, atol=1e-12)
    assert_same(whole, rtol=1e-12, atol=1e-12)


OPERATORS = {
    "//": lambda x, y: x // y,
    "%": lambda x, y: x % y,
    "<<": lambda x, y: x << y,
    ">>": lambda x, y: x >> y,
}


@pytest.mark.parametrize("sign", OPERATORS)
def test_operators_take_numbers_on_either_side_and_write_in_place(sign):
    call = OPERATORS[sign]
    for dtype in ("int64", "uint8", *(["float32"] if sign in "//%" else [])):
        for number in (2, 3):

            def program(library, dtype=dtype, number=number):
                x = library.tensor([7, 1, 3]).to(getattr(library, dtype))
                y = x.clone()
                name = {"//": "floordiv", "%": "mod", "<<": "lshift", ">>": "rshift"}[sign]
                y = getattr(y, f"__i{name}__")(number)
                return call(x, number), call(number, x), call(x, x), y

            assert_same(program)


def test_a_class_of_the_users_own_answers_an_operator():
    class Other:
        def __rfloordiv__(self, other):
            return "floor"

        def __rlshift__(self, other):
            return "shift"

    assert tnn.ones(2) // Other() == "floor"
    assert tnn.tensor([1]) << Other() == "shift"
    with pytest.raises(TypeError):
        tnn.ones(2) % "two"


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: tnn.tensor([1, 2]) // 0, ArgumentError, "floor_divide: an integer is divided by"),
        (lambda: tnn.tensor([1, 2]) % tnn.tensor([1, 0]), ArgumentError, "remainder: an integer"),
        (lambda: tnn.floor(tnn.tensor([True])), DTypeError, "floor: not defined for bool"),
        (lambda: tnn.frac(tnn.tensor([1])), DTypeError, "frac: not defined for int64"),
        (lambda: tnn.gcd(tnn.ones(2), 2), DTypeError, "gcd: takes integers, got float32"),
        (lambda: tnn.ones(2) << 1, DTypeError, "bitwise_left_shift: takes integers"),
        (lambda: tnn.logaddexp(tnn.tensor([1]), 1), DTypeError, "logaddexp: not defined for int64"),
        (lambda: tnn.complex(tnn.ones(2), tnn.ones(2).double()), DTypeError, "complex: both float"),
        (lambda: tnn.view_as_complex(tnn.ones(3)), ShapeError, r"last dimension of 2.*\(3,\)"),
        (lambda: tnn.view_as_complex(tnn.ones(2, 3).T), ShapeError, "side by side"),
        (lambda: tnn.isclose(tnn.ones(2), tnn.ones(2).double()), DTypeError, "isclose: dtypes"),
        (lambda: tnn.allclose(tnn.ones(2), tnn.ones(2), rtol=-1.0), ArgumentError, "allclose: rt"),
        (lambda: tnn.is_nonzero(tnn.ones(2)), ShapeError, r"is_nonzero: .*\(2,\)"),
        (lambda: tnn.arccos_([1.0]), DTypeError, "acos|arccos"),
    ],
)
def test_what_is_not_taken_is_refused_by_name(call, error, said):
    with pytest.raises(error, match=said):
        call()
