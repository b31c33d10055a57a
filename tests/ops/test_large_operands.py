"""What is computed otherwise when there is much of it: the result is that of the plain way.
Read `../test_benchmarks.py` beside it: why there are two ways.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn


def _float32(random, *shape):
    return random.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("name", ["fmod", "remainder", "floor_divide"])
@pytest.mark.parametrize("scale", [1.0, 1e6, 1e12])
def test_many_divisions_are_exact(name, scale):
    random = np.random.default_rng(0)
    a, b = np.float32(scale) * _float32(random, 4096), _float32(random, 4096)
    a[:500] = np.float32(1e-30)
    whole = random.integers(-(2**12), 2**12, 1500).astype(np.float32)
    b[-1500:] = random.integers(1, 2**11, 1500).astype(np.float32) * random.choice([-1, 1], 1500)
    a[-1500:] = whole * b[-1500:]
    expected = getattr(np, name)(a, b)
    got = getattr(tnn, name)(tnn.tensor(a), tnn.tensor(b)).numpy()
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, expected)
    by_a_number = getattr(tnn, name)(tnn.tensor(a), 0.3).numpy()
    np.testing.assert_array_equal(by_a_number, getattr(np, name)(a, np.float32(0.3)))
    for place, other in ((3, np.inf), (4, 0.0), (5, np.nan)):
        special = b.copy()
        special[place] = other
        with np.errstate(all="ignore"):
            expected = getattr(np, name)(a, special)
        got = getattr(tnn, name)(tnn.tensor(a), tnn.tensor(special)).numpy()
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("shape", [(600, 300), (1, 3, 2**17 // 4)])
@pytest.mark.parametrize("scaled", [True, False])
def test_layer_norm_of_many_rows_goes_back_in_parts(shape, scaled):
    random = np.random.default_rng(0)
    x, weight, bias, g = (
        tnn.tensor(random.standard_normal(each), dtype=tnn.float64)
        for each in (shape, shape[-1:], shape[-1:], shape)
    )
    inputs = [x, weight, bias] if scaled else [x]
    grads = []
    for by_parts in (False, True):
        leaves = [each.clone().requires_grad_() for each in inputs]
        if by_parts:
            y = (leaves[0] - leaves[0].mean(-1, True)) / (
                leaves[0].var(-1, correction=0, keepdim=True) + 1e-5
            ).sqrt()
            y = y * leaves[1] + leaves[2] if scaled else y
        else:
            y = tnn.nn.functional.layer_norm(leaves[0], shape[-1:], *leaves[1:])
        y.backward(g)
        grads.append([each.grad.numpy() for each in leaves])
    for one, other in zip(*grads, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("size", [65, 200])
def test_the_median_of_long_rows_by_value_and_among_ties(size):
    random = np.random.default_rng(0)
    for x in (_float32(random, 30, size), random.integers(0, 9, (30, size))):
        values, indices = tnn.median(tnn.tensor(x), 1)
        order = x.argsort(1, kind="stable")[:, (size - 1) // 2]
        np.testing.assert_array_equal(indices.numpy(), order)
        np.testing.assert_array_equal(values.numpy(), x[np.arange(30), order])
