"""Eigenvalues and eigenvectors, of any square matrix and of symmetric ones.
Read `singular.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.refusing import instead_of, refuses
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError
from .checks import adjoint, check_matrices, computed, into, on_diagonal
from .solving import solve

__all__: list[str] = []

COMPLEX = {np.dtype(np.float32): np.complex64, np.dtype(np.float64): np.complex128}


@op(
    r"\lambda, V \text{ of } A V = V \operatorname{diag}(\lambda)",
    returns="eigenvalues, eigenvectors",
    keeps_halves=True,
)
def eig(input: Array) -> Any:
    """Return the eigenvalues, always complex, and the eigenvectors, columns of length 1.

    Their order and phases are LAPACK's; a gradient that depends on a phase has no meaning.
    """
    check_matrices(input, "eig", square=True)
    made = computed(np.linalg.eig, "eig", input)
    return tuple(each.astype(COMPLEX.get(input.dtype, input.dtype), copy=False) for each in made)


@op(
    r"\lambda, V \text{ of } A V = V \operatorname{diag}(\lambda)",
    returns="eigenvalues, eigenvectors",
    keeps_halves=True,
)
def eigh(input: Array, UPLO: str = "L") -> Any:
    """Return the eigenvalues of a symmetric or Hermitian matrix, upwards, and its eigenvectors.

    Only the lower triangle is read, or the upper one if UPLO="U".
    """
    check_matrices(input, "eigh", square=True)
    if not isinstance(UPLO, str) or UPLO not in ("L", "U", "l", "u"):
        raise ArgumentError(f"eigh: UPLO is 'L' or 'U', got {UPLO!r}")
    return tuple(computed(np.linalg.eigh, "eigh", input, UPLO=UPLO))


def _apart(eigenvalues: Array) -> Array:
    """Return E_ij = L_j - L_i, and 1 on the diagonal."""
    E = eigenvalues[..., None, :] - eigenvalues[..., :, None]
    return np.where(on_diagonal(E.shape[-1]), 1.0, E)


def _with_diagonal(M: Array, values: Array) -> Array:
    return np.where(on_diagonal(M.shape[-1]), values[..., None, :], M)


def _eigh_rule(
    g_eigenvalues: Array, g_eigenvectors: Array, eigenvalues: Array, eigenvectors: Array
) -> Array:
    """V @ (diag(g_eigenvalues) + skew(V.T @ g_eigenvectors) / E) @ V.T: as symmetric as A.

    E[i, j] = eigenvalues[j] - eigenvalues[i], and skew(M) = (M - M.T) / 2.

    Giles, "Collected matrix derivative results" (2008), 3.1.
    """
    V = eigenvectors.conj()
    M = adjoint(V) @ g_eigenvectors
    M = 0.5 * (M - adjoint(M)) / _apart(eigenvalues)
    return V @ _with_diagonal(M, g_eigenvalues) @ adjoint(V)


def _eig_rule(
    g_eigenvalues: Array, g_eigenvectors: Array, eigenvalues: Array, eigenvectors: Array
) -> Array:
    """inv(V).T @ (diag(g_eigenvalues) + (V.T @ g_eigenvectors - N) / E) @ V.T: vectors of length 1.

    E[i, j] = eigenvalues[j] - eigenvalues[i], N = V.T @ V @ diag((V.T @ g_eigenvectors).real).
    T is with conjugates.
    """
    L, V = eigenvalues.conj(), eigenvectors.conj()
    Vh = adjoint(V)
    M = Vh @ g_eigenvectors
    own = np.where(on_diagonal(M.shape[-1]), M.real, 0.0).sum(-2)
    M = (M - Vh @ (V * own[..., None, :])) / _apart(L).conj()
    return solve(Vh, _with_diagonal(M, g_eigenvalues) @ Vh)


eigh.vjp(input=_eigh_rule)
eig.vjp(input=_eig_rule)


@refuses
@instead_of("eig")
def eigvals(input: Any, *, out: Any = None) -> Any:
    """Return the eigenvalues of a square matrix, always complex."""
    return into(out, eig(input)[0])


@refuses
@instead_of("eigh")
def eigvalsh(input: Any, UPLO: str = "L", *, out: Any = None) -> Any:
    """Return the eigenvalues of a symmetric or Hermitian matrix, upwards."""
    return into(out, eigh(input, UPLO)[0])
