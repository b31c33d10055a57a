"""What holds for every gradient whatever the operation: zeros for zeros, nobody's memory, no warning.
Read `test_ops_dtypes.py` next.
"""

from itertools import combinations

import numpy as np
import pytest
from op_checks import array, assert_close, call, leaf
from op_rows import cases
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn

CASES = [case for case in cases(TABLE + COMPOSED) if case.row.differentiable]
CASES = [case for case in CASES if case.sample.attributes.get("dtype") not in (np.int64, np.bool_)]

TWICE = {
    "x + x": lambda f, x: x + x,
    "x - x": lambda f, x: x - x,
    "x * x": lambda f, x: x * x,
    "x / x": lambda f, x: x / x,
    "x ** x": lambda f, x: x**x,
    "x @ x.T": lambda f, x: x @ x.T,
    "maximum(x, x)": lambda f, x: f.maximum(x, x),
    "where(c, x, x)": lambda f, x: f.where(x > 1, x, x),
    "clamp(x, x, x)": lambda f, x: f.clamp(x, x, x),
    "cat([x, x])": lambda f, x: f.cat([x, x]),
    "stack([x, x])": lambda f, x: f.stack([x, x]),
    "linear(x, x)": lambda f, x: f.nn.functional.linear(x, x),
    "mse_loss(x, x + 1)": lambda f, x: f.nn.functional.mse_loss(x, x + 1),
    "x[0] * x": lambda f, x: x[0] * x,
}


def forward(case, dtype=np.float64):
    operands = [x.astype(dtype) if x.dtype.kind == "f" else x for x in case.draw()]
    tensors = [leaf(tnn, operand) for operand in operands]
    output = call(tnn, case, tensors)
    random = np.random.default_rng(0)
    cotangent = random.standard_normal(output.shape).astype(output.array.dtype)
    return operands, tensors, output, tnn.from_numpy(np.asarray(cotangent))


def gradients_of(tensors):
    return [tensor.grad for tensor in tensors if tensor.requires_grad]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_zero_cotangent_gives_exact_zeros(case):
    _, tensors, output, cotangent = forward(case)
    output.backward(cotangent * 0)
    for gradient in gradients_of(tensors):
        np.testing.assert_array_equal(gradient.array, 0)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_operands_and_cotangent_stay_as_they_are(case):
    operands, tensors, output, cotangent = forward(case)
    before = [x.tobytes() for x in (*operands, output.array, cotangent.array)]
    output.backward(cotangent, retain_graph=True)
    output.backward(cotangent, create_graph=True)
    assert [x.tobytes() for x in (*operands, output.array, cotangent.array)] == before


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_gradient_has_memory_of_its_own(case):
    operands, tensors, output, cotangent = forward(case)
    output.backward(cotangent, retain_graph=True)
    gradients = [gradient.array for gradient in gradients_of(tensors)]
    held = {"cotangent": cotangent.array, "output": output.array}
    held |= {f"operand {i}": operand for i, operand in enumerate(operands)}
    for i, gradient in enumerate(gradients):
        assert gradient.flags.writeable
        assert [name for name, other in held.items() if np.shares_memory(gradient, other)] == []
        held[f"gradient {i}"] = gradient
    again = tnn.autograd.grad(output, [t for t in tensors if t.requires_grad], cotangent)
    for first, second in combinations([*gradients, *(each.array for each in again)], 2):
        assert not np.shares_memory(first, second)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_gradient_has_the_shape_and_dtype_of_its_operand(case):
    for dtype in (np.float32, np.float64):
        _, tensors, output, cotangent = forward(case, dtype)
        output.backward(cotangent)
        for tensor in tensors:
            if tensor.requires_grad:
                assert tensor.grad.array.shape == tensor.array.shape
                assert tensor.grad.array.dtype == tensor.array.dtype == dtype


@pytest.mark.parametrize("case", CASES, ids=str)
def test_finite_numbers_raise_no_floating_point_flag(case):
    if case.row.name in ("mean", "var", "logsumexp") and 0 in case.sample.shapes[0]:
        pytest.skip("the mean of nothing is nan, its logarithm -inf")
    with np.errstate(all="raise"):
        _, tensors, output, cotangent = forward(case)
        output.backward(cotangent, create_graph=True)
    assert all(np.isfinite(gradient.array).all() for gradient in gradients_of(tensors))


@pytest.mark.parametrize("name", TWICE)
def test_a_tensor_used_twice_collects_both_gradients(name):
    torch = pytest.importorskip("torch")
    random = np.random.default_rng(3)
    data = random.uniform(0.5, 2.0, (3, 3))
    found = []
    for framework in (tnn, torch):
        x = leaf(framework, data)
        y = TWICE[name](framework, x)
        y.backward(framework.from_numpy(np.random.default_rng(4).standard_normal(tuple(y.shape))))
        found.append(x.grad)
    assert_close(array(found[0]), array(found[1]), name)


def test_two_passes_over_a_retained_graph_give_the_same_bits():
    for case in CASES:
        _, tensors, output, cotangent = forward(case)
        wanted = [tensor for tensor in tensors if tensor.requires_grad]
        first, second = (
            tnn.autograd.grad(output, wanted, cotangent, retain_graph=True) for _ in range(2)
        )
        for one, other in zip(first, second, strict=True):
            assert one.array.tobytes() == other.array.tobytes(), case
