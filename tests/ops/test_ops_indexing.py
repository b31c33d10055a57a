"""x[index] for indices drawn at random, beside PyTorch: value, gradient, writing, refusals.
Read `test_ops_rearranging.py` next.
"""

import numpy as np
import pytest
from beside_torch import assert_same, torch
from drawn_indices import ALL, into, numbers, shapes_and_indices
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from op_checks import array, assert_close, leaf

import tinygrad_nn as tnn


def weights(shape):
    return np.asarray(np.sqrt(numbers(tuple(shape))))


def picked(framework, shape, index):
    """x[index] and its gradient, or None where it is refused."""
    x = leaf(framework, numbers(shape))
    try:
        y = x[into(framework, index)]
    except (IndexError, ValueError):  # ours where PyTorch's are the former only
        return None
    y.backward(framework.from_numpy(weights(y.shape)))
    return y, x.grad


@given(shapes_and_indices())
@settings(max_examples=150)
@example(((2, 3, 4), (0, ALL, np.array([1, 2]))))
@example(((2, 3, 4), (None, 0, ALL, np.array([[1], [2]]))))
@example(((2, 3, 4), (np.array(1), ALL, np.array([0, 0]))))
@example(((2, 3), (0, ALL, True)))
@example(((4, 2), (np.array([0, 0, -1, 3, 0]),)))
@example(((2, 2), (None, np.array([0, 1]), ..., np.array([0, 1]))))
def test_picking_equals_pytorch(drawn):
    shape, index = drawn
    ours, theirs = picked(tnn, shape, index), picked(torch, shape, index)
    if 0 in shape:  # there NumPy takes any mask, and PyTorch any index
        assume((ours is None) == (theirs is None))
    assert (ours is None) == (theirs is None)
    if ours is not None:
        for found, expected in zip(ours, theirs, strict=True):
            assert tuple(found.shape) == tuple(expected.shape)
            assert_close(array(found), array(expected), index)


@given(shapes_and_indices())
@settings(max_examples=80)
@example(((2, 3, 4), (0, ALL, np.array([1, 2]))))
def test_writing_equals_pytorch(drawn):
    shape, index = drawn
    found = []
    for framework in (tnn, torch):
        x, value = leaf(framework, numbers(shape)), leaf(framework, np.array(-1.0))
        y = x * 1
        try:
            y[into(framework, index)] = value * 2
        except (IndexError, ValueError):
            found.append(None)
            continue
        y.backward(framework.from_numpy(weights(shape)))
        found.append((y, x.grad, value.grad))
    ours, theirs = found
    assume(None not in found or 0 not in shape)  # nor does PyTorch check bounds there
    assert (ours is None) == (theirs is None)
    for one, other in zip(ours or (), theirs or (), strict=True):
        assert_close(array(one), array(other), index)


@given(st.data())
@settings(max_examples=60)
def test_gathering_equals_pytorch(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = [data.draw(st.integers(0, size)) for size in shape]
    sizes[dim] = data.draw(st.integers(0, 5))
    index = data.draw(arrays(np.int64, tuple(sizes), elements=st.integers(0, shape[dim] - 1)))
    found = []
    for framework in (tnn, torch):
        x = leaf(framework, numbers(shape))
        y = framework.gather(x, dim, framework.from_numpy(index))
        y.backward(framework.from_numpy(weights(index.shape)))
        found.append((y, x.grad))
    for one, other in zip(*found, strict=True):
        assert_close(array(one), array(other), (shape, dim))


def test_a_list_an_array_a_range_and_a_tensor_pick_the_same():
    x = tnn.tensor(numbers((4, 3)))
    expected = x.array[[2, 0, 2]]
    for index in ([2, 0, 2], np.array([2, 0, 2]), tnn.tensor([2, 0, 2]), (np.int32(2), 0, 2)):
        index = list(index) if isinstance(index, tuple) else index
        np.testing.assert_array_equal(x[index].array, expected)
    np.testing.assert_array_equal(x[range(1, 3)].array, x.array[1:3])
    np.testing.assert_array_equal(x[tnn.tensor(2)].array, x.array[2])
    np.testing.assert_array_equal(x[[True, False, False, True]].array, x.array[[0, 3]])


def test_one_byte_unsigned_numbers_are_a_mask():
    mask = np.array([1, 0, 1, 0], np.uint8)
    np.testing.assert_array_equal(tnn.tensor(numbers((4,)))[tnn.from_numpy(mask)].array, [1, 3])


def test_ints_and_slices_give_a_view_and_arrays_a_copy():
    x = tnn.zeros(2, 3)
    x[0][1] = 5
    x[:, [2]][0] = 7
    assert x.tolist() == [[0, 5, 0], [0, 0, 0]]


def test_a_hundred_thousand_repeats_are_all_counted():
    random = np.random.default_rng(0)
    index, cotangent = random.integers(0, 100, 100_000), random.standard_normal((100_000, 2))
    x = tnn.zeros(100, 2, dtype=tnn.float64, requires_grad=True)
    x[index].backward(tnn.from_numpy(cotangent))
    expected = np.stack([np.bincount(index, column, 100) for column in cotangent.T], axis=1)
    np.testing.assert_allclose(x.grad.array, expected, rtol=1e-10, atol=1e-10)


EMPTY_MASKS = {
    "(0,)": lambda f: f.zeros(0, dtype=f.bool),
    "(0, 0)": lambda f: f.zeros(0, 0, dtype=f.bool),
    "(0, 2)": lambda f: f.zeros(0, 2, dtype=f.bool),
    "(3, 0)": lambda f: f.zeros(3, 0, dtype=f.bool),
    "NumPy's": lambda f: np.zeros(0, bool),
    "a list": lambda f: [],
    "int64": lambda f: f.zeros(0, dtype=f.int64),
    "in a tuple": lambda f: (f.zeros(0, dtype=f.bool),),
    "behind a slice": lambda f: (slice(None), f.zeros(0, dtype=f.bool)),
    "behind ...": lambda f: (..., np.zeros(0, bool)),
    "behind None": lambda f: (None, f.zeros(0, dtype=f.bool)),
    "behind an int": lambda f: (0, f.zeros(0, dtype=f.bool)),
    "beside positions": lambda f: (f.zeros(0, dtype=f.bool), f.zeros(0, dtype=f.int64)),
}


def read(f, x, index):
    return f.autograd.grad(x[index].sum(), x)[0]


def written(f, x, index):
    y = x.clone()
    y[index] = 5.0
    return y


def added_to(f, x, index):
    y = x.clone()
    y[index] += 5.0
    return y


@pytest.mark.parametrize("use", [read, written, added_to], ids=lambda use: use.__name__)
@pytest.mark.parametrize("shape", [(3,), (0,), (3, 2), (0, 2), (3, 0), ()], ids=str)
def test_an_empty_mask_fits_only_where_there_is_nothing(shape, use):
    for make in EMPTY_MASKS.values():
        assert_same(lambda f, m=make: use(f, f.ones(shape, requires_grad=True), m(f)))
