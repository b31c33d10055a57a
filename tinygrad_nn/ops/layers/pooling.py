"""The largest element of each window, and where it is; what was chosen put back in its place.
Read `averaging.py` next, which pools by means.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...arrays.kinds import is_floating
from ...arrays.layout import with_channels_as
from ...arrays.sums import holds_nan, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, ShapeError
from ..elementwise.activations import check_float
from ..elementwise.complex_parts import check_ordered
from ..elementwise.selection import masked
from ..indexing.along import check_bounds, check_index_dtype, place_along
from .windows import Sizes, as_sizes, check_dims, inner, padded, under

__all__ = ["max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool3d"]


class Pool(NamedTuple):
    """Where the windows lie: all that follows from the sizes and arguments."""

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    before: Sizes
    after: Sizes
    places: Sizes
    are_apart: bool  # no two windows meet, and they cover all


@lru_cache(maxsize=256)
def pool_of(
    name: str,
    dims: int,
    shape: Sizes,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> Pool:
    """Check what a pooling is given, and return where its windows lie."""
    check_dims(shape, dims, name)
    kernel = as_sizes(kernel_size, dims, "kernel_size", name, 1)
    is_given = stride is not None and stride != () and stride != []
    stride = as_sizes(stride, dims, "stride", name, 1) if is_given else kernel
    padding = as_sizes(padding, dims, "padding", name, 0)
    dilation = as_sizes(dilation, dims, "dilation", name, 1)
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    if any(p > far // 2 for p, far in zip(padding, reach, strict=True)):
        raise ArgumentError(
            f"{name}: padding is at most half the kernel, got padding {padding} with a kernel of "
            f"{kernel}, dilation {dilation}"
        )
    places, after = [], []
    for n, far, s, p in zip(shape[-dims:], reach, stride, padding, strict=True):
        number = (n + 2 * p - far + (s - 1 if ceil_mode else 0)) // s + 1
        if ceil_mode and (number - 1) * s >= n + p:
            number -= 1  # the last window has to start within the input, or its left padding
        places.append(number)
        after.append(max((number - 1) * s + far - n - p, 0))
    if min(places) < 1 or 0 in shape[len(shape) - dims - 1 :]:
        raise ShapeError(
            f"{name}: a kernel of {kernel}, dilation {dilation}, does not fit into an input of "
            f"shape {shape} with padding {padding}"
        )
    are_apart = kernel == stride and set(dilation) == {1} and not any(padding) and not any(after)
    are_apart = are_apart and all(
        n == k * m for n, k, m in zip(shape[-dims:], kernel, places, strict=True)
    )
    return Pool(kernel, stride, dilation, padding, tuple(after), tuple(places), are_apart)


def _choose(input: Array, pool: Pool) -> tuple[Array, Array]:
    """Return the largest of each window, and which of the kernel's elements met it first."""
    least: Any = -math.inf if is_floating(input) else np.iinfo(input.dtype).min
    x = padded(input, pool.before, pool.after, least)
    many = math.prod(pool.kernel)
    place = (pool.stride, pool.dilation, pool.places)
    nan = is_floating(input) and holds_nan(in_float32(input))
    best: Any = None
    for element, offset in enumerate(np.ndindex(pool.kernel)):
        met = x[under(offset, *place)]
        if best is None:
            best = met.copy()
            which = np.zeros(best.shape, np.uint8 if many <= 256 else np.int32)
            continue
        better = met > best
        if nan:  # the last one is chosen, as in PyTorch
            better |= met != met
        np.maximum(which, better * which.dtype.type(element), out=which)  # 6 µs; where= takes 290
        np.maximum(best, met, out=best)
    if x is not input:
        _leave_padding(best, which, pool, least)
    return best, which


