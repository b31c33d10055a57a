"""Norms of vectors over any dimensions, and what is measured or rescaled by them.
Read `order.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Dims, Dtype, Number, as_dim, as_number, kept_shape
from ...arrays.kinds import is_array, is_complex, is_differentiable, is_floating
from ...arrays.refusing import instead_of, refuses, shown
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.tensor_base import TensorBase
from ...autograd.writing import in_place
from ...errors import ArgumentError, DimensionError, DTypeError
from ..elementwise.arithmetic import sgn, sub
from ..elementwise.copying import cast
from ..elementwise.selection import where
from ..matrices.singular import svdvals
from ..shape.order import permute
from .extremes import amax, amin
from .spread import over_or_zero
from .sums import sum

__all__ = ["dist", "norm", "renorm"]


def _check_extreme(x: Array, dim: Any, ord: float) -> None:
    sizes = x.shape if dim is None else [x.shape[i] for i in dim]
    if 0 in sizes and (ord < 0 or ord == math.inf):
        raise DimensionError(
            f"vector_norm: of nothing there is no norm of order {ord}; the tensor has shape "
            f"{x.shape}"
        )


@op(r"{\lVert x \rVert}_p")
def vector_norm(
    input: Array, ord: Number = 2, dim: Dims = None, keepdim: bool = False, *, dtype: Dtype = None
) -> Array:
    """Return (sum |x|^p)^(1/p) over `dim`, p being `ord`; of inf and -inf the extreme |x|.

    Of order 0 it is how many elements are not 0. The gradient at 0 is 0.
    """
    if dtype is not None:
        if is_complex(input) and not is_complex(np.empty(0, dtype)):
            raise DTypeError(f"vector_norm: of {input.dtype} dtype is complex, got {dtype}")
        input = cast.op.forward(input, dtype)
    if not is_differentiable(input):
        raise DTypeError(f"vector_norm: not defined for {input.dtype}; use x.float()")
    _check_extreme(input, dim, ord)
    wide = in_float32(input)
    y = np.asarray(_norm(wide, ord, dim, keepdim))
    return y if is_complex(input) else y.astype(input.dtype, copy=False)


def _norm(x: Array, ord: Any, dim: Any, keepdim: bool) -> Array:
    if ord == 2 and is_floating(x):
        return np.sqrt(accurate_sum(x * x, dim, keepdim))
    size = np.abs(x)
    if ord == math.inf:
        return amax.op.forward(size, dim, keepdim)
    if ord == -math.inf:
        return amin.op.forward(size, dim, keepdim)
    if ord == 0:
        return accurate_sum((size != 0).astype(size.dtype), dim, keepdim)
    if ord == 1:
        return accurate_sum(size, dim, keepdim)
    if ord == 2:
        return np.sqrt(accurate_sum(size * size, dim, keepdim))
    return accurate_sum(size**ord, dim, keepdim) ** (1.0 / ord)


def _norm_rule(g: Array, input: Array, y: Array, input_shape: Any, ord: Any, dim: Any) -> Array:
    """g * sgn(x) * (abs(x) / y) ** (p - 1): and 0 where x or the norm is 0."""
    kept = kept_shape(input_shape, dim)
    g, y = g.reshape(kept), y.reshape(kept)
    if ord == 0:
        return np.zeros_like(input)
    if ord == 1:
        return g * sgn(input)
    if ord == 2:
        return input * over_or_zero(g, y)
    size = abs(input)
    if ord in (math.inf, -math.inf):
        held, extreme = (getattr(each, "array", each) for each in (size, y))
        ties = (held == extreme) | (np.isnan(held) & np.isnan(extreme))
        number = np.add.reduce(ties, axis=dim, keepdims=True).astype(
            g.dtype if is_array(g) else g.array.dtype
        )
        return np.where(ties, sgn(input) * (g / number), 0.0)
    share = np.where(y == 0, 0.0, g / np.where(y == 0, 1.0, y) ** (ord - 1.0))
    if ord > 2:
        return input * size ** (ord - 2.0) * share
    return np.where(
        size == 0, 0.0, sgn(input) * np.where(size == 0, 1.0, size) ** (ord - 1.0) * share
    )


vector_norm.vjp(input=_norm_rule)


@refuses
@instead_of("vector_norm", "to", "svdvals", "permute", "sum")
def norm(
    input: Any,
    p: Any = "fro",
    dim: Any = None,
    keepdim: bool = False,
    out: Any = None,
    dtype: Any = None,
) -> Any:
    """Return the p-norm over `dim`, of all elements by default; "nuc" sums the singular values.

    "fro" is the 2-norm. Integers have none: make them float first, or give a dtype.

    Raises:
        ArgumentError: another string. DTypeError: integers.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.norm(tnn.tensor([[3.0, 4.0], [0.0, 5.0]]), dim=1)
        tensor([5., 5.])
    """
    if not isinstance(input, TensorBase):
        raise DTypeError(f"norm() takes a Tensor, got {shown(input)}")
    given = {} if out is None else {"out": out}
    if p == "nuc":
        if dtype is not None:
            input = cast(input, dtype)
        return _nuclear(input, dim, keepdim, given)
    if isinstance(p, str) and p != "fro":
        raise ArgumentError(f'norm: p must be a number, "fro" or "nuc", got {p!r:.60}')
    ord = 2.0 if p is None or p == "fro" else as_number(p, "p", "norm")
    return vector_norm(input, float(ord), dim, keepdim, dtype=dtype, **given)


def _nuclear(input: Any, dim: Any, keepdim: bool, given: Any) -> Any:
    ndim = input.array.ndim
    pair = tuple(range(ndim)) if dim is None else dim
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise DimensionError(
            f'norm: p="nuc" is of two dims, got dim={dim} of a tensor of shape {input.array.shape}'
        )
    dims = tuple(as_dim(each, ndim, "norm") for each in pair)
    others = tuple(i for i in range(ndim) if i not in dims)
    total = sum(svdvals(permute(input, (*others, *dims))), -1, **given)
    return total.reshape(kept_shape(input.array.shape, dims)) if keepdim else total


@refuses
@instead_of("vector_norm", "sub")
def dist(input: Any, other: Any, p: Any = 2) -> Any:
    """Return the p-norm of input - other, which broadcast."""
    return vector_norm(sub(input, other), float(as_number(p, "p", "dist")))


@refuses
@instead_of("vector_norm", "mul")
def renorm(input: Any, p: Any, dim: int, maxnorm: Any) -> Any:
    """Return the input with each slice along `dim` whose p-norm exceeds `maxnorm` scaled to it.

    Raises:
        ArgumentError: p is not positive, maxnorm is negative, or the tensor has one dimension.
    """
    order, most = as_number(p, "p", "renorm"), as_number(maxnorm, "maxnorm", "renorm")
    ndim = input.array.ndim
    if ndim < 2 or order <= 0 or most < 0:
        raise ArgumentError(
            f"renorm: two dimensions, p > 0 and maxnorm >= 0 expected, got shape "
            f"{input.array.shape}, p={p} and maxnorm={maxnorm}"
        )
    kept = as_dim(dim, ndim, "renorm")
    size = vector_norm(input, float(order), tuple(i for i in range(ndim) if i != kept), True)
    return (input * where(size > most, most / (size + 1e-7), 1.0)).contiguous()


class NormMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    dist, renorm = dist, renorm
    renorm_ = in_place(renorm)

    def norm(
        self, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None
    ) -> Any:
        """Return the p-norm over `dim`, of all elements by default."""
        return norm(self, p, dim, keepdim, dtype=dtype)
