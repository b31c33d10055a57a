"""Rows of a table, one for each index, and sums of several: what embeddings are.
Read `assigning.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Integer, as_bool, as_integer
from ...arrays.refusing import shown
from ...arrays.sums import add_rows, in_float32, to_add_at
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import ArgumentError, DTypeError, ShapeError
from ..shape.sizes import reshape
from .along import check_bounds, check_index_dtype, gather
from .masking import masked_fill

__all__ = ["embedding"]

MODES = ("sum", "mean", "max")


def _check_table(name: str, weight: Array, indices: Array) -> None:
    if weight.ndim != 2:
        raise ShapeError(f"{name}: weight must have 2 dimensions, got shape {weight.shape}")
    check_index_dtype(name, indices)
    check_bounds(name, indices, len(weight), 0)


@op(r"W_{i}")
def embedding(
    weight: Array,
    indices: Data,
    padding_idx: Integer = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Array:
    """Return row i of weight, (rows, width), for each index i: (*indices.shape, width).

    Row `padding_idx` gets no gradient. `scale_grad_by_freq` divides the gradient of a row by how
    often it is picked. Gradients are dense, also if `sparse` asks for others.
    """
    _check_table("embedding", weight, indices)
    return weight.take(indices, 0)


@op(r"\sum_j x_j e_{i_j}")
def embedding_dense_backward(
    input: Array,
    indices: Data,
    num_weights: Integer,
    padding_idx: Integer,
    scale_grad_by_freq: bool,
) -> Array:
    """Return zeros of (num_weights, width) with each row of the gradient added at its index."""
    index = indices.reshape(-1)
    rows = input.reshape(index.size, input.shape[-1])
    if padding_idx >= 0:
        kept = index != padding_idx
        if not kept.all():
            rows, index = rows[kept], index[kept]
    if scale_grad_by_freq and index.size:
        rows = rows / np.bincount(index)[index].astype(rows.dtype)[:, None]
    y = to_add_at(np.zeros((num_weights, rows.shape[1]), rows.dtype), index)
    add_rows(y, index, rows, fresh=True)
    return y.astype(input.dtype, copy=False)


def _picked(g: Array, indices: Array, padding_idx: int, scale_grad_by_freq: bool) -> Array:
    """g[indices]: and 0 for padding, the adjoint of embedding_dense_backward."""
    picked = embedding(g, indices)
    places: Any = getattr(indices, "array", indices)
    if scale_grad_by_freq:
        often = np.bincount(places.reshape(-1))[places][..., None]
        array: Any = getattr(g, "array", g)
        picked = picked / often.astype(array.dtype)
    if padding_idx >= 0:
        picked = np.where((places == padding_idx)[..., None], 0.0, picked)
    return picked


def _table_rule(
    g: Array, weight_shape: Any, indices: Array, padding_idx: int, scale_grad_by_freq: bool
) -> Array:
    """place(g, indices): of all places that a row was picked for, added up."""
    rows = weight_shape[0]
    return embedding_dense_backward(g, indices, rows, padding_idx, scale_grad_by_freq)


embedding.vjp(weight=_table_rule)
embedding_dense_backward.vjp(input=_picked)


def renormalize(weight: Any, indices: Any, max_norm: float, norm_type: float) -> None:
    """Scale each row that an index names, if its norm is above max_norm, down to that: in place."""
    rows = np.unique(indices)
    picked = in_float32(weight.array[rows])
    norms = np.linalg.norm(picked, ord=norm_type, axis=1)
    large = norms > max_norm
    if large.any():
        scaled = picked[large] * (max_norm / (norms[large] + 1e-7)).astype(picked.dtype)[:, None]
        weight.array[rows[large]] = scaled
        weight.version[0] += 1


def _checked(name: str, weight: Any, indices: Any, padding_idx: Any) -> int:
    """Check a table and indices, and return `padding_idx` from 0 on, or -1 for none."""
    for what, value in (("input", indices), ("weight", weight)):
        if not isinstance(value, TensorBase):
            raise DTypeError(f"{name}(): {what} must be a Tensor, got {shown(value)}")
    _check_table(name, weight.array, indices.array)
    if padding_idx is None:
        return -1
    number = len(weight.array)
    padding_idx = as_integer(padding_idx, "padding_idx", name)
    if not -number <= padding_idx < number:
        raise ArgumentError(f"{name}: padding_idx {padding_idx} is none of the {number} rows")
    return padding_idx % number


def embed(
    input: Any,
    weight: Any,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Any:
    """Return the row of weight, (rows, width), for each index in input: (*input.shape, width).

    Args:
        input: indices, of any shape.
        weight: the table.
        padding_idx: of a row that gets no gradient.
        max_norm: rows that are picked are first scaled down to it, in place, if their norm is
            larger.
        norm_type: the degree of that norm.
        scale_grad_by_freq: divide the gradient of a row by how often it is picked.
        sparse: changes nothing; gradients are dense.

    Raises:
        DimensionError: an index outside of the table. ArgumentError: such a padding_idx.

    Example:
        >>> import tinygrad_nn as tnn
        >>> table = tnn.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> tnn.nn.functional.embedding(tnn.tensor([1, 0, 1]), table)
        tensor([[3., 4.],
                [1., 2.],
                [3., 4.]])
    """
    padding_idx = _checked("embedding", weight, input, padding_idx)
    if max_norm is not None:
        renormalize(weight, input.array, max_norm, norm_type)
    return embedding(weight, input, padding_idx, scale_grad_by_freq, sparse)


embed.__name__ = embed.__qualname__ = "embedding"


# --- bags -----------------------------------------------------------------------------------------


@op(r"\sum_{j \in b} f_j W_{i_j}", name="embedding_bag")
def sum_in_bags(
    weight: Array,
    indices: Data,
    bags: Data,
    number: Integer,
    factors: Array | None = None,
    scale_grad_by_freq: bool = False,
) -> Array:
    """Return, for each of a number of bags, the sum of its rows of weight, each times its factor.

    `bags` says in which bag an index is, in rising order.
    """
    rows = in_float32(weight.take(indices, 0))
    if not len(rows):
        return np.zeros((number, weight.shape[1]), weight.dtype)
    each = len(rows) // number
    if (
        each * number == len(rows)
        and (bags.reshape(number, each) == np.arange(number)[:, None]).all()
    ):
        share = np.ones((1, each), rows.dtype) if factors is None else factors.reshape(-1, 1, each)
        y = (share @ rows.reshape(number, each, -1))[:, 0]  # all bags are of one size: 13 µs, 56
    else:
        rows = rows if factors is None else rows * factors[:, None]
        y = np.zeros((number, weight.shape[1]), rows.dtype)
        starts = np.flatnonzero(np.diff(bags, prepend=-1))
        y[bags[starts]] = np.add.reduceat(rows, starts, 0)
    return y.astype(weight.dtype, copy=False)


def _bag_weight_rule(
    g: Array,
    weight_shape: Any,
    indices: Array,
    bags: Array,
    factors: Array,
    scale_grad_by_freq: bool,
) -> Array:
    """place(g[bags] * factors, indices): of all bags that a row is in."""
    rows = embedding(g, bags)
    if factors is not None:
        rows = rows * factors[:, None]
    return embedding_dense_backward(rows, indices, weight_shape[0], -1, scale_grad_by_freq)


def _factor_rule(g: Array, weight: Array, indices: Array, bags: Array) -> Array:
    """(g[bags] * weight[indices]).sum(-1): the product with the row."""
    return (embedding(g, bags) * embedding(weight, indices)).sum(-1)


sum_in_bags.vjp(weight=_bag_weight_rule, factors=_factor_rule)


def _bags(
    name: str, indices: Array, offsets: Any, include_last_offset: bool
) -> tuple[Array, Array]:
    """Return all indices in a row, and where each bag begins, with the end of the last."""
    if indices.ndim == 2:
        if offsets is not None:
            raise ArgumentError(
                f"{name}: the rows of an input of 2 dimensions are the bags, and offsets are given"
            )
        return indices.reshape(-1), np.arange(len(indices) + 1) * indices.shape[1]
    if indices.ndim != 1:
        raise ShapeError(f"{name}: input must have 1 or 2 dimensions, got shape {indices.shape}")
    if not isinstance(offsets, TensorBase):
        raise ArgumentError(
            f"{name}: offsets, where each bag begins, must be a Tensor beside an input of 1 "
            f"dimension, got {shown(offsets)}"
        )
    starts = offsets.array
    check_index_dtype(name, starts)
    if starts.ndim != 1:
        raise ShapeError(f"{name}: offsets must be a vector, got shape {starts.shape}")
    if include_last_offset and not starts.size:
        raise ArgumentError(f"{name}: include_last_offset asks for at least one offset")
    ends = starts if include_last_offset else np.append(starts, indices.size)
    if ends[0] or (ends[1:] < ends[:-1]).any() or ends[-1] > indices.size:
        raise ArgumentError(
            f"{name}: offsets begin at 0, rise, and end by the number of indices, {indices.size}; "
            f"got {starts.tolist()!r:.60}"
        )
    return indices, ends


def embedding_bag(
    input: Any,
    weight: Any,
    offsets: Any = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Any = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Any:
    """Return the sum, mean or largest of the rows of weight in each bag: (bags, width).

    Args:
        input: indices, (bags, n), or all in a row, with `offsets`.
        weight: the table, (rows, width).
        offsets: where in the row each bag begins.
        max_norm: rows are scaled down to it, as for `embedding`.
        norm_type: the degree of that norm.
        scale_grad_by_freq: divide the gradient of a row by how often it is picked.
        mode: "sum", "mean" or "max", of each column; 0 for an empty bag.
        sparse: changes nothing; gradients are dense.
        per_sample_weights: a factor for each index, if mode is "sum".
        include_last_offset: the last offset is where the last bag ends.
        padding_idx: of a row that counts in no bag.

    Raises:
        ArgumentError: offsets or a mode that cannot be. DimensionError: an index outside.

    Example:
        >>> import tinygrad_nn as tnn
        >>> table = tnn.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> tnn.nn.functional.embedding_bag(tnn.tensor([[0, 1]]), table, mode="sum")
        tensor([[4., 6.]])
    """
    name = "embedding_bag"
    if mode not in MODES:
        raise ArgumentError(f"{name}: mode is one of {', '.join(MODES)}, got {shown(mode)}")
    padding_idx = _checked(name, weight, input, padding_idx)
    include_last_offset = as_bool(include_last_offset, "include_last_offset", name)
    factors: Any = per_sample_weights
    if factors is not None:
        if mode != "sum":
            raise ArgumentError(f'{name}: per_sample_weights are for mode="sum", not for "{mode}"')
        if not isinstance(factors, TensorBase) or factors.array.shape != input.array.shape:
            raise ShapeError(
                f"{name}: per_sample_weights must have the shape of input, {input.array.shape}, "
                f"got {shown(factors)}"
            )
        factors = reshape(factors, (-1,))
    indices, ends = _bags(name, input.array, offsets, include_last_offset)
    if max_norm is not None:
        renormalize(weight, indices, max_norm, norm_type)
    number = len(ends) - 1
    bags = np.repeat(np.arange(number), np.diff(ends))
    indices = indices[: len(bags)]
    if padding_idx >= 0 or len(bags) < input.array.size:
        kept = np.flatnonzero(indices != padding_idx)
        indices, bags = indices[kept], bags[kept]
        factors = factors if factors is None else factors[kept]
    if mode == "max":
        if scale_grad_by_freq:
            raise ArgumentError(f'{name}: scale_grad_by_freq is not for mode="max"')
        return _largest_in_bags(weight, indices, bags, number)
    if mode == "mean":
        shares = 1.0 / np.maximum(np.bincount(bags, minlength=number), 1)
        factors = make_tensor(shares[bags].astype(in_float32(weight.array[:0]).dtype))
    index = make_tensor(indices)
    return sum_in_bags(weight, index, make_tensor(bags), number, factors, scale_grad_by_freq)


def _largest_in_bags(weight: Any, indices: Array, bags: Array, number: int) -> Any:
    """Return the largest of each column of each bag: gather(weight, 0, where it stands first)."""
    width = weight.array.shape[1]
    chosen = np.zeros((number, width), np.int64)
    is_empty = np.ones((number, 1), bool)
    if indices.size:
        rows = weight.array[indices]
        starts = np.flatnonzero(np.diff(bags, prepend=-1))
        sizes = np.diff(starts, append=len(rows))
        largest = np.repeat(np.maximum.reduceat(rows, starts, 0), sizes, 0)
        is_one = (rows == largest) | np.isnan(rows)
        places = np.where(is_one, np.arange(len(rows))[:, None], len(rows))
        chosen[bags[starts]] = indices[np.minimum.reduceat(places, starts, 0)]
        is_empty[bags] = False
    picked = gather(weight, 0, make_tensor(chosen))
    return masked_fill(picked, make_tensor(is_empty), 0.0) if is_empty.any() else picked
