"""Systems of linear equations: of square, triangular and factored matrices, and least squares.
Read `determinants.py` next.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ...arrays.arguments import as_bool, as_integers
from ...arrays.named_results import result
from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, LinAlgError, ShapeError
from ..elementwise.complex_parts import real
from ..reduction.sums import sum
from .checks import (
    check_matrices,
    check_one_dtype,
    check_tensors,
    computed,
    constant,
    into,
    lower,
    no_errors,
    transposed,
)
from .checks import (
    upper as upper_part,
)
from .inverses import inv, pseudo_inverse, zero_pivots
from .products import matmul

__all__ = ["triangular_solve"]


def _is_vector(A_shape: Any, B_shape: Any) -> bool:
    """Whether B is a vector for each matrix of A: it has all of A's sizes but the last."""
    return len(B_shape) == 1 or tuple(A_shape[:-1]) == tuple(B_shape)


def _check_fit(name: str, A: Array, B: Array, left: bool) -> None:
    rows = B.shape[-2] if left else B.shape[-1]
    if rows != A.shape[-1]:
        raise ShapeError(
            f"{name}: {A.shape[-1]} equations of shape {A.shape} against right sides of shape "
            f"{B.shape}"
        )


@op(r"A^{-1} B", keeps_halves=True)
def solve(A: Array, B: Array, *, left: bool = True) -> Array:
    """Return X with A X = B, or X A = B if left=False; of a batch of either, or both.

    B is a vector where its shape is A's without the last size, or has one size.

    Raises:
        LinAlgError: a singular matrix. ShapeError, DTypeError: A and B do not fit.
    """
    check_matrices(A, "solve", square=True)
    check_one_dtype("solve", A, B)
    if _is_vector(A.shape, B.shape):
        if not left:
            raise ShapeError(f"solve: left=False of a vector, of shape {B.shape}; use .unsqueeze()")
        _check_fit("solve", A, B[..., None], True)
        return computed(np.linalg.solve, "solve", A, B[..., None])[..., 0]
    _check_fit("solve", A, B, left)
    if left:
        return computed(np.linalg.solve, "solve", A, B)
    X = computed(np.linalg.solve, "solve", transposed(A), transposed(B))
    return np.ascontiguousarray(transposed(X))


@solve.backward
def _solve_backward(g: Array, A: Array, y: Array, left: bool, wants: Any) -> Any:
    """(-inv(A).T @ g @ y.T, inv(A).T @ g): of X A = B from the other side."""
    is_vector = y.ndim < A.ndim
    X = y[..., None] if is_vector else y
    g = g[..., None] if is_vector else g
    if left:
        g_B = np.linalg.solve(transposed(A), g)
        g_A = -np.matmul(g_B, transposed(X)) if wants[0] else None
    else:
        g_B = transposed(np.linalg.solve(A, transposed(g)))
        g_A = -np.matmul(transposed(X), g_B) if wants[0] else None
    return g_A, g_B[..., 0] if is_vector else g_B


@solve.composite
def _by_inverse(A: Any, B: Any, left: bool = True) -> Any:
    if _is_vector(A.shape, B.shape):
        return matmul(inv(A), B.unsqueeze(-1)).squeeze(-1)
    return matmul(inv(A), B) if left else matmul(B, inv(A))


@refuses
@instead_of("solve")
def solve_ex(
    A: Any, B: Any, *, left: bool = True, check_errors: bool = False, out: Any = None
) -> Any:
    """Return the solution, and `info`: 0, or which pivot is 0 of a singular matrix.

    A singular matrix is no error, unless check_errors=True: its solution is nan.
    """
    as_bool(check_errors, "check_errors", "solve_ex")
    check_tensors("solve_ex", A, B)
    try:
        y, info = solve(A, B, left=left), no_errors(A)
    except LinAlgError:
        if check_errors:
            raise
        info = constant(zero_pivots(A.array))
        regular = (info.array == 0)[..., None, None]
        possible = constant(np.where(regular, A.array, np.eye(A.shape[-1], dtype=A.array.dtype)))
        X = solve(possible, B, left=left).array
        there = regular[..., 0] if X.ndim < A.ndim else regular
        y = constant(np.where(there, X, np.nan).astype(X.dtype))
    return into(out, result("linalg_solve_ex", "result, info")(y, info))


