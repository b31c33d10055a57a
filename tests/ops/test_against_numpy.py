"""Indexing and broadcasting are NumPy's: what is picked, written and refused, drawn at random.
Read `test_ops_indexing.py` next, which holds indices beside PyTorch, with their gradients.
"""

import operator

import numpy as np
import pytest
from drawn_indices import ALL, into, numbers, shapes_and_indices
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import tinygrad_nn as tnn

REFUSED = (IndexError, ValueError, RuntimeError)
BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "<": operator.lt,
    "==": operator.eq,
}
FUNCTIONS = {
    "maximum": (tnn.maximum, np.maximum),
    "minimum": (tnn.minimum, np.minimum),
    "atan2": (tnn.atan2, np.arctan2),
    "hypot": (tnn.hypot, np.hypot),
    "logaddexp": (tnn.logaddexp, np.logaddexp),
    "fmod": (tnn.fmod, np.fmod),
    "remainder": (tnn.remainder, np.remainder),
    **{name: (call, call) for name, call in BINARY.items()},
}
two_shapes = mutually_broadcastable_shapes(num_shapes=2, max_dims=4, min_side=0, max_side=3)
three_shapes = mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=0, max_side=3)
any_shape = st.lists(st.integers(0, 3), max_size=3).map(tuple)


def drawn(shape, seed=0):
    return np.asarray(np.random.default_rng(seed).uniform(0.5, 2.0, shape))


def outcome(call):
    try:
        return call()
    except REFUSED:
        return None


def is_pytorchs_own(shape, index):
    """Where PyTorch has rules of its own, which `test_ops_indexing.py` holds.

    A number beside an index array is one of the arrays in NumPy, and goes first in PyTorch; along
    an empty dimension PyTorch takes any index array, and NumPy any mask.
    """
    arrays = [part for part in index if isinstance(part, (np.ndarray, bool))]
    numbers = sum(type(part) is int for part in index) + sum(not np.ndim(a) for a in arrays)
    return bool(arrays) and ((numbers > 0 and numbers < len(index)) or 0 in shape)


@given(shapes_and_indices())
@settings(max_examples=200)
@example(((2, 3, 4), (ALL, np.array([1, 2]), None, np.array([0, 3]))))
@example(((2, 3, 4), (None, np.array([1]), ALL, np.array([[1], [2]]))))
@example(((2, 3), (..., None, np.array([True, False, True]))))
@example(((3,), (slice(-2, None, 2), None)))
def test_picking_equals_numpy(case):
    shape, index = case
    assume(not is_pytorchs_own(shape, index))
    x = numbers(shape)
    expected = outcome(lambda: x[index])
    found = outcome(lambda: tnn.from_numpy(x)[into(tnn, index)])
    assert (found is None) == (expected is None)
    if found is not None:
        assert tuple(found.shape) == np.shape(expected)
        np.testing.assert_array_equal(found.numpy(), expected)
        if isinstance(expected, np.ndarray) and expected.size and np.shares_memory(expected, x):
            assert np.shares_memory(found.numpy(), x)


@given(shapes_and_indices(), st.sampled_from(["=", "+=", "*="]), st.data())
@settings(max_examples=200)
@example(((2, 3, 4), (np.array([1, 0]), ALL, np.array([1, 2]))), "=", None)
def test_writing_equals_numpy(case, how, data):
    shape, index = case
    assume(not is_pytorchs_own(shape, index))
    x = numbers(shape)
    target = outcome(lambda: x[index])
    assume(target is not None)
    place = np.shape(target)
    value_shape = place
    if data is not None:  # fewer dimensions, or of size 1: they broadcast
        value_shape = tuple(data.draw(st.sampled_from([1, size])) for size in place)
        value_shape = value_shape[data.draw(st.integers(0, len(place))) :]
    value = drawn(value_shape)
    ours, theirs = tnn.from_numpy(x.copy()), x.copy()
    if how == "=":
        # an array that names a place twice: which value stays is not said
        assume(np.unique(np.arange(x.size).reshape(shape)[index]).size == np.size(target))
        ours[into(tnn, index)] = tnn.from_numpy(value)
        theirs[index] = value
    elif how == "+=":
        ours[into(tnn, index)] += tnn.from_numpy(value)
        theirs[index] += value
    else:
        ours[into(tnn, index)] *= tnn.from_numpy(value)
        theirs[index] *= value
    if how != "=":
        assume(np.unique(np.arange(x.size).reshape(shape)[index]).size == np.size(target))
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-12)


