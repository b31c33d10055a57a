"""Picking and putting whole slices along one dimension, at positions that a vector holds.
Read `places.py` next, where positions are those of the elements in a row.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Number
from ...arrays.kinds import is_complex, is_integer
from ...arrays.layout import copied
from ...arrays.sums import add_at_places, add_rows, add_slices, in_float32, to_add_at
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.writing import in_place
from ...errors import DTypeError, ShapeError
from .along import check_bounds, check_dtypes, check_index_dtype
from .scattering import (
    check_reduction,
    one_value,
    reduced_at,
    reduced_input_rule,
    reduced_source_rule,
)

__all__ = ["index_add", "index_copy", "index_fill", "index_reduce", "index_select"]

_INT64 = np.dtype(np.int64)


@op(r"x_{i}")
def index_select(input: Array, dim: Dim, index: Data) -> Array:
    """Return the slices of the input along `dim` at the positions in `index`, a vector."""
    if index.dtype is not _INT64:
        check_index_dtype("index_select", index)
    if index.ndim > 1:
        raise ShapeError(f"index_select: index must be a vector, got shape {index.shape}")
    if not input.ndim and index.size != 1:
        raise ShapeError(
            f"index_select: of a 0-d tensor one position is to be taken, got index of shape "
            f"{index.shape}; use input.expand({index.size})"
        )
    check_bounds("index_select", index, input.shape[dim] if input.ndim else 1, dim)
    return (
        input.take(index if index.ndim else index.reshape(1), dim) if input.ndim else input.copy()
    )


def _slices(y: Array, dim: int) -> Array:
    """Return y with `dim` first, and 0-d as a vector: a view, whose rows are the slices."""
    return y.swapaxes(0, dim) if y.ndim else y.reshape(1)


def _times(alpha: Any, source: Array) -> Array:
    """Return the product; that by -1 wraps around among unsigned integers, as in PyTorch."""
    if is_integer(source) and isinstance(alpha, int):
        return np.asarray(alpha).astype(source.dtype) * source
    return alpha * source


@op(r"x + \sum_j s_j e_{i_j}")
def index_add(input: Array, dim: Dim, index: Data, source: Array, *, alpha: Number = 1) -> Array:
    """Return the input with alpha times each slice of source added at `index` along `dim`."""
    if index.dtype is not _INT64:
        check_index_dtype("index_add", index)
    if index.ndim > 1 or index.size != (source.shape[dim] if source.ndim else 1):
        raise ShapeError(
            f"index_add: index of shape {index.shape} must name a position for each slice of the "
            f"source, of shape {source.shape}, along dimension {dim}"
        )
    if source.ndim != input.ndim or (
        source.shape[:dim] + source.shape[dim + 1 :] != input.shape[:dim] + input.shape[dim + 1 :]
    ):
        raise ShapeError(
            f"index_add: a source of shape {source.shape} does not fit the slices of the input, of "
            f"shape {input.shape}, along dimension {dim}"
        )
    if source.dtype is not input.dtype:
        check_dtypes("index_add", input, "source", source)
    check_bounds("index_add", index, input.shape[dim] if input.ndim else 1, dim)
    wide = to_add_at(input, index).copy()
    added = source if alpha == 1 else _times(alpha, in_float32(source))
    if not wide.ndim:
        add_at_places(wide[None], index, added)
    elif dim:
        add_slices(wide, dim, index.reshape(-1), added)
    else:
        add_rows(wide, index.reshape(-1), added if added.ndim else added[None])
    return wide.astype(input.dtype, copy=False)


def _selected(g: Array, dim: int, index: Array, alpha: float) -> Array:
    """alpha * index_select(g, dim, index): each slice gets the gradient of where it was added."""
    picked = index_select(g, dim, index)
    return picked if alpha == 1 else alpha * picked


index_add.vjp(input=lambda g: g, source=_selected)
index_select.vjp(
    input=lambda g, input_shape, dim, index: index_add(
        np.zeros_like(g, shape=input_shape), dim, index, g
    )
)


def _check_slices(name: str, input: Array, dim: int, index: Array, source: Array) -> None:
    """Check that there is a slice of the source for each position of the index, and where."""
    if index.dtype is not _INT64:
        check_index_dtype(name, index)
    if index.ndim > 1 or index.size != (source.shape[dim] if source.ndim > dim else source.size):
        raise ShapeError(
            f"{name}: index of shape {index.shape} must name a position for each slice of the "
            f"source, of shape {source.shape}, along dimension {dim}"
        )
    if source.dtype is not input.dtype:
        check_dtypes(name, input, "source", source)
    held = (*input.shape[:dim], index.size, *input.shape[dim + 1 :]) if input.ndim else ()
    if source.shape != held and not source.size == math.prod(held) == 1:
        raise ShapeError(
            f"{name}: a source of shape {source.shape} does not fit the slices of the input, of "
            f"shape {input.shape}, along dimension {dim}"
        )
    check_bounds(name, index, input.shape[dim] if input.ndim else 1, dim)


@op(r"x \text{ with } x_{i} = V")
def index_fill(input: Array, dim: Dim, index: Data, value: Number | Array) -> Array:
    """Return the input with a number, or a 0-d tensor, in all slices of `dim` that `index` names.

    A position below 0 counts from the end.
    """
    if index.dtype is not _INT64:
        check_index_dtype("index_fill", index)
    if index.ndim > 1:
        raise ShapeError(f"index_fill: index must be a vector, got shape {index.shape}")
    size = input.shape[dim] if input.ndim else 1
    places = np.where(index < 0, index + size, index).reshape(-1)
    check_bounds("index_fill", places, size, dim)
    y = copied(input)
    _slices(y, dim)[places] = one_value(value, input, "index_fill")
    return y


def _filled(g: Array, dim: int, index: Array) -> Array:
    """g[index].sum(): of all that was filled; a slice named twice counts once."""
    positions: Any = getattr(index, "array", index)
    index = np.unique(positions % (g.shape[dim] if g.shape else 1))
    return index_select(g, dim, index).sum()


index_fill.vjp(input=lambda g, dim, index: index_fill(g, dim, index, 0.0), value=_filled)


@op(r"x \text{ with } x_{i_j} = s_j")
def index_copy(input: Array, dim: Dim, index: Data, source: Array) -> Array:
    """Return the input with each slice of source at position `index` along `dim`, the last one."""
    _check_slices("index_copy", input, dim, index, source)
    y = input.copy()
    put = source if source.ndim else source.reshape((1,) * y.ndim)
    _slices(y, dim)[index.reshape(-1)] = _slices(put, dim if put.ndim else 0)
    return y


index_copy.vjp(
    input=lambda g, dim, index: index_fill(g, dim, index, 0.0),
    source=lambda g, source_shape, dim, index: index_select(g, dim, index).reshape(source_shape),
)


@op(r"\operatorname{reduce}(x_i, s_{j : i_j = i})")
def index_reduce(
    input: Array, dim: Dim, index: Data, source: Array, reduce: str, *, include_self: bool = True
) -> Array:
    """Return the input with each slice of source reduced into position `index` along `dim`.

    `reduce` is "prod", "mean", "amax" or "amin"; without `include_self` the elements of the input
    do not count where others come.
    """
    check_reduction("index_reduce", reduce, ("prod", "mean", "amax", "amin"))
    if is_complex(input):
        raise DTypeError("index_reduce: complex numbers are not reduced")
    _check_slices("index_reduce", input, dim, index, source)
    places = _slices(np.arange(input.size).reshape(input.shape), dim)[index.reshape(-1)]
    source = _slices(source, dim if source.ndim else 0)
    return reduced_at(input, places, source, reduce, include_self)


def _for_each_element(rule: Any) -> Any:
    """Return the rule of scatter_reduce as one of index_reduce, with an index for each element."""

    def apply(
        g: Array,
        input: Array,
        y: Array,
        dim: int,
        index: Array,
        source: Array,
        reduce: str,
        include_self: bool,
    ) -> Array:
        shape = [1] * len(source.shape)
        if shape:
            shape[dim] = -1
        positions: Any = getattr(index, "array", index)
        index = np.broadcast_to(positions.reshape(shape), source.shape)
        return rule(g, input, y, dim, index, source, reduce, include_self)

    apply.__doc__ = rule.__doc__
    return apply


index_reduce.vjp(
    input=_for_each_element(reduced_input_rule),
    source=_for_each_element(reduced_source_rule),
)


class SliceMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    index_select, index_add, index_copy = index_select, index_add, index_copy
    index_fill, index_reduce = index_fill, index_reduce
    index_add_, index_copy_ = in_place(index_add), in_place(index_copy)
    index_fill_, index_reduce_ = in_place(index_fill), in_place(index_reduce)
