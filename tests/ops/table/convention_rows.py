"""What a row of the tables of conventions is, how it is run, and what it is held to.
Read `conventions_of_order.py` next, the first of the tables.

A row is a call written for either library, its operands, its value, and the gradient of each
operand under a cotangent of ones (or of `weights`). The numbers are PyTorch 2.13's and stand in the
tables, to 12 digits: no oracle is asked. `../convention_report.py` asks it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

TOLERANCE = {"float64": 1e-10, "float32": 1e-6, "float16": 1e-3}
MEANING = {
    "must": "value and gradient equal",
    "should": "inf and nan stand in the same places, and the numbers beside them are equal",
    "free": "arbitrary in PyTorch itself (nan, outside the domain, an order that is not said): "
    "does not fail",
    "refused": "raises this class",
}


class Convention(NamedTuple):
    """A call and what has to come of it: to what the row is held says `tag`, a key of MEANING."""

    tag: str
    number: str
    title: str
    call: Callable[..., Any]
    operands: tuple[Any, ...]
    value: Any
    grads: Any
    indices: Any
    weights: Any
    dtype: str
    error: type[Exception] | None
    within: float

    def __str__(self) -> str:
        return f"{self.number}-{self.title}"

    def run(self, library: Any) -> list[Any]:
        """Return as arrays the value, the gradient of each operand (or None), and the indices."""
        dtype = getattr(library, self.dtype)
        tensors = [library.tensor(each, dtype=dtype, requires_grad=True) for each in self.operands]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # PyTorch's, of one value's spread
            output = self.call(library, *tensors)
            output, indices = output if isinstance(output, tuple) else (output, None)
            cotangent = np.ones(tuple(output.shape)) if self.weights is None else self.weights
            if output.requires_grad:
                output.backward(library.tensor(cotangent, dtype=dtype))
        found = [output.detach(), *(tensor.grad for tensor in tensors)]
        found += [] if self.indices is None else [indices]
        return [None if one is None else one.numpy() for one in found]

    def expected(self) -> list[Any]:
        """Return what the table says of what `run` returns."""
        return [self.value, *self.grads, *([] if self.indices is None else [self.indices])]

    def differences(self, found: list[Any]) -> list[str]:
        """Return where what was found is not what the table says."""
        wrong = []
        names = ["value", *(f"gradient {i}" for i in range(len(self.grads))), "indices"]
        for name, one, expected in zip(names, found, self.expected(), strict=False):
            if one is None or expected is None:
                equal = one is expected
            else:
                numbers = np.asarray(expected, np.float64)
                equal = one.shape == numbers.shape and np.allclose(
                    one.astype(np.float64), numbers, self.within, atol=1e-40, equal_nan=True
                )
                equal = equal and (name == "indices" or one.dtype.name == self.dtype)
            if not equal:
                wrong.append(f"{name}: {one} is no {expected}")
        return wrong


def row(
    tag: str,
    number: str,
    title: str,
    call: Callable[..., Any],
    *operands: Any,
    value: Any = None,
    grads: Any = (),
    indices: Any = None,
    weights: Any = None,
    dtype: str = "float64",
    error: type[Exception] | None = None,
    within: float | None = None,
) -> Convention:
    within = TOLERANCE[dtype] if within is None else within
    return Convention(
        tag, number, title, call, operands, value, grads, indices, weights, dtype, error, within
    )


must, should, free, refused = (partial(row, tag) for tag in MEANING)


def doubles(library: Any, *values: float) -> Any:
    """Return a float64 vector, for what is no operand."""
    return library.tensor([float(value) for value in values], dtype=library.float64)
