"""Inverses of matrices, and pseudo-inverses of those that have none.
Read `solving.py` next.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ...arrays.arguments import as_bool, as_integer
from ...arrays.named_results import result
from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import LinAlgError, ShapeError
from .checks import (
    adjoint,
    check_matrices,
    check_tensors,
    computed,
    constant,
    into,
    transposed,
)

__all__ = ["inverse", "pinverse"]


@op(r"A^{-1}", keeps_halves=True)
def inv(A: Array) -> Array:
    """Return the inverse of a square matrix, or of each of a batch."""
    check_matrices(A, "inv", square=True)
    return computed(np.linalg.inv, "inv", A)


inv.vjp(A=lambda g, y: -(transposed(y) @ g @ transposed(y)))


@refuses
@instead_of("inv")
def inverse(input: Any, *, out: Any = None) -> Any:
    """Return the inverse of a square matrix, or of each of a batch."""
    return inv(input) if out is None else inv(input, out=out)  # type: ignore[call-arg]


@refuses
@instead_of("inv")
def inv_ex(A: Any, *, check_errors: bool = False, out: Any = None) -> Any:
    """Return the inverse, and `info`: 0, or which pivot is 0 where a matrix has none.

    A matrix without an inverse is no error, unless check_errors=True: its inverse is nan.
    """
    as_bool(check_errors, "check_errors", "inv_ex")
    check_tensors("inv_ex", A)
    try:
        y, info = inv(A), np.zeros(A.shape[:-2], np.int32)
    except LinAlgError:
        if check_errors:
            raise
        info = zero_pivots(A.array)
        regular = np.where((info == 0)[..., None, None], 1.0, np.nan).astype(A.array.dtype)
        y = constant(
            np.linalg.inv(np.where(np.isnan(regular), np.eye(A.shape[-1]), A.array)) * regular
        )
    return into(out, result("linalg_inv_ex", "inverse, info")(y, constant(info)))


def zero_pivots(A: Array) -> Array:
    """Return 0 for each matrix that can be inverted; else the place of the first pivot of 0."""
    found = np.zeros(A.shape[:-2], np.int32)
    for place in np.ndindex(found.shape):
        rows = A[place].copy()
        for k in range(len(rows)):
            best = k + int(np.argmax(np.abs(rows[k:, k])))
            rows[[k, best]] = rows[[best, k]]
            if rows[k, k] == 0:
                found[place] = k + 1
                break
            rows[k + 1 :] -= np.outer(rows[k + 1 :, k] / rows[k, k], rows[k])
    return found


def tolerance(A: Array, largest: Array, atol: Any, rtol: Any) -> Array:
    """Return which singular values count as 0: those up to max(atol, rtol * the largest).

    rtol is the larger size of the matrix times the dtype's resolution, unless one of both is given.
    """
    if rtol is None:
        eps = np.finfo(A.dtype).eps
        none = max(A.shape[-2:]) * eps
        rtol = none if atol is None else np.where(np.asarray(atol) > 0, 0.0, none)
    return np.maximum(0.0 if atol is None else atol, np.asarray(rtol) * largest)


def given_tolerance(value: Any) -> Any:
    """Return a tolerance as an array or a number."""
    return getattr(value, "array", value)


@op(r"A^{+}", name="pinv", keeps_halves=True)
def pseudo_inverse(
    input: Array, *, atol: Any = None, rtol: Any = None, hermitian: bool = False
) -> Array:
    """Return the Moore-Penrose inverse: with the singular values within a tolerance taken as 0."""
    check_matrices(input, "pinv", square=hermitian)
    if input.size == 0:
        return np.zeros((*input.shape[:-2], input.shape[-1], input.shape[-2]), input.dtype)
    if hermitian:
        S, U = computed(np.linalg.eigh, "pinv", input)
        Vh = adjoint(U)
    else:
        U, S, Vh = computed(np.linalg.svd, "pinv", input, full_matrices=False)
    size = np.abs(S)
    least = tolerance(input, size.max(-1), given_tolerance(atol), given_tolerance(rtol))
    counts = size > np.asarray(least)[..., None]
    with np.errstate(divide="ignore"):
        turned = np.where(counts, 1.0 / np.where(counts, S, 1.0), 0.0).astype(S.dtype)
    return np.matmul(adjoint(Vh) * turned[..., None, :], adjoint(U))


def _pinv_rule(g: Array, input: Array, y: Array) -> Array:
    """K @ y.T - (y @ K).T - A @ y @ K @ y.T + y.T @ y @ (g.T - K @ A): K = g.T @ y.

    Of at most as many rows as columns; of more rows, the same of the transpose. Golub and Pereyra,
    "The differentiation of pseudo-inverses" (1973), equation 4.12, its adjoint.
    """
    A, y = input.conj(), y.conj()
    if A.shape[-2] <= A.shape[-1]:
        return _pinv_gradient(g, A, y)
    return transposed(_pinv_gradient(transposed(g), transposed(A), transposed(y)))


def _pinv_gradient(g: Array, A: Array, Y: Array) -> Array:
    gh, Yh = adjoint(g), adjoint(Y)
    K = gh @ Y
    KYh = K @ Yh
    return KYh - adjoint(Y @ K) - (A @ Y) @ KYh + (Yh @ Y) @ (gh - K @ A)


pseudo_inverse.vjp(input=_pinv_rule)


@refuses
def pinv(
    input: Any, *, atol: Any = None, rtol: Any = None, hermitian: bool = False, out: Any = None
) -> Any:
    """Return the Moore-Penrose inverse of a matrix, or of each of a batch.

    Singular values up to max(atol, rtol * the largest) count as 0; rtol is by default the larger
    size times the dtype's eps, or 0 if an atol is given.
    """
    return into(out, pseudo_inverse(input, atol=atol, rtol=rtol, hermitian=hermitian))


@refuses
@instead_of("pinv")
def pinverse(input: Any, rcond: float = 1e-15) -> Any:
    """Return the Moore-Penrose inverse; singular values up to rcond * the largest count as 0."""
    return pseudo_inverse(input, atol=0.0, rtol=rcond)


@refuses
@instead_of("inv")
def tensorinv(A: Any, ind: int = 2, *, out: Any = None) -> Any:
    """Return the inverse of A with its first `ind` dims as rows, the others as columns."""
    check_tensors("tensorinv", A)
    ind = as_integer(ind, "ind", "tensorinv")
    rows, columns = tuple(A.shape[:ind]), tuple(A.shape[ind:])
    if ind <= 0 or prod(rows) != prod(columns):
        raise ShapeError(
            f"tensorinv: ind={ind} must part shape {tuple(A.shape)} into equal products"
        )
    y = inv(A.reshape((prod(rows), prod(columns)))).reshape((*columns, *rows))
    return into(out, y)


class InverseMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    inverse, pinverse = inverse, pinverse
