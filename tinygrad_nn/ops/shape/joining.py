"""Several tensors joined into one.
Read `parting.py` next, which takes one apart.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from ...arrays.arguments import Integer, as_dim
from ...arrays.dtypes import promoted
from ...autograd.declaring import alias, op
from ...autograd.op import Array, Arrays
from ...errors import ShapeError

__all__ = ["cat", "concat", "concatenate", "stack"]


def in_one_dtype(arrays: Any, given: Any = ()) -> Any:
    dtypes = [x.dtype for x in given or arrays]
    if dtypes.count(dtypes[0]) == len(dtypes):
        return arrays
    dtype = reduce(promoted, dtypes)
    return [x.astype(dtype, copy=False) for x in arrays]


@op(r"[x_1; x_2; \dots]")
def cat(tensors: Arrays, dim: Integer = 0) -> Array:
    """Return the tensors joined along `dim`; their other sizes must agree."""
    filled = [x for x in tensors if x.shape != (0,)] or tensors[:1]  # empty vectors are skipped
    shape = filled[0].shape
    axis = as_dim(dim, len(shape), "cat")
    for i, x in enumerate(tensors):
        if x.ndim == 0:
            raise ShapeError(f"cat: tensor {i} is 0-d and cannot be joined; use stack")
        is_other = x.shape != shape and x.shape != (0,)
        if is_other and _without(x.shape, axis) != _without(shape, axis):
            raise ShapeError(
                f"cat: tensor {i} has shape {x.shape}, which differs from {shape} "
                f"elsewhere than in dimension {axis}"
            )
    y = np.concatenate(in_one_dtype(filled, tensors), axis=axis)
    return y if y.flags.c_contiguous or _is_channels_last(y, filled) else np.ascontiguousarray(y)


def _is_channels_last(y: Array, joined: list[Array]) -> bool:
    """Whether y lies in PyTorch's other format for images, which it keeps where all have it."""
    if y.ndim not in (4, 5) or any(0 in x.strides for x in joined):
        return False
    return np.moveaxis(y, 1, -1).flags.c_contiguous


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return (*shape[:axis], *shape[axis + 1 :])


def _cat_rule(g: Array, tensors_shape: Any, dim: int) -> list[Array]:
    """split(g, dim): each tensor's gradient is its own stretch of g."""
    axis = dim % g.ndim
    before = (slice(None),) * axis
    pieces, start = [], 0
    for shape in tensors_shape:
        size = shape[axis] if shape != (0,) else 0
        piece = g[(*before, slice(start, start + size))]
        pieces.append(piece if shape != (0,) else piece.reshape(-1)[:0])
        start += size
    return pieces


cat.vjp(tensors=_cat_rule)


@op(r"[x_1, x_2, \dots]")
def stack(tensors: Arrays, dim: Integer = 0) -> Array:
    """Return the tensors, all of one shape, joined along a new dimension."""
    shape = tensors[0].shape
    for i, x in enumerate(tensors):
        if x.shape != shape:
            raise ShapeError(
                f"stack: tensor {i} has shape {x.shape}, tensor 0 has {shape}; all must be equal"
            )
    axis = as_dim(dim, len(shape) + 1, "stack")
    arrays = in_one_dtype(tensors)
    if axis == 0 and shape:  # the commonest: no view of each is needed
        joined = np.concatenate(arrays)
        if joined.flags.c_contiguous:
            return joined.reshape(len(arrays), *shape)
    added = (*shape[:axis], 1, *shape[axis:])
    y = np.concatenate([x.reshape(added) for x in arrays], axis=axis)
    if y.flags.c_contiguous:
        return y
    if axis == len(shape):
        return np.ascontiguousarray(y)
    return cat.op.forward(arrays, axis).reshape(y.shape)


def _stack_rule(g: Array, tensors_shape: Any, dim: int) -> list[Array]:
    """unbind(g, dim): each tensor's gradient is its own slice of g."""
    before = (slice(None),) * (dim % g.ndim)
    return [g[(*before, i)] for i in range(len(tensors_shape))]


stack.vjp(tensors=_stack_rule)

concat, concatenate = alias(cat, "concat"), alias(cat, "concatenate")
