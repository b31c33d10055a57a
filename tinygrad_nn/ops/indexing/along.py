"""Picking and adding along one dimension, at positions that a tensor of indices holds.
Read `../matrices/` next.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Number
from ...arrays.kinds import is_bool, is_integral
from ...arrays.sums import add_at_places, add_rows, in_float32, to_add_at
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.writing import in_place
from ...errors import DimensionError, DTypeError, ShapeError

__all__ = ["gather", "index_add", "index_select", "scatter_add"]


_INT64, _UINT64 = np.dtype(np.int64), np.dtype(np.uint64)
_FEW = 1024  # offsets that are written out, as adding them is then three times as fast


@lru_cache(maxsize=256)
def _grid(shape: tuple[int, ...], dim: int) -> tuple[Any, ...]:
    """The positions along every dimension but `dim`; 10 µs to make."""
    return tuple(
        None if i == dim else each for i, each in enumerate(np.ogrid[tuple(map(slice, shape))])
    )


def along(dim: int, index: Array) -> tuple[Any, ...]:
    """Return the index that picks, at each place of `index`, that position along `dim`."""
    return tuple(index if each is None else each for each in _grid(index.shape, dim))


@lru_cache(maxsize=256)
def _layout(index_shape: tuple[int, ...], shape: tuple[int, ...], dim: int) -> tuple[Array, Array]:
    """How far apart positions along `dim` are, laid out row by row; where each place starts."""
    strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
    sizes = [1 if i == dim else size for i, size in enumerate(index_shape)]
    starts = np.zeros(sizes, np.int64)
    for position, stride in zip(np.ogrid[tuple(map(slice, sizes))], strides, strict=True):
        starts += position * stride
    if math.prod(index_shape) <= _FEW:
        starts = np.ascontiguousarray(np.broadcast_to(starts, index_shape))
    return np.array(strides[dim], np.int64), starts


def places_along(dim: int, index: Array, shape: tuple[int, ...]) -> Array:
    """Return where in x.reshape(-1), x of `shape`, stands what along(dim, index) picks of x.

    One array of positions is several times faster than one a dimension, most of all to add at.
    """
    stride, starts = _layout(index.shape, shape, dim)
    places = index.astype(np.int64, copy=False) * stride
    places += starts
    return places


def pick_along(x: Array, dim: int, index: Array) -> Array:
    """Return x[along(dim, index)]."""
    if x.flags.c_contiguous:
        return x.take(places_along(dim, index, x.shape))
    return x[along(dim, index)]


def _check_index_dtype(name: str, index: Array) -> None:
    if not is_integral(index) or is_bool(index):
        raise DTypeError(f"{name}: index must be int64, got {index.dtype}")


def _check_index(name: str, x_shape: Any, dim: int, index: Array) -> None:
    if index.dtype is not _INT64:
        _check_index_dtype(name, index)
    shape = index.shape
    if len(shape) != len(x_shape):
        raise ShapeError(
            f"{name}: index of shape {index.shape} must have as many dimensions as the input "
            f"{tuple(x_shape)}"
        )
    if shape[:dim] != x_shape[:dim] or shape[dim + 1 :] != x_shape[dim + 1 :]:
        _check_sizes(name, shape, x_shape, dim)
    check_bounds(name, index, x_shape[dim] if x_shape else 1, dim)


def _check_sizes(name: str, shape: tuple[int, ...], x_shape: Any, dim: int) -> None:
    for i, (given, held) in enumerate(zip(shape, x_shape, strict=True)):
        if i != dim and given > held:
            raise ShapeError(
                f"{name}: index of shape {shape} is larger than the input {tuple(x_shape)} "
                f"in dimension {i}, and only dimension {dim} may be"
            )


def _check_dtypes(name: str, input: Array, what: str, added: Array) -> None:
    if added.dtype != input.dtype:
        raise DTypeError(
            f"{name}: {what} is {added.dtype} and the input {input.dtype}; give them one dtype, as "
            "with .to()"
        )


def check_bounds(name: str, index: Array, size: int, dim: int) -> None:
    """Raise `DimensionError` for a position that is not there."""
    if not index.size:
        return
    # Seen as unsigned, what is below 0 is very large: one pass instead of two.
    seen = index.view(_UINT64) if index.dtype is _INT64 else index.astype(np.int64).view(_UINT64)
    if seen.item(seen.argmax()) >= size:  # 0.3 µs, np.maximum.reduce 1.2
        wrong = index.min() if index.min() < 0 else index.max()
        raise DimensionError(
            f"{name}: index {wrong} is out of bounds for dimension {dim} of size {size}"
        )


@op(r"x_{i_j, j}")
def gather(input: Array, dim: Dim, index: Data, *, sparse_grad: bool = False) -> Array:
    """Return y[i][j] = x[index[i][j]][j] for dim = 0, and likewise along another `dim`."""
    _check_index("gather", input.shape, dim, index)
    return pick_along(input, dim, index) if input.ndim else input.copy()


@op(r"\sum_j g_j e_{i_j}")
def place_along(
    input: Array, dim: Dim, index: Data, shape: tuple[int, ...], once: bool = False
) -> Array:
    """Return zeros of `shape` with the input added where gather picks: its adjoint.

    `once` says that the index names no position twice.
    """
    if not shape:
        return input.reshape(())
    places = places_along(dim, index, shape)
    if once or index.shape[dim] == 1:
        y = np.zeros(shape, input.dtype)
        y.reshape(-1)[places] = input
        return y
    wide = to_add_at(np.zeros(shape, input.dtype), index)
    add_at_places(wide.reshape(-1), places.reshape(-1), input.reshape(-1))
    return wide.astype(input.dtype, copy=False)


gather.vjp(input=lambda g, input_shape, dim, index: place_along(g, dim, index, input_shape))
place_along.vjp(input=lambda g, dim, index: gather(g, dim, index))


@op(r"x + \sum_j s_j e_{i_j}")
def scatter_add(input: Array, dim: Dim, index: Data, src: Array) -> Array:
    """Return the input with each element of src added at position `index` along `dim`."""
    _check_index("scatter_add", input.shape, dim, index)
    if src.dtype is not input.dtype:
        _check_dtypes("scatter_add", input, "src", src)
    is_other = index.shape != src.shape
    if is_other and any(n > m for n, m in zip(index.shape, src.shape, strict=True)):
        raise ShapeError(
            f"scatter_add: index of shape {index.shape} is larger than src, of shape {src.shape}"
        )
    places = places_along(dim, index, input.shape) if input.ndim else index
    wide = to_add_at(input, index).copy()
    added = _part(src, index.shape) if is_other else src
    add_at_places(wide.reshape(-1), places.reshape(-1), added.reshape(-1))
    return wide.astype(input.dtype, copy=False)


def _part(x: Array, shape: tuple[int, ...]) -> Array:
    return x[tuple(map(slice, shape))]


def _scatter_source_rule(g: Array, src_shape: Any, dim: int, index: Array) -> Array:
    """gather(g, dim, index): each source gets the gradient of where it was added."""
    picked = gather(g, dim, index)
    if tuple(picked.shape) == tuple(src_shape):
        return picked
    return pad_to(picked, src_shape)


scatter_add.vjp(input=lambda g: g, src=_scatter_source_rule)


@op(r"\operatorname{pad}(x)")
def pad_to(input: Array, shape: tuple[int, ...]) -> Array:
    """Return the input with zeros behind it in every dimension, up to `shape`."""
    y = np.zeros(shape, input.dtype)
    y[tuple(map(slice, input.shape))] = input
    return y


pad_to.vjp(input=lambda g, input_shape: _part(g, input_shape))


@op(r"x_{i}")
def index_select(input: Array, dim: Dim, index: Data) -> Array:
    """Return the slices of the input along `dim` at the positions in `index`, a vector."""
    if index.dtype is not _INT64:
        _check_index_dtype("index_select", index)
    if index.ndim > 1:
        raise ShapeError(f"index_select: index must be a vector, got shape {index.shape}")
    check_bounds("index_select", index, input.shape[dim] if input.ndim else 1, dim)
    return (
        input.take(index if index.ndim else index.reshape(1), dim) if input.ndim else input.copy()
    )


@op(r"x + \sum_j s_j e_{i_j}")
def index_add(input: Array, dim: Dim, index: Data, source: Array, *, alpha: Number = 1) -> Array:
    """Return the input with alpha times each slice of source added at `index` along `dim`."""
    if index.dtype is not _INT64:
        _check_index_dtype("index_add", index)
    if index.ndim > 1 or index.size != (source.shape[dim] if source.ndim else 1):
        raise ShapeError(
            f"index_add: index of shape {index.shape} must name a position for each slice of the "
            f"source, of shape {source.shape}, along dimension {dim}"
        )
    if source.dtype is not input.dtype:
        _check_dtypes("index_add", input, "source", source)
    check_bounds("index_add", index, input.shape[dim] if input.ndim else 1, dim)
    wide = to_add_at(input, index).copy()
    added = source if alpha == 1 else alpha * in_float32(source)
    if wide.ndim:
        into, slices = wide, added if added.ndim else added[None]
        if dim:
            into, slices = wide.swapaxes(0, dim), slices.swapaxes(0, dim if added.ndim else 0)
        add_rows(into, index.reshape(-1), slices)
    else:
        add_at_places(wide[None], index, added)
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


class AlongMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    gather, scatter_add, index_add, index_select = gather, scatter_add, index_add, index_select
    scatter_add_, index_add_ = in_place(scatter_add), in_place(index_add)
