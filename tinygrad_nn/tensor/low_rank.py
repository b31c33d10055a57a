"""Decompositions of a matrix of low rank, by its products with a few random vectors.
Read `../ops/matrices/singular.py` next, for the whole decomposition.
"""

from __future__ import annotations

from typing import Any

from ..arrays.arguments import as_integer
from ..arrays.refusing import refuses
from ..errors import ArgumentError
from ..ops.matrices.orthogonal import factors
from ..ops.matrices.singular import singular_vectors
from .sampling import randn
from .tensor import Tensor

MOST_ROUNDS = 10_000  # after a few the directions stand still


@refuses
def svd_lowrank(A: Tensor, q: int | None = 6, niter: int | None = 2, M: Any = None) -> Any:
    """Return U (*, m, q), S (*, q) and V (*, n, q), of which U diag(S) Vᴴ is near A (*, m, n).

    With `M`, A - M is decomposed. The random vectors are of the default generator; `niter` rounds
    of products with A and Aᴴ make them better.

    Source: Halko, Martinsson & Tropp, Finding structure with randomness (2009), algorithm 5.1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> A = tnn.ones(4, 3)
        >>> U, S, V = tnn.svd_lowrank(A, q=1)
        >>> tnn.allclose(U * S @ V.mT, A)
        True
    """
    q = 6 if q is None else as_integer(q, "q", "svd_lowrank")
    niter = _rounds(2 if niter is None else niter, "svd_lowrank")
    A = A if M is None else A - M
    is_wide = A.shape[-2] < A.shape[-1]
    A = A.mH if is_wide else A
    Q = _basis(A, q, niter)
    U, S, Vh = singular_vectors(Q.mH @ A, full_matrices=False)
    U, V = Q @ U, Vh.mH
    return (V, S, U) if is_wide else (U, S, V)


@refuses
def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> Any:
    """Return U, S and V of the principal components of m samples, the rows of A (*, m, n).

    The columns of V are the directions, S² / (m - 1) the variances; q of them, default
    min(6, m, n). With `center` the mean of each column is taken away first.

    Raises:
        ArgumentError: q below 0 or above min(m, n), or niter that is no number of rounds.

    Example:
        >>> import tinygrad_nn as tnn
        >>> U, S, V = tnn.pca_lowrank(tnn.tensor([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]), q=1)
        >>> S
        tensor([2.])
    """
    most = min(A.shape[-2:])
    q = min(6, most) if q is None else as_integer(q, "q", "pca_lowrank")
    niter = _rounds(niter, "pca_lowrank")
    if not 0 <= q <= most:
        raise ArgumentError(
            f"pca_lowrank: 0 <= q <= {most} expected for shape {tuple(A.shape)}, got q={q}"
        )
    return svd_lowrank(A - A.mean(dim=-2, keepdim=True) if center else A, q, niter)


def _rounds(niter: Any, name: str) -> int:
    rounds = as_integer(niter, "niter", name)
    if not 0 <= rounds <= MOST_ROUNDS:
        raise ArgumentError(f"{name}: niter from 0 to {MOST_ROUNDS:,} expected, got {rounds}")
    return rounds


def _basis(A: Tensor, q: int, niter: int) -> Any:
    """Return Q (*, m, q), orthonormal columns whose span nearly holds that of A: algorithm 4.4."""
    Q = factors(A @ randn(A.shape[-1], q, dtype=A.dtype))[0]
    for _ in range(niter):
        Q = factors(A.mH @ Q)[0]
        Q = factors(A @ Q)[0]
    return Q
