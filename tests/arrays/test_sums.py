"""Sums over any axes: exact as np.sum in float64, and right to 1e-5 in float32 over many rows.
Read `tinygrad_nn/arrays/sums.py` next.
"""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import tinygrad_nn as tnn
from tinygrad_nn.arrays.sums import accurate_sum, add_rows, running_sum, sum_to_shape

# Longer than the 64 rows that are added one after another, and not a multiple of it.
sizes = st.sampled_from([0, 1, 2, 3, 5, 63, 64, 65, 130, 300])


@st.composite
def sums(draw):
    """A shape of at most 100,000 elements, axes to sum over, and how the array lies in memory."""
    shape = draw(st.lists(sizes, max_size=4).map(tuple).filter(lambda s: np.prod(s) <= 1e5))
    axes = draw(st.none() | st.sets(st.integers(0, max(len(shape) - 1, 0)), max_size=len(shape)))
    if axes is not None:
        axes = tuple(axis - draw(st.sampled_from([0, len(shape)])) for axis in sorted(axes))
        axes = axes[0] if len(axes) == 1 and draw(st.booleans()) else axes
    return shape, axes, draw(st.sampled_from("CF")), draw(st.booleans())


@given(sums(), st.booleans())
@settings(max_examples=200)
@example(((130, 3), 0, "C", False), True)
@example(((2, 300, 2), (1,), "F", True), False)
@example(((300, 300), (0, -1), "C", False), False)
@example(((300, 2), -1, "F", False), True)
def test_any_axes_of_any_shape_equal_numpy_in_float64(drawn, keepdims):
    shape, axes, order, backwards = drawn
    x = np.array(np.random.default_rng(0).standard_normal(shape), order=order)
    x = x[::-1] if backwards and x.ndim else x
    for dtype, rtol in ((np.float64, 1e-12), (np.float32, 1e-6)):
        narrow = x.astype(dtype)
        found = accurate_sum(narrow, axes, keepdims)
        exact = np.sum(narrow.astype(np.float64), axis=axes, keepdims=keepdims)
        size = np.sum(np.abs(narrow.astype(np.float64)), axis=axes, keepdims=keepdims)
        assert np.shape(found) == np.shape(exact)
        assert found.dtype == dtype
        assert np.all(np.abs(found - exact) <= rtol * size)


@pytest.mark.parametrize("shape", [(10**6, 2), (60_000, 10)])
def test_many_rows_of_float32_are_right_to_1e_5(shape):
    x = np.full(shape, 0.1, np.float32)
    exact = shape[0] * float(np.float32(0.1))
    np.testing.assert_allclose(accurate_sum(x, 0), exact, rtol=1e-5)
    np.testing.assert_allclose(tnn.from_numpy(x).sum(0).array, exact, rtol=1e-5)
    np.testing.assert_allclose(tnn.from_numpy(x).mean(0).array, exact / shape[0], rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("shape", [(50, 10), (60_000, 10), (64, 300, 2)])
def test_the_gradient_of_a_bias_is_right_over_many_rows(shape, dtype):
    x = tnn.from_numpy(np.full(shape, 0.1, dtype))
    bias = tnn.zeros(shape[-1], dtype=x.dtype, requires_grad=True)
    (x + bias).backward(x)
    exact = np.prod(shape[:-1]) * float(dtype(0.1))
    rtol = 1e-5 if dtype is np.float32 else 1e-3
    np.testing.assert_allclose(bias.grad.array.astype(np.float64), exact, rtol=rtol)


@pytest.mark.parametrize("dim", [0, 1, (0, 1)])
def test_the_variance_of_float32_far_from_0_is_right_to_1e_5(dim):
    x = np.random.default_rng(0).normal(1e4, 1.0, (5000, 8)).astype(np.float32)
    exact = x.astype(np.float64).var(axis=dim, ddof=1)
    np.testing.assert_allclose(tnn.from_numpy(x).var(dim).array, exact, rtol=1e-5)


def test_float16_adds_up_past_its_largest_number():
    x = np.array([[4e4], [4e4], [-4e4]], np.float16)
    assert accurate_sum(x, 0).dtype == np.float16
    assert accurate_sum(x, 0).tolist() == [4e4]


@given(st.data())
def test_a_gradient_is_summed_to_its_operands_shape(data):
    """By the definition: the adjoint of broadcasting, <broadcast(a), g> = <a, sum_to_shape(g)>."""
    shape = tuple(data.draw(st.lists(st.integers(0, 4), max_size=3)))
    front = tuple(data.draw(st.lists(st.integers(0, 4), max_size=2)))
    stretched = tuple(size if size != 1 else data.draw(st.integers(0, 3)) for size in shape)
    random = np.random.default_rng(1)
    a, g = random.standard_normal(shape), random.standard_normal((*front, *stretched))
    found = sum_to_shape(np.asarray(g), shape)
    assert found.shape == shape
    np.testing.assert_allclose(
        np.vdot(np.broadcast_to(a, g.shape), g), np.vdot(a, found), rtol=1e-10, atol=1e-12
    )
    recorded = sum_to_shape(tnn.from_numpy(np.asarray(g)), shape)
    np.testing.assert_allclose(recorded.array, found, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("count", "shape"), [(50, (3,)), (600, (5, 4)), (40, (130,)), (2000, ())])
@pytest.mark.parametrize("by_columns", [False, True])
def test_rows_are_added_wherever_the_index_names_them(count, shape, by_columns):
    random = np.random.default_rng(0)
    index = random.integers(0, 7, count).astype(np.int8)
    rows = random.standard_normal((count, *shape)).astype(np.float32)
    y = np.zeros((7, *shape), np.float32, order="F" if by_columns else "C")
    expected = np.zeros((7, *shape))
    np.add.at(expected, index, rows)
    add_rows(y, index, rows)
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shape", [(3, 200), (3, 20, 10), (20, 3, 200), (0, 200), (3, 0)])
@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.complex64])
def test_a_running_sum_is_numpys_also_of_wide_rows(shape, dtype):
    x = np.random.default_rng(0).integers(-9, 9, shape).astype(dtype)
    for axis in range(x.ndim):
        for seen in (x, np.flip(x, axis)):
            np.testing.assert_array_equal(running_sum(seen, axis), np.cumsum(seen, axis))
    assert running_sum(x, 0).dtype == dtype
