"""Operations that reduce dimensions to one number each: sums, means, extremes.
Read `shape.py` next. `dim` is None (all), an int or a tuple; negative ones count from the end.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..arrays.dtypes import Array, default_float, to_numpy
from ..arrays.sums import accurate_sum, in_float32
from ..autograd.record import op
from ..errors import DimensionError
from .dims import count, kept_shape, many_dims, one_dim
from .elementwise import check_float, maximum, minimum, silent
from .index import gather
from .shape import expand


@op(r"\sum_i x_i")
def sum(x: Array, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Array:
    """Return the sum over `dim`; integers and bool add up to int64."""
    if dtype is not None:
        x = x.astype(to_numpy(dtype))
    elif x.dtype.kind != "f":
        x = x.astype(np.int64)
    if dim is None and not keepdim:
        return accurate_sum(x)
    return accurate_sum(x, many_dims(dim, x.ndim, "sum"), keepdim)


sum.vjp(x=lambda g, x_shape, dim: expand(g.reshape(kept_shape(x_shape, dim)), x_shape))


@op(r"\frac{1}{n} \sum_i x_i")
@silent
def mean(x: Array, dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Array:
    """Return the mean over `dim`; nan of nothing. Integers have none: make them float first."""
    if dtype is not None:
        x = x.astype(to_numpy(dtype))
    check_float(x, "mean")
    dims = many_dims(dim, x.ndim, "mean")
    total = np.asarray(accurate_sum(in_float32(x), dims, keepdim))
    return (total / total.dtype.type(count(x.shape, dims))).astype(x.dtype)


mean.vjp(
    x=lambda g, x_shape, dim: expand(
        (g / (count(x_shape, dim) or 1)).reshape(kept_shape(x_shape, dim)), x_shape
    )
)


@op(r"\frac{1}{n - c} \sum_i (x_i - \operatorname{mean}(x))^2")
@silent
def var(
    x: Array, dim: Any = None, unbiased: bool = True, keepdim: bool = False, correction: Any = None
) -> Array:
    """Return the variance in two passes; divided by n - 1, or n if `unbiased` is False."""
    check_float(x, "var")
    dims = many_dims(dim, x.ndim, "var")
    n = count(x.shape, dims)
    wide = in_float32(x)
    centred = wide - accurate_sum(wide, dims, True) / wide.dtype.type(n)
    total = np.asarray(accurate_sum(centred * centred, dims, keepdim))
    return (total / total.dtype.type(_freedom(n, unbiased, correction))).astype(x.dtype)


def _freedom(n: int, unbiased: bool, correction: Any) -> Any:
    freedom = n - (int(unbiased) if correction is None else correction)
    return freedom if freedom > 0 else 0


def _var_rule(g: Array, x: Array, x_shape: Any, dim: Any, unbiased: bool, correction: Any) -> Array:
    """2 * g / (n - c) * (x - mean(x)): over n elements, c the correction."""
    dims = many_dims(dim, len(x_shape), "var")
    centred = x - mean(x, dims, True)
    return (
        g.reshape(kept_shape(x_shape, dims))
        * 2.0
        * centred
        / _freedom(count(x_shape, dims), unbiased, correction)
    )


var.vjp(x=_var_rule)


def _extreme(x: Array, dim: Any, keepdim: bool, name: str, ufunc: Any) -> Array:
    dims = many_dims(dim, x.ndim, name)
    if any(x.shape[each] == 0 for each in dims):
        raise DimensionError(f"{name}: nothing to choose from in a tensor of shape {x.shape}")
    return ufunc.reduce(x, axis=dims, keepdims=keepdim)


def _share_among_ties(g: Array, x: Array, y: Array, dim: Any) -> Array:
    """g * (x == y) / (x == y).sum(axis=dim, keepdims=True): ties share the gradient."""
    dims = many_dims(dim, x.ndim, "amax")
    kept = kept_shape(tuple(x.shape), dims)
    ties = x == y.reshape(kept)
    return ties * (g.reshape(kept) / ties.sum(axis=dims, keepdims=True))


@op(r"\max_i x_i")
def amax(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
    """Return the largest element over `dim`; ties share the gradient equally."""
    return _extreme(x, dim, keepdim, "amax", np.maximum)


amax.vjp(x=_share_among_ties)


@op(r"\min_i x_i")
def amin(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
    """Return the smallest element over `dim`; ties share the gradient equally."""
    return _extreme(x, dim, keepdim, "amin", np.minimum)


amin.vjp(x=_share_among_ties)


def _arg_extreme(x: Array, dim: Any, keepdim: bool, name: str, find: Any) -> Array:
    if dim is None:
        if x.size == 0:
            raise DimensionError(f"{name}: nothing to choose from in a tensor of shape {x.shape}")
        position = find(x)
        return np.asarray(position).reshape((1,) * x.ndim) if keepdim else position
    axis = one_dim(dim, x.ndim, name)
    if x.ndim == 0:
        return np.zeros_like(x, dtype=np.int64)
    if x.shape[axis] == 0:
        raise DimensionError(
            f"{name}: nothing to choose from in dimension {axis} of shape {x.shape}"
        )
    return find(x, axis=axis, keepdims=keepdim)


@op(r"\arg\max_i x_i")
def argmax(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
    """Return the index (int64) of the first largest element over `dim`; flat if dim is None."""
    return _arg_extreme(x, dim, keepdim, "argmax", np.argmax)


@op(r"\arg\min_i x_i")
def argmin(x: Array, dim: Any = None, keepdim: bool = False) -> Array:
    """Return the index (int64) of the first smallest element over `dim`; flat if dim is None."""
    return _arg_extreme(x, dim, keepdim, "argmin", np.argmin)


class Extremes(NamedTuple):
    """What max and min over a dimension return: the values and where they are."""

    values: Any
    indices: Any


def max(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the largest element; with `dim` also the index of the first one; or the larger of two.

    Without `dim` ties share the gradient; with it, all of it goes to the index returned.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.max(tnn.tensor([[1.0, 3.0], [2.0, 0.0]]), dim=1).indices
        tensor([1, 0])
    """
    if dim is None:
        return amax(input)
    if not isinstance(dim, int):
        return maximum(input, dim)
    return _with_indices(input, argmax(input, dim, True), dim, keepdim)


