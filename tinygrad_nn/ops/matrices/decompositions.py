"""Decompositions, inverses and determinants of matrices, and of batches of them.
Read `../layers/` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.kinds import is_array, is_complex, is_floating
from ...arrays.refusing import instead_of
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DTypeError, LinAlgError, ShapeError

__all__ = ["det", "inverse", "slogdet"]


def _check(A: Array, name: str, complex_too: bool = False, square: bool = True) -> None:
    if A.ndim < 2 or (square and A.shape[-1] != A.shape[-2]):
        what = "square matrices" if square else "matrices"
        raise ShapeError(f"{name}: {what} expected, got shape {A.shape}")
    taken = is_floating(A) or (complex_too and is_complex(A))
    if not taken or A.dtype.itemsize < 4:
        raise DTypeError(f"{name}: not defined for {A.dtype}; use x.float()")


def _computed(function: Any, A: Array, name: str, **options: Any) -> Any:
    try:
        return function(A, **options)
    except np.linalg.LinAlgError as error:
        message = f"{name}: of a matrix of shape {A.shape}: {error}"
        raise LinAlgError(message) from None


@op(r"A^{-1}")
def inv(A: Array) -> Array:
    """Return the inverse of a square matrix, or of each of a batch."""
    _check(A, "inv", complex_too=True)
    return _computed(np.linalg.inv, A, "inv")


inv.vjp(A=lambda g, y: -(y.swapaxes(-1, -2) @ g @ y.swapaxes(-1, -2)))


@op(r"\det A", name="det")
def determinant(A: Array) -> Array:
    """Return the determinant of a square matrix, or of each of a batch."""
    _check(A, "det", complex_too=True)
    return np.asarray(np.linalg.det(A))


def _det_rule(g: Array, A: Array, y: Array) -> Array:
    """(g * y)[..., None, None] * inv(A).swapaxes(-1, -2): of singular ones g times cofactors."""
    if is_array(A):
        try:
            inverse = np.linalg.inv(A)
        except np.linalg.LinAlgError:
            return g[..., None, None] * _cofactors(A)
        return (g * y)[..., None, None] * inverse.swapaxes(-1, -2)
    if not np.all(y.array):
        return g[..., None, None] * _cofactors_by_minors(A)
    return (g * y)[..., None, None] * inv(A).swapaxes(-1, -2)


def _cofactors_by_minors(A: Any) -> Any:
    """Return (-1)^(i + j) times the determinant of A without row i and column j: of any order."""
    each = np.arange(A.shape[-1])
    others = np.nonzero(each[:, None] != each)[1].reshape(len(each), -1)
    minors = A[..., others[:, None, :, None], others[None, :, None, :]]
    return determinant(minors) * (-1) ** np.add.outer(each, each)


def _cofactors(A: Array) -> Array:
    U, S, Vh = _computed(np.linalg.svd, A, "det")
    others = np.where(np.eye(S.shape[-1], dtype=bool), 1, S[..., None, :]).prod(-1)
    sign = np.linalg.det(U) * np.linalg.det(Vh)
    return sign[..., None, None] * ((U * others[..., None, :]) @ Vh).conj()


determinant.vjp(A=_det_rule)


@op(r"\operatorname{sign}(\det A), \log |\det A|", name="slogdet", returns="sign, logabsdet")
def log_determinant(A: Array) -> Any:
    """Return the sign of the determinant and the logarithm of its absolute value."""
    _check(A, "slogdet")
    return tuple(np.linalg.slogdet(A))


def _log_determinant_rule(g_logabsdet: Array, A: Array) -> Array:
    """g_logabsdet[..., None, None] * inv(A).swapaxes(-1, -2): inf or nan of singular ones."""
    g = g_logabsdet[..., None, None]
    if is_array(A):
        try:
            inverse = np.linalg.inv(A)
        except np.linalg.LinAlgError:  # of one in a batch perhaps: the others have their gradient
            slope = _cofactors(A) / np.linalg.det(A)[..., None, None]
            return np.where(g == 0, 0.0, g * slope)
        return g * inverse.swapaxes(-1, -2)
    return g * inv(A).swapaxes(-1, -2)


log_determinant.vjp(A=_log_determinant_rule)


@op(r"U, S, V^{T} \text{ of } A", returns="U, S, Vh")
def svd(A: Array, full_matrices: bool = True) -> Any:
    """Return U, S, Vh with A = U diag(S) Vh: orthonormal columns, S from the largest down.

    The columns that full_matrices=True adds pass no gradient.
    """
    _check(A, "svd", square=False)
    return tuple(_computed(np.linalg.svd, A, "svd", full_matrices=full_matrices))


def _svd_rule(g_U: Array, g_S: Array, g_Vh: Array, U: Array, S: Array, Vh: Array) -> Array:
    """U @ (skew(U.T @ g_U) / E @ D + D @ skew(Vh @ g_Vh.T) / E + diag(g_S)) @ Vh: D = diag(S).

    E_ij = S_j² - S_i², infinite on the diagonal. Townsend, "Differentiating the singular value
    decomposition" (2016), where skew(M) = M - Mᵀ. S_j / E_ij = P + Q and S_i / E_ij = P - Q, with
    P = 1 / 2(S_j - S_i) and Q = 1 / 2(S_j + S_i): no square leaves the range of the numbers.
    Vectors of equal singular values have no derivative: theirs is inf or nan, as in PyTorch.
    What of gU and gV stands upright on U and V is divided by S and added.
    """
    k = S.shape[-1]
    U, Vh = U[..., :k], Vh[..., :k, :]
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
        M = U.swapaxes(-1, -2) @ g_U
        g_A = g_A + U @ ((M - M.swapaxes(-1, -2)) * (P + Q)) @ Vh
        if U.shape[-2] > k:
            g_A = g_A + ((g_U - U @ (U.swapaxes(-1, -2) @ g_U)) / row) @ Vh
    if of_Vh:
        M = Vh @ g_Vh.swapaxes(-1, -2)
        g_A = g_A + U @ ((M - M.swapaxes(-1, -2)) * (P - Q)) @ Vh
        if Vh.shape[-1] > k:
            g_A = g_A + U @ ((g_Vh - (g_Vh @ Vh.swapaxes(-1, -2)) @ Vh) / column)
    return g_A


def _is_there(g: Array) -> bool:
    """Whether this gradient is anything but zeros; those of an output that nobody used are."""
    held = g if is_array(g) else g.array
    return bool(np.count_nonzero(held)) or getattr(g, "node", None) is not None


svd.vjp(A=_svd_rule)


@instead_of("svd")
def svdvals(A: Any) -> Any:
    """Return the singular values, from the largest down."""
    return svd(A, False)[1]


# --- as PyTorch names them outside torch.linalg, where the operand is `input` ---------------------


def det(input: Any) -> Any:
    """Return the determinant of a square matrix, or of each of a batch."""
    return determinant(input)


@instead_of("inv")
def inverse(input: Any, *, out: Any = None) -> Any:
    """Return the inverse of a square matrix, or of each of a batch."""
    return inv(input) if out is None else inv(input, out=out)  # type: ignore[call-arg]


def slogdet(input: Any) -> Any:
    """Return the sign of the determinant and the logarithm of its absolute value."""
    return log_determinant(input)


class DecompositionMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    det, inverse, slogdet = det, inverse, slogdet
