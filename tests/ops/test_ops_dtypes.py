"""Dtypes: float32 stays float32 whatever it meets, and all pairs of dtypes meet as in PyTorch.
Read `test_ops_errors.py` next.
"""

from importlib.util import find_spec
from itertools import product

import numpy as np
import pytest
from bfloat16_arrays import HALVES, HALVES_HERE, UNIT, as_tensor
from looping import looped
from op_checks import array, assert_close, leaf
from op_table import TABLE

import tinygrad_nn as tnn

FLOATS = (np.float16, np.float32, np.float64)
DTYPES = [np.bool_, np.uint8, np.int8, np.int16, np.int32, np.int64, *FLOATS]
if find_spec("ml_dtypes") is not None:
    DTYPES.append(tnn.bfloat16.dtype)
NUMBERS = (True, 2, 2.5)
BINARY = [row for row in TABLE if row.elementwise and len(row.operands) == 2]
RULED = [row for row in BINARY if row.differentiable]

SCALARS = {
    "a Python float": lambda: 1.5,
    "a Python int": lambda: 2,
    "a Python bool": lambda: True,
    "a float64 of NumPy": lambda: np.float64(1.5),
    "an int64 of NumPy": lambda: np.int64(2),
    "a 0-d float64 tensor": lambda: tnn.tensor(1.5, dtype=tnn.float64),
    "a 0-d int64 tensor": lambda: tnn.tensor(2),
    "an int64 tensor": lambda: tnn.tensor([2, 3, 4]),
    "a 0-d float64 leaf": lambda: tnn.tensor(1.5, dtype=tnn.float64, requires_grad=True),
}


@looped("dtype", [*HALVES_HERE, "float32"])
@looped("scalar", SCALARS)
@pytest.mark.parametrize("row", RULED, ids=str)
def test_a_narrow_float_stays_narrow(row, scalar, dtype):
    """In value and in gradients of the first and the second order, on either side."""
    dtype = getattr(tnn, dtype)
    for first in (True, False):
        x = tnn.tensor([0.5, 1.0, 2.0], dtype=dtype, requires_grad=True)
        other = SCALARS[scalar]()
        operands = (x, other) if first else (other, x)
        y = row.call(tnn)(*operands)
        assert y.dtype is dtype
        (gradient,) = tnn.autograd.grad(y.sum(), x, create_graph=True)
        assert gradient.dtype is dtype
        (gradient * gradient + gradient * x).sum().backward()
        assert x.grad.dtype is dtype
        if getattr(other, "requires_grad", False) and other.grad is not None:
            assert other.grad.dtype is tnn.float64


@pytest.mark.parametrize("scalar", ["a Python float", "a float64 of NumPy", "a 0-d float64 tensor"])
def test_operators_keep_float32_whichever_side_the_scalar_is_on(scalar):
    x, s = tnn.tensor([0.5, 1.0, 2.0], requires_grad=True), SCALARS[scalar]()
    results = [x + s, s + x, x - s, s - x, x * s, s * x, x / s, s / x, x**s, s**x]
    assert {result.dtype for result in results} == {tnn.float32}
    assert all(type(result) is tnn.Tensor and result.requires_grad for result in results)
    sum(results).sum().backward()
    assert x.grad.dtype is tnn.float32


def outcome(row, framework, *operands):
    """The result, or None where the framework has none."""
    try:
        return row.call(framework)(*operands)
    except (RuntimeError, TypeError):
        return None


def check_pairs(row, pairs):
    torch = pytest.importorskip("torch")
    compared = 0
    for first, second in pairs:
        found = []
        for framework in (tnn, torch):
            operands = [
                x if isinstance(x, (bool, int, float)) else leaf(framework, x).detach()
                for x in (first, second)
            ]
            found.append(outcome(row, framework, *operands))
        ours, theirs = found
        kinds = f"{row} of {getattr(first, 'dtype', first)} and {getattr(second, 'dtype', second)}"
        if theirs is None:
            continue  # ours is defined in more places: minus bool
        assert ours is not None, kinds
        assert str(ours.dtype) == str(theirs.dtype), kinds
        rtol = UNIT.get(str(theirs.dtype).removeprefix("torch."), 1.3e-6)
        assert_close(array(ours), array(theirs), kinds, rtol=rtol)
        compared += 1
    assert compared


VECTORS = [np.array([1, 0, 3]).astype(dtype) for dtype in DTYPES]
OTHERS = [np.array([2, 1, 1]).astype(dtype) for dtype in DTYPES]
POINTS = [np.array(2).astype(dtype) for dtype in DTYPES]


@pytest.mark.parametrize("row", BINARY, ids=str)
def test_two_arrays_meet_in_pytorchs_dtype(row):
    check_pairs(row, product(VECTORS, OTHERS))


