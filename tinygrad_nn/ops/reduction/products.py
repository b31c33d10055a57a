"""Products over a dimension, and running ones, with gradients that zeros do not spoil.
Read `scans.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Dtype, kept_shape
from ...arrays.kinds import is_array, is_complex, is_integral
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.writing import in_place
from ..elementwise.copying import cast
from ..shape.joining import cat
from .scans import accumulated, before, from_end, recurrence
from .sums import cumsum_from_end

__all__ = ["cumprod", "prod"]


_ROWS, _MANY = 64, 8192


def _as_asked(input: Array, dtype: Any) -> Array:
    """Return the input in the dtype asked for; integers and bool as int64 else."""
    if dtype is not None:
        return cast.op.forward(input, dtype)
    return input.astype(np.int64) if is_integral(input) else input


@op(r"\prod_i x_i")
def prod(
    input: Array, dim: Dim | None = None, keepdim: bool = False, *, dtype: Dtype = None
) -> Array:
    """Return the product over `dim`, of all by default; integers and bool multiply to int64.

    The gradient at an element is the product of the others, also where some are 0.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([2.0, 0.0, 3.0], requires_grad=True)
        >>> x.prod().backward(); x.grad
        tensor([0., 6., 0.])
    """
    given = _as_asked(input, dtype)
    if given.ndim == 0:
        return given.copy()
    wide = in_float32(given)
    if dim is None:
        while wide.flags.c_contiguous and wide.size >= _MANY:  # rows multiply 20 times as fast
            whole = wide.size // _ROWS * _ROWS
            flat = wide.reshape(-1)
            product = np.multiply.reduce(flat[:whole].reshape(_ROWS, -1), axis=0)
            wide = np.concatenate([product, flat[whole:]])
        wide = wide.reshape((*wide.shape, *(1,) * (given.ndim - wide.ndim)))
    y = np.multiply.reduce(wide, axis=dim, keepdims=keepdim)  # type: ignore[call-overload]
    return np.asarray(y, given.dtype, order="C")


def _zeros_in(x: Array) -> int:
    """Return how many elements of an array, or of a Tensor, are 0."""
    held = x if is_array(x) else x.array
    return held.size - np.count_nonzero(held)


def _prod_rule(g: Array, input: Array, y: Array, input_shape: Any, dim: Any) -> Array:
    """g * y / x: where some x is 0, g times the product of those before and of those behind it."""
    if not input_shape:
        return g
    kept = kept_shape(input_shape, None if dim is None else (dim,))
    g = g.reshape(kept)
    input = _real_of(input, y)
    zeros = _zeros_in(input)
    if not zeros:
        return g * (y.reshape(kept) / input)
    if dim is None and zeros > 1 and is_array(g):
        return np.zeros(input_shape, g.dtype)
    along, axis = (input.reshape(-1), 0) if dim is None else (input, dim)
    others = _product_before(along, axis) * from_end(_product_before, along, axis)
    return g * others.reshape(input_shape)


def _real_of(input: Array, y: Array) -> Array:
    """Return the numbers that were multiplied: with a real `dtype` the real parts."""
    kinds = [is_complex(each if is_array(each) else each.array) for each in (input, y)]
    return input.real if kinds == [True, False] else input


def _product_before(x: Array, dim: int) -> Array:
    """Return the product of those before each element, 1 at the first: in order of `dim`."""
    first = before(dim, slice(0, 1))
    return cat([np.ones_like(x[first]), cumprod(x[before(dim, slice(0, -1))], dim)], dim)


prod.vjp(input=_prod_rule)


@op(r"\prod_{j \le i} x_j")
def cumprod(input: Array, dim: Dim, *, dtype: Dtype = None) -> Array:
    """Return the running product along `dim`; integers and bool multiply to int64."""
    given = _as_asked(input, dtype)
    if given.ndim == 0:
        return given.copy()
    return accumulated(np.multiply, in_float32(given), dim).astype(given.dtype, copy=False)


def _cumprod_rule(g: Array, input: Array, y: Array, dim: int) -> Array:
    """cumsum_from_end(g * y) / x: where some x is 0, by a recurrence that divides by none.

    With p the product of those before k, the gradient is p times r_k = g_k + x_(k+1) r_(k+1).
    """
    if not g.ndim:
        return g
    input = _real_of(input, y)
    if not _zeros_in(input):
        return cumsum_from_end(g * y, dim) / input
    ratio = cat(
        [input[before(dim, slice(1, None))], np.zeros_like(input[before(dim, slice(0, 1))])], dim
    )
    rest = from_end(recurrence, ratio, dim, g)
    found = _product_before(input, dim) * rest
    if not is_array(g):
        return found
    is_behind_zero = _product_before((input != 0).astype(found.dtype), dim) == 0
    return np.where(is_behind_zero, 0.0, found)


cumprod.vjp(input=_cumprod_rule)


class RunningProductMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    prod, cumprod = prod, cumprod
    cumprod_ = in_place(cumprod)
