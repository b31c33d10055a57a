"""16 bits beside numbers and 0-d tensors that they cannot hold: each operation has PyTorch's rule.
Read `test_float16_gradients.py` next.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from beside_torch import assert_same, torch
from bfloat16_arrays import HALVES, UNIT
from op_table import TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry

ROUND_THE_LOGARITHM = ("xlogy", "special_xlog1py")  # PyTorch, in between
LARGE = 65_536
# What stands beside a float16 tensor: a number, or a tensor of one element in another dtype.
OPERANDS = {
    "float": lambda library, number: float(number),
    "int": lambda library, number: int(number),
    "0-d float64": lambda library, number: library.tensor(float(number), dtype=library.float64),
    "0-d float32": lambda library, number: library.tensor(float(number)),
    "0-d int64": lambda library, number: library.tensor(int(number)),
    "one int64": lambda library, number: library.tensor([int(number)]),
    "0-d float16": lambda library, number: library.tensor(float(number), dtype=library.float16),
}
NUMBERS = (0.1, 1 / 3, 7, 65_504, LARGE, 1e6, -1e6, 1e-9, 1e-30, 3e38)
CALLS = {
    "mul": operator.mul,
    "mul, reversed": lambda x, number: number * x,
    "div": operator.truediv,
    "mul_": lambda x, number: x.clone().mul_(number),
    "div_": lambda x, number: x.clone().div_(number),
    "*=": lambda x, number: operator.imul(x.clone(), number),
    "/=": lambda x, number: operator.itruediv(x.clone(), number),
}
OTHERS = {
    "div, reversed": lambda x, number: number / x,
    "add": operator.add,
    "add, reversed": lambda x, number: number + x,
    "add_": lambda x, number: x.clone().add_(number),
    "sub": operator.sub,
    "sub, reversed": lambda x, number: number - x,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def halves(library: Any, half: str, requires_grad: bool = False) -> Any:
    numbers = [0.01, 2.0, -3.0, 0.1, 1e-7, 300.0, -65504.0, 65504.0, 1 / 3, float("inf")]
    return library.tensor(numbers, dtype=getattr(library, half), requires_grad=requires_grad)


def is_as_whole(kind: str, number: float) -> bool:
    return "int" not in kind or (number == int(number) and abs(number) < 2**62)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("kind", OPERANDS)
@pytest.mark.parametrize("name", CALLS)
def test_a_product_or_quotient_is_computed_with_the_number_itself(name, kind, half):
    """Bit for bit PyTorch's; but it takes a 0-d tensor in front of `*` as rounded."""
    for number in NUMBERS:
        if not is_as_whole(kind, number) or ("reversed" in name and " " in kind):
            continue
        assert_same(
            lambda library, number=number: CALLS[name](
                halves(library, half), OPERANDS[kind](library, number)
            ),
            rtol=0,
            atol=0,
        )


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("kind", ["float", "int"])
@pytest.mark.parametrize("name", OTHERS)
def test_other_operations_take_the_number_as_rounded(name, kind, half):
    for number in NUMBERS:
        if is_as_whole(kind, number):
            assert_same(
                lambda library, number=number: OTHERS[name](
                    halves(library, half), OPERANDS[kind](library, number)
                ),
                rtol=0,
                atol=0,
            )


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("kind", OPERANDS)
@pytest.mark.parametrize("name", ["mul", "div"])
def test_the_gradient_goes_by_the_number_itself(name, kind, create_graph, half):
    def program(library: Any, number: float) -> Any:
        x = halves(library, half, requires_grad=True)
        y = CALLS[name](x, OPERANDS[kind](library, number))
        g = library.full((10,), 0.01, dtype=getattr(library, half))
        return library.autograd.grad(y, x, g, create_graph=create_graph)

    for number in NUMBERS:
        if is_as_whole(kind, number):
            assert_same(lambda library, number=number: program(library, number), rtol=0, atol=0)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("number", [0.1, LARGE])
def test_a_0d_operands_gradient_is_summed_in_float32(number, half):
    def gradients(dtype: Any) -> Any:
        x = tnn.full((70_000,), 0.5, dtype=dtype, requires_grad=True)
        b = tnn.tensor(float(number), requires_grad=True)
        (x * b).mean().backward()
        return [x.grad.array.astype(np.float32), b.grad.array.astype(np.float32)]

    for one, other in zip(gradients(getattr(tnn, half)), gradients(tnn.float32), strict=True):
        np.testing.assert_allclose(one, other, rtol=5e-3)


def test_instances():
    x = tnn.tensor([0.01], dtype=tnn.float16)
    assert (x * LARGE).item() == 655.5
    assert (LARGE * x).item() == 655.5
    assert (x * tnn.tensor(LARGE)).item() == 655.5
    assert (tnn.tensor(float(LARGE)) * x).item() == 655.5  # inf in PyTorch
    assert (LARGE / tnn.tensor([2.0], dtype=tnn.float16)).item() == 32768
    assert torch.equal(torch.tensor([0.01], dtype=torch.float16) * LARGE, torch.tensor([655.5]))


def test_bounds_beyond_float16_keep_nothing_out():
    """PyTorch refuses such a bound."""
    x = tnn.tensor([-2.0, 60_000.0], dtype=tnn.float16, requires_grad=True)
    y = x.clamp(-1e5, 1e5)
    y.backward(tnn.ones_like(y))
    assert y.tolist() == x.tolist()
    assert x.grad.tolist() == [1.0, 1.0]


def test_alpha_is_taken_in_float32():
    x = tnn.tensor([-65_504.0, 1.0], dtype=tnn.float16)
    one = tnn.ones(2, dtype=tnn.float16)
    assert tnn.add(x, one, alpha=65_600).tolist()[0] == 96
    assert tnn.sub(-x, one, alpha=65_600).tolist()[0] == -96
    assert_same(
        lambda library: library.add(*[halves(library, "float16")] * 2, alpha=0.25), rtol=0, atol=0
    )


@pytest.mark.parametrize("dtype", [*HALVES, "float32", "float64"])
@pytest.mark.parametrize(
    "row",
    [
        row
        for row in TABLE
        if row.elementwise and len(row.operands) == 2 and row.takes_numbers and not row.is_complex
    ],
    ids=str,
)
def test_every_pairing_with_a_number_is_pytorchs(row, dtype):
    """Also of operations to come: they are rows of the table. PyTorch's refusals ask nothing."""
    for number in (0.1, 0.7, 3, 7, LARGE):
        # In front of mul and div PyTorch takes a number as rounded, but not in front of * and /.
        for place in (1,) if registry[row.name].takes_exact_numbers else (0, 1):

            def program(library: Any, number: float = number, place: int = place) -> Any:
                numbers = [0.01, 2.0, 3.0, 0.1, 300.0]
                x = library.tensor(numbers, dtype=getattr(library, dtype))
                given = (x, number) if place == 1 else (number, x)
                return row.call(library)(*given)

            try:
                program(torch)
            except (RuntimeError, TypeError):
                continue
            rtol = 1e-6 if dtype not in UNIT else 0
            if row.name in ROUND_THE_LOGARITHM and dtype == "bfloat16":
                rtol = 2 * UNIT[dtype]
            assert_same(program, rtol=rtol, atol=0)
