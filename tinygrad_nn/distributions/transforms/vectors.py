"""Transforms of vectors and matrices: to probabilities, to triangles, to definite matrices.
Read `cumulative.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.limits import finfo
from ...arrays.size import Size
from ...errors import ShapeError
from ...ops.elementwise.activations import softplus
from ...ops.elementwise.smooth_bends import log_sigmoid
from ...ops.shape.padding import pad
from ...tensor.creation import eye
from ...tensor.ranges import arange
from .. import constraints
from ..matrices import factor, filled_triangle, of_triangle
from .elementwise import clipped_sigmoid
from .transform import Transform

__all__ = [
    "CorrCholeskyTransform",
    "LowerCholeskyTransform",
    "PositiveDefiniteTransform",
    "SoftmaxTransform",
    "StickBreakingTransform",
]


def _check_vector(transform: Transform, shape: Any, least: int = 1) -> None:
    if len(shape) < least:
        raise ShapeError(
            f"{type(transform).__name__}: {least} or more dimensions expected, got shape "
            f"{tuple(shape)}"
        )


class SoftmaxTransform(Transform):
    """y = softmax(x), whose inverse is log y: not a bijection, as x + c gives the same y."""

    domain: Any = constraints.real_vector
    codomain: Any = constraints.simplex

    def _call(self, x: Any) -> Any:
        shares = (x - x.amax(-1, keepdim=True)).exp()
        return shares / shares.sum(-1, keepdim=True)

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def forward_shape(self, shape: Any) -> Any:
        _check_vector(self, shape)
        return shape

    inverse_shape = forward_shape


class StickBreakingTransform(Transform):
    """k numbers to k + 1 probabilities: each breaks its share off what is left of a stick.

    z = sigmoid(x - log(k, k - 1 ... 1)), y_i = z_i prod over j < i of (1 - z_j); x = 0 gives equal
    shares (Stan's reference manual, "simplex transform").
    """

    domain: Any = constraints.real_vector
    codomain: Any = constraints.simplex
    bijective = True

    def _call(self, x: Any) -> Any:
        shares = clipped_sigmoid(x - _left(x, 1).log())
        return pad(shares, [0, 1], value=1) * pad((1 - shares).cumprod(-1), [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        first = y[..., :-1]
        rest = (1 - first.cumsum(-1)).clamp(min=finfo(y.dtype).tiny)
        return first.log() - rest.log() + _left(first, 1).log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        x = x - _left(x, 1).log()
        return (-x + log_sigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        _check_vector(self, shape)
        return Size((*shape[:-1], shape[-1] + 1))

    def inverse_shape(self, shape: Any) -> Any:
        _check_vector(self, shape)
        return Size((*shape[:-1], shape[-1] - 1))


def _left(x: Any, last: int) -> Any:
    """Return k, k - 1 ... `last` for the k numbers of a vector."""
    return arange(x.shape[-1] + last - 1, last - 1, -1, dtype=x.dtype)


class LowerCholeskyTransform(Transform):
    """A matrix to a lower triangle with e^x on its diagonal."""

    domain: Any = constraints.independent(constraints.real, 2)
    codomain: Any = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class PositiveDefiniteTransform(Transform):
    """A matrix to L Lᵀ, L as in `LowerCholeskyTransform`."""

    domain: Any = constraints.independent(constraints.real, 2)
    codomain: Any = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        lower = LowerCholeskyTransform()(x)
        return lower @ lower.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(factor(y))


class CorrCholeskyTransform(Transform):
    """d (d - 1) / 2 numbers to the Cholesky factor of a d x d correlation matrix.

    r = tanh x fills the lower triangle, row by row; each row's next number takes r of the length
    that is left (Lewandowski, Kurowicka and Joe 2009; Stan's reference manual).
    """

    domain: Any = constraints.real_vector
    codomain: Any = constraints.corr_cholesky
    bijective = True
    compared = None

    def _call(self, x: Any) -> Any:
        eps = finfo(x.dtype).eps
        r = filled_triangle(x.tanh().clamp(min=-1 + eps, max=1 - eps), -1)
        left = (1 - r**2).sqrt().cumprod(-1)
        r = r + eye(r.shape[-1], dtype=r.dtype)
        return r * pad(left[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        left = pad((1 - (y * y).cumsum(-1))[..., :-1], [1, 0], value=1)
        t = of_triangle(y, -1) / of_triangle(left, -1).sqrt()
        return (t.log1p() - (-t).log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        left = of_triangle(1 - (y * y).cumsum(-1), -2)
        of_tanh = -2 * (x + softplus(-2 * x) - math.log(2.0)).sum(-1)
        return 0.5 * left.log().sum(-1) + of_tanh

    def forward_shape(self, shape: Any) -> Any:
        _check_vector(self, shape)
        n = shape[-1]
        d = round((0.25 + 2 * n) ** 0.5 + 0.5)
        if d * (d - 1) // 2 != n:
            raise ShapeError(f"CorrCholeskyTransform: {n} numbers fill no lower triangle")
        return Size((*shape[:-1], d, d))

    def inverse_shape(self, shape: Any) -> Any:
        _check_vector(self, shape, 2)
        if shape[-2] != shape[-1]:
            raise ShapeError(f"CorrCholeskyTransform: no square matrix: {tuple(shape)}")
        d = shape[-1]
        return Size((*shape[:-2], d * (d - 1) // 2))
