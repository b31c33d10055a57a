"""Tensors among NumPy's arrays, scalars and functions: what is recorded, plain, or refused.
Read `test_python_protocol.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.tensor.numpy_protocol import FUNCTIONS, UFUNCS


@pytest.fixture
def x():
    return tnn.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@pytest.fixture
def w():
    return tnn.tensor([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]], requires_grad=True)


# --- to arrays ------------------------------------------------------------------------------------


def test_asarray_shares_the_memory_and_array_copies(x):
    assert np.asarray(x) is x.array
    assert np.asarray(x, copy=False) is x.array
    assert not np.shares_memory(np.array(x), x.array)
    assert np.array(x, dtype=np.int64).tolist() == [[1, 2, 3], [4, 5, 6]]
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    with pytest.raises(ValueError, match="copy"):
        np.asarray(x, dtype=np.float64, copy=False)


def test_what_requires_a_gradient_becomes_no_array_by_accident(w):
    for make in (np.asarray, np.array, np.sort, np.arctan, np.vstack, np.linalg.norm):
        with pytest.raises(RuntimeError, match=r"numpy\(\).*detach"):
            make(w)
    assert w.detach().numpy() is w.array
    assert w.numpy(force=True).tolist() == w.tolist()


def test_lists_of_tensors_become_arrays(x):
    assert np.array([x[0], x[1]]).tolist() == x.tolist()


def test_an_array_is_indexed_by_tensors():
    array = np.arange(4.0)
    assert array[tnn.tensor([0, 2])].tolist() == [0.0, 2.0]
    assert array[tnn.tensor(3)] == 3.0
    assert array[tnn.tensor([True, False, True, False])].tolist() == [0.0, 2.0]


# --- operators between both -----------------------------------------------------------------------

SIDES = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
}


@pytest.mark.parametrize("operator", SIDES.values(), ids=SIDES.keys())
def test_an_operator_between_array_and_tensor_gives_a_tensor(operator, x):
    array = np.full((2, 3), 2.0, np.float32)
    for a, b in ((array, x), (x, array), (array[0], x), (x, array[0])):
        found = operator(a, b)
        assert type(found) is tnn.Tensor
        assert np.allclose(found.numpy(), operator(np.asarray(a), np.asarray(b)))


def test_a_product_of_array_and_tensor_is_recorded_from_either_side(w):
    array = np.array([2.0, 3.0, 4.0], np.float32)
    for product in (array * w, w * array):
        (gradient,) = tnn.autograd.grad(product.sum(), w)
        assert gradient.tolist() == [[2.0, 3.0, 4.0]] * 2
    square = np.ones((2, 2), np.float32)
    (gradient,) = tnn.autograd.grad((square @ w).sum(), w)
    assert gradient.tolist() == [[2.0] * 3] * 2
    (gradient,) = tnn.autograd.grad((w @ np.ones((3, 2), np.float32)).sum(), w)
    assert gradient.tolist() == [[2.0] * 3] * 2


@pytest.mark.parametrize("scalar", [np.float64(2), np.float32(2), np.int64(2), np.array(2.0)])
@pytest.mark.parametrize("operator", SIDES.values(), ids=SIDES.keys())
def test_a_numpy_scalar_does_not_widen_a_tensor(operator, scalar, w):
    for a, b in ((scalar, w), (w, scalar)):
        found = operator(a, b)
        assert type(found) is tnn.Tensor
        assert found.dtype in (tnn.float32, tnn.bool)
        assert found.requires_grad == (found.dtype is tnn.float32)


def test_an_array_is_added_to_in_place(x, w):
    array = np.ones((2, 3))
    array += x
    assert type(array) is np.ndarray
    assert array.tolist() == [[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]
    with pytest.raises(RuntimeError, match="detach"):
        array += w


def test_an_array_of_another_kind_is_refused(x):
    for stranger in (np.array(["a", "b", "c"]), np.array([None] * 3), np.zeros(3, np.clongdouble)):
        for operator in (SIDES["+"], SIDES["*"]):
            with pytest.raises(TypeError):
                operator(x, stranger)
            with pytest.raises(TypeError):
                operator(stranger, x)


# --- functions ------------------------------------------------------------------------------------

CALLS = {
    "add": lambda t: np.add(t, 1.0),
    "subtract": lambda t: np.subtract(1.0, t),
    "multiply": lambda t: np.multiply(t, t),
    "divide": lambda t: np.divide(t, 2.0),
    "negative": lambda t: np.negative(t),
    "power": lambda t: np.power(t, 2),
    "exp": lambda t: np.exp(t),
    "log": lambda t: np.log(np.abs(t)),
    "sqrt": lambda t: np.sqrt(np.abs(t)),
    "absolute": lambda t: np.abs(t),
    "sign": lambda t: np.sign(t),
    "tanh": lambda t: np.tanh(t),
    "sin": lambda t: np.sin(t),
    "cos": lambda t: np.cos(t),
    "square": lambda t: np.square(t),
    "reciprocal": lambda t: np.reciprocal(t),
    "fabs": lambda t: np.fabs(t),
    "positive": lambda t: np.positive(t),
    "tan": lambda t: np.tan(t),
    "log2": lambda t: np.log2(np.abs(t)),
    "log10": lambda t: np.log10(np.abs(t)),
    "exp2": lambda t: np.exp2(t),
    "deg2rad": lambda t: np.deg2rad(t),
    "radians": lambda t: np.radians(t),
    "rad2deg": lambda t: np.rad2deg(t),
    "degrees": lambda t: np.degrees(t),
    "hypot": lambda t: np.hypot(t, 2.0 * t),
    "conjugate": lambda t: np.conjugate(t * np.complex64(1j)),
    "angle": lambda t: np.angle(t * np.complex64(1j)),
    "maximum": lambda t: np.maximum(t, 0.5),
    "minimum": lambda t: np.minimum(np.float32(0.5), t),
    "matmul": lambda t: np.matmul(t, np.ones((3, 2), np.float32)),
    "where": lambda t: np.where(np.array([True, False, True]), t, 0.0),
    "clip": lambda t: np.clip(t, a_min=-1, a_max=2),
    "sum": lambda t: np.sum(t, axis=0),
    "mean": lambda t: np.mean(t, axis=(0, 1), keepdims=True),
    "max": lambda t: np.max(t, axis=1),
    "amax": lambda t: np.amax(t),
    "min": lambda t: np.min(t),
    "amin": lambda t: np.amin(t, 0),
    "reshape": lambda t: np.reshape(t, -1),
    "broadcast_to": lambda t: np.broadcast_to(t, (2, 2, 3)),
    "transpose": lambda t: np.transpose(t, (1, 0)),
    "swapaxes": lambda t: np.swapaxes(t, 0, 1),
    "expand_dims": lambda t: np.expand_dims(t, axis=1),
    "squeeze": lambda t: np.squeeze(t[:1]),
    "concatenate": lambda t: np.concatenate([t, np.zeros((1, 3), np.float32)], axis=0),
    "stack": lambda t: np.stack((t, t), axis=1),
    "take_along_axis": lambda t: np.take_along_axis(t, np.array([[0, 1], [2, 2]]), 1),
}
FACTS = {
    "equal": lambda t: np.equal(t, t),
    "not_equal": lambda t: np.not_equal(t, 1),
    "less": lambda t: np.less(t, 1),
    "less_equal": lambda t: np.less_equal(1, t),
    "greater": lambda t: np.greater(t, 1),
    "greater_equal": lambda t: np.greater_equal(t, t),
    "bitwise_and": lambda t: np.bitwise_and(t > 1, t < 4),
    "bitwise_or": lambda t: (t > 1) | np.array([True, False, True]),
    "bitwise_xor": lambda t: np.array([True, False, True]) ^ (t > 1),
    "invert": lambda t: np.invert(t > 1),
    "isnan": lambda t: np.isnan(t),
    "logical_not": lambda t: np.logical_not(t),
    "zeros_like": lambda t: np.zeros_like(t),
    "ones_like": lambda t: np.ones_like(t, shape=(2,)),
    "argmax": lambda t: np.argmax(t, axis=1),
    "argmin": lambda t: np.argmin(t),
    "shape": lambda t: np.shape(t),
    "ndim": lambda t: np.ndim(t),
    "size": lambda t: np.size(t),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_numpy_function_is_recorded(call, w):
    array = w.detach().numpy().copy()
    found = call(w)
    assert type(found) is tnn.Tensor
    assert found.grad_fn is not None
    expected = call(array)
    assert (found.dtype.dtype, tuple(found.shape)) == (expected.dtype, expected.shape)
    assert np.allclose(found.detach().numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("call", FACTS.values(), ids=FACTS.keys())
def test_a_numpy_function_of_a_tensor_gives_what_it_gives_of_an_array(call, w):
    found, expected = call(w), call(w.detach().numpy().copy())
    assert np.array_equal(np.asarray(found), expected)
    assert not isinstance(found, tnn.Tensor) or not found.requires_grad


def test_every_function_of_the_tables_is_tried():
    names = {function.__name__ for function in (*UFUNCS, *FUNCTIONS)}
    assert names == {*CALLS, *FACTS}


def test_a_function_without_an_operation_works_on_plain_arrays(x):
    for call in (np.sort, np.cumprod, np.linalg.norm, np.isfinite, np.unique, np.arctan, np.cov):
        assert not isinstance(call(x), tnn.Tensor)
        assert np.array_equal(call(x), call(x.numpy()))
    assert np.add.reduce(x).tolist() == [5.0, 7.0, 9.0]
    assert np.multiply.outer(x[0], x[0]).shape == (3, 3)
    assert np.allclose(x, x.numpy())


@pytest.mark.parametrize(
    "write",
    [
        lambda x: np.add(x, 1, out=x),
        lambda x: np.add(np.ones((2, 3)), 1, out=x),
        lambda x: np.sin(x, out=(x,)),
        lambda x: np.arctan(x, out=(x,)),
        lambda x: np.add.at(x, 0, 1),
        lambda x: np.copyto(x, 0),
        lambda x: np.cumsum(x, axis=0, out=x),
        lambda x: np.sum(np.ones((4, 2, 3)), axis=0, out=x),
        lambda x: np.fill_diagonal(x, 0),
        lambda x: np.put(x, 0, 9),
    ],
)
def test_numpy_does_not_write_into_a_tensor_behind_its_version(write, x):
    before = x.tolist()
    with pytest.raises((TypeError, ValueError)):
        write(x)
    assert (x.tolist(), x._version) == (before, 0)


def test_an_unknown_keyword_is_not_ignored(w):
    for call in (
        lambda: np.sum(w, where=np.array([True, False, True])),
        lambda: np.reshape(w, (3, 2), order="F"),
        lambda: np.mean(w, initial=1.0),
    ):
        with pytest.raises((TypeError, RuntimeError)):
            call()


def test_numpy_functions_are_differentiated_to_any_order(w):
    def once(t: Any) -> Any:
        return np.sum(np.tanh(t) * np.exp(t))

    (first,) = tnn.autograd.grad(once(w), w, create_graph=True)
    (second,) = tnn.autograd.grad(np.sum(first), w)
    plain = w.tanh() * w.exp()
    (expected,) = tnn.autograd.grad(plain.sum(), w, create_graph=True)
    (expected,) = tnn.autograd.grad(expected.sum(), w)
    assert np.allclose(second.numpy(), expected.numpy())