@pytest.mark.parametrize("row", BINARY, ids=str)
def test_a_0d_tensor_counts_only_by_its_category(row):
    check_pairs(
        row, [*product(VECTORS, POINTS), *product(POINTS, VECTORS), *product(POINTS, POINTS)]
    )


@pytest.mark.parametrize("row", [row for row in BINARY if row.takes_numbers], ids=str)
def test_a_number_counts_only_by_its_category(row):
    check_pairs(row, product(VECTORS + POINTS, NUMBERS))


@pytest.mark.parametrize("row", RULED[:5], ids=str)
def test_a_number_on_the_left_counts_only_by_its_category(row):
    reversed_row = {
        "add": lambda f, a, b: a + b,
        "sub": lambda f, a, b: a - b,
        "mul": lambda f, a, b: a * b,
        "div": lambda f, a, b: a / b,
        "pow": lambda f, a, b: a**b,
    }[row.name]
    check_pairs(
        type(row)(row.name, *row.operands, spelling=reversed_row), product(NUMBERS, VECTORS)
    )


@pytest.mark.parametrize("first", DTYPES)
@pytest.mark.parametrize("name", ["where", "cat", "stack"])
def test_joined_and_chosen_tensors_meet_in_pytorchs_dtype(name, first):
    torch = pytest.importorskip("torch")
    for second, shape in product(DTYPES, [(3,), ()] if name == "where" else [(3,)]):
        found = []
        for framework in (tnn, torch):
            a = as_tensor(framework, np.array([1, 0, 3]).astype(first))
            b = as_tensor(framework, np.full(shape, 2).astype(second))
            chosen = framework.from_numpy(np.array([True, False, True]))
            arguments = (chosen, a, b) if name == "where" else ([a, b],)
            found.append(getattr(framework, name)(*arguments))
        assert str(found[0].dtype) == str(found[1].dtype), (second, shape)
        assert_close(array(found[0]), array(found[1]), (second, shape))


@pytest.mark.parametrize("given", DTYPES)
def test_clamp_and_where_with_numbers_keep_pytorchs_dtype(given):
    torch = pytest.importorskip("torch")
    for number in (1, 1.5):
        found = []
        for framework in (tnn, torch):
            x = as_tensor(framework, np.array([1, 0, 3]).astype(given))
            chosen = framework.from_numpy(np.array([True, False, True]))
            results = [framework.where(chosen, x, number), framework.where(chosen, number, x)]
            if given is not np.bool_:
                results += [framework.clamp(x, number), framework.clamp(x, 0, number)]
            found.append(results)
        for ours, theirs in zip(*found, strict=True):
            assert str(ours.dtype) == str(theirs.dtype), number
            assert_close(array(ours), array(theirs), number)


@pytest.mark.parametrize("wanted", ["float32", "float64"])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sum", "mean", "cumsum"])
def test_a_dtype_that_is_asked_for_is_the_outputs_alone(name, wanted):
    """The gradient comes back in the input's own."""
    torch = pytest.importorskip("torch")
    for own in ("float32", "float64"):
        found = []
        for framework in (tnn, torch):
            x = leaf(framework, np.array([[0.5, -1.5, 2.0], [1.0, 0.25, -0.75]]).astype(own))
            y = getattr(framework, name)(x, dim=1, dtype=getattr(framework, wanted))
            weights = framework.from_numpy(np.arange(y.numel(), dtype=wanted))
            (gradient,) = framework.autograd.grad((y.reshape(-1) * weights).sum(), x)
            found.append([y, gradient])
        for ours, theirs in zip(*found, strict=True):
            assert str(ours.dtype) == str(theirs.dtype)
            assert_close(array(ours), array(theirs), name, rtol=1e-5, atol=1e-6)


EVERY = ["bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64", *HALVES]


@pytest.mark.parametrize("dtype", [*EVERY, "complex64"])
@pytest.mark.parametrize("given", EVERY)
def test_a_sum_or_mean_in_a_dtype_that_was_asked_for_is_of_that_dtype(given, dtype):
    pytest.importorskip("torch")
    from beside_torch import assert_same

    programs = [
        lambda x, dtype: x.sum(dtype=dtype),
        lambda x, dtype: x.sum(0, dtype=dtype),
        lambda x, dtype: x[0, 0].sum(dtype=dtype),
        lambda x, dtype: x.mean(0, dtype=dtype),
    ]
    if dtype != "bool":  # PyTorch has no running sum of it
        programs.append(lambda x, dtype: x.cumsum(1, dtype=dtype))
    for program in programs:

        def run(library, program=program):
            x = library.tensor([[0, 1, 100], [0, 100, 100]]).to(getattr(library, given))
            return program(x, getattr(library, dtype))

        assert_same(run, rtol=UNIT.get(dtype, 1e-3))
