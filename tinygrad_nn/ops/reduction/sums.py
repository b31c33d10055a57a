"""Sums and means over dimensions, accurate in float32.
Read `extremes.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Dims, Dtype, as_shape, count, kept_shape
from ...arrays.dtypes import default_float
from ...arrays.kinds import is_differentiable, is_floating, is_integral
from ...arrays.refusing import instead_of, refuses, shown
from ...arrays.sums import accurate_sum, broadcasts, in_float32, running_sum, sum_to_shape
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.writing import in_place
from ...errors import DTypeError, ShapeError
from ..elementwise.activations import check_float
from ..elementwise.arithmetic import div
from ..elementwise.complex_parts import check_ordered
from ..elementwise.copying import cast
from ..elementwise.finiteness import isnan
from ..elementwise.logic import logical_not
from ..shape.expanding import expanded
from ..shape.sizes import sizes_given

__all__ = ["cumsum", "logsumexp", "mean", "nanmean", "nansum", "sum"]


@op(r"\sum_i x_i")
def sum(input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: Dtype = None) -> Array:
    """Return the sum over `dim`; integers and bool add up to int64."""
    if dtype is not None:
        input = cast.op.forward(input, dtype)
    elif is_integral(input):
        input = input.astype(np.int64)
    total = accurate_sum(input, dim, keepdim)
    return total if dtype is None else total.astype(dtype, copy=False)  # NumPy's of int8 is int64


def spread_over(g: Array, shape: tuple[int, ...], dim: Any) -> Array:
    """g, spread over the dims that were reduced to one number."""
    return expanded(g if dim is None and g.ndim == 0 else g.reshape(kept_shape(shape, dim)), shape)


sum.vjp(input=lambda g, input_shape, dim: spread_over(g, input_shape, dim))


@op(r"\frac{1}{n} \sum_i x_i")
def mean(input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: Dtype = None) -> Array:
    """Return the mean over `dim`; nan of nothing. Integers have none: make them float first."""
    if dtype is not None:
        input = cast.op.forward(input, dtype)
    if not is_differentiable(input):
        raise DTypeError(f"mean: not defined for {input.dtype}; use x.float()")
    wide = in_float32(input)
    total = accurate_sum(wide, dim, keepdim)
    return (total / wide.dtype.type(count(input.shape, dim))).astype(input.dtype, copy=False)


mean.vjp(
    input=lambda g, input_shape, dim: spread_over(
        g / (count(input_shape, dim) or 1), input_shape, dim
    )
)


@op(r"\sum_i x_i")
def nansum(input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: Dtype = None) -> Array:
    """Return the sum over `dim` of what is not nan; 0 if all are."""
    check_ordered(input, "nansum")
    if is_floating(input):
        input = np.where(np.isnan(input), input.dtype.type(0), input)
    return sum.op.forward(input, dim, keepdim, dtype=dtype)


nansum.vjp(
    input=lambda g, input, input_shape, dim: np.where(
        np.isnan(input), 0.0, spread_over(g, input_shape, dim)
    )
)


@refuses
@instead_of("nansum")
def nanmean(
    input: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """Return the mean over `dim` of what is not nan; nan if all are. Integers have none."""
    if not is_floating(getattr(input, "array", input)):
        raise DTypeError(f"nanmean: a tensor of floats expected, got {shown(input)}")
    number = sum(logical_not(isnan(input)), dim, keepdim)
    total = nansum(input, dim, keepdim, dtype=dtype)
    return div(total, number) if out is None else div(total, number, out=out)


@op(r"\log\sum_i e^{x_i}")
def logsumexp(input: Array, dim: Dims, keepdim: bool = False) -> Array:
    """Return log(sum(exp(x))) over `dim`, shifted by the maximum so that exp cannot overflow."""
    if not is_floating(input):
        if not is_integral(input):
            check_float(input, "logsumexp")
        input = input.astype(default_float())
    wide = in_float32(input)
    largest = np.maximum.reduce(wide, axis=dim, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(largest), largest, 0).astype(wide.dtype)
    total = np.asarray(accurate_sum(np.exp(wide - shift), dim, True))
    y = (np.log(total) + shift).astype(input.dtype)
    return y if keepdim else np.squeeze(y, axis=dim)


def _logsumexp_rule(g: Array, input: Array, y: Array, input_shape: Any, dim: Any) -> Array:
    """g * exp(x - y): g times the softmax of x."""
    kept = kept_shape(input_shape, dim)
    return g.reshape(kept) * np.exp(input - y.reshape(kept))


logsumexp.vjp(input=_logsumexp_rule)


@op(r"\sum_{j \le i} x_j")
def cumsum(input: Array, dim: Dim, *, dtype: Dtype = None) -> Array:
    """Return the running sum along `dim`; integers and bool add up to int64."""
    if dtype is None and is_integral(input):
        dtype = np.dtype(np.int64)
    if input.ndim == 0:
        return input.astype(dtype or input.dtype)
    if dtype is not None:
        input = input.astype(dtype)
    y = running_sum(in_float32(input), dim)
    return np.ascontiguousarray(y, input.dtype)


@op(r"\sum_{j \ge i} x_j")
def cumsum_from_end(input: Array, dim: Dim) -> Array:
    """Return the running sum from the end of `dim`: the adjoint of cumsum.

    Adding up a view in reverse order spares the copies of flip(cumsum(flip(x))).
    """
    dtype = np.dtype(np.int64) if is_integral(input) else input.dtype
    if input.ndim == 0:
        return input.astype(dtype)
    wide = in_float32(input.astype(dtype, copy=False))
    backwards = (*(slice(None),) * dim, slice(None, None, -1))
    return np.ascontiguousarray(running_sum(wide[backwards], dim)[backwards], dtype)


cumsum.vjp(input=lambda g, dim: cumsum_from_end(g, dim))
cumsum_from_end.vjp(input=lambda g, dim: cumsum(g, dim))


class SumMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    sum, mean, logsumexp, cumsum = sum, mean, logsumexp, cumsum
    nansum, nanmean = nansum, nanmean
    cumsum_ = in_place(cumsum)

    @refuses
    @instead_of("sum")
    def sum_to_size(self, *sizes: Any, size: Any = None) -> Any:
        """Return the sum over the dimensions that broadcasting `size` to this shape would add.

        Raises:
            ShapeError: a size that does not broadcast to this tensor's.
        """
        wanted = as_shape(sizes_given(sizes, size), "sum_to_size")
        array = self.array  # type: ignore[attr-defined]
        if not broadcasts(wanted, array.shape):
            raise ShapeError(
                f"sum_to_size: size {wanted} does not broadcast to the tensor's {array.shape}"
            )
        if not wanted:
            return sum(self)  # integers to int64, also where there is nothing to add
        return self if wanted == array.shape else sum_to_shape(self, wanted)
