"""Matrix products, with the gradients of every pairing from vector times vector to batches.
Read `softmax.py` next.
"""

from __future__ import annotations

import math

import numpy as np

from ..arrays.dtypes import Array, float16
from ..arrays.sums import in_float32
from ..autograd.record import op
from ..errors import DTypeError, ShapeError


@op(r"A B")
def matmul(a: Array, b: Array) -> Array:
    """Return the matrix product, `@`: 1-D operands are a row and a column, leading dims a batch."""
    check_product(a, b, "matmul")
    if a.dtype is float16.dtype:  # NumPy multiplies float16 number by number, 6 times slower
        return matmul.op.forward(in_float32(a), in_float32(b)).astype(np.float16)
    if a.ndim > 2 and b.ndim == 2:  # one large product instead of a product per batch entry
        return (as_rows(a) @ b).reshape(*a.shape[:-1], b.shape[-1])
    return np.matmul(a, b)


def as_rows(x: Array) -> Array:
    """Return x with all dimensions but the last made one; of size 0 too, where -1 would fail."""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def check_product(a: Array, b: Array, name: str) -> None:
    """Raise `ShapeError` or `DTypeError` where a @ b is not defined."""
    for each in (a, b):
        if not isinstance(each, np.ndarray):
            raise DTypeError(f"{name}: tensors expected, got {type(each).__name__} {each!r:.40}")
    if a.ndim == 0 or b.ndim == 0:
        raise ShapeError(f"{name}: operands need a dimension, got shapes {a.shape} and {b.shape}")
    inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != inner:
        raise ShapeError(
            f"{name}: shapes {a.shape} and {b.shape} cannot be multiplied: {a.shape[-1]} columns "
            f"against {inner} rows"
        )
    if a.dtype != b.dtype:
        raise DTypeError(
            f"{name}: operands must have one dtype, got {a.dtype} and {b.dtype}; convert one, "
            f"as with .to(tnn.{a.dtype})"
        )
    try:
        np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise ShapeError(
            f"{name}: the batch dimensions of shapes {a.shape} and {b.shape} do not broadcast"
        ) from None


def _left_rule(g: Array, b: Array, a_shape: tuple[int, ...]) -> Array:
    """g @ b.T: dA = G Bᵀ, for every pairing of vectors, matrices and batches."""
    if b.ndim == 1:
        return g[..., None] * b
    if len(a_shape) == 1:
        return (b @ g[..., None])[..., 0]
    return g @ b.swapaxes(-1, -2)


def _right_rule(g: Array, a: Array, b_shape: tuple[int, ...]) -> Array:
    """a.T @ g: dB = Aᵀ G, for every pairing of vectors, matrices and batches."""
    if len(b_shape) == 1:
        if a.ndim == 1:
            return g * a
        return (a.swapaxes(-1, -2) @ g[..., None])[..., 0]
    if a.ndim == 1:
        return a[:, None] * g[..., None, :]
    if a.ndim > 2 and len(b_shape) == 2:
        return as_rows(a).T @ as_rows(g)
    return a.swapaxes(-1, -2) @ g


matmul.vjp(a=_left_rule, b=_right_rule)