@given(shapes_and_indices(), any_shape)
@settings(max_examples=100)
@example(((3,), (np.array([True, False, True]),)), (1, 2))
@example(((3,), (np.array([True, False, True]),)), (2, 1))
@example(((), (False,)), (0, 0))
@example(((), (False, False)), (0, 0))
def test_a_value_is_written_where_it_broadcasts_and_refused_where_not(case, value_shape):
    """Leading dimensions of 1, which NumPy drops in most places, are dropped in all."""
    shape, index = case
    assume(not is_pytorchs_own(shape, index))
    x, value = numbers(shape), drawn(value_shape)
    place = outcome(lambda: x[index])
    assume(place is not None)
    assume(np.unique(np.arange(x.size).reshape(shape)[index]).size == np.size(place))
    fitting = value
    while fitting.ndim > np.ndim(place) and len(fitting) == 1:
        fitting = fitting[0]
    spread = outcome(lambda: np.broadcast_to(fitting, np.shape(place)))

    ours, theirs = tnn.from_numpy(x.copy()), x.copy()
    if spread is None:
        with pytest.raises(tnn.errors.ShapeError):
            ours[into(tnn, index)] = tnn.from_numpy(value)
    else:
        ours[into(tnn, index)] = tnn.from_numpy(value)
        theirs[index] = spread
    np.testing.assert_array_equal(ours.numpy(), theirs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_operands_broadcast_as_in_numpy(name):
    ours, theirs = FUNCTIONS[name]

    @given(two_shapes)
    @settings(max_examples=25)
    def check(shapes):
        x, z = (drawn(shape, seed) for seed, shape in enumerate(shapes.input_shapes))
        found, expected = ours(tnn.from_numpy(x), tnn.from_numpy(z)), theirs(x, z)
        assert tuple(found.shape) == np.shape(expected) == shapes.result_shape
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)

    check()


@given(any_shape, any_shape)
@settings(max_examples=150)
def test_shapes_that_do_not_broadcast_are_refused_where_numpy_refuses_them(first, second):
    x, z = drawn(first), drawn(second)
    expected = outcome(lambda: x + z)
    for call in (operator.add, tnn.maximum, lambda x, z: tnn.where(x > 0, x, z)):
        found = outcome(lambda call=call: call(tnn.from_numpy(x), tnn.from_numpy(z)))
        assert (found is None) == (expected is None)
    in_place = outcome(lambda: tnn.from_numpy(x.copy()).add_(tnn.from_numpy(z)))
    fits = expected is not None and np.shape(expected) == first
    assert (in_place is not None) == fits
    shape = outcome(lambda: tnn.broadcast_shapes(first, second))
    assert (shape is None) == (expected is None)
    assert shape is None or tuple(shape) == np.shape(expected)


@given(three_shapes)
@settings(max_examples=100)
def test_three_operands_broadcast_and_their_gradients_are_sums(shapes):
    arrays = [drawn(shape, seed) for seed, shape in enumerate(shapes.input_shapes)]
    x, z, w = (tnn.from_numpy(each).requires_grad_() for each in arrays)
    for found, expected in zip(
        tnn.broadcast_tensors(x, z, w), np.broadcast_arrays(*arrays), strict=True
    ):
        np.testing.assert_array_equal(found.detach().numpy(), expected)
    y = x * z + w
    np.testing.assert_allclose(y.detach().numpy(), arrays[0] * arrays[1] + arrays[2], rtol=1e-12)
    y.backward(tnn.ones(y.shape, dtype=tnn.float64))
    ones = np.ones(shapes.result_shape)
    for leaf, spread in ((x, ones * arrays[1]), (z, ones * arrays[0]), (w, ones)):
        shape = tuple(leaf.shape)
        lead = spread.ndim - len(shape)
        axes = tuple(range(lead)) + tuple(
            lead + i for i, size in enumerate(shape) if size == 1 and spread.shape[lead + i] != 1
        )
        expected = spread.sum(axes, keepdims=True).reshape(shape)
        np.testing.assert_allclose(leaf.grad.numpy(), expected, rtol=1e-12)
