"""Where elements lie in memory: copies that lie as their originals do, by PyTorch's rules.
Read `reading.py` next, where a number too large for its dtype is an error.

NumPy's "K" order is PyTorch's preserve_format but for expanded arrays, whose dimensions of stride 0
NumPy makes the innermost.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .dtypes import Array


def empty_as(x: Array, dtype: Any = None) -> Array:
    """Return an array to be filled that lies as x does, dense: PyTorch's `empty_like`."""
    if 0 not in x.strides:
        return np.empty_like(x, dtype, subok=False)
    order = _from_outermost(x)
    made = np.empty([x.shape[i] for i in order], dtype or x.dtype)
    return made.transpose([order.index(i) for i in range(x.ndim)])


def copied(x: Array, dtype: Any = None) -> Array:
    """Return a copy that lies as x does, dense: PyTorch's `clone`."""
    if dtype is None and (x.base is None or 0 not in x.strides):
        return x.__copy__()
    return copied_as(x, x, dtype)


def copied_as(x: Array, values: Array, dtype: Any = None) -> Array:
    """Return a copy of `values`, of x's shape, that lies as x does."""
    y = empty_as(x, dtype or values.dtype)
    y[...] = values
    return y


def is_dense(x: Array) -> bool:
    """Whether the elements of x fill a stretch of memory, each its own place."""
    return in_memory_order(x).flags.c_contiguous


def in_memory_order(x: Array) -> Array:
    """Return a view of x, its dimensions from the outermost in memory to the innermost."""
    return x if x.flags.c_contiguous else x.transpose(_from_outermost(x))


def _from_outermost(x: Array) -> list[int]:
    """Return the dimensions of x from the outermost in memory to the innermost.

    A stride of 0 says nothing: such a dimension stays where it is, so that an expanded vector
    becomes rows.
    """
    order = list(range(x.ndim))[::-1]
    for start in range(1, x.ndim):
        place = start
        for other in range(start - 1, -1, -1):
            one, two = order[other], order[place]
            first, second = abs(x.strides[one]), abs(x.strides[two])
            if first == 0 or second == 0 or (first == second and x.shape[one] <= x.shape[two]):
                continue
            if first < second:
                break
            order[other], order[place] = two, one
            place = other
    return order[::-1]
