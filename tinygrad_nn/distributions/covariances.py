"""What distributions of a covariance matrix share: it is given in one of three forms, made of L.
Read `multivariate_normal.py` next.
"""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from ..ops.names import cholesky_inverse
from ..tensor import Tensor
from .distribution import Distribution
from .matrices import factor, factor_of_inverse
from .parameters import lazy_property

__all__ = ["OfACovariance"]


class OfACovariance(Distribution):
    """A covariance C = L Lᵀ given as C, as its inverse or as L; the others are made when asked for.

    Raises:
        ArgumentError: other than one matrix, or one that is not positive definite.
    """

    _unbroadcasted_scale_tril: Tensor

    def _given_matrix(self, **matrices: Tensor | None) -> tuple[str, Any]:
        """Return the one matrix that was given, and its name."""
        given = [(name, matrix) for name, matrix in matrices.items() if matrix is not None]
        kind = type(self).__name__
        if len(given) != 1:
            raise ArgumentError(
                f"{kind} takes exactly one of {', '.join(matrices)}; got {len(given)}"
            )
        ((name, matrix),) = given
        if matrix.dim() < 2:
            raise ArgumentError(f"{kind}: {name} is a matrix, got shape {tuple(matrix.shape)}")
        return name, matrix

    def _take_matrix(
        self, name: str, matrix: Any, batch_shape: Any, event_shape: Any, validate_args: bool | None
    ) -> None:
        """Keep a matrix over the batch, check all parameters, and keep L."""
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        Distribution.__init__(self, batch_shape, event_shape, validate_args)
        if name == "covariance_matrix":
            matrix = factor(matrix)
        elif name == "precision_matrix":
            matrix = factor_of_inverse(matrix)
        self._unbroadcasted_scale_tril = matrix

    def _over_the_batch(self, matrix: Any) -> Tensor:
        return matrix.expand(self._batch_shape + matrix.shape[-2:])

    @lazy_property
    def scale_tril(self) -> Any:
        """L, the lower triangle of C = L Lᵀ."""
        return self._over_the_batch(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """C = L Lᵀ."""
        lower = self._unbroadcasted_scale_tril
        return self._over_the_batch(lower @ lower.mT)

    @lazy_property
    def precision_matrix(self) -> Any:
        """C^-1."""
        return self._over_the_batch(cholesky_inverse(self._unbroadcasted_scale_tril))

    def _log_det(self) -> Any:
        """Return log det L, half of log det C."""
        return self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)
