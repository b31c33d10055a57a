"""Diagonals: as views of a tensor, and tensors made around them.
Read `triangles.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Integer, as_dim
from ...arrays.refusing import instead_of
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ShapeError
from ..elementwise.copying import clone
from ..with_out import with_out
from .placing import placed
from .sizes import reshape, shape_of

__all__ = ["diag", "diag_embed", "diagflat", "diagonal"]


@op(r"\operatorname{diagonal}(x)", view=True)
def diagonal(input: Array, offset: Integer = 0, dim1: Dim = 0, dim2: Dim = 1) -> Array:
    """Return a view of the diagonal of two dimensions, as the last dimension; `offset` above it."""
    if dim1 == dim2:
        raise ShapeError(
            f"diagonal: dim1 and dim2 must differ, both are {dim1} of shape {input.shape}"
        )
    y = input.diagonal(offset, dim1, dim2)
    y.flags.writeable = input.flags.writeable  # NumPy's is read-only
    return y


def _on_the_diagonal(g: Array, input_shape: Any, offset: int, dim1: int, dim2: int) -> Array:
    """diag_embed(g): zeros, with g on the diagonal."""
    return placed(g, tuple(input_shape), ((diagonal.op, (offset, dim1, dim2)),))


diagonal.vjp(input=_on_the_diagonal)


@instead_of("diagonal", name="diagonal")
def matrix_diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Return a view of the diagonals of matrices, those of the last two dimensions by default."""
    return diagonal(A, offset, dim1, dim2)


@op(r"\operatorname{diag}(x)")
def diag_embed(input: Array, offset: Integer = 0, dim1: Integer = -2, dim2: Integer = -1) -> Array:
    """Return matrices of zeros, in the dims dim1 and dim2, with the last dimension as diagonals."""
    ndim = input.ndim + 1
    first, second = (as_dim(dim, ndim, "diag_embed") for dim in (dim1, dim2))
    if first == second or not input.ndim:
        raise ShapeError(
            f"diag_embed: dim1 and dim2 must be two dims of the result, got {dim1} and {dim2} for "
            f"an input of shape {input.shape}"
        )
    size = input.shape[-1] + abs(offset)
    shape = list(input.shape[:-1])
    for dim in sorted((first, second)):
        shape.insert(dim, size)
    y = np.zeros(shape, input.dtype)
    diagonal.op.forward(y, offset, first, second)[...] = input
    return y


diag_embed.vjp(input=lambda g, offset, dim1, dim2: diagonal(g, offset, dim1, dim2))


@with_out
@instead_of("diagonal", "diag_embed")
def diag(input: Any, diagonal: int = 0) -> Any:
    """Return the matrix with a vector as its diagonal, or a copy of a matrix's diagonal.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.diag(tnn.tensor([1, 2]))
        tensor([[1, 0],
                [0, 2]])
    """
    shape = shape_of(input, "diag")
    if len(shape) not in (1, 2):
        raise ShapeError(f"diag: a vector or matrix expected, got shape {shape}")
    return diag_embed(input, diagonal) if len(shape) == 1 else clone(_view(input, diagonal))


_view = diagonal


@instead_of("diag_embed")
def diagflat(input: Any, offset: int = 0) -> Any:
    """Return the matrix with all elements of the input, row by row, as its diagonal."""
    shape_of(input, "diagflat")
    return diag_embed(reshape(input, (-1,)), offset)


class DiagonalMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    diagonal, diag, diag_embed, diagflat = diagonal, diag, diag_embed, diagflat
