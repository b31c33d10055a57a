"""How often values are there: distinct ones, counts, histograms.
Read `searching.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Integer, Number
from ...arrays.kinds import is_array, is_floating, is_integer
from ...arrays.named_results import result
from ...arrays.refusing import refuses, shown
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import ArgumentError, DimensionError, DTypeError, ShapeError
from ..elementwise.complex_parts import check_ordered

__all__ = ["bincount", "histc", "histogram", "histogramdd", "unique", "unique_consecutive"]


# --- distinct values ------------------------------------------------------------------------------


def _as_rows(input: Array, dim: Any, name: str) -> Array:
    """Return a matrix whose rows are compared: one element each, or one slice along `dim`."""
    if dim is None:
        return input.reshape(-1, 1)
    if not input.ndim:
        raise DimensionError(f"{name}: dim={dim} of a tensor that has no dimensions")
    n = input.shape[dim]
    if not input.size and n:
        raise ShapeError(f"{name}: along dim={dim} of shape {input.shape} nothing is in a slice")
    return np.moveaxis(input, dim, 0).reshape(n, input.size // n if n else 0)


def _distinct(input: Array, rows: Array, order: Any, dim: Any) -> Any:
    """Return the first of each run of equal rows, which run each row is in, and their lengths."""
    ordered = rows if order is None else rows[order]
    starts = np.ones(len(rows), bool)
    starts[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    first = np.flatnonzero(starts)
    run = np.cumsum(starts) - 1
    inverse = np.empty(len(rows), np.int64)
    inverse[slice(None) if order is None else order] = run
    counts = np.diff(np.append(first, len(rows)))
    if dim is None:
        return ordered[first, 0], inverse.reshape(input.shape), counts
    chosen = first if order is None else order[first]
    slices = np.ascontiguousarray(np.moveaxis(input, dim, 0)[chosen])
    return np.moveaxis(slices, 0, dim), inverse, counts


@op(r"\operatorname{unique}(x)", name="unique", returns="output, inverse, counts")
def _unique(input: Data, dim: Dim | None = None) -> Any:
    """Return the distinct values in order, which of them each element is, and how often each is."""
    check_ordered(input, "unique")
    rows = _as_rows(input, dim, "unique")
    order = rows[:, 0].argsort(kind="stable") if rows.shape[1] == 1 else np.lexsort(rows.T[::-1])
    return _distinct(input, rows, order if rows.size else np.arange(len(rows)), dim)


@op(r"\operatorname{unique}(x)", name="unique_consecutive", returns="output, inverse, counts")
def _unique_consecutive(input: Data, dim: Dim | None = None) -> Any:
    """Return the first of each run of equal values, which run each is in, and the lengths."""
    check_ordered(input, "unique_consecutive")
    return _distinct(input, _as_rows(input, dim, "unique_consecutive"), None, dim)


def _asked_for(found: Any, return_inverse: bool, return_counts: bool) -> Any:
    output, inverse, counts = found
    wanted = [output, *[inverse] * bool(return_inverse), *[counts] * bool(return_counts)]
    return tuple(wanted) if len(wanted) > 1 else output


@refuses
def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: Any = None,
) -> Any:
    """Return the distinct elements, or slices along `dim`, from the smallest to the largest.

    In a tuple with it come, where asked for, which of them each element is and how often each is
    there. No two nan are equal. They are in order whatever `sorted` says.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.unique(tnn.tensor([3, 1, 3]), return_counts=True)
        (tensor([1, 3]), tensor([1, 2]))
    """
    if not (return_inverse or return_counts) and dim is None and isinstance(input, TensorBase):
        check_ordered(input.array, "unique")
        return make_tensor(np.unique(input.array, equal_nan=False))  # sorts: half of argsort's time
    return _asked_for(_unique(input, dim), return_inverse, return_counts)


@refuses
def unique_consecutive(
    input: Any, return_inverse: bool = False, return_counts: bool = False, dim: Any = None
) -> Any:
    """Return the elements, or slices along `dim`, without those that equal the one before.

    In a tuple with it come, where asked for, which of them each element is and how often each is
    there one after another.
    """
    return _asked_for(_unique_consecutive(input, dim), return_inverse, return_counts)


# --- counts and histograms ------------------------------------------------------------------------


@op(r"\sum_i [x_i = j]", keeps_halves=True)
def bincount(input: Data, weights: Data | None = None, minlength: Integer = 0) -> Array:
    """Return how often each of 0, 1, 2 ... is in a vector, or the sum of the weights of those.

    Raises:
        ShapeError: no vector, or other weights than one for each. ArgumentError: integers below 0.
    """
    if input.ndim != 1 or not is_integer(input):
        raise ShapeError(f"bincount: a vector of integers expected, got {shown(input)}")
    if minlength < 0 or (input.size and input.min() < 0):
        raise ArgumentError(
            f"bincount: integers of 0 or more expected, got "
            f"{minlength if minlength < 0 else input.min()}"
        )
    if weights is not None and weights.shape != input.shape:
        raise ShapeError(
            f"bincount: weights of shape {weights.shape} must have the input's, {input.shape}"
        )
    found = np.bincount(input.astype(np.int64, copy=False), weights, minlength)
    is_narrow = weights is not None and weights.dtype == np.float32
    return found.astype(np.float32) if is_narrow else found


def _check_histogram(x: Array, name: str) -> None:
    if x.dtype.name not in ("float32", "float64"):
        raise DTypeError(f"{name}: not defined for {x.dtype}; use x.float()")


def _bounds(x: Array, low: float, high: float, name: str, by: float) -> tuple[float, float]:
    """Return the bounds given; the data's where both are equal, widened if these are equal too."""
    if low == high and x.size:
        low, high = float(x.min()), float(x.max())
    if low == high:
        low, high = low - by, high + by
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ArgumentError(f"{name}: the range {low} to {high} is not finite")
    if low > high:
        raise ArgumentError(f"{name}: the range must not end before it begins, got {low} to {high}")
    return low, high


