"""What distributions ask of matrices: factors, whether they are definite, and solved triangles.
Read `constraints.py` next.
"""

from __future__ import annotations

from typing import Any

from ..linalg import cholesky as factor
from ..linalg import cholesky_ex, eigvalsh, solve_triangular, vector_norm
from ..tensor.creation import eye, ones, zeros

__all__ = [
    "cholesky_info",
    "eigenvalues",
    "factor",
    "factor_of_inverse",
    "filled_triangle",
    "of_triangle",
    "row_norms",
    "solved",
]


def eigenvalues(matrix: Any) -> Any:
    """Return the eigenvalues of symmetric matrices."""
    return eigvalsh(matrix)


def cholesky_info(matrix: Any) -> Any:
    """Return 0 for each matrix that is positive definite."""
    return cholesky_ex(matrix).info


def row_norms(matrix: Any) -> Any:
    """Return the length of each row."""
    return vector_norm(matrix.detach(), dim=-1)


def solved(lower: Any, right: Any) -> Any:
    """Return L^-1 B for lower triangles L."""
    return solve_triangular(lower, right, upper=False)


def factor_of_inverse(precision: Any) -> Any:
    """Return the lower L of L Lᵀ = P^-1: of the reversed P's factor, turned and inverted."""
    turned = factor(precision.flip((-2, -1))).flip((-2, -1)).mT
    return solved(turned, eye(precision.shape[-1], dtype=precision.dtype).expand_as(precision))


def _triangle(n: int, diagonal: int) -> Any:
    return ones(n, n, dtype="bool").tril(diagonal)


def of_triangle(matrix: Any, diagonal: int = 0) -> Any:
    """Return what lies at the diagonal and below it, row by row."""
    return matrix[..., _triangle(matrix.shape[-1], diagonal)]


def filled_triangle(values: Any, diagonal: int = 0) -> Any:
    """Return matrices that hold the values at the diagonal and below it, row by row, else 0."""
    n = round((0.25 + 2 * values.shape[-1]) ** 0.5 - 0.5) - diagonal
    made = zeros(*values.shape[:-1], n, n, dtype=values.dtype)
    made[..., _triangle(n, diagonal)] = values
    return made
