"""LU factors with partial pivoting, in the compact form of LAPACK and apart, and what they solve.
Read `orthogonal.py` next.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ...arrays.arguments import as_bool
from ...arrays.kinds import is_array, is_complex
from ...arrays.named_results import result
from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import LinAlgError
from ..elementwise.selection import where
from ..shape.joining import cat
from .checks import adjoint as _adjoint
from .checks import (
    below,
    check_matrices,
    check_tensors,
    constant,
    into,
    lower,
    transposed,
)
from .checks import upper as upper_part
from .products import matmul
from .solving import solve_triangular

__all__ = ["lu", "lu_solve", "lu_unpack"]


@op(r"L U, P \text{ of } A = P L U", returns="LU, pivots", keeps_halves=True)
def lu_factor(A: Array, *, pivot: bool = True) -> Any:
    """Return U with the L below its diagonal, and the row that each was exchanged with, from 1."""
    check_matrices(A, "lu_factor")
    LU = np.array(A)
    m, n = A.shape[-2:]
    k = min(m, n)
    batch = LU.reshape((prod(A.shape[:-2]), m, n))
    pivots = np.empty((len(batch), k), np.int32)
    each = np.arange(len(batch))
    for i in range(k):
        best = np.full(len(batch), i)
        if pivot and len(batch):
            best += _size(batch[:, i:, i]).argmax(1)
        pivots[:, i] = best + 1
        rows = batch[each, best]
        batch[each, best] = batch[:, i]
        batch[:, i] = rows
        with np.errstate(all="ignore"):
            factors = batch[:, i + 1 :, i] / batch[:, i, i, None]
        zero = batch[:, i, i] == 0
        if zero.any():
            factors[zero] = batch[zero, i + 1 :, i]
        batch[:, i + 1 :, i] = factors
        batch[:, i + 1 :, i + 1 :] -= factors[:, :, None] * batch[:, i, None, i + 1 :]
    return batch.reshape(A.shape), pivots.reshape((*A.shape[:-2], k))


def _size(x: Array) -> Array:
    """Return what LAPACK takes for the size of a number: of a complex one |re| + |im|."""
    return np.abs(x.real) + np.abs(x.imag) if is_complex(x) else np.abs(x)


def _lu_rule(g_LU: Array, LU: Array, pivots: Array) -> Array:
    """P @ inv(L).T @ (tril(L.T @ g_LU) + triu(g_LU @ U.T)) @ inv(U).T: of a square matrix.

    More rows: those of L below the square have L2 = A2 inv(U). More columns: U2 = inv(L) A2.
    """
    m, n = LU.shape[-2:]
    k = min(m, n)
    g_L, g_U = lower(g_LU[..., :k, :k], -1), upper_part(g_LU[..., :k, :k])
    L1 = np.where(np.eye(k, dtype=bool), 1.0, lower(LU[..., :k, :k], -1))
    U1 = upper_part(LU[..., :k, :k])

    def through_l(x: Array) -> Array:  # inv(L).T x
        return solve_triangular(transposed(L1), x, upper=True, unitriangular=True)

    def through_u(x: Array) -> Array:  # x inv(U).T
        return solve_triangular(transposed(U1), x, upper=False, left=False)

    inner = lower(transposed(L1) @ g_L, -1)
    outer = g_U @ transposed(U1)
    if m > k:
        L2, g_L2 = LU[..., k:, :], g_LU[..., k:, :]
        g_below = through_u(g_L2)
        outer = outer - transposed(L2) @ g_L2
    if n > k:
        U2, g_U2 = LU[..., :, k:], g_LU[..., :, k:]
        after = through_l(g_U2)
        inner = lower(inner - g_U2 @ transposed(U2), -1)
    g = through_u(through_l(inner + upper_part(outer)))
    if m > k:
        g = cat([g, g_below], -2)
    if n > k:
        g = cat([g, after], -1)
    return matmul(_permutation(pivots, m, g), g)


lu_factor.vjp(A=_lu_rule)


def _permutation(pivots: Array, m: int, like: Any) -> Any:
    """Return P of P L U, as what it is multiplied with: an array or a Tensor of its dtype."""
    order = np.tile(np.arange(m), (*pivots.shape[:-1], 1)).reshape((prod(pivots.shape[:-1]), m))
    exchanged = pivots.reshape((len(order), pivots.shape[-1])) - 1
    each = np.arange(len(order))
    for i in range(exchanged.shape[1]):
        there = exchanged[:, i]
        order[each, i], order[each, there] = order[each, there], order[each, i].copy()
    P = np.zeros((len(order), m, m), getattr(like, "array", like).dtype)
    P[each[:, None], order, np.arange(m)] = 1
    P = P.reshape((*pivots.shape[:-1], m, m))
    return P if is_array(like) else constant(P)


def _lower_of(LU: Any) -> Any:
    m, n = LU.shape[-2:]
    k = min(m, n)
    return where(
        constant(np.eye(m, k, dtype=bool)), 1.0, _part(LU[..., :, :k], -1, keeps_lower=True)
    )


def _upper_of(LU: Any) -> Any:
    m, n = LU.shape[-2:]
    return _part(LU[..., : min(m, n), :], 0, keeps_lower=False)


def _part(x: Any, k: int, keeps_lower: bool) -> Any:
    kept = below(x, k) if keeps_lower else ~below(x, k - 1)
    return where(constant(kept), x, 0.0)


@refuses
@instead_of("lu_factor", name="lu")
def linalg_lu(A: Any, *, pivot: bool = True, out: Any = None) -> Any:
    """Return P, L, U with A = P L U: a permutation, a lower triangle with ones, an upper one."""
    LU, pivots = lu_factor(A, pivot=pivot)
    P = _permutation(pivots.array, A.shape[-2], LU)
    return into(out, result("linalg_lu", "P, L, U")(P, _lower_of(LU), _upper_of(LU)))


@refuses
@instead_of("lu_factor")
def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False, out: Any = None) -> Any:
    """Return LU, pivots, and `info`: 0, or the place of the first 0 on U's diagonal.

    Raises:
        LinAlgError: with check_errors=True, where there is one.
    """
    as_bool(check_errors, "check_errors", "lu_factor_ex")
    LU, pivots = lu_factor(A, pivot=pivot)
    zero = np.diagonal(LU.array, axis1=-2, axis2=-1) == 0
    info = np.where(zero.any(-1), zero.argmax(-1) + 1 if zero.shape[-1] else 0, 0).astype(np.int32)
    if check_errors and info.any():
        raise LinAlgError(f"lu_factor_ex: U has 0 on its diagonal, at {info.max()} counted from 1")
    return into(out, result("linalg_lu_factor_ex", "LU, pivots, info")(LU, pivots, constant(info)))


@refuses
def lu(A: Any, pivot: bool = True, get_infos: bool = False, out: Any = None) -> Any:
    """Return LU and pivots, and infos if get_infos=True; linalg.lu_factor is its successor."""
    LU, pivots, info = lu_factor_ex(A, pivot=pivot)
    return into(out, (LU, pivots, info) if get_infos else (LU, pivots))


@refuses
def lu_unpack(
    LU_data: Any,
    LU_pivots: Any,
    unpack_data: bool = True,
    unpack_pivots: bool = True,
    *,
    out: Any = None,
) -> Any:
    """Return P, L, U of what lu_factor returns; empty tensors for what is not asked for."""
    check_tensors("lu_unpack", LU_data, LU_pivots)
    check_matrices(LU_data.array, "lu_unpack")
    nothing = constant(np.zeros((0,), LU_data.array.dtype))
    P, L, U = nothing, nothing, nothing
    if as_bool(unpack_pivots, "unpack_pivots", "lu_unpack"):
        P = _permutation(LU_pivots.array, LU_data.shape[-2], LU_data)
    if as_bool(unpack_data, "unpack_data", "lu_unpack"):
        L, U = _lower_of(LU_data), _upper_of(LU_data)
    return into(out, result("lu_unpack", "P, L, U")(P, L, U))


@refuses
@instead_of("solve_triangular", "matmul", name="lu_solve")
def linalg_lu_solve(
    LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False, out: Any = None
) -> Any:
    """Return X with A X = B, or X A = B if left=False, of the factors of A, or of its adjoint."""
    check_tensors("lu_solve", LU, pivots, B)
    check_matrices(LU.array, "lu_solve", square=True)
    P = _permutation(pivots.array, LU.shape[-1], LU)
    if not left:  # X A = B is A.H X.H = B.H
        return into(out, _adjoint(linalg_lu_solve(LU, pivots, _adjoint(B), adjoint=not adjoint)))
    if adjoint:
        Y = solve_triangular(_adjoint(LU), B, upper=False)
        return into(
            out, matmul(P, solve_triangular(_adjoint(LU), Y, upper=True, unitriangular=True))
        )
    Y = solve_triangular(LU, matmul(P.mT, B), upper=False, unitriangular=True)
    return into(out, solve_triangular(LU, Y, upper=True))


@refuses
def lu_solve(b: Any, LU_data: Any, LU_pivots: Any, *, out: Any = None) -> Any:
    """Return X with A X = b of the factors of A; linalg.lu_solve is its successor."""
    return linalg_lu_solve(LU_data, LU_pivots, b, out=out)


class LUMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    lu_solve = lu_solve

    def lu(self, pivot: bool = True, get_infos: bool = False) -> Any:
        """Return LU and pivots, and infos if get_infos=True."""
        return lu(self, pivot, get_infos)
