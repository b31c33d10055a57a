"""Matrices with orthonormal columns, or rows, as functions of matrices without such a bond.
Read `parametrize.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.kinds import COMPLEX
from ...arrays.limits import finfo
from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError, ShapeError
from ...linalg import householder_product, matrix_exp, solve
from ...ops.names import allclose, cat, geqrf, where
from ...tensor import Tensor
from ...tensor.creation import eye
from ...tensor.creation_like import zeros_like
from ...tensor.sampling import randn
from ..module import Module

MAPS = ("matrix_exp", "cayley", "householder")


def _as_tall(matrix: Any) -> tuple[Any, bool]:
    is_wide = matrix.shape[-2] < matrix.shape[-1]
    return (matrix.mT if is_wide else matrix), is_wide


def _like_tall(matrix: Any, is_wide: bool) -> Any:
    return matrix.mT if is_wide else matrix


def _orthonormal(matrix: Any) -> Any:
    """Return the Q of Q R for which the diagonal of R is positive."""
    reflections, tau = geqrf(matrix)
    signs = reflections.diagonal(dim1=-2, dim2=-1).sgn()
    return householder_product(reflections, tau) * signs.unsqueeze(-2)


def _is_orthonormal(matrix: Any) -> bool:
    n, dtype = matrix.shape[-2], matrix.dtype
    identity = eye(matrix.shape[-1], dtype=dtype)
    return bool(allclose(matrix.mH @ matrix, identity, atol=10.0 * n * finfo(dtype).eps))


class Orthogonal(Module):
    """Q of X (..., m, n), by a map of A = X - Xᴴ, X lower: exp(A), or (1 - A/2)^-1 (1 + A/2).

    The third map is a product of Householder's reflections, of the columns of X. `base` times that
    is Q, so that X starts where the map is tame (Lezcano-Casado 2019).
    """

    base: Any

    def __init__(self, weight: Any, orthogonal_map: str, use_trivialization: bool) -> None:
        super().__init__()
        if weight.dtype in COMPLEX and orthogonal_map == "householder":
            raise ArgumentError('orthogonal: the map "householder" takes no complex weight')
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def _get_name(self) -> str:
        return "_Orthogonal"

    @property
    def _has_base(self) -> bool:
        return "base" in self._buffers

    def forward(self, x: Any) -> Any:
        """Return the matrix with orthonormal columns, or rows where it is wide."""
        x, is_wide = _as_tall(x)
        n, k = x.shape[-2:]
        if self.orthogonal_map == "householder":
            below = x.tril(-1)
            tau = 2.0 / (1.0 + (below * below).sum(-2))
            signs = x.diagonal(dim1=-2, dim2=-1).detach().trunc()
            q = householder_product(below, tau) * signs.unsqueeze(-2)
        else:
            x = x.tril()
            if n != k:
                x = cat([x, zeros_like(x[..., :1]).expand(*x.shape[:-1], n - k)], -1)
            a = x - x.mH
            if self.orthogonal_map == "matrix_exp":
                q = matrix_exp(a)
            else:
                identity = eye(n, dtype=a.dtype)
                q = solve(identity - 0.5 * a, identity + 0.5 * a)
            q = q[..., :k]
        return _like_tall(self.base @ q if self._has_base else q, is_wide)

    def right_inverse(self, weight: Any) -> Any:
        """Return an X for a weight, which becomes orthonormal first if it is not.

        Raises:
            ShapeError: another shape. NotImplementedError: no base, and a map without an inverse.
        """
        if weight.shape != self.shape:
            raise ShapeError(
                f"orthogonal: a weight of shape {tuple(self.shape)} is expected, got "
                f"{tuple(weight.shape)}"
            )
        with no_grad():
            q, is_wide = _as_tall(weight)
            return self._with_new_base(q, weight) if self._has_base else self._inverse(q, is_wide)

    def _with_new_base(self, q: Any, weight: Any) -> Any:
        """Keep Q, completed to a square matrix, and return -1, of which the maps make 1."""
        n, k = q.shape[-2:]
        if n != k:
            more = randn(*q.shape[:-2], n, n - k, dtype=q.dtype)
            self.base = _orthonormal(cat([q, more], -1))
        else:
            self.base = q.clone() if _is_orthonormal(q) else _orthonormal(q)
        x = zeros_like(weight)
        x.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return x

    def _inverse(self, q: Any, is_wide: bool) -> Any:
        if self.orthogonal_map != "householder":
            raise NotImplementedError(
                f'orthogonal: the map "{self.orthogonal_map}" has no inverse, so a weight can be '
                "assigned with use_trivialization=True only"
            )
        x, tau = geqrf(q)
        diagonal = x.diagonal(dim1=-2, dim2=-1)
        signs = diagonal.sign()
        diagonal.copy_(where(tau == 0, -signs, signs))  # where LAPACK reflects nothing
        return _like_tall(x, is_wide)


def orthogonal_rule(
    module: Any, name: str, orthogonal_map: str | None, use_trivialization: bool
) -> Orthogonal:
    """Return the parametrization of a module's weight."""
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ArgumentError(f"orthogonal: {type(module).__name__} has no tensor {name!r}")
    if weight.ndim < 2:
        raise ArgumentError(
            f"orthogonal: {name} must be a matrix, or a batch of them; got shape "
            f"{tuple(weight.shape)}"
        )
    if orthogonal_map is None:
        is_square = weight.shape[-2] == weight.shape[-1]
        orthogonal_map = "matrix_exp" if is_square or weight.dtype in COMPLEX else "householder"
    if orthogonal_map not in MAPS:
        raise ArgumentError(f"orthogonal: orthogonal_map is one of {MAPS}, got {orthogonal_map!r}")
    return Orthogonal(weight, orthogonal_map, use_trivialization)