def _bins_of(x: Array, number: int, low: float, high: float) -> Array:
    """Return in which of equal bins each element is; one beyond the last, outside of all."""
    inside = (x >= low) & (x <= high)
    share = (np.where(inside, x, low) - low) / (high - low)  # nan where the width is infinite
    place = (np.nan_to_num(share) * number).astype(np.int64)
    return np.where(inside, np.minimum(place, number - 1), number)


@op(r"\sum_i [x_i \in b_j]")
def histc(input: Data, bins: Integer = 100, min: Number = 0, max: Number = 0) -> Array:
    """Return how many elements are in each of equal bins from min to max, by default the data's."""
    if not is_floating(input):
        raise DTypeError(f"histc: not defined for {input.dtype}; use x.float()")
    if bins <= 0:
        raise ArgumentError(f"histc: bins must be positive, got {bins}")
    x = input.reshape(-1)
    low, high = _bounds(x, min, max, "histc", by=1.0)
    return np.bincount(_bins_of(x, bins, low, high), minlength=bins)[:bins].astype(input.dtype)


def _edges(x: Array, bins: Any, low: float, high: float, name: str) -> Array:
    if is_array(bins):
        if bins.ndim != 1 or not bins.size:
            raise ShapeError(f"{name}: edges of bins must be a vector, got shape {bins.shape}")
        return bins
    low, high = _bounds(x, low, high, name, by=0.5)
    first, last = np.array([low, high], x.dtype)
    step = (last - first) / x.dtype.type(bins)
    each = np.arange(bins + 1, dtype=np.longdouble)  # rounded once, as by PyTorch's linspace
    edges = np.where(each < (bins + 1) // 2, first + step * each, last - step * each[::-1])
    return edges.astype(x.dtype)


def _bin_among(x: Array, edges: Array) -> Array:
    """Return in which bin each element is; one beyond the last, outside of all."""
    number = len(edges) - 1
    place = np.where(x == edges[-1], number - 1, edges.searchsorted(x, "right") - 1)
    return np.where((x >= edges[0]) & (x <= edges[-1]), place, number)


def _counted(
    columns: Array, bins: Any, range: Any, weight: Any, density: bool, name: str
) -> tuple[Array, list[Array]]:
    """Return the histogram of points, the rows, and the edges along each of their coordinates."""
    _check_histogram(columns, name)
    dims = columns.shape[1]
    ends = (0.0, float(not len(columns))) * dims if range is None else range
    if not isinstance(ends, (tuple, list)) or len(ends) != 2 * dims:
        raise ArgumentError(f"{name}: range must be {2 * dims} numbers, got {shown(range)}")
    if weight is not None and weight.size != len(columns):
        raise ShapeError(
            f"{name}: a weight for each of {len(columns)} points expected, got shape {weight.shape}"
        )
    edges, places = [], []
    for i, each in enumerate(bins):
        x = columns[:, i]
        edges.append(_edges(x, each, ends[2 * i], ends[2 * i + 1], name))
        places.append(_bin_among(x, edges[-1]))
    sizes = tuple(len(each) for each in edges)  # one more than bins: the last is what is outside
    flat = np.ravel_multi_index(places, sizes) if len(columns) else np.zeros(0, np.int64)
    weights = None if weight is None else weight.reshape(-1)
    total = np.bincount(flat, weights, math.prod(sizes)).reshape(sizes)
    hist = total[tuple(slice(0, size - 1) for size in sizes)].astype(columns.dtype)
    if density:
        for i, each in enumerate(edges):
            shape = [1] * dims
            shape[i] = -1
            hist = hist / np.diff(each).reshape(shape)
        hist = hist / total[tuple(slice(0, size - 1) for size in sizes)].sum()
    return hist.astype(columns.dtype, copy=False), edges


def _array_or_number(each: Any, like: Array, name: str) -> Any:
    if isinstance(each, TensorBase):
        if each.array.dtype != like.dtype:
            raise DTypeError(f"{name}: bins are {each.array.dtype} and the input {like.dtype}")
        return each.array
    if type(each) is not int or each <= 0:
        raise ArgumentError(f"{name}: bins must be a positive int or a Tensor, got {shown(each)}")
    return each


@op(r"\sum_i [x_i \in b_j]", name="histogram", returns="hist, bin_edges")
def _histogram(
    input: Data, bins: Any, range: Any = None, weight: Data | None = None, density: bool = False
) -> Any:
    """Return how many elements are in each bin, and the edges of the bins."""
    each = _array_or_number(bins, input, "histogram")
    if weight is not None and weight.shape != input.shape:
        raise ShapeError(
            f"histogram: weight of shape {weight.shape} must have the input's, {input.shape}"
        )
    hist, edges = _counted(input.reshape(-1, 1), [each], range, weight, density, "histogram")
    return hist, edges[0].copy()


@refuses
def histogram(
    input: Any,
    bins: Any = 100,
    *,
    range: Any = None,
    weight: Any = None,
    density: bool = False,
    out: Any = None,
) -> Any:
    """Return (hist, bin_edges): how many elements, or what weight, is in each of the bins.

    `bins` is how many equal ones from range[0] to range[1], by default the data's, or their edges.
    With density=True the histogram's integral is 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.histogram(tnn.tensor([1.0, 2.0, 1.0]), bins=4, range=(0.0, 3.0)).hist
        tensor([0., 2., 1., 0.])
    """
    given = {} if out is None else {"out": out}
    return _histogram(input, bins, range, weight, density, **given)


@refuses
def histogramdd(
    input: Any, bins: Any, *, range: Any = None, weight: Any = None, density: bool = False
) -> Any:
    """Return (hist, bin_edges) of points: all but the last dimension count them, which has D sizes.

    `bins` is an int, one of each coordinate, or the edges along each; the histogram has D dims.
    """
    if not isinstance(input, TensorBase) or input.array.ndim < 2:
        raise ShapeError(f"histogramdd: at least two dimensions expected, got {shown(input)}")
    array = input.array
    dims = array.shape[-1]
    several = list(bins) if isinstance(bins, (tuple, list)) else [bins] * dims
    if len(several) != dims:
        raise ArgumentError(
            f"histogramdd: bins for each of {dims} coordinates expected, got {len(several)}"
        )
    several = [_array_or_number(each, array, "histogramdd") for each in several]
    given = None if weight is None else weight.array
    hist, edges = _counted(array.reshape(-1, dims), several, range, given, density, "histogramdd")
    bin_edges = tuple(make_tensor(each.copy()) for each in edges)
    return result("histogramdd", "hist, bin_edges")(make_tensor(hist), bin_edges)


class CountingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    bincount, histc, histogram = bincount, histc, histogram

    def unique(
        self,
        sorted: bool = True,
        return_inverse: bool = False,
        return_counts: bool = False,
        dim: Any = None,
    ) -> Any:
        """Return the distinct elements, or slices along `dim`, in order."""
        return unique(self, sorted, return_inverse, return_counts, dim)

    def unique_consecutive(
        self, return_inverse: bool = False, return_counts: bool = False, dim: Any = None
    ) -> Any:
        """Return the elements, or slices along `dim`, without those that equal the one before."""
        return unique_consecutive(self, return_inverse, return_counts, dim)
