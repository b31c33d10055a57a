"""How a loss becomes one number: mean, sum or none, and what that means for its gradient.
Read `squared_error.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.sums import accurate_sum
from ...autograd.op import Array
from ...errors import ArgumentError

REDUCTIONS = ("none", "mean", "sum")


def check_reduction(reduction: str, name: str) -> None:
    """Raise ValueError for a reduction that is none of "none", "mean", "sum"."""
    if reduction not in REDUCTIONS:
        raise ArgumentError(f'{name}: reduction must be "none", "mean" or "sum", got {reduction!r}')


def reduced(losses: Array, reduction: str, dtype: Any) -> Array:
    """Return the losses, or their sum or mean, rounded to `dtype` at the very end."""
    if reduction != "none":
        size = losses.size or math.nan  # the mean of nothing is nan
        losses = accurate_sum(losses)
        if reduction == "mean":
            losses = losses / size
    return losses if losses.dtype is dtype else losses.astype(dtype)


def reduce_tensor(losses: Any, reduction: str) -> Any:
    """Reduce a Tensor of losses, in a composition of simpler operations."""
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.mean()
