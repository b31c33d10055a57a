"""The three products of a convolution on arrays: windows under the kernel as columns of matrices.
Read `transposed_convolution.py` next, the same products in other roles.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...arrays.kinds import is_complex
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.op import Array
from .windows import Sizes

_COLUMNS = 2**18  # elements of columns made at a time: they stay in the cache, and memory small
_FEW = 2**13  # elements of columns that are picked, and added up again, by an index of them all


class Geometry(NamedTuple):
    """Where the kernel lies, over what: all that follows from the shapes and arguments."""

    padded: Sizes  # the input's shape, with padding
    held: Sizes  # the same with a row more, if places are whole rows
    inner: tuple[Any, ...]  # the index of the input in it
    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    sizes: Sizes  # of the output
    places: Sizes  # the same; at stride 1 with rows as long as the input's, copied as one
    groups: int
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
    out, _, *kernel = weight_shape
    wide = [b + n + a for b, n, a in zip(before, inside, after, strict=True)]
    columns = channels * math.prod(kernel)
    few = 0 < images * columns * math.prod(sizes) <= _FEW
    across, row = sizes[-1], wide[-1]
    as_rows = len(sizes) > 1 and not few and set(stride) == {1} and across < row <= 1.25 * across
    as_rows = as_rows and columns > 2 * out  # the output is then copied by parts
    held = [*wide[:-2], wide[-2] + as_rows, row] if len(wide) > 1 else wide
    geometry = Geometry(
        padded=(images, channels, *wide),
        held=(images, channels, *held),
        inner=(..., *(slice(b, b + n) for b, n in zip(before, inside, strict=True))),
        kernel=tuple(kernel),
        stride=stride,
        dilation=dilation,
        sizes=sizes,
        places=(*sizes[:-1], row if as_rows else across),
        groups=groups,
        index=None,
    )
    return geometry._replace(index=_index_of_columns(geometry)) if few else geometry


def _index_of_columns(geometry: Geometry) -> Array:
    places = np.arange(math.prod(geometry.padded)).reshape(geometry.padded)
    rows = geometry.padded[1] * math.prod(geometry.kernel) // geometry.groups
    return _windows(places, geometry).reshape(geometry.groups, rows, -1)


def convolve(input: Array, weight: Array, bias: Array | None, geometry: Geometry) -> Array:
    """Return the sum of what the kernel meets at each place, times the weight, plus the bias."""
    x = _padded(input, geometry)
    if geometry.index is None:
        return _by_parts(x, weight, bias, geometry)
    y = _products(_filters(weight, geometry.groups), x.take(geometry.index))
    y = y.reshape(len(weight), len(x), *geometry.sizes).swapaxes(0, 1)
    if bias is not None:
        y += bias.reshape(-1, *(1,) * len(geometry.sizes))
    return np.ascontiguousarray(y, input.dtype)


def convolve_back(g: Array, input: Any, weight: Any, geometry: Geometry, wants: Any) -> Any:
    """Return fold(weight.T @ g), g @ unfold(input).T, g.sum(): unfold makes windows columns.

    fold adds each element of a column where it was taken from the input. What is not wanted is
    None, and what only it needs may be None.
    """
    x = None if input is None else _padded(input, geometry)
    out = g.shape[-len(geometry.sizes) - 1]
    g = in_float32(g).reshape(geometry.padded[0], out, *geometry.sizes)
    filters = None if weight is None else _filters(weight, geometry.groups).swapaxes(1, 2)
    by_index = geometry.index is not None and not is_complex(g)
    by_convolving = wants[0] and not by_index and _is_convolution_back(geometry)
    wanted = (wants[0] and not by_convolving, *wants[1:])
    dx, dw, db = (_back_by_index if by_index else _back_by_parts)(g, x, filters, geometry, wanted)
    if by_convolving:
        return _convolved_back(g, weight, geometry), dw, db
    return None if dx is None else dx[geometry.inner], dw, db


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


def _is_convolution_back(geometry: Geometry) -> bool:
    """Whether the input's gradient is best a convolution: at stride 1, of a g that is as large."""
    sizes, before, after = _sides(geometry)
    all_met = all(
        wide - d * (k - 1) == n
        for wide, d, k, n in zip(
            geometry.padded[2:], geometry.dilation, geometry.kernel, geometry.sizes, strict=True
        )
    )
    is_as_large = math.prod(sizes) <= 1.3 * math.prod(geometry.sizes)
    return set(geometry.stride) == {1} and all_met and is_as_large and min(before + after) >= 0


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


