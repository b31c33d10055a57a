"""Norms of matrices, and the condition that follows from two of them.
Read `fourier.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.arguments import as_bool, as_dim, as_integers, as_number
from ...arrays.kinds import is_differentiable
from ...arrays.refusing import instead_of, refuses
from ...errors import ArgumentError, DimensionError, DTypeError, ShapeError
from ..reduction.extremes import amax, amin
from ..reduction.norms import vector_norm
from ..reduction.sums import sum
from .checks import check_matrices, check_tensors, into
from .inverses import inv_ex
from .singular import svdvals

__all__: list[str] = []


def _order(ord: Any, name: str) -> float:
    if isinstance(ord, str):
        raise DTypeError(f"{name}: ord must be a number, got {ord!r}")
    return float(as_number(ord, "ord", name))


@refuses
def matrix_norm(
    input: Any,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    """Return a norm of the matrices in two dims: "fro", "nuc", 1, 2, inf, -1, -2 or -inf.

    "fro" is the root of the sum of squares, "nuc" the sum of the singular values, 2 the largest and
    -2 the least of them; 1 the largest sum over a column, inf over a row, -1 and -inf the least.
    """
    check_tensors("matrix_norm", input)
    keepdim = as_bool(keepdim, "keepdim", "matrix_norm")
    dims = as_integers(dim, "dim", "matrix_norm")
    if len(dims) != 2 or input.ndim < 2:
        raise DimensionError(f"matrix_norm: two dims of {input.ndim} expected, got {dim!r}")
    rows, columns = (as_dim(each, input.ndim, "matrix_norm") for each in dims)
    if rows == columns:
        raise DimensionError(f"matrix_norm: two different dims expected, got {dim!r}")
    if not is_differentiable(input.array):
        raise DTypeError(f"matrix_norm: not defined for {input.array.dtype}; use x.float()")
    if dtype is not None:
        input = input.to(dtype)
    if ord == "fro":
        return into(out, vector_norm(input, 2, (rows, columns), keepdim))
    if ord == "nuc" or (not isinstance(ord, str) and abs(_order(ord, "matrix_norm")) == 2):
        y = _of_singular_values(input, ord, rows, columns)
        return into(out, _kept(y, input.ndim, rows, columns, keepdim))
    if isinstance(ord, str) or abs(ord) not in (1, math.inf):
        raise ArgumentError(
            f"matrix_norm: ord is 'fro', 'nuc', 1, 2 or inf, or -1 ..., got {ord!r}"
        )
    over, along = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = vector_norm(input, 1, over, True)
    y = (amax if ord > 0 else amin)(sums, along, True)
    return into(out, y if keepdim else y.squeeze((rows, columns)))


def _of_singular_values(A: Any, ord: Any, rows: int, columns: int) -> Any:
    others = [i for i in range(A.ndim) if i not in (rows, columns)]
    S = svdvals(A.permute((*others, rows, columns)))
    if ord == "nuc":
        return sum(S, -1)
    return (amax if ord > 0 else amin)(S, -1)


def _kept(y: Any, ndim: int, rows: int, columns: int, keepdim: bool) -> Any:
    if keepdim:
        for each in sorted((rows, columns)):
            y = y.unsqueeze(each)
    return y


@refuses
@instead_of("vector_norm", "matrix_norm")
def norm(
    input: Any,
    ord: Any = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    out: Any = None,
    dtype: Any = None,
) -> Any:
    """Return the norm of a matrix, of two dims, or else that of a vector.

    Without an ord it is the root of the sum of all squares.
    """
    check_tensors("norm", input)
    dims = None if dim is None else as_integers(dim, "dim", "norm")
    if ord is None or (dims is not None and len(dims) == 1) or (dims is None and input.ndim == 1):
        given = dims if dims else None
        return into(out, vector_norm(input, 2 if ord is None else ord, given, keepdim, dtype=dtype))
    if dims is None and input.ndim != 2:
        raise DimensionError(f"norm: with ord={ord!r} of {input.ndim} dimensions say which dim")
    return matrix_norm(input, ord, (0, 1) if dims is None else dims, keepdim, dtype=dtype, out=out)


@refuses
@instead_of("matrix_norm", "inv", "svd", "svdvals", "div", "amax")
def cond(input: Any, p: Any = None, *, out: Any = None) -> Any:
    """Return the condition of a matrix in a norm, by default 2: inf of one without an inverse."""
    check_tensors("cond", input)
    check_matrices(input.array, "cond")
    if p is None or (not isinstance(p, str) and abs(_order(p, "cond")) == 2):
        if input.numel() == 0 and 0 in input.shape[-2:]:
            raise ShapeError(f"cond: a matrix of shape {tuple(input.shape)} has no condition")
        S = svdvals(input)
        largest, least = S[..., 0], S[..., -1]
        return into(out, least / largest if p is not None and p < 0 else largest / least)
    check_matrices(input.array, "cond", square=True)
    y = matrix_norm(input, p) * matrix_norm(inv_ex(input)[0], p)
    return into(out, y)