@op(r"A^{-1} B", keeps_halves=True)
def solve_triangular(
    A: Array, B: Array, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Array:
    """Return X with A X = B, or X A = B if left=False, of the upper or the lower triangle of A.

    The other triangle is not read; with unitriangular=True the diagonal is taken as 1.
    """
    check_matrices(A, "solve_triangular", square=True)
    check_matrices(B, "solve_triangular")
    check_one_dtype("solve_triangular", A, B)
    _check_fit("solve_triangular", A, B, left)
    if not left:
        A, B, upper = transposed(A), transposed(B), not upper
    T = np.triu(A) if upper else np.tril(A)
    if unitriangular:
        T = np.where(np.eye(T.shape[-1], dtype=bool), T.dtype.type(1), T)
    if not upper:  # from the last row to the first it is an upper one: LAPACK exchanges no rows
        T, B = T[..., ::-1, ::-1], B[..., ::-1, :]
    try:
        X = np.linalg.solve(T, B)
    except np.linalg.LinAlgError:
        X = _back_substituted(T, B)
    X = X if upper else X[..., ::-1, :]
    return np.ascontiguousarray(X if left else transposed(X))


def _back_substituted(T: Array, B: Array) -> Array:
    """Return the solution row by row, with inf and nan where an element of the diagonal is 0."""
    shape = np.broadcast_shapes(T.shape[:-2], B.shape[:-2])
    X = np.array(np.broadcast_to(B, (*shape, *B.shape[-2:])))
    for i in reversed(range(T.shape[-1])):
        X[..., i, :] -= (T[..., i, None, i + 1 :] @ X[..., i + 1 :, :])[..., 0, :]
        X[..., i, :] /= T[..., i, i, None]
    return X


def _right_side_rule(g: Array, A: Array, upper: bool, left: bool, unitriangular: bool) -> Array:
    """inv(A).T @ g."""
    return solve_triangular(
        transposed(A), g, upper=not upper, left=left, unitriangular=unitriangular
    )


def _triangle_rule(
    g: Array, A: Array, y: Array, upper: bool, left: bool, unitriangular: bool
) -> Array:
    """-inv(A).T @ g @ X.T: within the triangle."""
    g_B = _right_side_rule(g, A, upper, left, unitriangular)
    g_A = -(g_B @ transposed(y) if left else transposed(y) @ g_B)
    k = int(unitriangular)
    return upper_part(g_A, k) if upper else lower(g_A, -k)


solve_triangular.vjp(A=_triangle_rule, B=_right_side_rule)


@refuses
@instead_of("solve_triangular")
def triangular_solve(
    input: Any,
    A: Any,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
    *,
    out: Any = None,
) -> Any:
    """Return X with A X = input of a triangle of A, and A; see linalg.solve_triangular."""
    check_tensors("triangular_solve", input, A)
    as_bool(transpose, "transpose", "triangular_solve")
    T, up = (A.mT, not upper) if transpose else (A, upper)
    X = solve_triangular(T, input, upper=up, unitriangular=unitriangular)
    made = result("triangular_solve", "solution, cloned_coefficient")(X, A.clone())
    return into(out, made)


@refuses
@instead_of("pinv", "matmul")
def lstsq(A: Any, B: Any, rcond: Any = None, *, driver: str | None = None) -> Any:
    """Return the X of the least |A X - B|, by the pseudo-inverse: of several the shortest.

    Returns solution, residuals, rank, singular_values. `driver` is one of LAPACK's, of PyTorch's
    solving: "gelsy" is the usual one. Others have the residuals, the sums of |A X - B|^2 for each
    column, of more rows than columns and full rank; "gelsd" and "gelss" have the singular values;
    "gels" has no rank.
    """
    check_tensors("lstsq", A, B)
    check_matrices(A.array, "lstsq")
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise ArgumentError(f"lstsq: driver is gels, gelsy, gelsd or gelss, got {driver!r}")
    m, n = A.shape[-2:]
    is_vector = B.ndim == 1 or (A.ndim - 1 == B.ndim and tuple(A.shape[:-1]) == tuple(B.shape))
    right = B.unsqueeze(-1) if is_vector else B
    _check_rows(A, right)
    rtol = max(m, n) * np.finfo(A.array.dtype).eps if rcond is None else rcond
    X = matmul(pseudo_inverse(A, atol=0.0, rtol=rtol), right)
    S = np.linalg.svd(A.array, compute_uv=False)
    rank = (S.max(-1, initial=0.0)[..., None] * rtol < S).sum(-1)
    nothing = constant(np.zeros((0,), S.dtype))
    residuals = real(X.reshape((X.numel(),))[:0])
    if m > n and driver not in (None, "gelsy") and np.all(rank == n):
        left = right - matmul(A, X)
        residuals = sum(real(left * left.conj()), -2)
    made = result("linalg_lstsq", "solution, residuals, rank, singular_values")
    return made(
        X.squeeze(-1) if is_vector else X,
        residuals,
        constant(np.zeros((0,), np.int64) if driver == "gels" else rank),
        constant(S) if driver in ("gelsd", "gelss") else nothing,
    )


def _check_rows(A: Any, B: Any) -> None:
    check_one_dtype("lstsq", A.array, B.array)
    if B.ndim < 2 or A.shape[-2] != B.shape[-2]:
        raise ShapeError(
            f"lstsq: {A.shape[-2]} rows of shape {tuple(A.shape)} against right sides of shape "
            f"{tuple(B.shape)}"
        )


@refuses
@instead_of("solve")
def tensorsolve(A: Any, B: Any, dims: Any = None, *, out: Any = None) -> Any:
    """Return X such that tensordot(A, X, X.ndim) is B; `dims` of A are moved to its end before."""
    check_tensors("tensorsolve", A, B)
    if dims is not None:
        moved = [d % A.ndim for d in as_integers(dims, "dims", "tensorsolve")]
        A = A.permute((*(d for d in range(A.ndim) if d not in moved), *moved))
    shape = tuple(A.shape[B.ndim :])
    if prod(shape) != B.numel() or A.numel() != B.numel() ** 2:
        raise ShapeError(
            f"tensorsolve: A of shape {tuple(A.shape)} and B of shape {tuple(B.shape)}: A must be "
            "B's sizes and others of as many elements"
        )
    n = B.numel()
    return into(out, solve(A.reshape((n, n)), B.reshape((n,))).reshape(shape))


class SolvingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    triangular_solve = triangular_solve
