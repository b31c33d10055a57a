"""Normalisation: mean 0 and variance 1 over the last dimensions, then a learnt scale and offset.
Read `convolution.py` next.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import Number, Shape
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DTypeError, ShapeError
from ..elementwise.activations import check_float


@op(r"W \odot \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + b", keeps="normal, rstd")
def layer_norm(
    input: Array,
    normalized_shape: Shape,
    weight: Array | None = None,
    bias: Array | None = None,
    eps: Number = 1e-5,
) -> Any:
    """Return (x - mean) / sqrt(var + eps) over the dims of `normalized_shape`, scaled and moved."""
    _check(input, normalized_shape, weight, bias)
    n = math.prod(normalized_shape)
    rows = in_float32(np.ascontiguousarray(input)).reshape(input.size // n if n else 0, n)
    shares, added, root = _constants(n, eps, rows.dtype)
    mean = rows.dot(shares)
    normal = rows - mean[:, None]
    squares = np.vecdot(normal, normal)  # n times the variance
    if not n * mean.dot(mean / squares) < 1e4:  # far from 0 the mean's last digits are not small
        normal -= normal.dot(shares)[:, None]
        squares = np.vecdot(normal, normal)
    squares += added
    rstd = (root / np.sqrt(squares, squares))[:, None]
    normal *= rstd
    y = normal.reshape(input.shape)
    if weight is not None:
        y = y * weight
    if bias is not None:
        y = np.add(y, bias, y) if weight is not None else y + bias
    return y.astype(input.dtype, copy=y.base is not None), normal, rstd


@lru_cache(maxsize=64)
def _shares(n: int, dtype: Any) -> Array:
    """Return n times 1 / n: a product with it is a mean, in 32 µs for (2048, 256), not in 113."""
    return np.full(n, 1.0 / (n or 1), dtype)


@lru_cache(maxsize=64)
def _constants(n: int, eps: float, dtype: Any) -> tuple[Array, Array, Array]:
    """Return the shares, n * eps and √n; an array beside an array takes 0.3 µs, a float 0.6."""
    return _shares(n, dtype), np.array(n * eps, dtype), np.array(math.sqrt(n), dtype)


def _check(input: Array, shape: tuple[int, ...], weight: Any, bias: Any) -> None:
    check_float(input, "layer_norm")
    if not shape or input.shape[-len(shape) :] != shape:
        raise ShapeError(
            f"layer_norm: an input of shape {input.shape} does not end in normalized_shape {shape}"
        )
    for name, each in (("weight", weight), ("bias", bias)):
        if each is None or (each.shape == shape and each.dtype is input.dtype):
            continue
        if each.shape != shape:
            raise ShapeError(
                f"layer_norm: {name} has shape {each.shape}, it needs normalized_shape {shape}"
            )
        if each.dtype != input.dtype:
            raise DTypeError(
                f"layer_norm: {name} is {each.dtype} and the input {input.dtype}; give them one "
                "dtype, as with .to()"
            )


@layer_norm.backward
def _layer_norm_rule(g: Array, weight: Any, normal: Array, rstd: Array, wants: Any) -> Any:
    """rstd * (h - mean(h) - normal * mean(h * normal)), g * normal, g: with h = g * weight."""
    rows = in_float32(g).reshape(normal.shape)
    dw = rows * normal
    if not wants[0]:
        return None, dw.reshape(g.shape), g
    shares = _shares(normal.shape[1], normal.dtype)
    if weight is not None:
        weight = weight.reshape(-1)
        shares = shares * weight  # the mean of h is a product of g
    dx = rows.copy() if weight is None else rows * weight
    dx -= rows.dot(shares)[:, None]
    dx -= normal * dw.dot(shares)[:, None]
    dx *= rstd
    return dx.reshape(g.shape), dw.reshape(g.shape), g


@layer_norm.composite
def _layer_norm_by_parts(
    input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    dims = tuple(range(-len(normalized_shape), 0))
    centred = input - input.mean(dims, True)
    y = centred / ((centred * centred).mean(dims, True) + eps).sqrt()
    y = y if weight is None else y * weight
    return y if bias is None else y + bias
