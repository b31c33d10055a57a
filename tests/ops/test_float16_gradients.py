"""float16 and bfloat16 are computed in float32 and rounded once, in forward functions and rules.
Read `test_float16_numbers.py` next.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from bfloat16_arrays import HALVES, HALVES_HERE, UNIT, numpy_dtype
from looping import looped
from op_checks import array, attribute, leaf, run
from op_rows import cases
from op_table import TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import op, registry
from tinygrad_nn.nn import functional as F

WITHOUT_HALF = {  # in PyTorch neither: LAPACK has none
    *("inv", "det", "slogdet", "svd", "pinv", "matrix_exp", "solve", "solve_triangular", "qr"),
    *("linalg_cholesky", "cholesky_solve", "lu_factor", "eig", "eigh"),
    *("fft_c2c", "fft_r2c", "fft_c2r"),
}
ROWS = [
    row
    for row in TABLE
    if row.differentiable and not row.is_complex and row.name not in WITHOUT_HALF | {"cast"}
]
MANY = 70_000  # more than 65,504, the largest float16


def in_half(case: Any, half: str) -> list[Any]:
    return [x.astype(numpy_dtype(half)) if x.dtype.kind == "f" else x for x in case.draw()]


def dtypes_in(value: Any) -> list[Any]:
    """The dtypes of all arrays and tensors in an argument of a rule."""
    if isinstance(value, list | tuple):
        return [dtype for each in value for dtype in dtypes_in(each)]
    held = getattr(value, "array", value)
    return [held.dtype] if isinstance(held, np.ndarray | np.generic) else []


@pytest.fixture
def watched(monkeypatch):
    """Return a function that has an operation's rules say which dtypes they are given."""
    changed = []

    def watch(operation: Any) -> list[Any]:
        seen: list[Any] = []

        def listening(formula: Any) -> Any:
            def listen(*given: Any, **named: Any) -> Any:
                seen.extend(dtypes_in([*given, *named.values()]))
                return formula(*given, **named)

            return listen

        changed.append((operation, operation.rules))
        rules = tuple(rule._replace(formula=listening(rule.formula)) for rule in operation.rules)
        operation.set_rules(rules, operation.is_joint)
        if operation.is_joint:
            monkeypatch.setattr(operation, "composite", listening(operation.composite))
        return seen

    yield watch
    for operation, rules in changed:
        operation.set_rules(rules, operation.is_joint)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_no_rule_is_given_16_bits(row, watched):
    seen = watched(registry[row.name])
    for half, create_graph in product(HALVES_HERE, (False, True)):
        seen.clear()
        differentiate(row, half, create_graph)
        assert seen, "no rule was called"
        assert numpy_dtype(half) not in seen


def differentiate(row: Any, half: str, create_graph: bool) -> None:
    """Run all cases of a row in half precision, forward and back."""
    dtype = numpy_dtype(half)
    for case in cases([row]):
        if "dtype" in case.sample.attributes:
            continue
        tensors = [leaf(tnn, x) for x in in_half(case, half)]
        given = {
            name: attribute(tnn, value, dtype) for name, value in case.sample.attributes.items()
        }
        made = row.call(tnn)(*tensors, **given)
        made = [y for y in (made if isinstance(made, tuple | list) else [made]) if y.requires_grad]
        leaves = [x for x in tensors if x.requires_grad]
        ones = [tnn.ones_like(y) for y in made]
        found = tnn.autograd.grad(made, leaves, ones, create_graph=create_graph, allow_unused=True)
        assert all(g is None or g.array.dtype is dtype for g in found), case


@looped("half", HALVES_HERE)
@looped("order", [1, 2])
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_gradient_is_that_of_float32_rounded(row, order, half):
    """But for what 16 bits cannot say of an output that a rule goes by."""
    unit = UNIT[half]
    for case in cases([row]):
        if "dtype" in case.sample.attributes:
            continue
        if (row.name, half, order) == ("std", "bfloat16", 2):
            continue  # of two elements it is 0: a difference of terms that the output is rounded in
        operands = in_half(case, half)
        wide = [x.astype(np.float32) if x.dtype.kind in "fV" else x for x in operands]
        narrow, exact = run(tnn, case, operands, order), run(tnn, case, wide, order)
        for one, other in zip(narrow.gradients, exact.gradients, strict=True):
            if one is not None and other is not None:
                assert one.array.dtype == numpy_dtype(half), case
                expected = array(other).astype(np.float64)
                scale = max(1.0, np.abs(expected).max(initial=0))
                np.testing.assert_allclose(
                    array(one).astype(np.float64),
                    expected,
                    4 * unit,
                    2 * unit * scale * order,
                    True,
                    case,
                )


