"""Tensors joined side by side, one upon the other, in depth, or as blocks of a matrix.
Read `grids.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import default_float
from ...arrays.refusing import instead_of, shown
from ...autograd.declaring import op
from ...autograd.op import Array, Arrays
from ...autograd.tensor_base import make_tensor
from ...errors import DTypeError, ShapeError
from ..with_out import with_out
from .joining import cat, in_one_dtype
from .sizes import reshape, shape_of, unsqueeze

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block_diag",
    "column_stack",
    "dstack",
    "hstack",
    "row_stack",
    "vstack",
]


def _each_at_least(name: str, ndim: int, tensors: tuple[Any, ...]) -> Any:
    """Return one tensor, or a tuple of several, with at least `ndim` dimensions."""
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    elif len(tensors) == 1:
        return _at_least(name, ndim, tensors[0])
    return tuple([_at_least(name, ndim, each) for each in tensors])


def _at_least(name: str, ndim: int, x: Any) -> Any:
    shape = shape_of(x, name)
    if len(shape) >= ndim:
        return x
    if ndim == 3 and len(shape) == 2:
        return unsqueeze(x, -1)
    if ndim == 3 and len(shape) == 1:
        return reshape(x, (1, *shape, 1))
    return reshape(x, (1,) * (ndim - len(shape)) + shape)


def atleast_1d(*tensors: Any) -> Any:
    """Return each tensor with at least one dimension: a number becomes a vector of one."""
    return _each_at_least("atleast_1d", 1, tensors)


def atleast_2d(*tensors: Any) -> Any:
    """Return each tensor with at least two dimensions, new ones in front."""
    return _each_at_least("atleast_2d", 2, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """Return each tensor with at least three dimensions: (n,) as (1, n, 1), (n, m) as (n, m, 1)."""
    return _each_at_least("atleast_3d", 3, tensors)


def _listed(tensors: Any, name: str) -> list[Any]:
    if not isinstance(tensors, (tuple, list)):
        raise DTypeError(f"{name}() expects a list or tuple of tensors, got {shown(tensors)}")
    if not tensors:
        raise ShapeError(f"{name}() expects a non-empty list of tensors, got {tensors!r}")
    return list(tensors)


@with_out
@instead_of("cat")
def hstack(tensors: Any) -> Any:
    """Return the tensors joined along dimension 1, vectors along dimension 0."""
    made = [_at_least("hstack", 1, each) for each in _listed(tensors, "hstack")]
    return cat(made, 0 if made[0].array.ndim == 1 else 1)


@with_out
@instead_of("cat")
def vstack(tensors: Any) -> Any:
    """Return the tensors joined along dimension 0, vectors as rows."""
    return cat([_at_least("vstack", 2, each) for each in _listed(tensors, "vstack")], 0)


@with_out
@instead_of("cat")
def row_stack(tensors: Any) -> Any:
    """Return the tensors joined along dimension 0, vectors as rows: `vstack`."""
    return cat([_at_least("row_stack", 2, each) for each in _listed(tensors, "row_stack")], 0)


@with_out
@instead_of("cat")
def dstack(tensors: Any) -> Any:
    """Return the tensors joined along dimension 2, those of fewer as `atleast_3d` has them."""
    return cat([_at_least("dstack", 3, each) for each in _listed(tensors, "dstack")], 2)


@with_out
@instead_of("cat")
def column_stack(tensors: Any) -> Any:
    """Return the tensors joined along dimension 1, vectors and numbers as columns."""
    columns = []
    for each in _listed(tensors, "column_stack"):
        shape = shape_of(each, "column_stack")
        columns.append(each if len(shape) > 1 else reshape(each, (-1, 1) if shape else (1, 1)))
    return cat(columns, 1)


@op(r"\operatorname{diag}(x_1, x_2, \dots)", public="block_diag")
def blocks_on_diagonal(tensors: Arrays) -> Array:
    """Return a matrix of zeros with each matrix in turn on its diagonal; a vector is a row."""
    for i, x in enumerate(tensors):
        if x.ndim > 2:
            raise ShapeError(f"block_diag: tensor {i} has shape {x.shape}, and more than 2 dims")
    arrays = [x.reshape(_as_matrix(x.shape)) for x in in_one_dtype(tensors)]
    rows, columns = np.add.reduce([x.shape for x in arrays])
    y = np.zeros((int(rows), int(columns)), arrays[0].dtype)
    for x, place in zip(arrays, _places([x.shape for x in arrays]), strict=True):
        y[place] = x
    return y


def _as_matrix(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (1,) * (2 - len(shape)) + tuple(shape)


def _places(shapes: Any) -> list[tuple[slice, slice]]:
    """Return where each block stands."""
    places, row, column = [], 0, 0
    for shape in shapes:
        rows, columns = _as_matrix(shape)
        places.append((slice(row, row + rows), slice(column, column + columns)))
        row, column = row + rows, column + columns
    return places


def _blocks(g: Array, tensors_shape: Any) -> list[Array]:
    """diagonal_blocks(g): each tensor's gradient is its own block."""
    pairs = zip(tensors_shape, _places(tensors_shape), strict=True)
    return [g[place].reshape(shape) for shape, place in pairs]


blocks_on_diagonal.vjp(tensors=_blocks)


def block_diag(*tensors: Any) -> Any:
    """Return a matrix of zeros with each matrix in turn on its diagonal; a vector is a row.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.block_diag(tnn.tensor([[1, 2]]), tnn.tensor(3))
        tensor([[1, 2, 0],
                [0, 0, 3]])
    """
    if not tensors:
        return make_tensor(np.empty((1, 0), default_float()))
    return blocks_on_diagonal(tensors)
