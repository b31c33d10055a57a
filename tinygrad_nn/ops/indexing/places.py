"""Picking and putting single elements: of the tensor seen as one row, or at several indices.
Read `masking.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Index
from ...arrays.indexing import check_index, pick
from ...arrays.indexing import put as put_at
from ...arrays.layout import copied, copied_as
from ...arrays.refusing import instead_of, shown
from ...arrays.sums import add_at_places, to_add_at
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.writing import in_place
from ...errors import DimensionError, DTypeError, ShapeError
from .along import check_dtypes, check_index_dtype
from .picking import getitem

__all__ = ["index_put", "index_put_", "put", "take"]


def _counted(name: str, index: Array, size: int) -> Array:
    """Return positions in a row of `size` elements; one below 0 counts from the end."""
    check_index_dtype(name, index)
    wrong = index[(index < -size) | (index >= size)]
    if wrong.size:
        raise DimensionError(f"{name}: index {wrong[0]} is out of range for {size} elements")
    return np.where(index < 0, index + size, index)


def _laid_out(y: Array, like: Array) -> Array:
    """Return y in the dtype of `like`, and lying in memory as it does."""
    y = y.astype(like.dtype, copy=False)
    return y if like.flags.c_contiguous else copied_as(like, y)


@op(r"x_{i}")
def take(input: Array, index: Data) -> Array:
    """Return the elements at `index` of the input seen as one row, in the shape of `index`."""
    return input.reshape(-1)[_counted("take", np.asarray(index, order="C"), input.size)]


@op(r"x \text{ with } x_{i} = s")
def put(input: Array, index: Data, source: Array, accumulate: bool = False) -> Array:
    """Return the input with source written at `index` of its elements in a row, or added there.

    Of several for one place the last one stays, and each gets the gradient.
    """
    places = _counted("put", index, input.size).reshape(-1)
    if source.size != places.size:
        raise ShapeError(
            f"put: source of shape {source.shape} must have as many elements as index, of shape "
            f"{index.shape}"
        )
    check_dtypes("put", input, "source", source)
    wide = (to_add_at(input, places) if accumulate else input).copy()
    if accumulate:
        add_at_places(wide.reshape(-1), places, source.reshape(-1))
    else:
        wide.reshape(-1)[places] = source.reshape(-1)
    return _laid_out(wide, input)


take.vjp(
    input=lambda g, input_shape, index: put(np.zeros_like(g, shape=input_shape), index, g, True)
)
put.vjp(
    input=lambda g, index, accumulate: (
        g if accumulate else put(g, index, np.zeros_like(g, shape=index.shape))
    ),
    source=lambda g, source_shape, index: take(g, index).reshape(source_shape),
)


@op(r"x \text{ with } x_{i} = v", name="index_put")
def put_at_index(input: Array, indices: Index, values: Array, accumulate: bool = False) -> Array:
    """Return the input with values written at x[indices], or added there."""
    check_dtypes("index_put", input, "values", values)
    y = copied(input)
    try:
        if accumulate:
            places = pick(np.arange(y.size).reshape(y.shape), indices)
            added = np.broadcast_to(values, places.shape)
        else:
            put_at(y, indices, values)
    except (IndexError, ValueError) as error:
        raise _misfit(y, indices, values, error) from None
    if not accumulate:
        return y
    wide = to_add_at(input, places).copy()
    add_at_places(wide.reshape(-1), places.reshape(-1), added.reshape(-1))
    return _laid_out(wide, input)


def _misfit(y: Array, indices: Any, values: Array, error: Exception) -> Exception:
    try:
        shape = pick(y, indices).shape
    except (IndexError, ValueError) as wrong:
        return check_index(y.shape, indices, wrong)
    return ShapeError(f"index_put: values of shape {values.shape} do not broadcast to {shape}")


put_at_index.vjp(
    input=lambda g, indices, accumulate: (
        g if accumulate else put_at_index(g, indices, np.zeros_like(g, shape=()))
    ),
    values=lambda g, indices: getitem(g, indices),
)


@instead_of("index", name="index_put")
def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """Return the input with values written at x[indices], a tuple of tensors, or added there.

    Values broadcast. Of several for one place the last one stays, and each gets the gradient.

    Example:
        >>> import tinygrad_nn as tnn
        >>> rows = (tnn.tensor([0, 0, 2]),)
        >>> tnn.zeros(3).index_put(rows, tnn.ones(3), accumulate=True)
        tensor([2., 0., 1.])
    """
    if not isinstance(indices, (tuple, list)):
        raise DTypeError(f"index_put(): indices must be a tuple of Tensors, got {shown(indices)}")
    return put_at_index(input, tuple(indices), values, accumulate)


index_put_ = in_place(index_put)


class PlaceMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    take, put, index_put = take, put, index_put
    put_, index_put_ = in_place(put), index_put_
