"""Much added at one place, or along one dimension, loses no digits in float16 or float32.
Read `test_float16_gradients.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from bfloat16_arrays import HALVES, UNIT

import tinygrad_nn as tnn

DTYPES = [*HALVES, "float32", "complex64"]
TENTH = 13 / 128  # which 16 bits hold


def nothing(count: int) -> Any:
    return tnn.zeros(count, dtype=tnn.int64)


# What adds `count` times at place 0 of a tensor whose last dim is `width`: the adjoints of picking.
PICKING = {
    "x[i]": lambda x, i: x[i],
    "x[-i]": lambda x, i: x[i - x.shape[0]],
    "x[i], i a matrix": lambda x, i: x[i.reshape(-1, 2)],
    "x[i, i]": lambda x, i: x[i, i],
    "x[:, i]": lambda x, i: x[:, i],
    "x[None, i]": lambda x, i: x[None, i],
    "x[0, i]": lambda x, i: x[0, i],
    "gather": lambda x, i: x.gather(0, i[:, None].expand(len(i), x.shape[1])),
    "gather along 1": lambda x, i: x.gather(1, i[None].expand(x.shape[0], len(i))),
    "index_select": lambda x, i: x.index_select(0, i),
    "index_select along 1": lambda x, i: x.index_select(1, i),
}
ADDING = {
    "scatter_add": lambda x, i, s: x.scatter_add(0, i[:, None].expand(s.shape), s),
    "scatter_add_": lambda x, i, s: x.scatter_add_(0, i[:, None].expand(s.shape), s),
    "index_add": lambda x, i, s: x.index_add(0, i, s),
    "index_add_": lambda x, i, s: x.index_add_(0, i, s),
    "index_add along 1": lambda x, i, s: x.index_add(1, i, s.T),
    "index_add of columns": lambda x, i, s: x.T.index_add(1, i, s.T),
}


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("width", [2, 40])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PICKING)
def test_the_gradient_of_what_is_picked_often_is_exact(name, dtype, width, create_graph):
    count = 6000 if width == 40 else 200_000
    value = TENTH if width == 2 else 1.0  # 20,000 and 6,000: above 2,048
    x = tnn.zeros(3, width, dtype=getattr(tnn, dtype), requires_grad=True)
    y = PICKING[name](x, nothing(count))
    g = tnn.full(y.shape, value, dtype=y.dtype)
    (found,) = tnn.autograd.grad(y, x, g, create_graph=create_graph)
    top = np.abs(found.array).astype(np.float64).max()
    np.testing.assert_allclose(top, count * value, rtol=UNIT.get(dtype, 2e-6) / 2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ADDING)
def test_what_is_added_often_at_one_place_is_exact(name, dtype):
    count, value = 200_000, TENTH
    x = tnn.zeros(3, 3, dtype=getattr(tnn, dtype))
    s = tnn.full((count, 3), value, dtype=x.dtype)
    top = np.abs(ADDING[name](x, nothing(count), s).array).astype(np.float64).max()
    np.testing.assert_allclose(top, count * value, rtol=UNIT.get(dtype, 2e-6) / 2)


def test_one_place_of_many_is_named_often():
    index = np.concatenate([np.zeros(200_000, np.int64), np.arange(300_000)])
    x = tnn.zeros(300_000, requires_grad=True)
    for picked in (x[index], x.gather(0, tnn.tensor(index)), x.index_select(0, tnn.tensor(index))):
        (g,) = tnn.autograd.grad(picked, x, tnn.full(picked.shape, 0.1))
        assert g[0].item() == pytest.approx(20_000.1, rel=1e-6)
        assert g[1:].min().item() == g[1:].max().item() == np.float32(0.1)


def test_a_million_repeats_of_one_index():
    x = tnn.zeros(1, requires_grad=True)
    index = nothing(1 << 20)
    for picked in (x[index], x.gather(0, index), x.index_select(0, index)):
        (g,) = tnn.autograd.grad(picked, x, tnn.full(picked.shape, 0.1))
        assert g.item() == pytest.approx(0.1 * (1 << 20), rel=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(400_000,), (400_000, 2), (2, 400_000)])
def test_a_running_sum_over_many_elements_is_exact(shape, dtype):
    dim = int(np.argmax(shape))
    value = TENTH
    x = tnn.full(shape, value, dtype=getattr(tnn, dtype), requires_grad=True)
    y = x.cumsum(dim)
    last = np.abs(y.array).take(-1, dim).astype(np.float64)
    np.testing.assert_allclose(last, 400_000 * value, rtol=UNIT.get(dtype, 2e-6) / 2)
    (g,) = tnn.autograd.grad(y, x, tnn.full(shape, value, dtype=x.dtype))
    first = np.abs(g.array).take(0, dim).astype(np.float64)
    np.testing.assert_allclose(first, 400_000 * value, rtol=UNIT.get(dtype, 2e-6) / 2)


@pytest.mark.parametrize("deviation", [0.0, 1e-3, 0.1, 1.0])
@pytest.mark.parametrize("middle", [100.0, 0.1, 1e4, 33.3])
@pytest.mark.parametrize("n", [256, 768, 20_000])
def test_layer_norm_far_from_zero_is_exact(n, middle, deviation):
    drawn = np.random.default_rng(0).standard_normal((3, n))
    x = tnn.tensor((middle + deviation * drawn).astype(np.float32))
    wide = x.numpy().astype(np.float64)
    centred = wide - wide.mean(1, keepdims=True)
    exact = centred / np.sqrt(wide.var(1, keepdims=True) + 1e-5)
    found = tnn.nn.functional.layer_norm(x, (n,)).numpy()
    np.testing.assert_allclose(found, exact, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("others", [0.0, 1.0, 1e-30, np.inf])
def test_one_row_far_from_zero_is_normalised_exactly_beside_any_others(others):
    rows = np.random.default_rng(0).standard_normal((3, 768)) * others
    rows[1] = 1e4
    found = tnn.nn.functional.layer_norm(tnn.tensor(rows.astype(np.float32)), (768,)).numpy()
    np.testing.assert_allclose(found[1], 0.0, atol=1e-4)
