"""Shapes, reductions and products of random sizes, zero among them, beside PyTorch.
Read `test_conventions.py` next.
"""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from op_checks import array, assert_close, leaf

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

FEWER = settings(max_examples=50)
sizes = st.integers(0, 4)


def shapes(least=0, most=4):
    return st.lists(sizes, min_size=least, max_size=most).map(tuple)


def compare(call, *operands):
    """The same value and gradients, or an error in both."""
    found = []
    for framework in (tnn, torch):
        tensors = [leaf(framework, operand) for operand in operands]
        try:
            y = call(framework, *tensors)
        except (RuntimeError, IndexError) as error:
            found.append(type(error))
            continue
        random = np.random.default_rng(1)
        y.backward(leaf(framework, random.standard_normal(tuple(y.shape))).detach())
        found.append([y, *(tensor.grad for tensor in tensors)])
    ours, theirs = found
    assert isinstance(ours, list) == isinstance(theirs, list), (ours, theirs)
    if isinstance(ours, list):
        for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            assert tuple(one.shape) == tuple(other.shape)
            assert_close(array(one), array(other), f"{'value' if i == 0 else f'gradient {i - 1}'}")


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@given(shapes(), st.data())
@FEWER
def test_reshape_and_view_equal_pytorch(shape, data):
    count = int(np.prod(shape, dtype=int))
    divisors = [n for n in range(1, count + 1) if count % n == 0] or [0, 1, 2]
    first = data.draw(st.sampled_from(divisors))
    second = data.draw(st.sampled_from([-1, count // first if first else 0, 3]))
    given_shape = data.draw(st.permutations([first, second, 1]))
    compare(lambda f, x: f.reshape(x, tuple(given_shape)), drawn(*shape))
    compare(lambda f, x: x.view(*given_shape), drawn(*shape))


@given(shapes(), st.data())
@FEWER
def test_permute_and_transpose_equal_pytorch(shape, data):
    dims = data.draw(st.permutations(range(len(shape))))
    signs = data.draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
    signed = [dim - len(shape) if minus else dim for dim, minus in zip(dims, signs, strict=True)]
    compare(lambda f, x: f.permute(x, tuple(signed)), drawn(*shape))
    one, other = (data.draw(st.integers(-len(shape) - 1, len(shape))) for _ in range(2))
    compare(lambda f, x: f.transpose(x, one, other), drawn(*shape))


@given(shapes(), st.data())
@FEWER
def test_expand_and_squeeze_and_unsqueeze_equal_pytorch(shape, data):
    shape = tuple(data.draw(st.sampled_from([1, size])) for size in shape)
    wanted = [data.draw(st.sampled_from([-1, size, 3])) for size in shape]
    front = data.draw(st.lists(sizes, max_size=2))
    compare(lambda f, x: x.expand(*front, *wanted) if front or wanted else x * 1, drawn(*shape))
    dim = data.draw(st.integers(-len(shape) - 2, len(shape) + 1))
    compare(lambda f, x: f.unsqueeze(x, dim), drawn(*shape))
    compare(lambda f, x: f.squeeze(x, dim), drawn(*shape))
    compare(lambda f, x: f.squeeze(x), drawn(*shape))


@given(shapes(1), st.data())
@FEWER
def test_cat_equals_pytorch(shape, data):
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    parts = []
    for seed in range(data.draw(st.integers(1, 4))):
        size = list(shape)
        size[dim] = data.draw(sizes)
        skipped = seed and data.draw(st.booleans())  # PyTorch leaves empty vectors out
        parts.append(drawn(*((0,) if skipped else size), seed=seed))
    compare(lambda f, *tensors: f.cat(tensors, dim), *parts)


@given(shapes(0, 3), st.data())
@FEWER
def test_stack_equals_pytorch(shape, data):
    dim = data.draw(st.integers(-len(shape) - 1, len(shape)))
    parts = [drawn(*shape, seed=seed) for seed in range(data.draw(st.integers(1, 4)))]
    compare(lambda f, *tensors: f.stack(tensors, dim), *parts)


@given(shapes(), st.data())
@FEWER
@pytest.mark.parametrize("name", ["sum", "mean", "amax", "amin", "logsumexp", "var"])
def test_reductions_over_any_dims_equal_pytorch(name, shape, data):
    # PyTorch refuses logsumexp over (), and its var over () has an infinite gradient.
    least = 1 if name in ("logsumexp", "var") else 0
    dims = tuple(data.draw(st.lists(st.integers(-4, 3), min_size=least, max_size=3)))
    keepdim = data.draw(st.booleans())
    if name == "var":  # PyTorch warns of fewer than two elements
        shape = [size + 2 for size in shape] or [2]
    compare(lambda f, x: getattr(f, name)(x, dim=dims, keepdim=keepdim), drawn(*shape))


@given(shapes(1), st.data())
@FEWER
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_positions_of_extremes_equal_pytorch(name, shape, data):
    dim = data.draw(st.none() | st.integers(-len(shape), len(shape) - 1))
    x = np.round(2 * drawn(*shape))  # ties
    found = []
    for framework in (tnn, torch):
        try:
            found.append(getattr(framework, name)(framework.from_numpy(x), dim).tolist())
        except (RuntimeError, IndexError):
            found.append("refused")
    assert found[0] == found[1]


@st.composite
def factors(draw):
    """Two shapes from 1-D to 4-D that multiply, and now and then two that do not."""
    rows, inner, columns = (draw(sizes) for _ in range(3))
    batch = draw(shapes(0, 2))
    other = tuple(draw(st.sampled_from([size, 1])) for size in batch[draw(st.integers(0, 2)) :])
    left = draw(st.sampled_from([(inner,), (rows, inner), (*batch, rows, inner)]))
    right = draw(st.sampled_from([(inner,), (inner, columns), (*other, inner, columns)]))
    if draw(st.integers(0, 19)) == 0:
        right = (*right[:-1], right[-1] + 1)
    return draw(st.sampled_from([(left, right), (right[::-1], left[::-1])]))


@given(factors())
@settings(max_examples=150)
@example(((0, 2, 3), (3, 0)))
@example(((2, 3, 0), (0,)))
@example(((0,), (4, 0, 2)))
@example(((2, 2, 3), (2, 3, 2, 3, 1)))
def test_products_of_all_pairings_equal_pytorch(shapes):
    left, right = shapes
    compare(lambda f, a, b: a @ b, drawn(*left), drawn(*right, seed=1))


@given(shapes(1, 3), sizes, st.booleans())
@FEWER
def test_linear_of_any_batch_equals_pytorch(shape, out, with_bias):
    operands = [drawn(*shape), drawn(out, shape[-1], seed=1), drawn(out, seed=2)]
    compare(
        lambda f, *given: f.nn.functional.linear(*given), *(operands if with_bias else operands[:2])
    )


@given(shapes(1, 3), st.integers(-3, 2))
@FEWER
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_any_dim_equals_pytorch(name, shape, dim):
    compare(lambda f, x: getattr(f, name)(x, dim), drawn(*shape))