def _filters(weight: Array, groups: int) -> Array:
    """Return the weight as matrices, (groups, out/groups, C/groups h w)."""
    return in_float32(weight).reshape(groups, len(weight) // groups, -1)


def _products(a: Array, b: Array) -> Array:
    """Return the product of the matrices of each group."""
    return a[0].dot(b[0])[None] if len(a) == 1 else np.matmul(a, b)  # 0.8 µs less, if they are few


def _by_parts(x: Array, weight: Array, bias: Any, geometry: Geometry) -> Array:
    """Convolve as many images at a time as keep the columns in the cache."""
    filters = _with_bias(weight, bias, geometry.groups)
    y = np.empty((len(x), len(weight), *geometry.sizes), weight.dtype)
    for part in _parts(geometry):
        columns = _as_columns(_windows(x[part], geometry), geometry.groups)
        product = np.matmul(filters, columns).reshape(len(weight), -1, *geometry.places)
        y[part] = product[..., : geometry.sizes[-1]].swapaxes(0, 1)
    return y


def _with_bias(weight: Array, bias: Any, groups: int) -> Array:
    """Return the weight as (groups, out/groups, C/groups h w + 1): the bias stands last."""
    matrix = in_float32(weight).reshape(len(weight), -1)
    column = np.zeros((len(weight), 1), matrix.dtype) if bias is None else bias[:, None]
    return np.concatenate((matrix, column), 1).reshape(groups, len(weight) // groups, -1)


def _padded(input: Array, geometry: Geometry) -> Array:
    """Return the input, (N, C, ...) row by row in memory, with zeros around it."""
    x = in_float32(input)
    if x.ndim < len(geometry.held):
        x = x[None]
    if x.shape == geometry.held:
        return np.ascontiguousarray(x)
    wide = np.zeros(geometry.held, x.dtype)
    wide[geometry.inner] = x
    return wide


def _parts(geometry: Geometry) -> list[slice]:
    """Return slices of the batch, each of so few images that their columns stay in the cache."""
    images, channels = geometry.padded[:2]
    each = channels * math.prod(geometry.kernel) * math.prod(geometry.places)
    step = max(_COLUMNS // max(each, 1), 1)
    return [slice(i, min(i + step, images)) for i in range(0, images, step)]


def _windows(x: Array, geometry: Geometry) -> Array:
    """Return a view: what each element of the kernel meets, (C, *kernel, images, *places)."""
    n, c, *steps = x.strides
    inside = (step * d for step, d in zip(steps, geometry.dilation, strict=True))
    along = (step * s for step, s in zip(steps, geometry.stride, strict=True))
    shape = (x.shape[1], *geometry.kernel, len(x), *geometry.places)
    return np.ndarray(shape, x.dtype, x, 0, (c, *inside, n, *along))


def _as_columns(windows: Array, groups: int) -> Array:
    """Return windows as (groups, C/groups h w + 1, images and places): ones stand last."""
    dims = windows.ndim // 2 - 1
    channels, *sizes = windows.shape
    rows = channels * math.prod(sizes[:dims]) // groups
    columns = _room(groups, rows + 1, math.prod(sizes[dims:]), windows.dtype)
    columns[:, rows] = 1
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
    index, places = geometry.index, _placed(g, geometry)
    dx = dw = db = None
    if wants[0]:
        back = _products(filters, places)
        dx = np.bincount(index.ravel(), back.ravel(), math.prod(geometry.padded))
        dx = dx.astype(g.dtype).reshape(geometry.padded)  # 0.6 µs for 36, 7 for 5,000
    if wants[1]:
        dw = _products(places, x.take(index).swapaxes(1, 2))
    if wants[2]:
        db = accurate_sum(places.reshape(g.shape[1], -1), 1)
    return dx, dw, db


def _back_by_parts(g: Array, x: Any, filters: Any, geometry: Geometry, wants: Any) -> Any:
    groups = geometry.groups
    rows = geometry.padded[1] * math.prod(geometry.kernel) // groups
    dx = np.zeros(geometry.held, g.dtype) if wants[0] else None
    room = None  # one for all parts: memory that was touched already
    dw = None
    if wants[1] or wants[2]:
        dw = np.zeros((groups, rows + 1, g.shape[1] // groups), g.dtype)
    for part in _parts(geometry):
        places = _placed(g[part], geometry)
        if dw is not None:
            dw += np.matmul(_as_columns(_windows(x[part], geometry), groups), places.swapaxes(1, 2))
        if dx is not None:
            onto = _windows(dx[part], geometry)
            if room is None or room.shape[2] != places.shape[2]:
                room = np.empty((groups, rows, places.shape[2]), g.dtype)
            back = np.matmul(filters, places, out=room).reshape(onto.shape)
            for offset in np.ndindex(geometry.kernel):  # at one no place is met twice
                onto[(slice(None), *offset)] += back[(slice(None), *offset)]
    if dw is None:
        return dx, None, None
    return dx, dw[:, :rows].swapaxes(1, 2), dw[:, rows].reshape(-1)


def _placed(g: Array, geometry: Geometry) -> Array:
    """Return g as matrices, (groups, out/groups, images and places), 0 where no output is."""
    images, out = g.shape[:2]
    total = images * math.prod(geometry.places)
    placed = _room(geometry.groups, out // geometry.groups, total, g.dtype)
    if geometry.places != geometry.sizes:
        placed[...] = 0
    onto = placed.reshape(out, images, *geometry.places)
    onto[..., : geometry.sizes[-1]] = g.swapaxes(0, 1)
    return placed
