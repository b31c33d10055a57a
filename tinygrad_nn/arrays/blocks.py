"""Functions of many steps, computed block by block in memory that the processor's cache holds.
Read `polynomials.py` next.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .dtypes import Array
from .layout import copied_as

BLOCK = 1 << 13  # 64 KiB of float64; arrays of 128 KiB are pages that the system clears each time


def by_blocks(compute: Callable[..., Array], *operands: Array) -> Array:
    """Return compute(*operands), of arrays of one shape, element by element; it lies as the first.

    `compute` is given arrays of one dimension. 65,536 of float64 by 60 steps: 1.5 ms, 5 at once.
    """
    first = operands[0]
    if not all(each.flags.c_contiguous for each in operands):
        return copied_as(first, by_blocks(compute, *map(np.ascontiguousarray, operands)))
    flat = [each.reshape(-1) for each in operands]
    if first.size <= 2 * BLOCK:
        return compute(*flat).reshape(first.shape)
    y = np.empty(first.shape, first.dtype)
    out = y.reshape(-1)
    for start in range(0, first.size, BLOCK):
        block = slice(start, start + BLOCK)
        out[block] = compute(*(each[block] for each in flat))
    return y


def chosen(mask: Array, a: Array, b: Array) -> Array:
    """Return np.where(mask, a, b) of finite numbers: in 0.8 ns an element, not in 3.5."""
    share = mask.astype(a.dtype)
    y = a * share
    share = np.subtract(1.0, share, out=share)
    share *= b
    y += share
    return y
