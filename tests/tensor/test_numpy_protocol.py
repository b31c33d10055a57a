"""Tensors among NumPy's arrays, scalars and functions: what is recorded, plain, or refused.
Read `test_python_protocol.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_nn as tnn


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
    for make in (np.asarray, np.array, np.cbrt, np.vstack, np.linalg.norm):
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


def test_a_function_without_an_operation_works_on_plain_arrays(x):
    for call in (np.cumprod, np.linalg.norm, np.spacing, np.unique, np.cbrt, np.cov):
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
