"""`MultivariateNormal`, the Gaussian distribution of vectors.
Read `low_rank_multivariate_normal.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..errors import ArgumentError
from ..ops.names import broadcast_shapes, diag_embed
from ..tensor import Tensor
from . import constraints
from .covariances import OfACovariance
from .matrices import solved
from .parameters import standard_normal

__all__ = ["MultivariateNormal"]


class MultivariateNormal(OfACovariance):
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

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ArgumentError("MultivariateNormal: loc needs a dimension, got a 0-d tensor")
        name, matrix = self._given_matrix(
            covariance_matrix=covariance_matrix,
            precision_matrix=precision_matrix,
            scale_tril=scale_tril,
        )
        batch_shape = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.loc = loc.expand((*batch_shape, -1))
        self._take_matrix(name, matrix, batch_shape, self.loc.shape[-1:], validate_args)

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
        k = self._event_shape[0]
        distance = self._squared_distance(value - self.loc)
        return -0.5 * (k * math.log(2 * math.pi) + distance) - self._log_det()

    def entropy(self) -> Tensor:
        k = self._event_shape[0]
        entropy = 0.5 * k * (1.0 + math.log(2 * math.pi)) + self._log_det()
        return entropy.expand(self._batch_shape) if self._batch_shape else entropy

    def _squared_distance(self, apart: Any) -> Any:
        """Return xᵀ C^-1 x = |L^-1 x|^2."""
        return solved(self._unbroadcasted_scale_tril, apart.unsqueeze(-1)).pow(2).sum((-2, -1))

    def _trace_with(self, factor: Any, diagonal: Any) -> Any:
        """Return the trace of C^-1 (F Fᵀ + diag d), F and d of another covariance."""
        lower = self._unbroadcasted_scale_tril
        roots = [factor] if diagonal is None else [factor, diag_embed(diagonal.sqrt())]
        trace: Any = 0.0
        for root in roots:
            batch = broadcast_shapes(lower.shape[:-2], root.shape[:-2])
            whitened = solved(
                lower.expand((*batch, *lower.shape[-2:])), root.expand((*batch, *root.shape[-2:]))
            )
            trace = trace + whitened.pow(2).sum((-2, -1))
        return trace

    def _parts(self) -> tuple[Any, Any]:
        """Return F and d of C = F Fᵀ + diag d: no d here."""
        return self._unbroadcasted_scale_tril, None
