"""Quantiles: what stands at a fraction of the way through the order along a dimension.
Read `counting.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_dim, kept_shape
from ...arrays.refusing import refuses, shown
from ...arrays.warnings import quiet
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import ArgumentError, DimensionError, DTypeError
from ..elementwise.selection import where
from ..indexing.along import gather
from .extremes import sort

__all__ = ["nanquantile", "quantile"]

_WAYS = ("linear", "lower", "higher", "midpoint", "nearest")


def _quantile(
    input: Any, q: Any, dim: Any, keepdim: bool, interpolation: str, out: Any, skips_nan: bool
) -> Any:
    name = "nanquantile" if skips_nan else "quantile"
    q = _checked(input, q, interpolation, name)
    ndim = input.array.ndim
    axis = None if dim is None else as_dim(dim, ndim, name)
    if axis is None or not ndim:
        rows = input.reshape(-1)
    else:
        rows = input.permute(*(i for i in range(ndim) if i != axis), axis)
    if rows.array.size == 0:
        raise DimensionError(
            f"{name}: there is no element in a tensor of shape {input.array.shape}"
        )
    ordered = sort(rows)[0]
    size = rows.array.shape[-1]
    unknown = np.isnan(rows.array)
    many = q.reshape(-1)
    if skips_nan:
        known = np.maximum(size - np.count_nonzero(unknown, axis=-1, keepdims=True) - 1, 0)
        ranks = many * make_tensor(known.astype(rows.array.dtype))
    else:
        ranks = many * (size - 1.0)
        if unknown.any():
            ranks = where(make_tensor(unknown.any(axis=-1, keepdims=True)), size - 1.0, ranks)
    made = _between(ordered, ranks, interpolation)
    back = made.array.ndim - 1
    y = made.permute(back, *range(back))  # the quantiles come first
    if keepdim:
        y = y.reshape(
            -1, *kept_shape(input.array.shape, None if axis is None or not ndim else (axis,))
        )
    y = y.reshape(*q.array.shape, *y.array.shape[1:])
    return y if out is None else out.copy_(y)


def _checked(input: Any, q: Any, interpolation: str, name: str) -> Any:
    """Return q as a tensor of the input's dtype, after a look at all arguments."""
    if not isinstance(input, TensorBase) or input.array.dtype.name not in ("float32", "float64"):
        raise DTypeError(f"{name}: a tensor of float32 or float64 expected, got {shown(input)}")
    if interpolation not in _WAYS:
        raise ArgumentError(
            f"{name}: interpolation must be one of {_WAYS}, got {interpolation!r:.60}"
        )
    if not isinstance(q, TensorBase):
        with quiet():  # what float32 cannot hold becomes inf, and is refused
            q = make_tensor(np.asarray(q, input.array.dtype))
    if q.array.dtype != input.array.dtype or q.array.ndim > 1:
        raise DTypeError(
            f"{name}: q must be a number or a vector of {input.array.dtype}, the input's dtype, "
            f"got {shown(q)}"
        )
    if not ((q.array >= 0) & (q.array <= 1)).all():
        raise ArgumentError(f"{name}: q must be within 0 to 1, got {q.array.tolist()!r:.60}")
    return q


def _between(ordered: Any, ranks: Any, interpolation: str) -> Any:
    """Return what stands at the ranks along the last dimension, and between two elements."""
    shape = (*ordered.array.shape[:-1], ranks.array.shape[-1])
    at = np.broadcast_to(ranks.array, shape)
    if interpolation in ("lower", "higher", "nearest"):
        ways: Any = {"lower": np.floor, "higher": np.ceil, "nearest": np.round}
        at = ways[interpolation](at)
        return gather(ordered, -1, make_tensor(at.astype(np.int64)))
    below, above = (make_tensor(each(at).astype(np.int64)) for each in (np.floor, np.ceil))
    low, high = gather(ordered, -1, below), gather(ordered, -1, above)
    weight: Any = 0.5
    if interpolation == "linear":
        weight = ranks - make_tensor(np.floor(ranks.array))
    return low * (1.0 - weight) + high * weight


@refuses
def quantile(
    input: Any,
    q: Any,
    dim: Any = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Any = None,
) -> Any:
    """Return the q-th quantiles over `dim`, a vector of them in a first dimension.

    Between two elements it lies as `interpolation` says: "linear", "lower", "higher", "midpoint"
    or "nearest".

    Raises:
        DTypeError: other than float32 and float64. ArgumentError: q outside of 0 to 1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.quantile(tnn.tensor([4.0, 1.0, 3.0, 2.0]), 0.5)
        tensor(2.5000)
    """
    return _quantile(input, q, dim, keepdim, interpolation, out, skips_nan=False)


@refuses
def nanquantile(
    input: Any,
    q: Any,
    dim: Any = None,
    keepdim: bool = False,
    *,
    interpolation: str = "linear",
    out: Any = None,
) -> Any:
    """Return the q-th quantiles over `dim` of what is not nan, as `quantile` has them."""
    return _quantile(input, q, dim, keepdim, interpolation, out, skips_nan=True)


class QuantileMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    quantile, nanquantile = quantile, nanquantile
