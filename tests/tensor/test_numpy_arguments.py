"""NumPy functions with arguments that no operation here has: NumPy's result, or a clear error.
Read `test_numpy_protocol.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError

MASK = np.array([[True, False], [True, True]])
CALLS = {
    "where with a condition alone": lambda x: np.where(x),
    "reshape in Fortran's order": lambda x: np.reshape(x, 4, order="F"),
    "concatenate flattened": lambda x: np.concatenate([x, x], axis=None),
    "expand_dims of two": lambda x: np.expand_dims(x, (0, 2)),
    "sum where": lambda x: np.sum(x, where=MASK),
    "sum from an initial": lambda x: np.sum(x, initial=1.0),
    "mean where": lambda x: np.mean(x, where=MASK),
    "max from an initial": lambda x: np.max(x, initial=9.0),
    "clip into out": lambda x: np.clip(x, 0, 1, out=np.zeros((2, 2))),
    "argmax into out": lambda x: np.argmax(x, axis=0, out=np.zeros(2, int)),
    "sum with a positional dtype": lambda x: np.sum(x, 0, np.float64),
    "stack with a dtype": lambda x: np.stack([x, x], dtype=np.float64),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_without_a_gradient_the_result_is_numpys(call):
    array = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(np.asarray(call(tnn.tensor(array))), call(array))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_with_a_gradient_the_error_says_the_way_out(call):
    with pytest.raises(RuntimeError, match="detach"):
        call(tnn.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True))


def test_the_error_names_the_function_and_the_argument():
    with pytest.raises(DTypeError, match=r"np\.sum.*'where'.*detach"):
        np.sum(tnn.ones(2, 2, requires_grad=True), where=MASK)
