"""The three products of a convolution on arrays: windows under the kernel as columns of matrices.
Read `transposed_convolution.py` next, the same products in other roles.

Columns are made of a few images at a time, brought into the form (C, ..., N): what an element of
the kernel meets are then long runs of memory, whatever stride and kernel are.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...arrays.kinds import is_complex
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.op import Array
from .windows import Sizes, places_of

_COLUMNS = 2**17  # elements of columns made at a time: they stay in the cache, and memory small
_MOST = 2**18  # the same, where it takes more to have runs of eight images
_IMAGES = 8
_UNPACKED = 10**6  # multiplications, up to which OpenBLAS does not copy a product's operands first
_NARROW = 64  # columns, below which a product is too small
_FEW = 2**13  # elements of columns that are picked, and added up again, by an index of them all


class Geometry(NamedTuple):
    """Where the kernel lies, over what: all that follows from the shapes and arguments."""

    padded: Sizes  # the input's shape, with padding
    inner: tuple[Any, ...]  # the index of the input in it
    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    sizes: Sizes  # of the output
    groups: int
    weights: int  # how many
    index: Any  # of the columns' elements in the padded input, as a matrix a group; None of many


@lru_cache(maxsize=256)
def geometry_over(
    shape: Sizes,
    weight_shape: Sizes,
    sizes: Sizes,
    stride: Sizes,
    before: Sizes,
    after: Sizes,
    dilation: Sizes,
    groups: int,
) -> Geometry:
    """Return where a kernel lies over (N, C, ...), given the output's sizes and the padding."""
    images, channels, *inside = shape
    kernel = weight_shape[2:]
    wide = [b + n + a for b, n, a in zip(before, inside, after, strict=True)]
    columns = channels * math.prod(kernel)
    few = 0 < images * columns * math.prod(sizes) <= _FEW
    geometry = Geometry(
        padded=(images, channels, *wide),
        inner=(..., *(slice(b, b + n) for b, n in zip(before, inside, strict=True))),
        kernel=tuple(kernel),
        stride=stride,
        dilation=dilation,
        sizes=sizes,
        groups=groups,
        weights=math.prod(weight_shape),
        index=None,
    )
    return geometry._replace(index=_index_of_columns(geometry)) if few else geometry


def _index_of_columns(geometry: Geometry) -> Array:
    images, channels, *wide = geometry.padded
    places = np.arange(math.prod(geometry.padded)).reshape(channels, *wide, images)
    rows = channels * math.prod(geometry.kernel) // geometry.groups
    return _windows(places, geometry).reshape(geometry.groups, rows, -1)


