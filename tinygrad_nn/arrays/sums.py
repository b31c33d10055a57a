"""Sums over axes that stay accurate in float32 and float16, where NumPy adds row after row.
Read `autograd/engine.py` next, which sums gradients back to an input's shape with it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from .dtypes import FLOAT32, FLOAT64, Array
from .kinds import HALVES, is_half
from .runs import over_runs

_FEW = 1024  # elements that one product with ones adds as exactly as NumPy's pairs
MANY = 4096  # additions at one place that float32 takes without losing digits
_WIDER = {FLOAT32: FLOAT64, np.dtype(np.complex64): np.dtype(np.complex128)}
_PAIRS = {FLOAT32: np.dtype(np.complex64), FLOAT64: np.dtype(np.complex128)}
_WIDE = 512  # elements of a row from which adding row after row is the fastest
_PLACES = 8192  # that are written out at once
_BROAD = 16  # elements of a row from which products with ones are faster than folding
_STEP = 32  # elements whose running sums are one product
_ROWS = 64  # rows added one after another before the partial sums are added in turn


def in_float32(x: Array) -> Array:
    """Return float16 and bfloat16 as float32, which rounds them once; anything else as it is."""
    return x if x.dtype is FLOAT32 or x.dtype not in HALVES else x.astype(FLOAT32)


@lru_cache(maxsize=256)
def _ones(length: int, dtype: np.dtype[Any]) -> Array:
    """A product with ones adds up: in 0.8 µs for (64, 128), where np.add.reduce takes 2.8."""
    ones = np.ones(length, dtype)
    ones.flags.writeable = False
    return ones


def accurate_sum(x: Array, axis: Any = None, keepdims: bool = False) -> Array:
    """Sum an ndarray over `axis` (None, an int or a tuple) with a small rounding error.

    NumPy is pairwise along the fastest axis only; over others it adds one row at a time, which is
    1 % off after 10^6 rows of float32. Here long axes are folded into 64 rows again and again,
    which is right to 1e-6 and faster (41,000 rows of 10: 59 µs against 1,006). float16 and
    bfloat16 add in float32.
    """
    if x.dtype is not FLOAT32 and x.dtype is not FLOAT64:
        if is_half(x):
            return np.asarray(accurate_sum(in_float32(x), axis, keepdims)).astype(x.dtype)
    elif axis is None:
        if not keepdims and x.flags.c_contiguous:
            return _total(x.ravel())
    elif x.ndim > 1:
        axes = (axis,) if isinstance(axis, int) else axis
        is_last = len(axes) == 1 and axes[0] in (-1, x.ndim - 1)
        if is_last and x.shape[-1] <= _FEW and x.flags.c_contiguous:
            total = x.dot(_ones(x.shape[-1], x.dtype))  # 169 µs for 41,000 rows against 1,015
            return total[..., None] if keepdims else total
        if axes == (0,) and x.ndim == 2 and len(x) <= _FEW:  # 1 µs less than the next
            total = _ones(len(x), x.dtype).dot(x)
            return total[None] if keepdims else total
        if not x.flags.c_contiguous and not _is_dense(x):
            x = np.ascontiguousarray(x)  # as fast, and the same digits as of a copy
        if x.flags.c_contiguous:
            return over_runs(_middle, x, axes, keepdims)
        for each in axes:
            each %= x.ndim
            if each < x.ndim - 1 and x.shape[each] > _ROWS:
                x = _fold(x, each)
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)  # type: ignore[call-overload]
    return np.ascontiguousarray(total) if x.ndim > 2 and total.ndim else total


def _is_dense(x: Array) -> bool:
    """Whether the elements lie without gaps, in whatever order."""
    reach = sum((n - 1) * abs(step) for n, step in zip(x.shape, x.strides, strict=True))
    return reach + x.itemsize == x.nbytes


def _middle(x: Array) -> Array:
    """Sum over the second of three axes: (16, 256, 16) in 5 µs, where np.add.reduce takes 84."""
    before, n, after = x.shape
    if after == 1:
        return _along_rows(x.reshape(before, n))
    if before == 1 and (n <= _FEW or after >= _BROAD):
        return _down(x[0])
    if n > _FEW:
        x = _fold(x, 1)
        n = x.shape[1]
    return np.matmul(_ones(n, x.dtype), x)


def _along_rows(x: Array) -> Array:
    """Sum each row: one of 8,192 elements in 8 products, in a third of np.add.reduce's time."""
    while (n := x.shape[1]) > _FEW and (piece := _piece(n)):
        x = x.reshape(len(x), n // piece, piece).dot(_ones(piece, x.dtype))
    return x.dot(_ones(n, x.dtype)) if n <= _FEW else np.add.reduce(x, axis=1)


@lru_cache(maxsize=256)
def _piece(n: int) -> int:
    """Return the largest divisor of n that one product takes, 0 if it isn't worth its while."""
    return next((piece for piece in range(_FEW, _ROWS, -1) if n % piece == 0), 0)


def _down(x: Array) -> Array:
    """Add up rows in products of 1,024 with ones: (4096, 128) in 45 µs, folded in 81."""
    while len(x) > _FEW:
        whole = len(x) // _FEW * _FEW
        sums = np.matmul(_ones(_FEW, x.dtype), x[:whole].reshape(-1, _FEW, x.shape[1]))
        rest = _ones(len(x) - whole, x.dtype).dot(x[whole:])
        x = np.concatenate([sums, rest[None]]) if len(x) > whole else sums
    return _ones(len(x), x.dtype).dot(x)


def _total(x: Array) -> Array:
    """Sum a vector in products of 1,024 elements with ones: 0.5 µs for a few, np.add.reduce 0.9."""
    while x.size > _FEW:
        whole = x.size // _FEW * _FEW
        sums = x[:whole].reshape(-1, _FEW).dot(_ones(_FEW, x.dtype))
        x = np.concatenate([sums, x[whole:]]) if x.size > whole else sums
    return x.dot(_ones(x.size, x.dtype))


def _fold(x: Array, axis: int) -> Array:
    """Return `x` with `axis` shortened to at most 64 partial sums."""
    before, after = x.shape[:axis], x.shape[axis + 1 :]
    rows = x.reshape(math.prod(before), x.shape[axis], math.prod(after))
    rest = rows[:, :0]
    while rows.shape[1] > _ROWS:
        length = rows.shape[1] // _ROWS
        tail = rows[:, _ROWS * length :]
        if tail.shape[1]:
            rest = np.concatenate([rest, tail], axis=1)
        folded = rows[:, : _ROWS * length].reshape(len(rows), _ROWS, length, rows.shape[2])
        rows = np.add.reduce(folded, axis=1)
    if rest.shape[1]:
        rows = np.concatenate([rows, np.add.reduce(rest, axis=1, keepdims=True)], axis=1)
    return rows.reshape(*before, rows.shape[1], *after)


def surely_finite(x: Array) -> bool:
    """Whether neither inf nor nan is among the elements, nor one so large that its square is inf.

    It takes 0.4 µs for a few, np.isfinite(x).all() 2.
    """
    flat = x.ravel()
    return math.isfinite(flat.dot(flat))


def holds_nan(x: Array) -> bool:
    """Whether any element is nan: the sum of squares tells of a few, in 0.4 µs; or the largest."""
    flat = x.ravel()
    probe = flat.dot(flat) if flat.size <= 4 * _FEW else np.maximum.reduce(flat)
    return bool(probe != probe)


def running_sum(x: Array, axis: int) -> Array:
    """Return np.cumsum(x, axis), of wide rows row by row: 150 µs for (256, 1024), NumPy's 2,650."""
    if x.shape[axis] > MANY and x.dtype in _WIDER:  # as in PyTorch: float32 would be 1 % off
        return running_sum(x.astype(_WIDER[x.dtype]), axis).astype(x.dtype)
    if axis == x.ndim - 1 and x.size >= _STEP * _STEP and x.shape[axis] >= 2 * _STEP:
        x = np.ascontiguousarray(x)
        if x.dtype is FLOAT32 or x.dtype is FLOAT64:
            return _by_steps(x) if surely_finite(x) else x.cumsum(axis)
    if axis == x.ndim - 1 or x.size < 128 * x.shape[axis]:
        return x.cumsum(axis)
    y = x.copy()
    for above, row in pairwise(y.swapaxes(0, axis)):
        row += above
    return y


def _by_steps(x: Array) -> Array:
    """Return running sums along finite rows: of 32 elements each as a product with a triangle.

    (256, 1024) takes 420 µs, and 860 element by element; and is 7 times as exact.
    """
    n = x.shape[-1]
    whole = n - n % _STEP
    parts = x[..., :whole].reshape(*x.shape[:-1], whole // _STEP, _STEP)
    sums = np.matmul(parts.reshape(-1, _STEP), _triangle(x.dtype)).reshape(parts.shape)
    before = sums[..., :-1, -1].cumsum(-1, dtype=FLOAT64).astype(x.dtype, copy=False)
    sums[..., 1:, :] += before[..., None]
    y = sums.reshape(*x.shape[:-1], whole)
    if whole == n:
        return y
    return np.concatenate([y, x[..., whole:].cumsum(-1) + y[..., -1:]], axis=-1)


@lru_cache(maxsize=4)
def _triangle(dtype: np.dtype[Any]) -> Array:
    return np.triu(np.ones((_STEP, _STEP), dtype))


def to_add_at(y: Array, index: Array) -> Array:
    """Return `y` in a dtype in which much may be added at an index of one dimension, from 0 on.

    float16 adds up in float32, and what names a place thousands of times in float64: in float32 a
    million additions of 0.1, one after another, are 1 % off.
    """
    y = in_float32(y)
    if index.size <= MANY or y.dtype not in _WIDER:
        return y
    if y.size > index.size and np.bincount(index.reshape(-1)).max() <= MANY:
        return y
    return y.astype(_WIDER[y.dtype])


def add_at_places(y: Array, places: Any, values: Array) -> None:
    """Add each value at its place; np.add.at takes 40 times as long where the dtypes differ."""
    np.add.at(y, places, values if values.dtype is y.dtype else values.astype(y.dtype))


def add_rows(y: Array, index: Array, rows: Array, fresh: bool = False) -> None:
    """Add each row to the row of y that the index names, also where one is named several times.

    `fresh` says that y is zeros. np.add.at goes slowly, but for vectors. 512 rows of 16: 75 µs, 20
    as one vector; 128 of 1,024: 1,120 µs, 90 one after another.
    """
    if rows.size >= _WIDE * len(index):
        for place, row in zip(index.tolist(), rows, strict=True):
            y[place] += row
    elif rows.size < _FEW or y.shape[1:] != rows.shape[1:] or not y.flags.c_contiguous:
        add_at_places(y, index, rows)
    else:
        index = (index % len(y)).astype(np.int64)
        if fresh and len(index) < len(y):  # most may be the only one: a copy each, no sum
            order, last = np.arange(len(index)), np.empty(len(y), np.int64)
            last[index] = order
            again = np.flatnonzero(last[index] != order)
            if 2 * len(again) < len(index):
                y[index] = rows
                index, rows = index[again], rows[again]
        width = y.size // len(y)
        pair: Any = _PAIRS.get(y.dtype) if width % 2 == 0 else None
        flat = y.reshape(-1)
        if pair is not None:  # two floats side by side add up like a complex number: half the time
            width, flat = width // 2, flat.view(pair)
        columns, step = np.arange(width), max(_PLACES // width, 1)
        for start in range(0, len(index), step):  # short arrays: memory that is there already
            places = index[start : start + step, None] * width + columns
            added = np.ascontiguousarray(rows[start : start + step], y.dtype)
            np.add.at(flat, places.reshape(-1), added.reshape(-1).view(flat.dtype))


def add_slices(y: Array, dim: int, index: Array, slices: Array, fresh: bool = False) -> None:
    """Add each slice along `dim` to the slice of y, which lies by rows, that the index names."""
    if not slices.size:
        return
    inner = math.prod(y.shape[dim + 1 :])
    if dim == 0 or y.size == y.shape[dim] * inner:
        rows = slices.reshape(len(index), inner)
        add_rows(y.reshape(-1, inner), index, rows, fresh)
    else:
        outer = np.arange(0, y.size, y.shape[dim] * inner)[:, None, None]
        places = outer + (index * inner)[:, None] + np.arange(inner)
        add_at_places(y.reshape(-1), places.reshape(-1), slices.reshape(-1))


def broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether an array of this shape broadcasts to the target's."""
    added = len(target) - len(shape)
    pairs = zip(shape, target[added:], strict=False)
    return added >= 0 and all(size in (1, wide) for size, wide in pairs)


@lru_cache(maxsize=4096)
def _stretched(shape: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...]:
    """Return the axes that broadcasting a shape to the target's added or stretched."""
    if not broadcasts(shape, target):
        raise ValueError(f"{shape} does not broadcast to {target}")
    added = len(target) - len(shape)
    return tuple(
        i for i, wide in enumerate(target) if i < added or (shape[i - added] == 1 and wide != 1)
    )


def sum_to_shape(x: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes that broadcasting added or stretched: its gradient, seen from the input.

    Works on ndarrays and on Tensors.

    Raises:
        ValueError: what an array of that shape does not broadcast to.
    """
    if type(x) is np.ndarray and x.ndim == 2 and x.shape[1:] == shape and len(x) <= _FEW:
        return _ones(len(x), x.dtype).dot(x)  # the gradient of a bias, from a small batch
    stretched = _stretched(shape, x.shape)
    if stretched:
        x = accurate_sum(x, stretched) if isinstance(x, np.ndarray) else x.sum(stretched)
    return x.reshape(shape)
