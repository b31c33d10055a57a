"""Picking along one dimension, at positions that a tensor of indices holds.
Read `scattering.py` next.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, as_dim
from ...arrays.kinds import is_bool, is_integral
from ...arrays.refusing import instead_of, shown
from ...arrays.sums import add_at_places, to_add_at
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import DimensionError, DTypeError, ShapeError
from ..shape.expanding import expand
from ..shape.sizes import reshape

__all__ = ["gather", "take_along_dim"]


_INT64, _UINT64 = np.dtype(np.int64), np.dtype(np.uint64)
_ONE = np.array(1, np.int64)
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
    return _ONE if strides[dim] == 1 else np.array(strides[dim], np.int64), starts


def places_along(dim: int, index: Array, shape: tuple[int, ...]) -> Array:
    """Return where in x.reshape(-1), x of `shape`, stands what along(dim, index) picks of x.

    One array of positions is several times faster than one a dimension, most of all to add at.
    """
    stride, starts = _layout(index.shape, shape, dim)
    index = index.astype(np.int64, copy=False)
    if stride is _ONE:
        return index + starts
    places = index * stride
    places += starts
    return places


def places_in(dim: int, index: Array, shape: tuple[int, ...]) -> Array:
    """Return the same where the index may have fewer dimensions: if it is empty, or x is 0-d."""
    if len(shape) == index.ndim and shape:
        return places_along(dim, index, shape)
    return index.astype(np.int64)


def pick_along(x: Array, dim: int, index: Array) -> Array:
    """Return x[along(dim, index)]."""
    if x.flags.c_contiguous:
        return x.take(
            places_along(dim, index, x.shape), None, None, "wrap"
        )  # they were checked: a third
    return x[along(dim, index)]


def check_index_dtype(name: str, index: Array) -> None:
    if not is_integral(index) or is_bool(index):
        raise DTypeError(f"{name}: index must be int64, got {index.dtype}")


def check_index(
    name: str, x_shape: Any, dim: int, index: Array, empty_is_free: bool = False
) -> bool:
    """Check an index along `dim`, and return whether it has as many dimensions as x, and any.

    With `empty_is_free` one without elements may be of any size, as gather's in PyTorch.
    """
    if index.dtype is not _INT64 and index.size:
        check_index_dtype(name, index)
    shape = index.shape
    is_plain = bool(shape)
    if len(shape) != len(x_shape):
        is_plain = False
        if index.size and (len(shape) > 1 or len(x_shape) > 1):
            raise ShapeError(
                f"{name}: index of shape {index.shape} must have as many dimensions as the input "
                f"{tuple(x_shape)}"
            )
    elif shape[:dim] != x_shape[:dim] or shape[dim + 1 :] != x_shape[dim + 1 :]:
        _check_sizes(name, shape, x_shape, dim, empty_is_free)
    check_bounds(name, index, x_shape[dim] if x_shape else 1, dim)
    return is_plain


def _check_sizes(
    name: str, shape: tuple[int, ...], x_shape: Any, dim: int, empty_is_free: bool
) -> None:
    if 0 in shape and empty_is_free:
        return
    for i, (given, held) in enumerate(zip(shape, x_shape, strict=True)):
        if i != dim and given > held:
            raise ShapeError(
                f"{name}: index of shape {shape} is larger than the input {tuple(x_shape)} "
                f"in dimension {i}, and only dimension {dim} may be"
            )


def check_dtypes(name: str, input: Array, what: str, added: Array) -> None:
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
    is_plain = check_index("gather", input.shape, dim, index, empty_is_free=True)
    if not index.flags.c_contiguous:
        index = index.copy()  # what is picked lies as the index does
    if not is_plain:
        return input.reshape(-1)[index.astype(np.int64, copy=False)]
    return pick_along(input, dim, index)


@op(r"\sum_j g_j e_{i_j}")
def place_along(
    input: Array, dim: Dim, index: Data, shape: tuple[int, ...], once: bool = False
) -> Array:
    """Return zeros of `shape` with the input added where gather picks: its adjoint.

    `once` says that the index names no position twice.
    """
    places = places_in(dim, index, shape)
    if once or index.shape[dim : dim + 1] == (1,):
        y = np.zeros(shape, input.dtype)
        y.reshape(-1)[places] = input
        return y
    wide = to_add_at(np.zeros(shape, input.dtype), index)
    add_at_places(wide.reshape(-1), places.reshape(-1), input.reshape(-1))
    return wide.astype(input.dtype, copy=False)


def _placed(g: Array, input_shape: Any, dim: int, index: Array) -> Array:
    """place_along(g, dim, index): zeros where the index names no place."""
    if index.ndim != len(input_shape) and not index.size:  # which may be of any shape
        return np.zeros_like(g, shape=input_shape)
    return place_along(g, dim, index, input_shape)


gather.vjp(input=_placed)
place_along.vjp(input=lambda g, dim, index: gather(g, dim, index))


def part_of(x: Array, shape: tuple[int, ...]) -> Array:
    """Return the first elements along every dimension, as many as `shape` says."""
    return x[tuple(map(slice, shape))]


@op(r"\operatorname{pad}(x)")
def pad_to(input: Array, shape: tuple[int, ...]) -> Array:
    """Return the input with zeros behind it in every dimension, up to `shape`."""
    y = np.zeros(shape, input.dtype)
    y[tuple(map(slice, input.shape))] = input
    return y


pad_to.vjp(input=lambda g, input_shape: part_of(g, input_shape))


@instead_of("gather", "expand", name="take_along_dim")
def take_along_dim(input: Any, indices: Any, dim: Any = None, *, out: Any = None) -> Any:
    """Return gather(input, dim, indices), where both broadcast but along `dim`.

    A position below 0 counts from the end. Without `dim` both are taken as a row.
    """
    if not (isinstance(input, TensorBase) and isinstance(indices, TensorBase)):
        other = indices if isinstance(input, TensorBase) else input
        raise DTypeError(f"take_along_dim() takes Tensors, got {shown(other)}")
    others: Any = {"out": out}
    if dim is None:
        return gather(reshape(input, (-1,)), 0, reshape(indices, (-1,)), **others)
    shape, wanted = input.array.shape, indices.array.shape
    if len(shape) != len(wanted):
        raise ShapeError(
            f"take_along_dim: indices of shape {wanted} must have as many dimensions as the input, "
            f"of shape {shape}"
        )
    dim = as_dim(dim, len(shape), "take_along_dim")
    check_index_dtype("take_along_dim", indices.array)
    try:
        common = np.broadcast_shapes(
            *((*each[:dim], 1, *each[dim + 1 :]) for each in (shape, wanted))
        )
    except ValueError:
        raise ShapeError(
            f"take_along_dim: indices of shape {wanted} and an input of shape {shape} do not "
            f"broadcast, but along dimension {dim}"
        ) from None
    places = np.broadcast_to(indices.array, (*common[:dim], wanted[dim], *common[dim + 1 :]))
    places = np.where(places < 0, places + shape[dim], places)
    expanded = (*common[:dim], shape[dim], *common[dim + 1 :])
    input = input if expanded == shape else expand(input, expanded)
    return gather(input, dim, make_tensor(places), **others)


class AlongMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    gather, take_along_dim = gather, take_along_dim