def convolve(input: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    """Return the sum of what the kernel meets at each place, times the weight, plus the bias."""
    x = _images(input, geometry)
    if _is_pointwise(geometry):
        return _mixed(x, weight, bias)
    if geometry.index is None:
        return _by_parts(x, weight, bias, geometry)
    y = _products(_filters(weight, geometry.groups), _padded(x, geometry).take(geometry.index))
    y = _first(y.reshape(len(weight), *geometry.sizes, len(x)))
    if bias is not None:
        y = y + bias.reshape(-1, *(1,) * len(geometry.sizes))
    return np.ascontiguousarray(y, input.dtype)


def convolve_back(g: Array, input: Any, weight: Any, geometry: Geometry, wants: Any) -> Any:
    """Return fold(weight.T @ g), g @ unfold(input).T, g.sum(): unfold makes windows columns.

    fold adds each element of a column where it was taken from the input. What is not wanted is
    None, and what only it needs may be None.
    """
    x = None if input is None else _images(input, geometry)
    out = g.shape[-len(geometry.sizes) - 1]
    g = in_float32(g).reshape(geometry.padded[0], out, *geometry.sizes)
    filters = None if weight is None else _filters(weight, geometry.groups).swapaxes(1, 2)
    if _is_pointwise(geometry):
        return _mixed_back(g, x, filters, wants)
    by_index = geometry.index is not None and not is_complex(g)
    by_convolving = wants[0] and not by_index and _is_convolution_back(geometry, out)
    wanted = (wants[0] and not by_convolving, *wants[1:])
    dx, dw, db = (_back_by_index if by_index else _back_by_parts)(g, x, filters, geometry, wanted)
    return _convolved_back(g, weight, geometry) if by_convolving else dx, dw, db


def _sides(geometry: Geometry) -> tuple[Sizes, Sizes, Sizes]:
    """Return the input's sizes, and how far the kernel reaches over g before and after them."""
    inner = geometry.inner[1:]
    reach = [d * (k - 1) for d, k in zip(geometry.dilation, geometry.kernel, strict=True)]
    after = zip(geometry.padded[2:], inner, strict=True)
    return (
        tuple(each.stop - each.start for each in inner),
        tuple(far - each.start for far, each in zip(reach, inner, strict=True)),
        tuple(far - (wide - each.stop) for far, (wide, each) in zip(reach, after, strict=True)),
    )


def _is_convolution_back(geometry: Geometry, out: int) -> bool:
    """Whether the input's gradient is best a convolution: at stride 1, of a g that is as large.

    It takes a copy of the weight, turned round, which costs more than it saves over few places.
    """
    if geometry.padded[0] * math.prod(geometry.sizes) < out // geometry.groups:
        return False
    sizes, before, after = _sides(geometry)
    moves = geometry.kernel, geometry.stride, geometry.dilation
    all_met = places_of(geometry.padded[2:], *moves) == geometry.sizes
    is_as_large = math.prod(sizes) <= 1.3 * math.prod(geometry.sizes)
    is_dense = set(geometry.stride) == {1} and all_met and min(before + after) >= 0
    return is_dense and is_as_large


def _convolved_back(g: Array, weight: Array, geometry: Geometry) -> Array:
    """Return the input's gradient as a convolution of g with the kernel turned round."""
    sizes, before, after = _sides(geometry)
    groups, channels = geometry.groups, geometry.padded[1]
    dims = len(sizes)
    own = in_float32(weight).reshape(groups, -1, channels // groups, *geometry.kernel)
    turned = np.flip(own.swapaxes(1, 2), tuple(range(-dims, 0)))
    turned = np.ascontiguousarray(turned).reshape(channels, -1, *geometry.kernel)
    back = geometry_over(
        *(tuple(g.shape), turned.shape, sizes, geometry.stride, before, after),
        *(geometry.dilation, groups),
    )
    return convolve(g, turned, None, back)


def _is_pointwise(geometry: Geometry) -> bool:
    """Whether each place meets itself alone, so that images are matrices as they are."""
    steps = {*geometry.kernel, *geometry.stride, geometry.groups}
    is_bare = geometry.padded[2:] == geometry.sizes and geometry.index is None
    return steps == {1} and is_bare


def _mixed(x: Array, weight: Array, bias: Any) -> Array:
    """Return the product of each image, (C, places), with the weight, plus the bias."""
    rows = np.ascontiguousarray(x).reshape(*x.shape[:2], -1)
    y = np.matmul(_filters(weight, 1)[0], rows)
    if bias is not None:
        y += bias[:, None]
    return y.reshape(len(x), len(weight), *x.shape[2:]).astype(weight.dtype, copy=False)


def _mixed_back(g: Array, x: Any, filters: Any, wants: Any) -> Any:
    """Return W.T @ g, (g @ x.T).sum(0), g.sum(): of all images."""
    dx = dw = db = None
    rows = np.ascontiguousarray(g).reshape(*g.shape[:2], -1)
    if wants[0]:
        dx = np.matmul(filters[0], rows).reshape(len(g), -1, *g.shape[2:])
    if wants[1]:
        met = np.ascontiguousarray(x).reshape(*x.shape[:2], -1).swapaxes(1, 2)
        dw = accurate_sum(np.matmul(rows, met), 0)
    if wants[2]:
        db = accurate_sum(accurate_sum(rows, 2), 0)
    return dx, dw, db


def _filters(weight: Array, groups: int) -> Array:
    """Return the weight as matrices, (groups, out/groups, C/groups h w)."""
    return in_float32(weight).reshape(groups, len(weight) // groups, -1)


def _products(a: Array, b: Array) -> Array:
    """Return the product of the matrices of each group."""
    return a[0].dot(b[0])[None] if len(a) == 1 else np.matmul(a, b)  # 0.8 µs less, if they are few


def _by_pieces(a: Array, b: Array) -> Array:
    """Return the product of the matrices of each group, some columns at a time.

    (16, 145) times (145, 2048) takes 131 µs, and in 8 pieces, none of which is copied first, 92.
    """
    (groups, rows, inner), columns = a.shape, b.shape[2]
    piece = _piece(columns, rows * inner)
    if piece == columns:
        return np.matmul(a, b)
    y = np.empty((groups, rows, columns // piece, piece), b.dtype)
    pieces = b.reshape(groups, inner, -1, piece).swapaxes(1, 2)
    np.matmul(a[:, None], pieces, out=y.swapaxes(1, 2))
    return y


@lru_cache(maxsize=256)
def _piece(columns: int, each: int) -> int:
    """Return how many columns are one product, each of so many multiplications."""
    most = min(columns, _UNPACKED // max(each, 1))
    return next((n for n in range(most, _NARROW - 1, -1) if columns % n == 0), columns)


def _by_parts(x: Array, weight: Array, bias: Any, geometry: Geometry) -> Array:
    """Convolve as many images and rows at a time as keep the columns in the cache."""
    filters = _filters(weight, geometry.groups)
    if bias is not None:
        filters = _with_bias(filters, bias)
    y = np.empty((len(x), len(weight), *geometry.sizes), weight.dtype)
    for images in _parts(geometry):
        met = _windows(_padded(x[images], geometry), geometry)
        onto = _last(y[images])
        for rows in _parts_of_rows(geometry, images):
            columns = _as_columns(met[(..., *rows)], geometry.groups, with_ones=bias is not None)
            onto[(..., *rows)] = _by_pieces(filters, columns).reshape(onto[(..., *rows)].shape)
    return y


def _with_bias(filters: Array, bias: Any) -> Array:
    """Return filters as (groups, out/groups, C/groups h w + 1): the bias stands last."""
    column = bias.reshape(*filters.shape[:2], 1)
    return np.concatenate((filters, column), 2, dtype=filters.dtype)


def _images(input: Array, geometry: Geometry) -> Array:
    """Return the input as (N, C, ...), float16 in float32."""
    x = in_float32(input)
    return x if x.ndim == len(geometry.padded) else x[None]


def _padded(x: Array, geometry: Geometry) -> Array:
    """Return images (N, C, ...) as (C, ..., N), with zeros around them."""
    channels, *wide = geometry.padded[1:]
    moved = _last(x)
    if moved.shape[1:-1] == tuple(wide):
        return np.ascontiguousarray(moved)
    padded = np.zeros((channels, *wide, len(x)), x.dtype)
    padded[_inside(geometry)] = moved
    return padded


def _last(x: Array) -> Array:
    """Return a view of (N, C, ...) as (C, ..., N)."""
    return x.transpose(*range(1, x.ndim), 0)


def _first(x: Array) -> Array:
    """Return a view of (C, ..., N) as (N, C, ...)."""
    return x.transpose(x.ndim - 1, *range(x.ndim - 1))


def _inside(geometry: Geometry) -> tuple[Any, ...]:
    """Return the index of the input in (C, ..., N)."""
    return (slice(None), *geometry.inner[1:])


def _parts(geometry: Geometry) -> list[slice]:
    """Return slices of the batch, each of so few images that their columns stay in the cache."""
    images, row = geometry.padded[0], _columns_of_a_row(geometry)
    run = _IMAGES if set(geometry.stride) == {1} else 2 * _IMAGES  # else rows are no longer runs
    step = max(_COLUMNS // (row * geometry.sizes[0]), min(run, _MOST // row), 1)
    step -= step % run if step > run else 0
    return [slice(i, min(i + step, images)) for i in range(0, images, step)]


def _parts_of_rows(geometry: Geometry, images: slice) -> list[tuple[Any, ...]]:
    """Return indices of (..., *sizes, N) for some images: all rows, or some of them at a time.

    As many columns as there are weights, at least, for every product reads all of these.
    """
    each = _columns_of_a_row(geometry) * (images.stop - images.start)
    rows, step = geometry.sizes[0], max(max(_MOST, geometry.weights) // each, 1)
    others = (slice(None),) * len(geometry.sizes)
    return [(slice(i, i + step), *others) for i in range(0, rows, step)]


def _columns_of_a_row(geometry: Geometry) -> int:
    """Return the elements of the columns for the places of one row of one image."""
    row = geometry.padded[1] * math.prod(geometry.kernel) * math.prod(geometry.sizes[1:])
    return max(row, 1)


def _windows(x: Array, geometry: Geometry) -> Array:
    """Return a view of (C, ..., N): what kernel elements meet, (C, *kernel, *sizes, N)."""
    c, *steps, n = x.strides
    inside = (step * d for step, d in zip(steps, geometry.dilation, strict=True))
    along = (step * s for step, s in zip(steps, geometry.stride, strict=True))
    shape = (len(x), *geometry.kernel, *geometry.sizes, x.shape[-1])
    return np.ndarray(shape, x.dtype, x, 0, (c, *inside, *along, n))


def _as_columns(windows: Array, groups: int, with_ones: bool) -> Array:
    """Return windows as (groups, C/groups h w, places and images); a row of ones may stand last."""
    dims = windows.ndim // 2 - 1
    channels, *sizes = windows.shape
    rows = channels * math.prod(sizes[:dims]) // groups
    columns = _room(groups, rows + with_ones, math.prod(sizes[dims:]), windows.dtype)
    columns[:, rows:] = 1
    own = (groups, channels // groups, *sizes)
    columns[:, :rows].reshape(own)[...] = windows.reshape(own)
    return columns


def _room(groups: int, rows: int, places: int, dtype: Any) -> Array:
    """Return matrices to write. Rows whole pages apart would share few lines of the cache.

    A product of 16 rows and (144, 1024) takes 61 µs with 8 elements between the rows, 105 without.
    """
    apart = places + 8 * (places % 512 == 0)
    return np.empty((groups, rows, apart), dtype)[..., :places]


def _back_by_index(g: Array, x: Any, filters: Any, geometry: Geometry, wants: Any) -> Any:
    index, places = geometry.index, _placed(_last(g), geometry.groups)
    dx = dw = db = None
    if wants[0]:
        back = _products(filters, places)
        dx = np.bincount(index.ravel(), back.ravel(), math.prod(geometry.padded))
        images, *channels = geometry.padded
        dx = dx.astype(g.dtype).reshape(*channels, images)  # 0.6 µs for 36, 7 for 5,000
        dx = _first(dx[_inside(geometry)])
    if wants[1]:
        dw = _products(places, _padded(x, geometry).take(index).swapaxes(1, 2))
    if wants[2]:
        db = accurate_sum(places.reshape(g.shape[1], -1), 1)
    return dx, dw, db


def _back_by_parts(g: Array, x: Any, filters: Any, geometry: Geometry, wants: Any) -> Any:
    groups, (number, channels, *wide) = geometry.groups, geometry.padded
    sizes = tuple(each.stop - each.start for each in geometry.inner[1:])
    dx = np.empty((number, channels, *sizes), g.dtype) if wants[0] else None
    dw: Any = None
    for images in _parts(geometry):
        met = None
        if wants[1] or wants[2]:
            met = _windows(_padded(x[images], geometry), geometry)
        if dx is not None:
            back = np.zeros((channels, *wide, images.stop - images.start), g.dtype)
            onto = _windows(back, geometry)
        for rows in _parts_of_rows(geometry, images):
            places = _placed(_last(g[images])[(..., *rows)], groups)
            if met is not None:
                columns = _as_columns(met[(..., *rows)], groups, with_ones=wants[2])
                part = np.matmul(places, columns.swapaxes(1, 2))
                if dw is None:
                    dw = part
                else:
                    dw += part
            if dx is not None:
                _fold(_by_pieces(filters, places), onto[(..., *rows)], geometry.kernel)
        if dx is not None:
            dx[images] = _first(back[_inside(geometry)])
    if dw is None and (wants[1] or wants[2]):  # there are no images
        each = channels * math.prod(geometry.kernel) // groups
        dw = np.zeros((groups, g.shape[1] // groups, each + wants[2]), g.dtype)
    if not wants[2]:
        return dx, dw, None
    return dx, dw[..., :-1], dw[..., -1].reshape(-1)


def _fold(columns: Array, onto: Array, kernel: Sizes) -> None:
    """Add columns to what the kernel met: at one of its elements no place is met twice."""
    columns = columns.reshape(onto.shape)
    for offset in np.ndindex(kernel):
        onto[(slice(None), *offset)] += columns[(slice(None), *offset)]


def _placed(g: Array, groups: int) -> Array:
    """Return g, (out, *sizes, N), as matrices (groups, out/groups, places and images)."""
    placed = _room(groups, len(g) // groups, math.prod(g.shape[1:]), g.dtype)
    placed.reshape(g.shape)[...] = g
    return placed
