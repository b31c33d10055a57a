"""Picking elements by position, and the adjoint that adds gradients back where they were picked.
Read `linalg.py` next.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..arrays.dtypes import Array
from ..autograd.record import op
from ..autograd.tensor_base import TensorBase
from ..errors import DimensionError, DTypeError, ShapeError
from .dims import one_dim


def as_index(given: Any) -> tuple[Any, ...]:
    """Return an index as NumPy takes it: a tuple, tensors and lists as arrays."""
    parts = given if isinstance(given, tuple) else (given,)
    return tuple(_index_part(part) for part in parts)


def _index_part(part: Any) -> Any:
    if isinstance(part, TensorBase):
        part = part.array
    elif isinstance(part, (list, range)):
        part = np.asarray([p.array if isinstance(p, TensorBase) else p for p in part])
        if part.size == 0:
            part = part.astype(np.int64)
    elif isinstance(part, slice):
        if part.step is not None and part.step < 0:
            raise ValueError(f"index: a slice's step must be positive, got {part.step}; use flip")
        ends = (part.start, part.stop, part.step)
        return slice(*(None if end is None else _slice_end(end) for end in ends))
    if isinstance(part, np.ndarray):
        if part.dtype.kind not in "biu":
            raise DimensionError(f"index: integers or bool expected, got a tensor of {part.dtype}")
        if part.dtype == np.uint8:
            return part.astype(bool)  # a mask, as in PyTorch
        return part if part.ndim or part.dtype.kind == "b" else int(part)
    if part is None or part is Ellipsis or isinstance(part, (int, np.integer, np.bool_)):
        return part
    raise DimensionError(
        f"index: an int, slice, None, ..., or a tensor or list of ints or bools expected, got "
        f"{type(part).__name__} {part!r:.40}"
    )


def _slice_end(end: Any) -> int:
    try:
        return operator.index(end)
    except TypeError:
        raise DTypeError(f"index: the ends of a slice are ints, got {end!r:.40}") from None


def in_two_steps(index: tuple[Any, ...], ndim: int) -> tuple[tuple[Any, ...], Any]:
    """Return the ints and slices of an index, and then its arrays and masks; None if it has none.

    PyTorch picks with the ints and slices first, which gives a view, and from that with the arrays.
    NumPy counts an int beside arrays as an array, so that x[0, :, [1, 2]] has other dimensions.
    """
    first: list[Any] = []
    then: list[Any] = []
    has_arrays = False
    for part in index:
        if isinstance(part, (np.ndarray, bool, np.bool_)):
            first += [slice(None)] * sum_of_dims((part,))
            then.append(part)
            has_arrays = True
        else:
            first.append(part)
            if part is Ellipsis:  # arrays around one for no dimension are side by side in PyTorch
                then += [slice(None)] * (ndim - sum_of_dims(index))
            elif part is None or isinstance(part, slice):
                then.append(slice(None))
    if not any(part is Ellipsis for part in first):
        first.append(Ellipsis)  # a view even if 0-d
    return tuple(first), tuple(then) if has_arrays else None


def pick(x: Array, index: tuple[Any, ...]) -> Array:
    """Return x[index]: a view for ints and slices, a copy for arrays and masks."""
    first, then = in_two_steps(index, x.ndim)
    return x[first] if then is None else x[first][then]


def put(x: Array, index: tuple[Any, ...], value: Any) -> None:
    """Do x[index] = value."""
    first, then = in_two_steps(index, x.ndim)
    x[first][... if then is None else then] = value


def check_index(shape: tuple[int, ...], index: tuple[Any, ...], error: Exception) -> Exception:
    """Say which part of an index NumPy refused, with the sizes."""
    used = sum_of_dims(index)
    if used > len(shape):
        return DimensionError(
            f"index: {used} indices for a tensor of {len(shape)} dimensions {shape}"
        )
    dim = 0
    for i, part in enumerate(index):
        if part is Ellipsis:
            dim = len(shape) - sum_of_dims(index[i + 1 :])
            continue
        if part is None or isinstance(part, (bool, np.bool_)):
            continue
        if isinstance(part, np.ndarray) and part.dtype.kind == "b":
            if part.shape != shape[dim : dim + part.ndim]:
                return DimensionError(
                    f"index: a mask of shape {part.shape} does not fit a tensor of shape {shape} "
                    f"at dimension {dim}"
                )
            dim += part.ndim
            continue
        if not isinstance(part, slice):
            values = np.asarray(part)
            outside = values[(values < -shape[dim]) | (values >= shape[dim])]
            if outside.size:
                return DimensionError(
                    f"index: {outside.flat[0]} is out of bounds for dimension {dim} of size "
                    f"{shape[dim]}"
                )
        dim += 1
    return DimensionError(f"index: {error} (tensor of shape {shape})")


def sum_of_dims(index: tuple[Any, ...]) -> int:
    """Return how many dimensions an index uses up."""
    used = 0
    for part in index:
        if isinstance(part, np.ndarray) and part.dtype.kind == "b":
            used += part.ndim
        elif part is not None and part is not Ellipsis and not isinstance(part, (bool, np.bool_)):
            used += 1
    return used


@op(r"x_{i}", view=True)
def getitem(x: Array, index: Any) -> Array:
    """Return x[index]: a view for ints and slices, a copy for arrays and masks."""
    index = as_index(index)
    try:
        return pick(x, index)
    except (IndexError, ValueError) as error:
        raise check_index(x.shape, index, error) from None


@op(r"\sum_{i} x_i e_i")
def add_at(x: Array, index: Any, shape: Any) -> Array:
    """Return zeros of `shape` with x added at `index`, once for every time a position is named.

    The adjoint of x[index]: a position picked twice gets both gradients.
    """
    index = as_index(index)
    y = np.zeros_like(x, shape=shape)
    first, then = in_two_steps(index, y.ndim)
    if any(isinstance(part, np.ndarray) and part.dtype != bool for part in then or ()):
        np.add.at(y[first], then, x)
    else:
        put(y, index, x)  # no position can be named twice
    return y


getitem.vjp(x=lambda g, x_shape, index: add_at(g, index, x_shape))
add_at.vjp(x=lambda g, index: getitem(g, index))


def _along(dim: int, index: Array) -> tuple[Any, ...]:
    """Return the index that picks, at each place of `index`, that position along `dim`."""
    grid: list[Any] = list(np.ogrid[tuple(slice(size) for size in index.shape)])
    grid[dim] = index
    return tuple(grid)


@op(r"x_{i_j, j}")
def gather(x: Array, dim: int, index: Any) -> Array:
    """Return y[i][j] = x[index[i][j]][j] for dim = 0, and likewise along another `dim`."""
    axis = one_dim(dim, x.ndim, "gather")
    index = np.asarray(index)
    if index.dtype.kind not in "iu":
        raise DTypeError(f"gather: index must be int64, got {index.dtype}")
    if index.ndim != x.ndim:
        raise ShapeError(
            f"gather: index of shape {index.shape} must have as many dimensions as the input "
            f"{x.shape}"
        )
    if x.ndim == 0:
        return x.copy()
    for i, (given, held) in enumerate(zip(index.shape, x.shape, strict=True)):
        if i != axis and given > held:
            raise ShapeError(
                f"gather: index of shape {index.shape} is larger than the input {x.shape} in "
                f"dimension {i}, and only dimension {axis} may be"
            )
    if index.size and (index.min() < 0 or index.max() >= x.shape[axis]):
        raise DimensionError(
            f"gather: index {index.min() if index.min() < 0 else index.max()} is out of bounds for "
            f"dimension {axis} of size {x.shape[axis]}"
        )
    return x[_along(axis, index)]


def _gather_rule(g: Array, x_shape: Any, dim: int, index: Any) -> Array:
    """scatter_add(g, dim, index): each gradient is added where its element was picked."""
    index = np.asarray(index)
    place = _along(one_dim(dim, len(x_shape), "gather"), index) if x_shape else ()
    return add_at(g, place, x_shape)


gather.vjp(x=_gather_rule)
