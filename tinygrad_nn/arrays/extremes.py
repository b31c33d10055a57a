"""The largest or the smallest along one dimension, faster than by a loop for each row.
Read `sums.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .dtypes import Array

_FEW_ROWS = 16  # that NumPy's own loop takes as fast
_SHORT, _LONG = 24, 2048  # elements of a row


def extreme_along(ufunc: np.ufunc, x: Array, axis: Any, keepdims: bool = False) -> Array:
    """Return ufunc.reduce(x, axis) of np.maximum or np.minimum, in half the time for many rows.

    32,768 rows of 64: 0.9 ms as stretches of one vector, 2.0 as rows; 41,000 rows of 10: 0.2 ms as
    columns, 1.8 as rows.
    """
    if x.size < 2 * _FEW_ROWS:
        return ufunc.reduce(x, axis=axis, keepdims=keepdims)
    width = x.shape[-1] if x.ndim else 0
    is_last = axis in (-1, x.ndim - 1) or axis == (x.ndim - 1,)
    if not is_last or not 1 < width < _LONG or x.size < _FEW_ROWS * width:
        return ufunc.reduce(x, axis=axis, keepdims=keepdims)
    if width <= _SHORT:
        y = ufunc.reduce(np.ascontiguousarray(x.reshape(-1, width).T))
    elif x.flags.c_contiguous:
        y = ufunc.reduceat(x.reshape(-1), np.arange(0, x.size, width))
    else:
        return ufunc.reduce(x, axis=axis, keepdims=keepdims)
    return y.reshape(*x.shape[:-1], 1) if keepdims else y.reshape(x.shape[:-1])
