"""Softmax and its logarithm, shifted by the maximum so that exp cannot overflow.
Read `loss.py` next, which puts them together with the losses.
"""

from __future__ import annotations

import numpy as np

from ..autograd.record import op
from ..dtypes import Array
from ..errors import DTypeError
from ..summation import accurate_sum
from .dims import one_dim
from .elementwise import silent


def _shifted(x: Array, dim: int, name: str) -> Array:
    if x.dtype.kind != "f":
        raise DTypeError(f"{name}: not defined for {x.dtype}; use x.float()")
    if x.size == 0:
        return x
    return x - np.maximum.reduce(x, axis=dim, keepdims=True)


@op(r"\frac{e^{x_i}}{\sum_j e^{x_j}}")
@silent
def softmax(x: Array, dim: int) -> Array:
    """Return e^x / sum(e^x) over `dim`: positive, adding up to 1."""
    axis = one_dim(dim, x.ndim, "softmax")
    if x.ndim == 0:
        return np.ones_like(x)
    e = np.exp(_shifted(x, axis, "softmax"))
    return e / accurate_sum(e, axis, True)


softmax.vjp(x=lambda g, y, dim: y * (g - (g * y).sum(axis=dim, keepdims=True)))


@op(r"x_i - \log\sum_j e^{x_j}")
@silent
def log_softmax(x: Array, dim: int) -> Array:
    """Return log(softmax(x)) over `dim`, without the rounding that the two apart would add."""
    axis = one_dim(dim, x.ndim, "log_softmax")
    if x.ndim == 0:
        return np.zeros_like(x)
    z = _shifted(x, axis, "log_softmax")
    return z - np.log(accurate_sum(np.exp(z), axis, True))


log_softmax.vjp(x=lambda g, y, dim: g - np.exp(y) * g.sum(axis=dim, keepdims=True))