def _leave_padding(best: Array, which: Array, pool: Pool, least: Any) -> None:
    """Have the first element within the input chosen where all of a window are what pads."""
    nothing = best == least
    if nothing.any():
        first: Any = 0
        for axis, k in enumerate(pool.kernel):
            start = np.arange(pool.places[axis]) * pool.stride[axis] - pool.before[axis]
            own = np.maximum(-(start // pool.dilation[axis]), 0)
            first = first * k + own.reshape(-1, *(1,) * (len(pool.kernel) - axis - 1))
        np.copyto(which, first, where=nothing, casting="unsafe")


@lru_cache(maxsize=64)
def _positions(pool: Pool, sizes: Sizes) -> tuple[Array, Array]:
    """Return where in the flat input each window starts, and each element of the kernel from it."""
    steps = [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
    starts, offsets = np.zeros(pool.places, np.int64), np.zeros(pool.kernel, np.int64)
    for i, step in enumerate(steps):
        behind = (1,) * (len(sizes) - i - 1)
        start = np.arange(pool.places[i]) * pool.stride[i] - pool.before[i]
        starts += (start * step).reshape(-1, *behind)
        offsets += (np.arange(pool.kernel[i]) * pool.dilation[i] * step).reshape(-1, *behind)
    return starts, offsets.reshape(-1)


def to_the_places(g: Array, indices: Array, input_shape: Any, dims: int) -> Array:
    """place_along(g, dims, indices): zeros, with g added where each element was chosen."""
    lead = tuple(input_shape)[:-dims]
    flat = (*lead, math.prod(tuple(input_shape)[-dims:]))
    rows = (*lead, math.prod(tuple(indices.shape)[-dims:]))
    placed = place_along(g.reshape(rows), len(lead), indices.reshape(rows), flat)
    return placed.reshape(tuple(input_shape))


def _put_back(g: Array, which: Array, input_shape: Any, pool: Pool) -> Array:
    """Return zeros of the input's shape, with g added where each element was chosen."""
    dims, place = len(pool.kernel), (pool.stride, pool.dilation, pool.places)
    sides = zip(pool.before, input_shape[-dims:], pool.after, strict=True)
    wide = (*input_shape[:-dims], *(b + n + a for b, n, a in sides))
    g = in_float32(g) if not pool.are_apart else g
    dx = np.empty(wide, g.dtype) if pool.are_apart else np.zeros(wide, g.dtype)
    for element, offset in enumerate(np.ndindex(pool.kernel)):
        chosen = masked(g, which == element)
        if pool.are_apart:
            dx[under(offset, *place)] = chosen
        else:
            dx[under(offset, *place)] += chosen
    return dx if pool.are_apart else dx[inner(pool.before, input_shape)]


def _max_pool(dims: int) -> tuple[Any, Any]:
    """Return the operation of 1, 2 or 3 dimensions, and the one that returns indices too."""
    name = f"max_pool{dims}d"

    def pool_over(shape: Sizes, *given: Any, as_name: str = name) -> Pool:
        hashable = (tuple(each) if type(each) is list else each for each in given)
        return pool_of(as_name, dims, tuple(shape), *hashable)

    @op(r"\max_{i} x_i", returns="values, indices", name=f"{name}_with_indices")
    def max_pool_with_indices(
        input: Array,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
    ) -> Any:
        """Return the largest element of each window, and its index in the flat input.

        The first of several; windows lie a kernel apart where `stride` is None.
        """
        own = f"{name}_with_indices"
        check_ordered(input, own)
        given = (kernel_size, stride, padding, dilation, ceil_mode)
        pool = pool_over(input.shape, *given, as_name=own)
        values, which = _choose(input, pool)
        starts, offsets = _positions(pool, input.shape[-dims:])
        indices = with_channels_as(offsets[which] + starts, input)
        return with_channels_as(values, input), indices

    max_pool_with_indices.vjp(
        input=lambda g, indices, input_shape: to_the_places(g, indices, input_shape, dims)
    )

    @op(r"\max_{i} x_i", keeps="which", name=name)
    def max_pool(
        input: Array,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
    ) -> Any:
        """Return the largest element of each window of an input (N, C, ...) or (C, ...).

        Windows lie a kernel apart where `stride` is None; `padding` is never chosen. With
        `ceil_mode` the last window may reach beyond the end. The first of several equal elements
        gets the gradient.
        """
        check_ordered(input, name)
        if dims == 1:
            check_float(input, name)
        pool = pool_over(input.shape, kernel_size, stride, padding, dilation, ceil_mode)
        best, which = _choose(input, pool)
        return with_channels_as(best, input), which

    @max_pool.backward
    def _(
        g: Array,
        which: Array,
        input_shape: Any,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        ceil_mode: bool,
    ) -> Array:
        """place_along(g, dims, which): zeros, with g added where each element was chosen."""
        pool = pool_over(input_shape, kernel_size, stride, padding, dilation, ceil_mode)
        return _put_back(g, which, input_shape, pool)

    max_pool.composite(lambda *given, **names: max_pool_with_indices(*given, **names)[0])
    return max_pool, max_pool_with_indices


max_pool1d, max_pool1d_with_indices = _max_pool(1)
max_pool2d, max_pool2d_with_indices = _max_pool(2)
max_pool3d, max_pool3d_with_indices = _max_pool(3)


def max_unpool(input: Any, indices: Any, sizes: Sizes, name: str) -> Any:
    """Return zeros with each element at its index of the flat last dimensions, of these sizes."""
    dims = len(sizes)
    if tuple(indices.shape) != tuple(input.shape):
        raise ShapeError(
            f"{name}: indices of shape {tuple(indices.shape)} must have the input's shape "
            f"{tuple(input.shape)}"
        )
    lead = tuple(input.shape)[:-dims]
    check_index_dtype(name, getattr(indices, "array", indices))
    check_bounds(name, getattr(indices, "array", indices), math.prod(sizes), len(lead))
    rows = (*lead, math.prod(tuple(input.shape)[-dims:]))
    placed = place_along(
        input.reshape(rows), len(lead), indices.reshape(rows), (*lead, math.prod(sizes)), True
    )
    return placed.reshape(*lead, *sizes)
