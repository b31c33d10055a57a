"""What stands where in the order along a dimension: the k largest, medians, modes.
Read `quantiles.py` next; `extremes.py` has `sort`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Integer
from ...arrays.kinds import is_bool, is_floating
from ...arrays.refusing import instead_of, refuses
from ...arrays.sums import holds_nan
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, DimensionError, DTypeError
from ..elementwise.complex_parts import check_ordered
from ..indexing.along import pick_along, place_along
from .extremes import share_among_ties, sort, to_the_index

__all__ = [
    "kthvalue",
    "median",
    "mode",
    "msort",
    "nanmedian",
    "topk",
]

_FEW = 64  # elements that are sorted sooner than parted


def _check_ranked(x: Array, name: str) -> None:
    check_ordered(x, name)
    if is_bool(x):
        raise DTypeError(f"{name}: not defined for bool; use x.long()")


def _check_some(x: Array, dim: int, name: str) -> None:
    if x.ndim and x.shape[dim] == 0:
        raise DimensionError(
            f"{name}: nothing to choose from in dimension {dim} of a tensor of shape {x.shape}"
        )


def _check_rank(k: int, least: int, size: int, name: str, shape: Any, dim: int) -> None:
    if not least <= k <= size:
        raise ArgumentError(
            f"{name}: k must be {least} to {size}, the size of dimension {dim} of a tensor of "
            f"shape {shape}, got {k}"
        )


# --- the k largest --------------------------------------------------------------------------------


@op(r"\operatorname{top}_k(x)", returns="values, indices")
def topk(input: Array, k: Integer, dim: Dim = -1, largest: bool = True, sorted: bool = True) -> Any:
    """Return the k largest elements along `dim`, or the smallest, in order, and where they are.

    nan counts as the largest. They are in order also where `sorted` is False.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.topk(tnn.tensor([1.0, 4.0, 3.0]), 2).indices
        tensor([1, 2])
    """
    _check_ranked(input, "topk")
    size = input.shape[dim] if input.ndim else 1
    _check_rank(k, 0, size, "topk", input.shape, dim)
    if input.ndim == 0:
        return input.copy(), np.zeros((), np.int64)
    indices = _ranked(np.moveaxis(input, dim, -1), k, largest)
    indices = np.ascontiguousarray(np.moveaxis(indices, -1, dim))
    return pick_along(input, dim, indices), indices


def _ranked(x: Array, k: int, largest: bool) -> Array:
    """Return where the k largest of each row are, in order: those beyond the k-th are not sorted.

    (256, 1024), k = 3: 0.3 ms among those above a bound, 2.0 parted, 9 sorted.
    """
    size = x.shape[-1]
    if size <= _FEW or 2 * k > size:
        order = x.argsort(axis=-1)
        return order[..., : -k - 1 : -1] if largest else order[..., :k]
    if not k:
        return np.zeros((*x.shape[:-1], 0), np.int64)
    if k <= _FEW // 4 and size >= 8 * _FEW and is_floating(x):
        rows = np.ascontiguousarray(x.reshape(-1, size) if largest else -x.reshape(-1, size))
        places = _above_a_bound(rows, k)
        if places is not None:
            return places.reshape(*x.shape[:-1], k)
    if largest:
        found = x.argpartition(size - k, axis=-1)[..., size - k :]
    else:
        found = x.argpartition(k - 1, axis=-1)[..., :k]
    order = np.take_along_axis(x, found, -1).argsort(axis=-1)
    return np.take_along_axis(found, order[..., ::-1] if largest else order, -1)


def _above_a_bound(rows: Array, k: int) -> Array | None:
    """Return where the k largest of each row are, or None where many elements tie, or are nan.

    Each of 64 columns of a row has a largest element. The k-th largest of these 64 is a bound that
    k elements reach, and few more do.
    """
    number, size = rows.shape
    whole = size // _FEW * _FEW
    largest = rows[:, :whole].reshape(number, -1, _FEW).max(axis=1, initial=-np.inf)
    bound = np.partition(largest, _FEW - k, axis=1)[:, _FEW - k, None]
    found = np.flatnonzero(rows >= bound)
    row = found // size
    each = np.bincount(row, minlength=number)
    if found.size > 8 * number * k or each.min(initial=k) < k or holds_nan(rows):
        return None
    order = np.lexsort((rows.reshape(-1)[found], row))
    last = np.cumsum(each)[:, None] - 1
    return found[order[last - np.arange(k)]] % size


def _to_where_they_were(g: Array, indices: Array, input_shape: Any, dim: int) -> Array:
    """place_along(g, dim, indices): each gradient goes to where its element came from."""
    return place_along(g, dim, indices, input_shape, once=True)


topk.vjp(input=_to_where_they_were)


# --- one of each row ------------------------------------------------------------------------------


def _chosen(input: Array, dim: int, keepdim: bool, places: Array) -> Any:
    """Return the values and places, one along the last dimension that `dim` was moved to."""
    if input.ndim == 0:
        return input.copy(), np.zeros((), np.int64)
    indices = np.moveaxis(places.astype(np.int64, copy=False)[..., None], -1, dim)
    values = pick_along(input, dim, np.ascontiguousarray(indices))
    if keepdim:
        return values, np.ascontiguousarray(indices)
    return values.squeeze(dim), np.asarray(indices.squeeze(dim), order="C")


def _rows(input: Array, dim: int) -> Array:
    return np.moveaxis(input, dim, -1) if input.ndim else input.reshape(1)


@op(r"x_{(k)}", returns="values, indices")
def kthvalue(input: Array, k: Integer, dim: Dim = -1, keepdim: bool = False) -> Any:
    """Return the k-th smallest element along `dim`, counted from 1, and where it is."""
    _check_ranked(input, "kthvalue")
    _check_some(input, dim, "kthvalue")
    rows = _rows(input, dim)
    _check_rank(k, 1, rows.shape[-1], "kthvalue", input.shape, dim)
    return _chosen(input, dim, keepdim, rows.argpartition(k - 1, axis=-1)[..., k - 1])


def _place_of(rows: Array, middle: int) -> Array:
    """Return which place is in the middle, the elements sorted; there is no nan.

    By value where it is the only one: (256, 1024) in 1.5 ms, sorted by index in 12.4.
    """
    size = rows.shape[-1]
    if size > _FEW:
        found = rows == np.partition(rows, middle, axis=-1)[..., middle, None]
        if np.count_nonzero(found) * size == rows.size:
            return found.argmax(axis=-1)
    return rows.argsort(axis=-1, kind="stable")[..., middle]


def _middle(rows: Array, skips_nan: bool) -> Array:
    """Return where the lower median of each row is; a nan in its place, if any is there."""
    size = rows.shape[-1]
    middle = (size - 1) // 2
    unknown = np.isnan(rows) if is_floating(rows) else None
    if unknown is None or not unknown.any():
        return _place_of(rows, middle)
    if skips_nan:
        known = np.maximum(size - np.count_nonzero(unknown, axis=-1) - 1, 0) // 2
        order = rows.argsort(axis=-1, kind="stable")
        return np.take_along_axis(order, known[..., None], -1)[..., 0]
    places = rows.argsort(axis=-1, kind="stable")[..., middle]
    return np.where(unknown.any(axis=-1), unknown.argmax(axis=-1), places)


def _median_along(input: Array, dim: int, keepdim: bool, name: str) -> Any:
    _check_ranked(input, name)
    _check_some(input, dim, name)
    places = _middle(_rows(input, dim), name == "nanmedian")
    return _chosen(input, dim, keepdim, places)


@op(r"\operatorname{median}_i x_i", returns="values, indices", public="median")
def median_dim(input: Array, dim: Dim = -1, keepdim: bool = False) -> Any:
    """Return the lower of the middle elements along `dim`, and where it is; nan if any is."""
    return _median_along(input, dim, keepdim, "median")


@op(r"\operatorname{median}_i x_i", returns="values, indices", public="nanmedian")
def nanmedian_dim(input: Array, dim: Dim = -1, keepdim: bool = False) -> Any:
    """Return the lower of the middle elements along `dim` that are not nan, and where it is."""
    return _median_along(input, dim, keepdim, "nanmedian")


def _median_of_all(input: Array, name: str) -> Array:
    _check_ranked(input, name)
    flat = input.reshape(-1)
    if not flat.size:
        return np.array(np.nan).astype(input.dtype)
    if is_floating(flat):
        unknown = np.isnan(flat)
        if unknown.any():
            if name == "median" or unknown.all():
                return np.full((), np.nan, input.dtype)
            flat = flat[~unknown]
    middle = (flat.size - 1) // 2
    return np.partition(flat, middle)[middle].reshape(())


@op(r"\operatorname{median}_i x_i", name="median_all", public="median")
def _median_all(input: Array) -> Array:
    """Return the lower of the middle elements; ties share the gradient."""
    return _median_of_all(input, "median")


@op(r"\operatorname{median}_i x_i", name="nanmedian_all", public="nanmedian")
def _nanmedian_all(input: Array) -> Array:
    """Return the lower of the middle elements that are not nan; ties share the gradient."""
    return _median_of_all(input, "nanmedian")


def _share(g: Array, input: Array, y: Array, input_shape: Any) -> Array:
    """g * (x == y) / (x == y).sum(): ties share the gradient."""
    return share_among_ties(g, input, y, input_shape, None)


_median_all.vjp(input=_share)
_nanmedian_all.vjp(input=_share)


def median(input: Any, *given: Any, **names: Any) -> Any:
    """Return the median, the lower one of two; with `dim` along it, with where it is.

    nan if any element is. Without `dim` ties share the gradient; with it, all goes to the index.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.median(tnn.tensor([4.0, 1.0, 3.0, 2.0]))
        tensor(2.)
    """
    has_dim = given or "dim" in names or "axis" in names
    return (median_dim if has_dim else _median_all)(input, *given, **names)


def nanmedian(input: Any, *given: Any, **names: Any) -> Any:
    """Return the median of what is not nan; with `dim` along it, with where it is."""
    has_dim = given or "dim" in names or "axis" in names
    return (nanmedian_dim if has_dim else _nanmedian_all)(input, *given, **names)


@op(r"\operatorname{mode}_i x_i", returns="values, indices")
def mode(input: Array, dim: Dim = -1, keepdim: bool = False) -> Any:
    """Return the commonest element along `dim`, the smallest of several, and where the last is.

    No two nan are equal; one is the mode where no element is there twice.
    """
    check_ordered(input, "mode")
    _check_some(input, dim, "mode")
    rows = _rows(input, dim)
    order = rows.argsort(axis=-1, kind="stable")
    ordered = np.take_along_axis(rows, order, -1)
    starts = np.ones(rows.shape, bool)
    starts[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    each = np.arange(rows.shape[-1])
    length = each - np.maximum.accumulate(np.where(starts, each, 0), axis=-1)
    best = length.argmax(axis=-1)[..., None]
    places = np.take_along_axis(order, best, -1)[..., 0]
    if is_floating(rows):
        unknown = np.isnan(rows)
        is_nan = unknown.any(axis=-1) & (length.max(axis=-1) == 0)
        places = np.where(is_nan, unknown.argmax(axis=-1), places)
    return _chosen(input, dim, keepdim, places)


for _operation in (kthvalue, median_dim, nanmedian_dim, mode):
    _operation.vjp(input=to_the_index)


@refuses
@instead_of("sort")
def msort(input: Any, *, out: Any = None) -> Any:
    """Return the elements in order along the first dimension."""
    y = sort(input, 0)[0]
    return y if out is None else out.copy_(y)


class RankMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    topk, kthvalue, mode, msort = topk, kthvalue, mode, msort
    median, nanmedian = median, nanmedian
