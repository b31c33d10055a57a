"""What a row of the tables of conventions is, and what it is held to.
Read `../test_conventions.py` next.

A row is a call, its operands, its value, and the gradient of each operand under a cotangent of ones
(or of `weights`). The numbers are PyTorch 2.13's, and stand in the tables: no oracle is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import tinygrad_nn as tnn

F16, F32 = tnn.float16, tnn.float32
TOLERANCE = {tnn.float64: 1e-10, F32: 1e-6, F16: 1e-3}


class Convention(NamedTuple):
    """A call, and what has to come of it."""

    call: Callable[..., Any]
    operands: tuple[Any, ...]
    value: Any
    grads: Any
    weights: Any
    dtype: Any

    def run(self) -> list[Any]:
        """Return the value and the gradient of each operand."""
        tensors = [tnn.tensor(each, dtype=self.dtype, requires_grad=True) for each in self.operands]
        with np.errstate(all="ignore"):  # NumPy may warn of inf + inf and 0 * inf
            output = self.call(*tensors)
        cotangent = np.ones(output.shape) if self.weights is None else self.weights
        output.backward(tnn.tensor(cotangent, dtype=self.dtype))
        return [output.detach(), *(tensor.grad for tensor in tensors)]

    def check(self) -> None:
        """Hold the value and the gradients to the table."""
        for one, expected in zip(self.run(), [self.value, *self.grads], strict=True):
            assert one.dtype is self.dtype
            np.testing.assert_allclose(
                one.array, np.asarray(expected, np.float64), TOLERANCE[self.dtype], atol=1e-40
            )


def row(call, *operands, value, grads, weights=None, dtype=tnn.float64):
    return Convention(call, operands, value, grads, weights, dtype)