def min(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the smallest element; with `dim` also the first one's index; or the smaller of two."""
    if dim is None:
        return amin(input)
    if not isinstance(dim, int):
        return minimum(input, dim)
    return _with_indices(input, argmin(input, dim, True), dim, keepdim)


def _with_indices(x: Any, indices: Any, dim: int, keepdim: bool) -> Extremes:
    if x.ndim == 0:
        return Extremes(x.clone(), indices)
    values = gather(x, dim, indices)
    if keepdim:
        return Extremes(values, indices)
    return Extremes(values.squeeze(dim), indices.squeeze(dim))


@op(r"\log\sum_i e^{x_i}")
@silent
def logsumexp(x: Array, dim: Any, keepdim: bool = False) -> Array:
    """Return log(sum(exp(x))) over `dim`, shifted by the maximum so that exp cannot overflow."""
    dims = many_dims(dim, x.ndim, "logsumexp")
    if x.dtype.kind != "f":
        x = x.astype(default_float())
    wide = in_float32(x)
    largest = np.maximum.reduce(wide, axis=dims, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(largest), largest, 0).astype(wide.dtype)
    total = np.asarray(accurate_sum(np.exp(wide - shift), dims, True))
    y = (np.log(total) + shift).astype(x.dtype)
    return y if keepdim else y.reshape([n for i, n in enumerate(y.shape) if i not in dims])


def _logsumexp_rule(g: Array, x: Array, y: Array, dim: Any) -> Array:
    """g * exp(x - y): g times the softmax of x."""
    kept = kept_shape(tuple(x.shape), dim)
    return g.reshape(kept) * np.exp(x - y.reshape(kept))


logsumexp.vjp(x=_logsumexp_rule)
