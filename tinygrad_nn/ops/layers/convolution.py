"""Convolution in two dimensions: the windows under the kernel as columns, and one matrix product.
Read `attention.py` next.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ...arrays.arguments import Integer, as_integers
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.activations import check_float
from ..indexing.picking import add_at
from ..matrices.products import matmul

_COLUMNS = 2**16  # elements of columns made at a time: they stay in the cache, and memory small
_FEW = 2**13  # elements of columns that are picked, and added up again, by an index of them all


class Geometry(NamedTuple):
    """Where the kernel lies, over what: all that follows from the shapes and arguments."""

    padded: tuple[int, ...]  # the input's shape, with padding
    held: tuple[int, ...]  # the same with a row more, if places are whole rows
    inner: tuple[Any, ...]  # the index of the input in it
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    sizes: tuple[int, int]  # of the output
    places: tuple[int, int]  # the same; at stride 1 with rows as long as the input's, copied as one
    groups: int
    index: Any  # of the columns' elements in the padded input, as a matrix a group; None of many

    def under(self, i: int, j: int) -> tuple[Any, ...]:
        """Return the index of what element (i, j) of the kernel meets, as it moves."""
        places = zip((i, j), self.dilation, self.stride, self.sizes, strict=True)
        return (..., *(slice(k * d, k * d + s * (n - 1) + 1, s) for k, d, s, n in places))


@op(r"x * W + b")
def conv2d(
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: Integer = 1,
) -> Array:
    """Return the cross-correlation of (N, C, H, W) or (C, H, W) with (out, C/groups, h, w).

    `padding` is zeros on each side, "valid" for none, or "same" to keep the size at stride 1.
    """
    geometry = geometry_of(input, weight, bias, stride, padding, dilation, groups)
    x = _padded(input, geometry)
    if geometry.index is None:
        y = _by_parts(x, weight, bias, geometry)
    else:
        y = _products(_filters(weight, groups), x.take(geometry.index))
        y = y.reshape(len(weight), len(x), *geometry.sizes).swapaxes(0, 1)
        if bias is not None:
            y += bias[:, None, None]
        y = np.ascontiguousarray(y, input.dtype)
    return y if input.ndim == 4 else y[0]


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
        y[part] = product[..., : geometry.sizes[1]].swapaxes(0, 1)
    return y


def _with_bias(weight: Array, bias: Any, groups: int) -> Array:
    """Return the weight as (groups, out/groups, C/groups h w + 1): the bias stands last."""
    matrix = in_float32(weight).reshape(len(weight), -1)
    column = np.zeros((len(weight), 1), matrix.dtype) if bias is None else bias[:, None]
    return np.concatenate((matrix, column), 1).reshape(groups, len(weight) // groups, -1)


def _padded(input: Array, geometry: Geometry) -> Array:
    """Return the input, (N, C, H, W) row by row in memory, with zeros around it."""
    x = in_float32(input)
    x = x if x.ndim == 4 else x[None]
    if x.shape == geometry.held:
        return np.ascontiguousarray(x)
    padded = np.zeros(geometry.held, x.dtype)
    padded[geometry.inner] = x
    return padded


def _parts(geometry: Geometry) -> list[slice]:
    """Return slices of the batch, each of so few images that their columns stay in the cache."""
    images, channels = geometry.padded[:2]
    each = channels * math.prod(geometry.kernel) * math.prod(geometry.places)
    step = max(_COLUMNS // max(each, 1), 1)
    return [slice(i, min(i + step, images)) for i in range(0, images, step)]


def _windows(x: Array, geometry: Geometry) -> Array:
    """Return a view: what each element of the kernel meets, (C, h, w, images, *places)."""
    n, c, h, w = x.strides
    (down, right), (below, beside) = geometry.stride, geometry.dilation
    shape = (x.shape[1], *geometry.kernel, len(x), *geometry.places)
    return np.ndarray(shape, x.dtype, x, 0, (c, h * below, w * beside, n, h * down, w * right))


def _as_columns(windows: Array, groups: int) -> Array:
    """Return windows as (groups, C/groups h w + 1, images and places): ones stand last."""
    channels, h, w, *places = windows.shape
    rows = channels * h * w // groups
    columns = np.empty((groups, rows + 1, math.prod(places)), windows.dtype)
    columns[:, rows] = 1
    own = (groups, channels // groups, h, w, *places)
    columns[:, :rows].reshape(own)[...] = windows.reshape(own)
    return columns


@conv2d.backward
def _conv2d_rule(
    g: Array,
    input: Array,
    weight: Array,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    wants: Any,
) -> Any:
    """fold(weight.T @ g), g @ unfold(input).T, g.sum(): unfold makes windows columns of a matrix.

    fold adds each element of a column where it was taken from the input.
    """
    geometry = geometry_of(input, weight, None, stride, padding, dilation, groups)
    x = _padded(input, geometry)
    g = in_float32(g).reshape(len(x), len(weight), *geometry.sizes)
    filters = _filters(weight, groups).swapaxes(1, 2)
    rule = _rule_by_parts if geometry.index is None else _rule_by_index
    dx, dw, db = rule(g, x, filters, geometry, wants)
    return (
        None if dx is None else dx[geometry.inner].reshape(input.shape),
        None if dw is None else dw.reshape(weight.shape),
        db,
    )


def _rule_by_index(g: Array, x: Array, filters: Array, geometry: Geometry, wants: Any) -> Any:
    index, places = geometry.index, _placed(g, geometry)
    dx = dw = db = None
    if wants[0]:
        back = _products(filters, places)
        dx = np.bincount(index.ravel(), back.ravel(), x.size)  # 0.6 µs for 36, 7 for 5,000
        dx = dx.astype(x.dtype).reshape(x.shape)
    if wants[1]:
        dw = _products(places, x.take(index).swapaxes(1, 2))
    if wants[2]:
        db = accurate_sum(places.reshape(g.shape[1], -1), 1)
    return dx, dw, db


def _rule_by_parts(g: Array, x: Array, filters: Array, geometry: Geometry, wants: Any) -> Any:
    groups, rows, out = filters.shape
    dx = np.zeros_like(x) if wants[0] else None
    dw = np.zeros((groups, rows + 1, out), x.dtype) if wants[1] or wants[2] else None
    for part in _parts(geometry):
        places = _placed(g[part], geometry)
        if dw is not None:
            dw += np.matmul(_as_columns(_windows(x[part], geometry), groups), places.swapaxes(1, 2))
        if dx is not None:
            onto = _windows(dx[part], geometry)
            back = np.matmul(filters, places).reshape(onto.shape)
            for i, j in np.ndindex(geometry.kernel):  # at one (i, j) no place is met twice
                onto[:, i, j] += back[:, i, j]
    if dw is None:
        return dx, None, None
    return dx, dw[:, :rows].swapaxes(1, 2), dw[:, rows].reshape(-1)


def _placed(g: Array, geometry: Geometry) -> Array:
    """Return g as matrices, (groups, out/groups, images and places), 0 where no output is."""
    g = g.swapaxes(0, 1)
    if geometry.places != geometry.sizes:
        placed = np.zeros((*g.shape[:2], *geometry.places), g.dtype)
        placed[..., : geometry.sizes[1]] = g
        g = placed
    return g.reshape(geometry.groups, len(g) // geometry.groups, math.prod(g.shape[1:]))


@conv2d.composite
def _conv2d_by_parts(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    geometry = geometry_of(input, weight, bias, stride, padding, dilation, groups)
    images, channels = geometry.padded[:2]
    x = input.reshape(images, channels, *input.shape[-2:])
    x = add_at(x, geometry.inner, geometry.padded)
    out = weight.shape[0]
    y: Any = 0.0
    for i, j in np.ndindex(geometry.kernel):
        met = x[geometry.under(i, j)].reshape(
            images, groups, channels // groups, math.prod(geometry.sizes)
        )
        element = weight[:, :, i, j].reshape(groups, out // groups, channels // groups)
        y = y + matmul(element, met)
    y = y.reshape(*input.shape[:-3], out, *geometry.sizes)
    return y if bias is None else y + bias.reshape(out, 1, 1)


# --- shapes ---------------------------------------------------------------------------------------


def geometry_of(
    input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Geometry:
    """Check what conv2d is given, and return where the kernel lies."""
    shapes = tuple(input.shape), tuple(weight.shape)
    if len(shapes[0]) not in (3, 4) or len(shapes[1]) != 4:
        raise ShapeError(
            "conv2d: an input of (N, C, H, W) or (C, H, W) and a weight of (out, C/groups, h, w) "
            f"are expected, got shapes {shapes[0]} and {shapes[1]}"
        )
    if isinstance(input, np.ndarray):
        check_float(input, "conv2d")
    for each in (weight, bias):
        if each is not None and each.dtype is not input.dtype and each.dtype != input.dtype:
            raise DTypeError(
                f"conv2d: input, weight and bias must have one dtype, got {input.dtype} and "
                f"{each.dtype}; convert one, as with .to()"
            )
    if bias is not None and tuple(bias.shape) != shapes[1][:1]:
        raise ShapeError(
            f"conv2d: a bias of shape {tuple(bias.shape)} does not fit a weight of shape "
            f"{shapes[1]}; it has one number per output channel"
        )
    sides = padding if isinstance(padding, str) else _pair(padding, "padding", 0)
    return _geometry(
        *shapes, _pair(stride, "stride", 1), sides, _pair(dilation, "dilation", 1), groups
    )


def _pair(given: Any, name: str, least: int) -> tuple[int, int]:
    """Return an int, or one or two of them, as two."""
    if type(given) is int and given >= least:  # most often
        return given, given
    values = as_integers(given, name, "conv2d")
    if len(values) not in (1, 2) or min(values) < least:
        raise ArgumentError(f"conv2d: {name} is an int or two, {least} or more; got {given!r}")
    return values[0], values[-1]


@lru_cache(maxsize=256)
def _geometry(
    shape: tuple[int, ...],
    weight_shape: tuple[int, ...],
    stride: tuple[int, int],
    padding: Any,
    dilation: tuple[int, int],
    groups: int,
) -> Geometry:
    images, channels, *sizes = shape if len(shape) == 4 else (1, *shape)
    out, per_group, *kernel = weight_shape
    if groups < 1 or channels != per_group * groups or out % groups:
        raise ShapeError(
            f"conv2d: an input of shape {shape} does not fit a weight of shape {weight_shape} with "
            f"groups={groups}: {channels} channels against {per_group} x {groups}, and {out} "
            "output channels to divide among the groups"
        )
    reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    if padding == "same":
        if stride != (1, 1):
            raise ArgumentError(f'conv2d: padding="same" keeps the size at stride 1, not {stride}')
        before = [each // 2 for each in reach]
        total = reach
    elif isinstance(padding, str) and padding != "valid":
        raise ArgumentError(f'conv2d: padding is "same", "valid", an int or two; got {padding!r}')
    else:
        before = [0, 0] if padding == "valid" else list(padding)
        total = [2 * each for each in before]
    padded = [n + more for n, more in zip(sizes, total, strict=True)]
    if any(n <= far for n, far in zip(padded, reach, strict=True)) or 0 in kernel:
        raise ShapeError(
            f"conv2d: a kernel of {tuple(kernel)}, dilation {dilation}, does not fit into an input "
            f"of shape {shape} with padding, {tuple(padded)}"
        )
    down, across = (
        (n - far - 1) // step + 1 for n, far, step in zip(padded, reach, stride, strict=True)
    )
    few = 0 < images * channels * math.prod(kernel) * down * across <= _FEW
    wide = not few and stride == (1, 1) and across < padded[1] <= 1.25 * across
    wide = wide and channels * math.prod(kernel) > 2 * out  # the output is then copied by parts
    geometry = Geometry(
        padded=(images, channels, *padded),
        held=(images, channels, padded[0] + wide, padded[1]),
        inner=(..., *(slice(b, b + n) for b, n in zip(before, sizes, strict=True))),
        kernel=(kernel[0], kernel[1]),
        stride=stride,
        dilation=dilation,
        sizes=(down, across),
        places=(down, padded[1] if wide else across),
        groups=groups,
        index=None,
    )
    return geometry._replace(index=_index_of_columns(geometry)) if few else geometry


def _index_of_columns(geometry: Geometry) -> Array:
    places = np.arange(math.prod(geometry.padded)).reshape(geometry.padded)
    rows = geometry.padded[1] * math.prod(geometry.kernel) // geometry.groups
    return _windows(places, geometry).reshape(geometry.groups, rows, -1)
