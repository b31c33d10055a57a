"""The squared error.
Read `absolute_error.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.sums import accurate_sum, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ShapeError
from ..elementwise.activations import check_float
from .reducing import check_reduction, reduce_tensor, reduced

_FEW = 4096  # elements of which one dot product is as exact as a pairwise sum


@op(r"\frac{1}{n} \sum_i (x_i - t_i)^2")
def mse_loss(input: Array, target: Array, reduction: str = "mean") -> Array:
    """Return the squared error (input - target)^2, reduced; the two broadcast."""
    check_reduction(reduction, "mse_loss")
    check_float(input, "mse_loss")
    try:
        difference = in_float32(input) - in_float32(target)
    except ValueError:
        raise ShapeError(
            f"mse_loss: input {input.shape} and target {target.shape} do not broadcast"
        ) from None
    if reduction == "none":
        return reduced(difference * difference, reduction, input.dtype)
    size = difference.size
    if size <= _FEW:
        flat = difference.ravel()
        total = flat.dot(flat)  # 0.4 µs, where a product and a sum take 1.3
    else:
        total = accurate_sum(difference * difference)
    if reduction == "mean":
        total = total / total.dtype.type(size or math.nan)
    return total.astype(input.dtype, copy=False)


def _mse_rule(g: Array, input: Array, target: Array, reduction: str) -> Array:
    """2 * g / n * (input - target): n is what the mean divides by, 1 where there is none."""
    difference = input - target
    scale = 2.0 / (math.prod(difference.shape) or math.nan) if reduction == "mean" else 2.0
    return g * scale * difference


mse_loss.vjp(
    input=_mse_rule,
    target=lambda g, input, target, reduction: _mse_rule(g, target, input, reduction),
)


@mse_loss.composite
def _mse_by_parts(input: Any, target: Any, reduction: str = "mean") -> Any:
    return reduce_tensor((input - target) ** 2, reduction)
