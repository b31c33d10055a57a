"""QR factors, and the Householder reflections that they are made of.
Read `eigen.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_bool
from ...arrays.named_results import result
from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, GraphError, ShapeError
from ..shape.joining import cat
from .checks import (
    adjoint,
    check_matrices,
    check_tensors,
    computed,
    constant,
    identity_in_place_of,
    into,
    on_diagonal,
)
from .checks import upper as upper_part
from .products import matmul
from .solving import solve_triangular

__all__ = ["geqrf", "orgqr", "ormqr", "qr"]


@op(r"Q, R \text{ of } A = Q R", name="qr", returns="Q, R", keeps_halves=True)
def factors(A: Array, kind: str = "reduced") -> Any:
    """Return Q with orthonormal columns and an upper triangular R, of A = Q R.

    kind "reduced" has min(rows, columns) columns in Q, "complete" as many as rows; "r" has an empty
    Q, and passes no gradient.
    """
    check_matrices(A, "qr")
    if kind not in ("reduced", "complete", "r"):
        raise ArgumentError(f"qr: mode is 'reduced', 'complete' or 'r', got {kind!r}")
    if kind == "r":
        return np.zeros((0,), A.dtype), computed(np.linalg.qr, "qr", A, mode="r")
    return tuple(computed(np.linalg.qr, "qr", A, mode=kind))


def _qr_rule(g_Q: Array, g_R: Array, Q: Array, R: Array, kind: str) -> Array:
    """(g_Q + Q @ sym(triu(g_R @ R.T - Q.T @ g_Q))) @ inv(R).T: columns beyond the square are Q.T A.

    Roberts and Roberts, "QR and LQ decomposition matrix backpropagation algorithms" (2020), 3.
    """
    m, n = Q.shape[-2] if kind != "r" else 0, R.shape[-1]
    if kind == "r" or (kind == "complete" and m > n):
        raise GraphError(
            f"backward of qr: mode={kind!r} of more rows than columns, or without Q, has no "
            "gradient; use mode='reduced'"
        )
    Q, R = Q.conj(), R.conj()
    if m >= n:
        return _square_rule(g_Q, g_R, Q, R)
    first, rest, g_rest = R[..., :m], R[..., m:], g_R[..., m:]
    g = _square_rule(g_Q + Q @ rest @ adjoint(g_rest), g_R[..., :m], Q, first)
    return cat([g, Q @ g_rest], -1)


def _square_rule(g_Q: Array, g_R: Array, Q: Array, R: Array) -> Array:
    M = upper_part(g_R @ adjoint(R) - adjoint(Q) @ g_Q)
    M = M + adjoint(M)
    M = np.where(on_diagonal(M.shape[-1]), 0.5 * M, M)
    return solve_triangular(adjoint(R), g_Q + Q @ M, upper=False, left=False)


factors.vjp(A=_qr_rule)


@refuses
@instead_of("qr", name="qr")
def linalg_qr(A: Any, mode: str = "reduced", *, out: Any = None) -> Any:
    """Return Q with orthonormal columns and an upper triangular R, of A = Q R.

    mode "reduced" has min(rows, columns) columns in Q, "complete" as many as rows; "r" has an empty
    Q, and passes no gradient.
    """
    return into(out, factors(A, mode))


@refuses
@instead_of("qr")
def qr(input: Any, some: bool = True, *, out: Any = None) -> Any:
    """Return Q and R; Q is square if some=False. linalg.qr is its successor."""
    return into(out, factors(input, "reduced" if as_bool(some, "some", "qr") else "complete"))


@refuses
@instead_of("matmul", "mul", "sub")
def householder_product(A: Any, tau: Any, *, out: Any = None) -> Any:
    """Return the first columns of the product of reflections 1 - tau v v.H, as geqrf leaves them.

    Each v stands below the diagonal in a column of A, with a 1 before it.
    """
    check_tensors("householder_product", A, tau)
    check_matrices(A.array, "householder_product")
    m, n = A.shape[-2:]
    k = tau.shape[-1] if tau.ndim else 0
    if m < n or k > n or tuple(tau.shape[:-1]) != tuple(A.shape[:-2]):
        raise ShapeError(
            f"householder_product: A of shape {tuple(A.shape)} must have at least as many rows as "
            f"columns, and tau of shape {tuple(tau.shape)} at most one number a column"
        )
    return into(out, _reflected(A, tau, identity_in_place_of(A), range(k - 1, -1, -1)))


def _reflected(A: Any, tau: Any, Y: Any, order: Any) -> Any:
    """Return the reflections, applied one after another to Y."""
    m = A.shape[-2]
    for i in order:
        one = np.zeros((*A.shape[:-2], i + 1, 1), A.array.dtype)
        one[..., i, 0] = 1
        v = cat([constant(one), A[..., i + 1 :, i : i + 1]], -2) if i + 1 < m else constant(one)
        Y = Y - tau[..., i, None, None] * matmul(v, matmul(adjoint(v), Y))
    return Y


@refuses
def orgqr(input: Any, tau: Any) -> Any:
    """Return the first columns of a product of reflections; see linalg.householder_product."""
    return householder_product(input, tau)


@refuses
def geqrf(input: Any, *, out: Any = None) -> Any:
    """Return a and tau, from which householder_product makes Q: R, and the reflections below it."""
    check_tensors("geqrf", input)
    check_matrices(input.array, "geqrf")
    h, tau = computed(np.linalg.qr, "geqrf", input.array, mode="raw")
    made = result("geqrf", "a, tau")(
        constant(np.ascontiguousarray(h.swapaxes(-1, -2))), constant(tau)
    )
    return into(out, made)


@refuses
@instead_of("matmul", "mul", "sub")
def ormqr(
    input: Any, tau: Any, other: Any, left: bool = True, transpose: bool = False, *, out: Any = None
) -> Any:
    """Return Q other, or other Q if left=False, with geqrf's Q, or its adjoint."""
    check_tensors("ormqr", input, tau, other)
    check_matrices(input.array, "ormqr")
    left, transpose = as_bool(left, "left", "ormqr"), as_bool(transpose, "transpose", "ormqr")
    k = tau.shape[-1]
    if other.shape[-2 if left else -1] != input.shape[-2]:
        raise ShapeError(
            f"ormqr: Q has {input.shape[-2]} rows, and other is of shape {tuple(other.shape)}"
        )
    if not left:  # other Q is (Q.H other.H).H
        return into(out, adjoint(ormqr(input, tau, adjoint(other), True, not transpose)))
    if not transpose:
        return into(out, _reflected(input, tau, other, range(k - 1, -1, -1)))
    return into(out, _reflected(input, tau.conj(), other, range(k)))


class OrthogonalMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    geqrf, ormqr, qr = geqrf, ormqr, qr

    def orgqr(self, input2: Any) -> Any:
        """Return the first columns of a product of reflections; see linalg.householder_product."""
        return orgqr(self, input2)