@pytest.mark.parametrize("half", HALVES)
def test_an_operation_to_come_has_its_rules_computed_in_float32(half):
    seen, dtype = [], getattr(tnn, half)

    @op("1000 x / n", name="scaled_down")
    def scaled_down(x: Any) -> Any:
        return x.copy()

    def rule(g: Any, x: Any) -> Any:
        seen.append((str(g.dtype), str(x.dtype)))
        return g * 1e6 * x * 1e-6  # in float16 inf on the way

    try:
        scaled_down.vjp(x=rule)
        for create_graph in (False, True):
            x = tnn.tensor([2.0], dtype=dtype, requires_grad=True)
            (g,) = tnn.autograd.grad(scaled_down(x).sum(), x, create_graph=create_graph)
            assert g.dtype is dtype
            assert g.tolist() == [2.0]
    finally:
        del registry["scaled_down"]
    assert seen == [("float32", "float32"), ("torch.float32", "torch.float32")]


@pytest.mark.parametrize("half", HALVES)
def test_a_function_of_the_users_own_is_given_the_outputs_dtype(half):
    seen, dtype = [], getattr(tnn, half)

    class Double(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            seen.append(g.dtype)
            return g * 2

    Double.apply(tnn.ones(2, dtype=dtype, requires_grad=True)).sum().backward()
    assert seen == [dtype]


# --- more elements than float16 can count ---------------------------------------------------------

random = np.random.default_rng(0)


def drawn(*shape: int, scale: float = 1.0) -> Any:
    return (random.standard_normal(shape) * scale).astype(np.float16)


CLASSES = tnn.from_numpy(random.integers(0, 3, MANY))
WEIGHTS = (1.0, 2.0, 3.0)
SEVERAL = {
    "mean": (lambda x: x.mean(), [drawn(MANY)]),
    "mean of large numbers": (lambda x: x.mean(), [np.full(4, 60_000, np.float16)]),
    "mean of rows": (lambda x: x.mean(0), [drawn(MANY, 2)]),
    "mean of columns": (lambda x: x.mean(1), [drawn(2, MANY)]),
    "mean of two dims": (lambda x: x.mean((0, 1), True), [drawn(MANY // 2, 2, 3)]),
    "var": (lambda x: x.var(), [drawn(MANY)]),
    "var of large numbers": (lambda x: x.var(), [drawn(8, scale=100)]),
    "var of rows": (lambda x: x.var(0, correction=0), [drawn(MANY, 2)]),
    "logsumexp": (lambda x: x.logsumexp(0), [drawn(MANY)]),
    "softmax": (lambda x: x.softmax(0), [drawn(MANY)]),
    "log_softmax": (lambda x: x.log_softmax(0), [drawn(MANY)]),
    "cumsum": (lambda x: x.cumsum(0), [drawn(MANY, 2)]),
    "amax": (lambda x: x.amax(), [np.ones(MANY, np.float16)]),
    "amin of rows": (lambda x: x.amin(0), [np.ones((MANY, 2), np.float16)]),
    "mse": (F.mse_loss, [drawn(MANY), drawn(MANY)]),
    "mse of large numbers": (F.mse_loss, [drawn(8, scale=100), drawn(8)]),
    "bce": (F.binary_cross_entropy_with_logits, [drawn(MANY), drawn(MANY, scale=0.1)]),
    "nll": (lambda x: F.nll_loss(x, CLASSES), [drawn(MANY, 3)]),
    "nll, weighted": (
        lambda x: F.nll_loss(x, CLASSES, weight=tnn.tensor(WEIGHTS, dtype=x.dtype)),
        [drawn(MANY, 3)],
    ),
    "nll, some ignored": (lambda x: F.nll_loss(x, CLASSES, ignore_index=1), [drawn(MANY, 3)]),
    "cross_entropy": (lambda x: F.cross_entropy(x, CLASSES), [drawn(MANY, 3)]),
    "cross_entropy, weighted and smoothed": (
        lambda x: F.cross_entropy(
            x, CLASSES, weight=tnn.tensor(WEIGHTS, dtype=x.dtype), label_smoothing=0.1
        ),
        [drawn(MANY, 3)],
    ),
    "cross_entropy of many classes": (
        lambda x: F.cross_entropy(x, tnn.tensor([5])),
        [drawn(1, MANY)],
    ),
    "cross_entropy of probabilities": (F.cross_entropy, [drawn(MANY, 3), drawn(MANY, 3) ** 2]),
    "layer_norm": (
        lambda x, w, b: F.layer_norm(x, (MANY,), w, b),
        [drawn(2, MANY), drawn(MANY), drawn(MANY)],
    ),
    "layer_norm of many rows": (
        lambda x, w, b: F.layer_norm(x, (4,), w, b),
        [drawn(MANY, 4), drawn(4), drawn(4)],
    ),
    "layer_norm of large numbers": (lambda x: F.layer_norm(x, (4,)), [drawn(2, 4, scale=3000)]),
    "linear": (F.linear, [drawn(MANY, 3), drawn(2, 3), drawn(2)]),
    "matmul": (tnn.matmul, [drawn(2, MANY), drawn(MANY, 2)]),
    "einsum": (lambda x, w: tnn.einsum("ij,jk->ik", x, w), [drawn(2, MANY), drawn(MANY, 2)]),
    "einsum of one": (lambda x: tnn.einsum("ij->j", x), [drawn(MANY, 2)]),
    "attention": (F.scaled_dot_product_attention, [drawn(1, 2, 4), *[drawn(1, MANY, 4)] * 2]),
    "attention, scaled": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, scale=1e5),
        [drawn(1, 2, 4, scale=0.003), drawn(1, 3, 4, scale=0.003), drawn(1, 3, 4)],
    ),
    "conv2d": (F.conv2d, [drawn(1, 1, 266, 266), drawn(1, 1, 3, 3), drawn(1)]),
    "conv2d of large numbers": (
        F.conv2d,
        [drawn(1, 1, 4, 4, scale=200), drawn(1, 1, 3, 3, scale=50)],
    ),
    "added, broadcast": (tnn.add, [drawn(MANY, 2), drawn(2)]),
    "multiplied, broadcast": (tnn.mul, [drawn(MANY, 2), drawn(1, 2)]),
    "multiplied by a scalar": (tnn.mul, [drawn(MANY), drawn()]),
    "larger, broadcast": (tnn.maximum, [drawn(MANY, 2), drawn(2)]),
    "expanded": (lambda x: x.expand(MANY, 3), [drawn(3)]),
    "cubed": (lambda x: x**3, [drawn(8, scale=10)]),
    "sigmoid": (lambda x: x.sigmoid(), [np.array([-15.0, -12.0, 2.0], np.float16)]),
    "softplus": (
        lambda x: F.softplus(x, beta=1e5),
        [np.array([-3e-5, 0.0, 3e-5, 3], np.float16)],
    ),
    "index_add, scaled": (
        lambda x, s: x.index_add(0, tnn.tensor([0, 0, 1]), s, alpha=1e5),
        [drawn(3), drawn(3, scale=0.01)],
    ),
}


def cotangent(y: Any) -> Any:
    """Numbers from -1 to 1 that 16 bits hold."""
    numbers = np.round(128 * np.cos(np.arange(y.array.size))) / 128
    return tnn.from_numpy(numbers.astype(y.array.dtype).reshape(y.array.shape))


def values_and_gradients(function: Any, operands: list[Any], dtype: Any, order: int) -> list[Any]:
    tensors = [tnn.from_numpy(x.astype(dtype)).requires_grad_() for x in operands]
    y = function(*tensors)
    created = order == 2
    first = tnn.autograd.grad(y, tensors, cotangent(y), create_graph=created)
    found = [y, *first]
    roots = [g for g in first if g.requires_grad]
    if roots and created:
        found += tnn.autograd.grad(
            roots, tensors, [cotangent(g) for g in roots], materialize_grads=True
        )
    return [array(each) for each in found]


@looped("half", HALVES_HERE)
@looped("order", [1, 2])
@pytest.mark.parametrize("name", SEVERAL)
def test_counts_and_sums_may_pass_what_16_bits_count(name, order, half):
    """Up to 65,504 in float16; in bfloat16 256 and 1 is 256."""
    function, operands = SEVERAL[name]
    dtype, unit = numpy_dtype(half), UNIT[half]
    operands = [np.asarray(x).astype(dtype) for x in operands]
    narrow = values_and_gradients(function, operands, dtype, order)
    exact = values_and_gradients(function, operands, np.float32, order)
    for one, other in zip(narrow, exact, strict=True):
        assert one.dtype == dtype
        with np.errstate(over="ignore"):
            expected = other.astype(dtype).astype(np.float32)
        scale = np.abs(expected[np.isfinite(expected)]).max(initial=0)
        atol = 2 * unit * scale + 3e-7
        np.testing.assert_allclose(one.astype(np.float32), expected, 5 * unit, atol)


@pytest.mark.parametrize("half", HALVES)
def test_the_gradient_of_a_mean_of_70000_elements(half):
    x = tnn.ones(MANY, dtype=getattr(tnn, half), requires_grad=True)
    x.mean().backward()
    assert x.grad.array[0] == numpy_dtype(half).type(1 / MANY) > 0
