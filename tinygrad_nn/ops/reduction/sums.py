"""Sums, means and variances over dimensions, accurate in float32.
Read `extremes.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Dims, Dtype, Number, count, kept_shape
from ...arrays.dtypes import default_float
from ...arrays.kinds import is_differentiable, is_floating, is_integral
from ...arrays.sums import accurate_sum, in_float32, running_sum
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DTypeError
from ..elementwise.activations import check_float
from ..elementwise.copying import cast
from ..shape.expanding import expanded

__all__ = ["cumsum", "logsumexp", "mean", "sum", "var"]


@op(r"\sum_i x_i")
def sum(input: Array, dim: Dims = None, keepdim: bool = False, *, dtype: Dtype = None) -> Array:
    """Return the sum over `dim`; integers and bool add up to int64."""
    if dtype is not None:
        input = cast.op.forward(input, dtype)
    elif is_integral(input):
        input = input.astype(np.int64)
    total = accurate_sum(input, dim, keepdim)
    return total if dtype is None else total.astype(dtype, copy=False)  # NumPy's of int8 is int64


def _spread(g: Array, shape: tuple[int, ...], dim: Any) -> Array:
    """g, spread over the dims that were reduced to one number."""
    return expanded(g if dim is None and g.ndim == 0 else g.reshape(kept_shape(shape, dim)), shape)


sum.vjp(input=lambda g, input_shape, dim: _spread(g, input_shape, dim))


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
    input=lambda g, input_shape, dim: _spread(g / (count(input_shape, dim) or 1), input_shape, dim)
)


@op(r"\frac{1}{n - c} \sum_i (x_i - \operatorname{mean}(x))^2", name="var")
def variance(
    input: Array,
    dim: Dims = None,
    unbiased: bool = True,
    keepdim: bool = False,
    *,
    correction: Number = None,
) -> Array:
    """Return the variance in two passes; divided by n - 1, or n if `unbiased` is False."""
    check_float(input, "var")
    n = count(input.shape, dim)
    wide = in_float32(input)
    centred = wide - accurate_sum(wide, dim, dim is not None) / n
    total = accurate_sum(centred * centred, dim, keepdim) / _freedom(n, unbiased, correction)
    return total.astype(input.dtype, copy=False)


def _freedom(n: int, unbiased: bool, correction: Any) -> Any:
    freedom = n - (int(unbiased) if correction is None else correction)
    return freedom if freedom > 0 else 0


def _var_rule(
    g: Array, input: Array, input_shape: Any, dim: Any, unbiased: bool, correction: Any
) -> Array:
    """2 * g / (n - c) * (x - mean(x)): over n elements, c the correction."""
    freedom = _freedom(count(input_shape, dim), unbiased, correction)
    scale = 2.0 / freedom if freedom else math.inf
    return g.reshape(kept_shape(input_shape, dim)) * scale * (input - mean(input, dim, True))


variance.vjp(input=_var_rule)


def var(input: Any, *given: Any, **names: Any) -> Any:
    """Return the variance over `dim`, of all by default; `var(x, False)` is one not unbiased."""
    if len(given) == 1 and isinstance(given[0], bool):
        given = (None, *given)
    return variance(input, *given, **names)


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
    return running_sum(wide[backwards], dim)[backwards].astype(dtype, copy=False)


cumsum.vjp(input=lambda g, dim: cumsum_from_end(g, dim))
cumsum_from_end.vjp(input=lambda g, dim: cumsum(g, dim))


class SumMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    sum, mean, var, logsumexp, cumsum = sum, mean, var, logsumexp, cumsum
