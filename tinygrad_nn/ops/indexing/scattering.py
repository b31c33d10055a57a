"""Putting elements at positions along one dimension: overwriting, adding, and other reductions.
Read `slices.py` next, where one index places a whole slice.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Dim, Number
from ...arrays.kinds import category, is_array, is_complex, is_floating, is_integer, is_number
from ...arrays.reading import number_from
from ...arrays.refusing import shown
from ...arrays.sums import add_at_places, in_float32, to_add_at
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.writing import in_place
from ...errors import ArgumentError, DTypeError, ShapeError
from .along import check_dtypes, check_index, gather, pad_to, part_of, places_in

__all__ = ["scatter", "scatter_add", "scatter_reduce"]

REDUCTIONS: dict[str, np.ufunc] = {
    **{"sum": np.add, "prod": np.multiply, "mean": np.add},
    **{"amax": np.maximum, "amin": np.minimum},
}


def _checked_source(name: str, input: Array, dim: int, index: Array, src: Array) -> Array:
    """Check index and source, and return that part of the source which the index has places for."""
    check_index(name, input.shape, dim, index)
    if src.dtype is not input.dtype:
        check_dtypes(name, input, "src", src)
    shape = index.shape
    if shape == src.shape:
        return src
    if not index.size and (dim < max(src.ndim, 1) or not input.size):
        return np.empty(shape, src.dtype)  # PyTorch looks at no other dimension
    if len(shape) != src.ndim and (len(shape) > 1 or src.ndim > 1):
        raise ShapeError(
            f"{name}: src of shape {src.shape} must have as many dimensions as index, of shape "
            f"{shape}"
        )
    if len(shape) != src.ndim:
        return src.reshape(-1)[: index.size].reshape(shape)
    if any(n > m for n, m in zip(shape, src.shape, strict=True)):
        raise ShapeError(f"{name}: index of shape {shape} is larger than src, of shape {src.shape}")
    return part_of(src, shape)


@op(r"x + \sum_j s_j e_{i_j}")
def scatter_add(input: Array, dim: Dim, index: Data, src: Array) -> Array:
    """Return the input with each element of src added at position `index` along `dim`."""
    added = _checked_source("scatter_add", input, dim, index, src)
    places = places_in(dim, index, input.shape)
    wide = to_add_at(input, index).copy()
    add_at_places(wide.reshape(-1), places.reshape(-1), added.reshape(-1))
    return wide.astype(input.dtype, copy=False)


def _gathered(g: Array, src_shape: Any, dim: int, index: Array) -> Array:
    """gather(g, dim, index): each source gets the gradient of where it was put."""
    if not index.size:
        return np.zeros_like(g, shape=src_shape)
    picked = gather(g, dim, index)
    if tuple(picked.shape) == tuple(src_shape):
        return picked
    if len(picked.shape) != len(src_shape):
        picked = picked.reshape((-1,) * len(src_shape))
    return pad_to(picked, src_shape)


scatter_add.vjp(input=lambda g: g, src=_gathered)


def one_value(value: Any, input: Array, name: str) -> Any:
    """Return a number or a 0-d array as it is written into the input."""
    if not is_array(value):
        if type(value) is float and is_floating(input):
            return value
        if not is_number(value):
            raise DTypeError(f"{name}: value must be a number or a 0-d tensor, got {shown(value)}")
        return number_from(value, input.dtype, name)
    if value.ndim:
        raise ShapeError(
            f"{name}: value must be a number or a 0-d tensor, got a tensor of shape {value.shape}"
        )
    if is_complex(value) and not is_complex(input):
        raise DTypeError(f"{name}: a complex value cannot be stored in a {input.dtype} tensor")
    return value.astype(input.dtype)


@op(r"x \text{ with } x_{i_j} = s_j")
def scatter(input: Array, dim: Dim, index: Data, src: Number | Array = None) -> Array:
    """Return the input with each element of src, or a number, at position `index` along `dim`.

    `value=` may name the number. Of several for one place the last one stays, and each gets the
    gradient, as in PyTorch. With `reduce="add"` or `"multiply"` they are added, or multiplied.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.zeros(2, 3).scatter(1, tnn.tensor([[0, 2], [1, 0]]), 1.0)
        tensor([[1., 0., 1.],
                [1., 1., 0.]])
    """
    if is_array(src):
        put: Any = _checked_source("scatter", input, dim, index, src)
    else:
        if not is_number(src):
            raise DTypeError(f"scatter: src must be a tensor or a number, got {shown(src)}")
        check_index("scatter", input.shape, dim, index)
        put = one_value(src, input, "scatter")
    y = input.copy()
    y.reshape(-1)[places_in(dim, index, y.shape)] = put
    return y


scatter.vjp(input=lambda g, dim, index: scatter(g, dim, index, 0.0), src=_gathered)


def _scatter_value(
    input: Any, dim: Any, index: Any, src: Any = None, *, value: Any, **others: Any
) -> Any:
    if src is not None:
        raise ArgumentError("scatter: src and value are given, and one of them is put there")
    return scatter(input, dim, index, value, **others)


def _scatter_reduced(
    input: Any, dim: Any, index: Any, src: Any = None, *, reduce: str, **others: Any
) -> Any:
    src = others.pop("value", src)
    if reduce not in ("add", "multiply"):
        raise ArgumentError(f'scatter: reduce is "add" or "multiply", got {shown(reduce)}')
    if is_number(src):
        made = one_value(src, input.array, "scatter")
        src = type(input)(np.full(index.array.shape, made, input.array.dtype))
    if reduce == "add":
        return scatter_add(input, dim, index, src, **others)
    return scatter_reduce(input, dim, index, src, "prod", **others)


scatter.op.variants.update(value=_scatter_value, reduce=_scatter_reduced)


# --- other reductions -----------------------------------------------------------------------------


def reduced_at(
    input: Array, places: Array, values: Array, reduce: str, include_self: bool
) -> Array:
    """Return the input with each value reduced into its place, of the input seen as a vector.

    Without `include_self` what stands in a place before does not count.
    """
    wide = to_add_at(input, places) if reduce in ("sum", "mean") else in_float32(input)
    wide = wide.copy()
    flat, places, values = wide.reshape(-1), places.reshape(-1), values.reshape(-1)
    if not include_self:
        flat[places] = _start_of(reduce, wide.dtype)
    REDUCTIONS[reduce].at(flat, places, values.astype(wide.dtype, copy=False))
    if reduce == "mean":
        named = np.bincount(places, minlength=flat.size)
        counts = np.maximum(named + include_self, 1)
        if is_integer(wide):
            np.floor_divide(flat, counts.astype(wide.dtype), out=flat)
        else:
            flat /= counts.astype(flat.real.dtype)
    return wide.astype(input.dtype, copy=False)


def _start_of(reduce: str, dtype: Any) -> Any:
    """Return what changes nothing when others are reduced into it."""
    if reduce in ("sum", "mean", "prod"):
        return 1 if reduce == "prod" else 0
    largest: Any = math.inf
    if category(dtype) not in ("float", "complex"):
        limits = (0, 1) if category(dtype) == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        return limits[reduce == "amin"]
    return -largest if reduce == "amax" else largest


def check_reduction(name: str, reduce: Any, known: tuple[str, ...]) -> None:
    """Raise `ArgumentError` for a reduction that is none of those known."""
    if reduce not in known:
        raise ArgumentError(f"{name}: reduce is one of {', '.join(known)}, got {shown(reduce)}")


@op(r"\operatorname{reduce}(x_i, s_{j : i_j = i})")
def scatter_reduce(
    input: Array, dim: Dim, index: Data, src: Array, reduce: str, *, include_self: bool = True
) -> Array:
    """Return the input with src reduced into position `index` along `dim`.

    `reduce` is "sum", "prod", "mean", "amax" or "amin"; without `include_self` the elements of the
    input do not count where others come.

    Example:
        >>> import tinygrad_nn as tnn
        >>> index, src = tnn.tensor([0, 1, 0]), tnn.tensor([1.0, 2.0, 5.0])
        >>> tnn.zeros(2).scatter_reduce(0, index, src, "mean", include_self=False)
        tensor([3., 2.])
    """
    check_reduction("scatter_reduce", reduce, tuple(REDUCTIONS))
    source = _checked_source("scatter_reduce", input, dim, index, src)
    if is_complex(input) and reduce in ("amax", "amin"):
        raise DTypeError(f"scatter_reduce: complex numbers have no order, for {reduce}")
    places = places_in(dim, index, input.shape)
    return reduced_at(input, places, source, reduce, include_self)


def reduced_input_rule(
    g: Array,
    input: Array,
    y: Array,
    dim: int,
    index: Array,
    src: Array,
    reduce: str,
    include_self: bool,
) -> Array:
    """g * share(input): of a mean one of n, of an extreme that of each tie."""
    if reduce == "prod":
        filled = np.where(input == 0, 1.0, input)  # the others' product, as x divides it out
        product = scatter_reduce(filled, dim, index, src, reduce, include_self=include_self)
        g = g * product / filled
    elif reduce == "mean":
        g = g / _counts(g, dim, index, include_self)
    elif reduce != "sum":
        share = g / _ties(input, y, dim, index, src)
        g = np.where(input == y, share, 0.0)
    return g if include_self else scatter(g, dim, index, 0.0)


def reduced_source_rule(
    g: Array,
    input: Array,
    y: Array,
    dim: int,
    index: Array,
    src: Array,
    reduce: str,
    include_self: bool,
) -> Array:
    """g[index] * share(src): likewise; of a product that of the others."""
    shape, src = src.shape, _like_index(src, index)
    if reduce == "prod":
        is_zero = src == 0
        zeros = _summed(input, dim, index, is_zero)
        alone = is_zero & (gather(zeros, dim, index) == 1)
        filled = np.where(alone, 1.0, src)  # the only 0: its gradient is the others' product
        others = scatter_reduce(input, dim, index, filled, reduce, include_self=include_self)
        given = gather(g * y, dim, index) / np.where(is_zero, 1.0, src)
        picked = np.where(alone, gather(g * others, dim, index), given)
    elif reduce == "sum":
        picked = gather(g, dim, index)
    elif reduce == "mean":
        picked = gather(g / _counts(g, dim, index, include_self), dim, index)
    else:
        share = gather(g / _ties(input, y, dim, index, src), dim, index)
        picked = np.where(src == gather(y, dim, index), share, 0.0)
    return picked if tuple(picked.shape) == tuple(shape) else pad_to(picked, shape)


def _like_index(src: Array, index: Array) -> Array:
    return src if tuple(src.shape) == tuple(index.shape) else part_of(src, tuple(index.shape))


def _summed(like: Array, dim: int, index: Array, mask: Array) -> Array:
    """How many of the sources that the mask names come to each place: an array, in like's dtype."""
    like, mask = (getattr(each, "array", each) for each in (like, mask))
    index = getattr(index, "array", index)
    return scatter_add(np.zeros_like(like), dim, index, mask.astype(like.dtype))


def _counts(g: Array, dim: int, index: Array, include_self: bool) -> Array:
    """How many elements each mean is of, at least 1."""
    named = _summed(g, dim, index, np.ones(tuple(index.shape), bool))
    return np.maximum(named + 1 if include_self else named, 1)


def _ties(input: Array, y: Array, dim: int, index: Array, src: Array) -> Array:
    """How many share each extreme; the input counts also where it is not included, as there."""
    x, extreme, source = (getattr(each, "array", each) for each in (input, y, src))
    index = getattr(index, "array", index)
    source = _like_index(source, index)
    return (x == extreme) + _summed(x, dim, index, source == gather(extreme, dim, index))


scatter_reduce.vjp(input=reduced_input_rule, src=reduced_source_rule)


class ScatteringMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    scatter, scatter_add, scatter_reduce = scatter, scatter_add, scatter_reduce
    scatter_, scatter_add_ = in_place(scatter), in_place(scatter_add)
    scatter_reduce_ = in_place(scatter_reduce)
