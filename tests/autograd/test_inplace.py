"""Every write in place after every operation that keeps something, and what writes do to leaves.
Read `test_views.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn


def leaf(library: Any, *values: float) -> Any:
    return library.tensor(values, dtype=library.float64, requires_grad=True)


WRITES = {
    "add_": lambda x: x.add_(1),
    "sub_": lambda x: x.sub_(1),
    "mul_": lambda x: x.mul_(2),
    "div_": lambda x: x.div_(2),
    "pow_": lambda x: x.pow_(2),
    "neg_": lambda x: x.neg_(),
    "exp_": lambda x: x.exp_(),
    "log_": lambda x: x.log_(),
    "sqrt_": lambda x: x.sqrt_(),
    "abs_": lambda x: x.abs_(),
    "tanh_": lambda x: x.tanh_(),
    "sigmoid_": lambda x: x.sigmoid_(),
    "relu_": lambda x: x.relu_(),
    "clamp_": lambda x: x.clamp_(0.6, 0.9),
    "clip_": lambda x: x.clip_(max=0.9),
    "fill_": lambda x: x.fill_(0.5),
    "zero_": lambda x: x.zero_(),
    "copy_": lambda x: x.copy_(x.detach() * 3),
    "x[0] = v": lambda x: x.__setitem__(0, 0.5),
    "x[mask] = v": lambda x: x.__setitem__(x > 0.75, 0.5),
    "x[list] = v": lambda x: x.__setitem__([0, 1], 0.5),
    "x[0] += v": lambda x: x[0].add_(1),
    "x += v": lambda x: x.__iadd__(1),
    "x -= v": lambda x: x.__isub__(1),
    "x *= v": lambda x: x.__imul__(2),
    "x /= v": lambda x: x.__itruediv__(2),
    "x **= v": lambda x: x.__ipow__(2),
    "view": lambda x: x.reshape(2, 1).neg_(),
    "detach": lambda x: x.detach().zero_(),
    "data": lambda x: x.data.zero_(),
}
KEEPS_ITS_OPERAND = {
    "mul": lambda x: x * x,
    "div": lambda x: 1.0 / x,
    "pow": lambda x: x**3,
    "log": lambda x: x.log(),
    "abs": lambda x: x.abs(),
    "clamp": lambda x: x.clamp(0.1, 5.0),
    "matmul": lambda x: x @ x,
    "maximum": lambda x: x.maximum(x * 0 + 1),
    "var": lambda x: x.var(),
    "amax": lambda x: x.amax(),
    "mse_loss": lambda x: tnn.nn.functional.mse_loss(x, x.detach() * 0),
}
KEEPS_ITS_OUTPUT = {
    "exp": lambda x: x.exp(),
    "sqrt": lambda x: x.sqrt(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "relu": lambda x: x.relu(),
    "softmax": lambda x: x.softmax(0),
    "log_softmax": lambda x: x.log_softmax(0),
}
KEEPS_NOTHING = {
    "add": lambda x: x + 1,
    "sub": lambda x: x - x,
    "neg": lambda x: -x,
    "sum": lambda x: x.sum(),
    "mean": lambda x: x.mean(),
    "clone": lambda x: x.clone(),
    "times a number": lambda x: x * 3,
    "cat": lambda x: tnn.cat([x, x]),
    "where": lambda x: tnn.where(tnn.tensor([True, False]), x, 1.0),
    "x[list]": lambda x: x[[0, 1, 1]],
}


@pytest.fixture
def start():
    """A computed tensor of numbers that every operation here accepts."""
    return leaf(tnn, 0.7, 0.8) * 1.0


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
class TestAfter:
    @pytest.mark.parametrize("operation", KEEPS_ITS_OPERAND.values(), ids=KEEPS_ITS_OPERAND.keys())
    def test_an_operation_that_kept_its_operand(self, start, operation, write):
        y = operation(start)
        write(start)
        with pytest.raises(RuntimeError, match=r"operand.*\(2,\).*in place.*version"):
            y.sum().backward()

    @pytest.mark.parametrize("operation", KEEPS_ITS_OUTPUT.values(), ids=KEEPS_ITS_OUTPUT.keys())
    def test_an_operation_that_kept_its_output(self, start, operation, write):
        y = operation(start)
        write(y)
        if y.grad_fn is not None and y.grad_fn.name() in ("OverlayBackward0",) and y._version == 0:
            pytest.fail("the write left no trace")
        with_all_of_it = y.sum() + start.sum()
        if not reaches(with_all_of_it, operation.__code__.co_names[-1]):
            return
        with pytest.raises(RuntimeError, match=r"output.*\(2,\).*in place.*version"):
            with_all_of_it.backward()

    @pytest.mark.parametrize("operation", KEEPS_NOTHING.values(), ids=KEEPS_NOTHING.keys())
    def test_an_operation_that_kept_nothing(self, start, operation, write):
        y = operation(start)
        write(start)
        y.sum().backward()
