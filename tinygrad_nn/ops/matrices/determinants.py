"""Determinants of square matrices, and their logarithms.
Read `cholesky.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.kinds import is_array, is_complex
from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from ..elementwise.functions import log
from ..elementwise.selection import where
from .checks import check_matrices, check_tensors, computed, constant
from .inverses import inv

__all__ = ["det", "logdet", "slogdet"]


@op(r"\det A", name="det", keeps_halves=True)
def determinant(A: Array) -> Array:
    """Return the determinant of a square matrix, or of each of a batch."""
    check_matrices(A, "det", square=True)
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
    U, S, Vh = computed(np.linalg.svd, "det", A)
    others = np.where(np.eye(S.shape[-1], dtype=bool), 1, S[..., None, :]).prod(-1)
    sign = np.linalg.det(U) * np.linalg.det(Vh)
    return sign[..., None, None] * ((U * others[..., None, :]) @ Vh).conj()


determinant.vjp(A=_det_rule)


@op(
    r"\operatorname{sign}(\det A), \log |\det A|",
    name="slogdet",
    returns="sign, logabsdet",
    keeps_halves=True,
)
def log_determinant(A: Array) -> Any:
    """Return the sign of the determinant and the logarithm of its absolute value."""
    check_matrices(A, "slogdet", square=True)
    return tuple(np.linalg.slogdet(A))


def _log_determinant_rule(g_sign: Array, g_logabsdet: Array, A: Array, sign: Array) -> Array:
    """g_logabsdet[..., None, None] * inv(A).swapaxes(-1, -2): inf or nan of singular ones.

    Of a complex A, g_logabsdet + 1j * imag(g_sign * sign): the sign turns by imag(tr(inv(A) dA)).
    """
    g = g_logabsdet
    if is_complex(A):
        g = g + 1j * (g_sign * sign).imag
    g = g[..., None, None]
    if is_array(A):
        try:
            inverse = np.linalg.inv(A)
        except np.linalg.LinAlgError:  # of one in a batch perhaps: the others have their gradient
            slope = _cofactors(A) / np.linalg.det(A)[..., None, None]
            return np.where(g == 0, 0.0, g * slope)
        return g * inverse.swapaxes(-1, -2)
    return g * inv(A).swapaxes(-1, -2)


log_determinant.vjp(A=_log_determinant_rule)


def det(input: Any) -> Any:
    """Return the determinant of a square matrix, or of each of a batch."""
    return determinant(input)


def slogdet(input: Any) -> Any:
    """Return the sign of the determinant and the logarithm of its absolute value."""
    return log_determinant(input)


@refuses
@instead_of("slogdet")
def logdet(input: Any) -> Any:
    """Return the logarithm of the determinant: of a real one below 0 nan, of 0 -inf."""
    check_tensors("logdet", input)
    sign, size = log_determinant(input)
    if is_complex(input.array):
        return size + log(sign)
    return where(constant(sign.array == -1), float("nan"), size)


class DeterminantMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    det, logdet, slogdet = det, logdet, slogdet
