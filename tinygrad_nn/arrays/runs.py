"""Reductions over several axes as reductions of (before, n, after) over the second of three.
Read `sums.py` next, then `extremes.py`, which say how one of them is fast.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from .dtypes import Array


def over_runs(
    reduce: Callable[[Array], Array], x: Array, axes: tuple[int, ...], keepdims: bool
) -> Array:
    """Reduce a contiguous array over one run of neighbouring axes after the other, the last first.

    `reduce` takes an array of shape (before, n, after), and returns one of before * after elements.
    """
    shape = x.shape
    for start, stop in _runs(axes, x.ndim):
        lead, run, rest = shape[:start], shape[start:stop], shape[stop:]
        x = reduce(x.reshape(math.prod(lead), math.prod(run), math.prod(rest)))
        shape = (*lead, *((1,) * len(run) if keepdims else ()), *rest)
    return x.reshape(shape)


@lru_cache(maxsize=256)
def _runs(axes: tuple[int, ...], ndim: int) -> tuple[tuple[int, int], ...]:
    """Return where each run of neighbouring axes starts and stops, the last first."""
    runs: list[tuple[int, int]] = []
    for axis in sorted((axis % ndim for axis in axes), reverse=True):
        if runs and runs[-1][0] == axis + 1:
            runs[-1] = (axis, runs[-1][1])
        else:
            runs.append((axis, axis + 1))
    return tuple(runs)
