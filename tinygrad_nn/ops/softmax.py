"""Softmax and its logarithm, shifted by the maximum so that exp cannot overflow.
Read `loss.py` next, which puts them together with the losses.
"""

from __future__ import annotations

import numpy as np

from ..arrays.dtypes import Array
from ..arrays.sums import accurate_sum, in_float32, is_short_last
from ..autograd.record import op
from .dims import one_dim
from .elementwise import check_float, silent


def shifted(x: Array, dim: int) -> Array:
    """Return x minus its maximum over `dim`, which exp can take without overflow."""
    if x.size == 0:
        return x
    x = in_float32(x)
    return x - _largest(x, dim)


def _largest(x: Array, dim: int) -> Array:
    if x.size <= 4096 or not is_short_last(x, dim):
        return np.maximum.reduce(x, axis=dim, keepdims=True)
    columns = np.ascontiguousarray(x.reshape(-1, x.shape[-1]).T)  # 0.3 ms for (41000, 10), not 1.9
    return np.maximum.reduce(columns).reshape(*x.shape[:-1], 1)


@op(r"\frac{e^{x_i}}{\sum_j e^{x_j}}")
@silent
def softmax(x: Array, dim: int) -> Array:
    """Return e^x / sum(e^x) over `dim`: positive, adding up to 1."""
    check_float(x, "softmax")
    axis = one_dim(dim, x.ndim, "softmax")
    if x.ndim == 0:
        return np.ones_like(x)
    e = np.exp(shifted(x, axis))
    return (e / accurate_sum(e, axis, True)).astype(x.dtype, copy=False)


softmax.vjp(x=lambda g, y, dim: y * (g - (g * y).sum(axis=dim, keepdims=True)))


@op(r"x_i - \log\sum_j e^{x_j}")
@silent
def log_softmax(x: Array, dim: int) -> Array:
    """Return log(softmax(x)) over `dim`, without the rounding that the two apart would add."""
    check_float(x, "log_softmax")
    axis = one_dim(dim, x.ndim, "log_softmax")
    if x.ndim == 0:
        return np.zeros_like(x)
    z = shifted(x, axis)
    return (z - np.log(accurate_sum(np.exp(z), axis, True))).astype(x.dtype, copy=False)


log_softmax.vjp(x=lambda g, y, dim: g - np.exp(y) * g.sum(axis=dim, keepdims=True))
