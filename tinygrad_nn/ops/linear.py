"""The fused linear layer: one Node for x Wᵀ + b.
Read `loss.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.record import op
from ..dtypes import Array
from ..errors import DTypeError, ShapeError
from .linalg import matmul


@op(r"x W^{T} + b")
def linear(input: Array, weight: Array, bias: Any = None) -> Array:
    """Return input @ weight.T + bias: input (..., in), weight (out, in), bias (out)."""
    if input.ndim == 0 or weight.ndim > 2 or input.shape[-1] != weight.shape[-1]:
        raise ShapeError(
            f"linear: an input of shape {input.shape} does not fit a weight of shape {weight.shape}: "
            f"its last dimension must be {weight.shape[-1] if weight.ndim else 1}"
        )
    if input.dtype != weight.dtype or (bias is not None and bias.dtype != weight.dtype):
        other = "" if bias is None else f", bias {bias.dtype}"
        raise DTypeError(
            f"linear: one dtype expected, got input {input.dtype}, weight {weight.dtype}{other}; "
            f"convert the input with .to(tnn.{weight.dtype})"
        )
    if input.ndim > 2:  # one large product instead of a product per batch entry
        y = np.matmul(input.reshape(-1, input.shape[-1]), weight.T)
        y = y.reshape(*input.shape[:-1], *weight.shape[:-1])
    else:
        y = np.matmul(input, weight.T)
    if bias is not None:
        try:
            y += bias
        except ValueError:
            raise ShapeError(
                f"linear: a bias of shape {bias.shape} does not fit a weight of shape {weight.shape}"
            ) from None
    return y


def _rows(x: Array) -> Array:
    return x.reshape(-1, x.shape[-1]) if x.ndim != 2 else x


def _weight_rule(g: Array, input: Array, weight_shape: tuple[int, ...]) -> Array:
    """dW = Gᵀ X, with all leading dimensions as rows."""
    if len(weight_shape) == 1:
        return g.reshape(-1) @ _rows(input)
    return _rows(g).T @ _rows(input)


def _input_rule(g: Array, weight: Array) -> Array:
    """dX = G W."""
    return g @ weight if weight.ndim == 2 else g[..., None] * weight


linear.vjp(input=_input_rule, weight=_weight_rule, bias=lambda g: g)


@linear.composite
def _linear_by_parts(input: Any, weight: Any, bias: Any = None) -> Any:
    product = matmul(input, weight.T)
    return product if bias is None else product + bias
