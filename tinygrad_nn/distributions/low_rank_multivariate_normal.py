"""`LowRankMultivariateNormal`, a Gaussian of many dimensions that vary together in a few.
Read `lkj_cholesky.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..errors import ArgumentError, ShapeError
from ..ops.names import broadcast_tensors, diag_embed
from ..tensor import Tensor
from ..tensor.creation import eye
from . import constraints
from .distribution import Distribution
from .matrices import factor, solved
from .parameters import standard_normal

__all__ = ["LowRankMultivariateNormal"]


class LowRankMultivariateNormal(Distribution):
    """N(loc, C) with C = W Wᵀ + diag d: W is `cov_factor` (..., k, m), d is `cov_diag` (..., k).

    With the lower triangle L of S = I + Wᵀ D^-1 W, which is (m, m) only, det C = det S det D, and
    xᵀ C^-1 x = xᵀ D^-1 x - |L^-1 Wᵀ D^-1 x|^2 (Woodbury 1950). Samples are PyTorch's for the same
    seed.

    Raises:
        ArgumentError: sizes that do not fit each other, or a diagonal that is not positive.

    Example:
        >>> import tinygrad_nn as tnn
        >>> d = tnn.distributions.LowRankMultivariateNormal(
        ...     tnn.zeros(3), tnn.zeros(3, 1), tnn.ones(3)
        ... )
        >>> d.log_prob(tnn.zeros(3))
        tensor(-2.7568)
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True

    loc: Tensor
    cov_factor: Tensor
    cov_diag: Tensor

    def __init__(
        self,
        loc: Tensor,
        cov_factor: Tensor,
        cov_diag: Tensor,
        validate_args: bool | None = None,
    ) -> None:
        k = loc.shape[-1] if loc.dim() else 0
        if not (
            loc.dim() >= 1
            and cov_factor.dim() >= 2
            and cov_factor.shape[-2] == k
            and cov_diag.shape[-1:] == (k,)
        ):
            raise ArgumentError(self._misfit("sizes", loc, cov_factor, cov_diag))
        try:
            columns = broadcast_tensors(loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1))
        except ShapeError:
            said = self._misfit("batch shapes", loc, cov_factor, cov_diag)
            raise ArgumentError(said) from None
        self.loc, self.cov_diag = columns[0][..., 0], columns[2][..., 0]
        self.cov_factor = columns[1]
        self._given_factor, self._given_diagonal = cov_factor, cov_diag
        super().__init__(self.loc.shape[:-1], (k,), validate_args)
        scaled = self._scaled(cov_factor)
        self._lower = factor(cov_factor.mT @ scaled + eye(scaled.shape[-1], dtype=scaled.dtype))

    def _misfit(self, what: str, loc: Any, cov_factor: Any, cov_diag: Any) -> str:
        return (
            f"LowRankMultivariateNormal: the {what} of loc (..., k), cov_factor (..., k, m) and "
            f"cov_diag (..., k) do not fit, got shapes {tuple(loc.shape)}, "
            f"{tuple(cov_factor.shape)} and {tuple(cov_diag.shape)}"
        )

    def _scaled(self, columns: Any) -> Any:
        """Return D^-1 times the columns of a matrix."""
        return columns / self._given_diagonal.unsqueeze(-1)

    def _correction(self, columns: Any) -> Any:
        """Return L^-1 Wᵀ D^-1 times columns, of which the square is what D^-1 has too much."""
        return solved(self._lower, self._given_factor.mT @ self._scaled(columns))

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        squares = self._given_factor.pow(2).sum(-1) + self._given_diagonal
        return squares.expand(self._batch_shape + self._event_shape)

    def _over_the_batch(self, matrix: Any) -> Tensor:
        return matrix.expand(self._batch_shape + matrix.shape[-2:])

    @property
    def covariance_matrix(self) -> Tensor:
        """C = W Wᵀ + diag d."""
        w = self._given_factor
        return self._over_the_batch(w @ w.mT + diag_embed(self._given_diagonal))

    @property
    def precision_matrix(self) -> Tensor:
        """C^-1."""
        d = self._given_diagonal
        a = solved(self._lower, (self._given_factor / d.unsqueeze(-1)).mT)
        return self._over_the_batch(diag_embed(d.reciprocal()) - a.mT @ a)

    @property
    def scale_tril(self) -> Tensor:
        """The lower triangle of C: D^1/2 times that of I + D^-1/2 W Wᵀ D^-1/2, which is tame."""
        root = self._given_diagonal.sqrt().unsqueeze(-1)
        scaled = self._given_factor / root
        tame = scaled @ scaled.mT + eye(scaled.shape[-2], dtype=scaled.dtype)
        return self._over_the_batch(root * factor(tame))

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        common = standard_normal((*shape[:-1], self.cov_factor.shape[-1]), self.loc)
        own = standard_normal(shape, self.loc)
        moved = (self._given_factor @ common.unsqueeze(-1)).squeeze(-1)
        return self.loc + moved + self._given_diagonal.sqrt() * own

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

    def _log_det(self) -> Any:
        """Return half of log det C."""
        of_lower = self._lower.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return of_lower + 0.5 * self._given_diagonal.log().sum(-1)

    def _squared_distance(self, apart: Any) -> Any:
        """Return xᵀ C^-1 x."""
        correction = self._correction(apart.unsqueeze(-1)).pow(2).sum((-2, -1))
        return (apart.pow(2) / self._given_diagonal).sum(-1) - correction

    def _trace_with(self, factor: Any, diagonal: Any) -> Any:
        """Return the trace of C^-1 (F Fᵀ + diag e), F and e of another covariance."""
        d = self._given_diagonal
        trace = (factor.pow(2) / d.unsqueeze(-1)).sum((-2, -1))
        trace = trace - self._correction(factor).pow(2).sum((-2, -1))
        if diagonal is None:
            return trace
        a = solved(self._lower, (self._given_factor / d.unsqueeze(-1)).mT)
        return trace + (diagonal / d).sum(-1) - (a.pow(2) * diagonal.unsqueeze(-2)).sum((-2, -1))

    def _parts(self) -> tuple[Any, Any]:
        """Return F and d of C = F Fᵀ + diag d."""
        return self._given_factor, self._given_diagonal
