"""`Wishart`, the distribution of a sample's covariance.
Read `independent.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ..arrays.kinds import is_number
from ..arrays.limits import finfo
from ..errors import ArgumentError
from ..linalg import slogdet
from ..ops.names import broadcast_shapes, cholesky_solve, diag_embed, mvlgamma, where
from ..tensor import Tensor
from ..tensor.creation import tensor
from ..tensor.ranges import arange, tril_indices
from ..tensor.sampling import randn
from ..warn import warn_user
from . import constraints
from .chi2 import Chi2
from .covariances import OfACovariance
from .exp_family import ExponentialFamily

__all__ = ["Wishart"]

TRIES = 10  # of draws that are not positive definite


class Wishart(OfACovariance, ExponentialFamily):
    """The sum of x xᵀ over `df` vectors x of N(0, C), for real df above p - 1, C of p rows.

    log p(X) = (df - p - 1) / 2 log det X - trace(C^-1 X) / 2 - df / 2 (p log 2 + log det C)
    - log Γ_p(df / 2). C is given as one of `covariance_matrix`, `precision_matrix` and
    `scale_tril`. Samples are PyTorch's for the same seed, by Bartlett's decomposition (1933).

    Raises:
        ArgumentError: other than one matrix, one that is not positive definite, or too small a df.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.distributions.Wishart(3.0, tnn.eye(2)).log_prob(tnn.eye(2))
        tensor(-3.5310)
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0

    df: Tensor

    def __init__(
        self,
        df: Any,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        name, matrix = self._given_matrix(
            covariance_matrix=covariance_matrix,
            precision_matrix=precision_matrix,
            scale_tril=scale_tril,
        )
        df = tensor(df, dtype=matrix.dtype) if is_number(df) else df
        batch_shape = broadcast_shapes(matrix.shape[:-2], df.shape)
        self.df = df.expand(batch_shape)
        p = matrix.shape[-1]
        if (self.df <= p - 1).any():
            raise ArgumentError(
                f"Wishart: df must be above {p - 1}, the rows of {name} less 1; got {df}"
            )
        if (self.df < p).any():
            warn_user(
                f"Wishart: Low df values detected, {df} of {p} rows: singular samples are likely"
            )
        self._take_matrix(name, matrix, batch_shape, matrix.shape[-2:], validate_args)

    @property
    def arg_constraints(self) -> Any:
        """The matrices are definite, and df is large enough for them."""
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._event_shape[-1] - 1),
        }

    def _times(self, factor: Any, matrix: Any) -> Any:
        return factor.reshape((*self._batch_shape, 1, 1)) * matrix

    @property
    def mean(self) -> Tensor:
        return self._times(self.df, self.covariance_matrix)

    @property
    def mode(self) -> Tensor:
        factor = self.df - self._event_shape[-1] - 1
        has_one = where(factor <= 0, math.nan, factor)
        return self._times(has_one, self.covariance_matrix)

    @property
    def variance(self) -> Tensor:
        c = self.covariance_matrix
        diagonal = c.diagonal(dim1=-2, dim2=-1)
        squares = c.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2)
        return self._times(self.df, squares)

    def _drawn(self, sample_shape: Any) -> Any:
        """Return L A Aᵀ Lᵀ, A lower with roots of Chi2(df - i) as its diagonal, and normals."""
        p, lower = self._event_shape[-1], self._unbroadcasted_scale_tril
        rows = arange(p, dtype=lower.dtype)
        squares = Chi2(self.df.unsqueeze(-1) - rows, validate_args=False).rsample(sample_shape)
        a = diag_embed(squares.sqrt().clamp(min=finfo(squares.dtype).eps))
        i, j = tril_indices(p, p, offset=-1)
        below = (*sample_shape, *self._batch_shape, p * (p - 1) // 2)
        a[..., i, j] = randn(below, dtype=a.dtype)
        root = lower @ a
        return root @ root.mT

    def rsample(self, sample_shape: Any = (), max_try_correction: int | None = None) -> Tensor:
        """Return matrices drawn; those that are not positive definite are drawn again.

        PyTorch draws again those that are, once: for its numbers that is done here first.
        """
        tries = TRIES if max_try_correction is None else max_try_correction
        sample = self._drawn(sample_shape)
        self._draw_again(sample, self._any_of_batch(self.support.check(sample)), tries)
        self._draw_again(sample, self._any_of_batch(~self.support.check(sample)), tries)
        return sample

    def _draw_again(self, sample: Any, again: Any, tries: int) -> None:
        """Replace some samples by others, and those by others while they are not definite."""
        for _ in range(tries):
            if not again.any():
                break
            drawn = self._drawn((int(again.sum()),))
            sample[again] = drawn
            again[again.clone()] = self._any_of_batch(~self.support.check(drawn))

    def _any_of_batch(self, is_so: Any) -> Any:
        batch = len(self._batch_shape)
        return is_so.reshape((*is_so.shape[: is_so.dim() - batch], -1)).any(-1) if batch else is_so

    def log_prob(self, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        df, p = self.df, self._event_shape[-1]
        of_value = (df - p - 1) / 2 * slogdet(value).logabsdet
        solved = cholesky_solve(value, self._unbroadcasted_scale_tril)
        trace = solved.diagonal(dim1=-2, dim2=-1).sum(-1)
        of_scale = df * (p * math.log(2) / 2 + self._log_det())
        return of_value - trace / 2 - of_scale - mvlgamma(df / 2, p)

    def entropy(self) -> Tensor:
        df, p = self.df, self._event_shape[-1]
        digammas = (df.unsqueeze(-1) / 2 - arange(p, dtype=df.dtype) / 2).digamma().sum(-1)
        of_scale = (p + 1) * (p * math.log(2) / 2 + self._log_det())
        entropy = of_scale + mvlgamma(df / 2, p) - (df - p - 1) / 2 * digammas + df * p / 2
        return entropy

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        x, y = natural_params
        p = self._event_shape[-1]
        half_df = y + (p + 1) / 2
        log_det = p * math.log(2) - slogdet(-2 * x).logabsdet
        return half_df * log_det + mvlgamma(half_df, p)
