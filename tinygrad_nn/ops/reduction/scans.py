"""What runs along a dimension: the largest so far, the log of a sum so far, linear recurrences.
Read `spread.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ...arrays.arguments import Dim
from ...arrays.kinds import is_array, is_floating
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ..elementwise.activations import check_float
from ..elementwise.complex_parts import check_ordered
from ..indexing.along import pick_along, place_along
from ..shape.joining import cat
from ..shape.order import flip

__all__ = ["cummax", "cummin", "logcumsumexp"]


def before(dim: int, stretch: slice) -> tuple[slice, ...]:
    """Return the index that takes a stretch of `dim`, and all of the dimensions before it."""
    return (*(slice(None),) * dim, stretch)


def from_end(scan: Callable[..., Array], x: Array, dim: int, *others: Array) -> Array:
    """Return the scan taken from the end of `dim` to its beginning."""
    turned = [
        each[before(dim, slice(None, None, -1))] if is_array(each) else flip(each, (dim,))
        for each in (x, *others)
    ]
    y = scan(turned[0], dim, *turned[1:]) if others else scan(turned[0], dim)
    return y[before(dim, slice(None, None, -1))] if is_array(y) else flip(y, (dim,))


def accumulated(ufunc: np.ufunc, x: Array, dim: int) -> Array:
    """Return ufunc.accumulate(x, dim), of wide rows row by row, which is 15 times as fast."""
    if dim == x.ndim - 1 or x.size < 128 * x.shape[dim]:
        return np.ascontiguousarray(ufunc.accumulate(x, axis=dim))
    y = np.array(x, order="C")
    for above, row in pairwise(y.swapaxes(0, dim)):
        ufunc(above, row, out=row)
    return y


@op(r"y_i = a_i y_{i-1} + b_i")
def recurrence(a: Array, dim: Dim, b: Array) -> Array:
    """Return y with y_i = a_i y_(i-1) + b_i along `dim`, and y_0 = b_0.

    Few long rows take log2(n) passes instead of n steps: maps y -> a y + b, joined in pairs
    (Hillis and Steele, "Data parallel algorithms", 1986). Where a is 0 it starts anew, also
    behind inf and nan.
    """
    dtype = np.result_type(a, b)
    y, a = (np.array(in_float32(each.astype(dtype)), order="C") for each in (b, a))
    length = y.shape[dim] if y.ndim else 0
    times = np.multiply if np.isfinite(y).all() else _product_or_zero
    step = 1
    if y.size >= 64 * length or length <= 64:
        rows, ratios = (np.moveaxis(each, dim, 0) if each.ndim else each for each in (y, a))
        for i in range(1, length):
            rows[i] += times(ratios[i], rows[i - 1])
        step = length
    while step < length:
        late, early = before(dim, slice(step, None)), before(dim, slice(0, -step))
        y[late] += times(a[late], y[early])
        a[late] = a[late] * a[early]
        step *= 2
    return y.astype(dtype, copy=False)


def _product_or_zero(a: Array, y: Array) -> Array:
    return np.where(a == 0, 0.0, a * y)


def _recurrence_back(g: Array, a: Array, dim: int) -> Array:
    """h_i = g_i + a_(i+1) h_(i+1): the same recurrence from the end."""
    if not g.ndim:
        return g
    first, rest = before(dim, slice(0, 1)), before(dim, slice(1, None))
    return from_end(recurrence, cat([a[rest], np.zeros_like(a[first])], dim), dim, g)


def _ratio_rule(g: Array, a: Array, y: Array, dim: int) -> Array:
    """g * y: g added up from the end, and y one place earlier; 0 at the first, which meets none."""
    if not g.ndim:
        return np.zeros_like(g)
    first, but_last, rest = (
        before(dim, each) for each in (slice(0, 1), slice(0, -1), slice(1, None))
    )
    back = _recurrence_back(g, a, dim)
    return cat([np.zeros_like(y[first]), back[rest] * y[but_last]], dim)


recurrence.vjp(a=_ratio_rule, b=lambda g, a, dim: _recurrence_back(g, a, dim))


def _extreme_so_far(ufunc: np.ufunc, input: Array, dim: int, name: str) -> Any:
    """Return the values and the last place of each; a nan is larger and smaller than all."""
    check_ordered(input, name)
    if input.ndim == 0 or not input.size:
        return input.copy(), np.zeros(input.shape, np.int64)
    values = accumulated(ufunc, input, dim)
    chosen = input == values
    if is_floating(input):
        chosen |= np.isnan(input)
    sizes = [1] * input.ndim
    sizes[dim] = -1
    places = np.arange(input.shape[dim], dtype=np.int32).reshape(sizes)  # in a third of the time
    indices = accumulated(np.maximum, np.where(chosen, places, 0), dim).astype(np.int64)
    return pick_along(input, dim, indices), indices


@op(r"\max_{j \le i} x_j", returns="values, indices")
def cummax(input: Array, dim: Dim) -> Any:
    """Return the largest element so far along `dim`, and where the last such one is."""
    return _extreme_so_far(np.maximum, input, dim, "cummax")


@op(r"\min_{j \le i} x_j", returns="values, indices")
def cummin(input: Array, dim: Dim) -> Any:
    """Return the smallest element so far along `dim`, and where the last such one is."""
    return _extreme_so_far(np.minimum, input, dim, "cummin")


def _to_places(g: Array, indices: Array, input_shape: Any, dim: int) -> Array:
    """place_along(g, dim, indices): what was chosen several times gets the sum."""
    return place_along(g, dim, indices, input_shape)


cummax.vjp(input=_to_places)
cummin.vjp(input=_to_places)


@op(r"\log\sum_{j \le i} e^{x_j}")
def logcumsumexp(input: Array, dim: Dim) -> Array:
    """Return log(cumsum(exp(x))) along `dim`, without overflow: each step is a logaddexp."""
    check_float(input, "logcumsumexp")
    if input.ndim == 0:
        return input.copy()
    return accumulated(np.logaddexp, in_float32(input), dim).astype(input.dtype, copy=False)


def _logcumsumexp_rule(g: Array, input: Array, y: Array, dim: int) -> Array:
    """g * np.exp(input - y): g added up from the end, r_k = g_k + exp(y_k - y_(k+1)) r_(k+1).

    No factor is above 1.
    """
    if not g.ndim:
        return g
    here, later = before(dim, slice(0, -1)), before(dim, slice(1, None))
    ratio = cat([np.exp(y[here] - y[later]), np.zeros_like(y[before(dim, slice(0, 1))])], dim)
    return np.exp(input - y) * from_end(recurrence, ratio, dim, g)


logcumsumexp.vjp(input=_logcumsumexp_rule)


class ScanMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    cummax, cummin, logcumsumexp = cummax, cummin, logcumsumexp
