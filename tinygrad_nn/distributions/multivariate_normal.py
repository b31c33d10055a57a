"""`MultivariateNormal`, the Gaussian distribution of vectors.
Read `independent.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..errors import ArgumentError
from ..ops.names import broadcast_shapes, cholesky_inverse
from ..tensor import Tensor
from . import constraints
from .distribution import Distribution
from .matrices import factor, factor_of_inverse, solved
from .parameters import lazy_property, standard_normal

__all__ = ["MultivariateNormal"]


class MultivariateNormal(Distribution):
    """N(loc, C): log p(x) = -|L^-1 (x - loc)|^2 / 2 - log det L - k log(2 pi) / 2 for C = L Lᵀ.

    Of vectors `loc` (..., k) and one of three matrices (..., k, k): the `covariance_matrix` C, the
    `precision_matrix` C^-1 or the lower triangle `scale_tril` L, which is the cheapest. Samples are
    PyTorch's for the same seed; `rsample` is loc + L z for normals z.

    Raises:
        ArgumentError: other than one matrix, or one that is not positive definite.

    Example:
        >>> import tinygrad_nn as tnn
        >>> d = tnn.distributions.MultivariateNormal(tnn.zeros(2), tnn.eye(2))
        >>> d.log_prob(tnn.zeros(2))
        tensor(-1.8379)
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True

    loc: Tensor
    _unbroadcasted_scale_tril: Tensor

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        named = [(name, matrix) for name, matrix in given.items() if matrix is not None]
        if loc.dim() < 1:
            raise ArgumentError("MultivariateNormal: loc needs a dimension, got a 0-d tensor")
        if len(named) != 1:
            raise ArgumentError(
                f"MultivariateNormal takes exactly one of {', '.join(given)}; got {len(named)}"
            )
        ((name, matrix),) = named
        if matrix.dim() < 2:
            raise ArgumentError(
                f"MultivariateNormal: {name} is a matrix, got shape {tuple(matrix.shape)}"
            )
        batch_shape = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        setattr(self, name, matrix.expand((*batch_shape, -1, -1)))
        self.loc = loc.expand((*batch_shape, -1))
        super().__init__(batch_shape, self.loc.shape[-1:], validate_args)
        if scale_tril is not None:
            self._unbroadcasted_scale_tril = scale_tril
        elif covariance_matrix is not None:
            self._unbroadcasted_scale_tril = factor(covariance_matrix)
        else:
            self._unbroadcasted_scale_tril = factor_of_inverse(precision_matrix)

    def _over_the_batch(self, matrix: Any) -> Tensor:
        return matrix.expand(self._batch_shape + self._event_shape + self._event_shape)

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

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        squares = self._unbroadcasted_scale_tril.pow(2).sum(-1)
        return squares.expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        z = standard_normal(self._extended_shape(sample_shape), self.loc)
        return self.loc + (self._unbroadcasted_scale_tril @ z.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        whitened = solved(self._unbroadcasted_scale_tril, (value - self.loc).unsqueeze(-1))
        distance = whitened.squeeze(-1).pow(2).sum(-1)
        k = self._event_shape[0]
        return -0.5 * (k * math.log(2 * math.pi) + distance) - self._log_det()

    def entropy(self) -> Tensor:
        k = self._event_shape[0]
        entropy = 0.5 * k * (1.0 + math.log(2 * math.pi)) + self._log_det()
        return entropy.expand(self._batch_shape) if self._batch_shape else entropy

    def _log_det(self) -> Tensor:
        return self._unbroadcasted_scale_tril.diagonal(dim1=-2, dim2=-1).log().sum(-1)
