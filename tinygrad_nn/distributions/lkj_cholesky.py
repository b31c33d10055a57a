"""`LKJCholesky`, a distribution over correlation matrices, of which it draws the Cholesky factors.
Read `wishart.py` next.
"""

from __future__ import annotations

import math
from operator import index
from typing import Any

from ..arrays.limits import finfo
from ..autograd.grad_mode import no_grad
from ..errors import ArgumentError
from ..ops.names import cat, diag_embed, mvlgamma
from ..tensor import Tensor
from ..tensor.creation import zeros
from ..tensor.ranges import arange
from . import constraints
from .beta import Beta
from .distribution import Distribution
from .matrices import row_norms
from .parameters import broadcast_all, standard_normal

__all__ = ["LKJCholesky"]


class LKJCholesky(Distribution):
    """Lower L, of which L Lᵀ is a correlation matrix of density det(L Lᵀ)^(concentration - 1) / C.

    Lewandowski, Kurowicka and Joe 2009; a concentration of 1 makes all matrices alike. Samples are
    PyTorch's for the same seed, by their onion method: row after row, a direction and a length.

    Raises:
        ArgumentError: matrices of less than 2 rows.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.distributions.LKJCholesky(3, 1.0).log_prob(tnn.eye(3))
        tensor(-1.5963)
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    concentration: Tensor

    def __init__(
        self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        self.dim = index(dim)
        if self.dim < 2:
            raise ArgumentError(f"LKJCholesky: dim is the number of rows, 2 or more; got {dim}")
        (self.concentration,) = broadcast_all(concentration)
        shape = (self.dim, self.dim)
        super().__init__(self.concentration.shape, shape, validate_args)

    @property
    def _squared_lengths(self) -> Beta:
        """The distribution of the squared length of each row left of the diagonal."""
        rows = arange(self.dim - 1, dtype=self.concentration.dtype)
        rows = cat([zeros(1, dtype=rows.dtype), rows])
        rest = self.concentration + 0.5 * (self.dim - 2)
        return Beta(rows + 0.5, rest.unsqueeze(-1) - 0.5 * rows, validate_args=False)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            square = self._squared_lengths.sample(sample_shape).unsqueeze(-1)
            left = standard_normal(self._extended_shape(sample_shape), square).tril(-1)
            left = left / row_norms(left).unsqueeze(-1)
            left[..., 0, :] = 0.0  # where the norm is 0
            left = square.sqrt() * left
            rest = (1 - (left**2).sum(-1)).clamp(min=finfo(left.dtype).tiny)
            return left + diag_embed(rest.sqrt())

    def log_prob(self, value: Tensor) -> Tensor:
        """Return the sum of (2 concentration - 2 + n - i) log L_ii over rows i from 2, less log C.

        The power is of the density and of the Jacobian of L Lᵀ; C is on the paper's page 1999.
        """
        if self._validate_args:
            self._validate_sample(value)
        powers = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - arange(2, self.dim + 1)
        of_rows = (powers * value.diagonal(dim1=-1, dim2=-2)[..., 1:].log()).sum(-1)
        n = self.dim - 1
        a = self.concentration + 0.5 * n
        log_constant = 0.5 * n * math.log(math.pi) + mvlgamma(a - 0.5, n) - n * a.lgamma()
        return of_rows - log_constant
