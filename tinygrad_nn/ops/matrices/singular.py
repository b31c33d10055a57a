"""Singular values and vectors, and what they tell of a matrix: rank and condition.
Read `norms.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import as_bool
from ...arrays.kinds import is_array, is_complex
from ...arrays.named_results import result
from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from .checks import (
    adjoint,
    check_matrices,
    check_tensors,
    computed,
    constant,
    into,
)
from .inverses import given_tolerance, tolerance

__all__ = ["svd"]


@op(r"U, S, V^{T} \text{ of } A", name="svd", returns="U, S, Vh", keeps_halves=True)
def singular_vectors(A: Array, full_matrices: bool = True, *, driver: Any = None) -> Any:
    """Return U, S, Vh with A = U diag(S) Vh: orthonormal columns, S from the largest down.

    The columns that full_matrices=True adds pass no gradient.
    """
    check_matrices(A, "svd")
    return tuple(computed(np.linalg.svd, "svd", A, full_matrices=full_matrices))


def _svd_rule(g_U: Array, g_S: Array, g_Vh: Array, U: Array, S: Array, Vh: Array) -> Array:
    """U @ (skew(U.T @ g_U) / E @ D + D @ skew(Vh @ g_Vh.T) / E + diag(g_S)) @ Vh: D = diag(S).

    E[i, j] = S[j]**2 - S[i]**2, infinite on the diagonal; skew(M) = M - M.T. Townsend,
    "Differentiating the singular value decomposition" (2016). S_j / E_ij is P + Q and S_i / E_ij
    P - Q, with P = 1 / 2(S_j - S_i), Q = 1 / 2(S_j + S_i): no square leaves the numbers' range.
    Vectors of equal singular values have no derivative: theirs is inf or nan, as in PyTorch.
    What of gU and gV stands upright on U and V is divided by S and added.
    """
    k = S.shape[-1]
    U, Vh = U[..., :k].conj(), Vh[..., :k, :].conj()
    g_A = (U * g_S[..., None, :]) @ Vh
    of_U, of_Vh = _is_there(g_U), _is_there(g_Vh)
    if not of_U and not of_Vh:
        return g_A
    g_U, g_Vh = g_U[..., :k], g_Vh[..., :k, :]
    row, column = S[..., None, :], S[..., None]
    same = np.eye(k, dtype=bool)
    P = 0.5 / np.where(same, math.inf, row - column)
    Q = 0.5 / np.where(same, math.inf, row + column)
    if of_U:
        M = adjoint(U) @ g_U
        M = M - adjoint(M)
        g_A = g_A + U @ (M * (P + Q)) @ Vh
        if is_complex(U):  # the phase that both vectors of a pair have in common
            g_A = g_A + U @ (np.where(same, M, 0.0) / (2.0 * row)) @ Vh
        if U.shape[-2] > k:
            g_A = g_A + ((g_U - U @ (adjoint(U) @ g_U)) / row) @ Vh
    if of_Vh:
        M = Vh @ adjoint(g_Vh)
        g_A = g_A + U @ ((M - adjoint(M)) * (P - Q)) @ Vh
        if Vh.shape[-1] > k:
            g_A = g_A + U @ ((g_Vh - (g_Vh @ adjoint(Vh)) @ Vh) / column)
    return g_A


def _is_there(g: Array) -> bool:
    """Whether this gradient is anything but zeros; those of an output that nobody used are."""
    held = g if is_array(g) else g.array
    return bool(np.count_nonzero(held)) or getattr(g, "node", None) is not None


singular_vectors.vjp(A=_svd_rule)


@refuses
@instead_of("svd")
def svdvals(A: Any, *, driver: str | None = None, out: Any = None) -> Any:
    """Return the singular values, from the largest down."""
    return into(out, singular_vectors(A, False)[1])


@refuses
@instead_of("svd")
def svd(input: Any, some: bool = True, compute_uv: bool = True, *, out: Any = None) -> Any:
    """Return U, S, V with input = U diag(S) V.H; linalg.svd, which returns V.H, is its successor.

    some=False makes U and V square; with compute_uv=False both are zeros.
    """
    check_tensors("svd", input)
    some = as_bool(some, "some", "svd")
    made = result("svd", "U, S, V")
    if as_bool(compute_uv, "compute_uv", "svd"):
        U, S, Vh = singular_vectors(input, not some)
        return into(out, made(U, S, adjoint(Vh)))
    S = svdvals(input)
    m, n = input.shape[-2:]
    zeros = [constant(np.zeros((*input.shape[:-2], k, k), input.array.dtype)) for k in (m, n)]
    return into(out, made(zeros[0], S, zeros[1]))


@refuses
def matrix_rank(
    input: Any,
    tol: Any = None,
    *,
    atol: Any = None,
    rtol: Any = None,
    hermitian: bool = False,
    out: Any = None,
) -> Any:
    """Return how many singular values lie above max(atol, rtol * the largest)."""
    check_tensors("matrix_rank", input)
    check_matrices(
        input.array, "matrix_rank", square=as_bool(hermitian, "hermitian", "matrix_rank")
    )
    if tol is not None:
        atol, rtol = tol, 0.0
    if hermitian:
        S = np.abs(computed(np.linalg.eigvalsh, "matrix_rank", input.array))
    else:
        S = computed(np.linalg.svd, "matrix_rank", input.array, compute_uv=False)
    least = tolerance(
        input.array, S.max(-1, initial=0.0), given_tolerance(atol), given_tolerance(rtol)
    )
    return into(out, constant(np.asarray((np.asarray(least)[..., None] < S).sum(-1))))


class SingularMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    svd = svd
