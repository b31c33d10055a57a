"""Means of windows, a kernel's wide or as many as are asked for.
Read `adaptive_pooling.py` next, which takes the largest instead.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.kinds import is_complex
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError, ShapeError
from ..elementwise.activations import check_float
from ..reduction.sums import mean
from ..shape.expanding import expanded
from .axis_products import AxisMatrix, along_axes, axis_matrix, resampled_back
from .pooling import pool_of
from .windows import Sizes, as_sizes, check_dims

__all__ = ["adaptive_avg_pool1d", "avg_pool1d"]


@lru_cache(maxsize=256)
def _windows_along(
    n: int, kernel: int, stride: int, padding: int, number: int, total: float, only_input: bool
) -> AxisMatrix:
    """Return the means of windows along an axis, or their sums over `total`, unless it is 0."""
    starts = np.arange(number) * stride - padding
    ends = np.minimum(starts + kernel, n + padding)
    sizes = ends - starts
    starts, ends = np.maximum(starts, 0), np.minimum(ends, n)
    counts = ends - starts
    if only_input:
        sizes = counts
    return _rows_of(n, starts, counts, 1 / (total or sizes))


def _rows_of(n: int, starts: Array, counts: Array, weights: Any) -> AxisMatrix:
    """Return the matrix whose row i has a weight in `counts[i]` columns from `starts[i]` on."""
    rows = np.repeat(np.arange(len(starts)), counts)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    columns = np.arange(len(rows)) - firsts + np.repeat(starts, counts)
    weights = np.broadcast_to(np.asarray(weights, float), starts.shape)
    return axis_matrix(len(starts), n, rows, columns, np.repeat(weights, counts))


def _avg_pool(dims: int, forward_of: Any) -> Any:
    name = f"avg_pool{dims}d"

    @lru_cache(maxsize=256)
    def matrices_of(
        shape: Sizes,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor: Any,
    ) -> tuple[AxisMatrix, ...]:
        pool = pool_of(name, dims, shape, kernel_size, stride, padding, 1, ceil_mode)
        if divisor == 0:
            raise ArgumentError(f"{name}: divisor_override must not be 0")
        each = zip(
            *(shape[-dims:], pool.kernel, pool.stride, pool.before, pool.places), strict=True
        )
        totals = (0,) * dims if divisor is None else (divisor, *(1,) * (dims - 1))
        return tuple(
            _windows_along(*sizes, total, not count_include_pad)
            for sizes, total in zip(each, totals, strict=True)
        )

    def matrices(shape: Any, *given: Any) -> tuple[AxisMatrix, ...]:
        hashable = (tuple(each) if type(each) is list else each for each in given)
        return matrices_of(tuple(shape), *hashable)

    return forward_of(name, matrices)


def _with_divisor(name: str, matrices: Any) -> Any:
    @op(r"\operatorname{mean}_{i} x_i", name=name)
    def avg_pool(
        input: Array,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Any = None,
    ) -> Array:
        """Return the mean of each window of an input (N, C, ...) or (C, ...).

        Windows lie a kernel apart where `stride` is None. Padding counts as zeros, or not at all;
        `divisor_override` divides the sums instead of the number of elements.
        """
        check_float(input, name)
        given = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return along_axes(input, matrices(input.shape, *given))

    def rule(
        g: Array,
        input_shape: Any,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: Any,
    ) -> Array:
        """fold(g / n): each element of a window of n gets g / n, added where windows meet."""
        given = (kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return resampled_back(g, matrices(input_shape, *given))

    return avg_pool.vjp(input=rule)


def _without_divisor(name: str, matrices: Any) -> Any:
    @op(r"\operatorname{mean}_{i} x_i", name=name)
    def avg_pool(
        input: Array,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> Array:
        """Return the mean of each window of an input (N, C, L) or (C, L).

        Windows lie a kernel apart where `stride` is None; padding counts as zeros, or not at all.
        """
        check_float(input, name)
        given = (kernel_size, stride, padding, ceil_mode, count_include_pad, None)
        return along_axes(input, matrices(input.shape, *given))

    def rule(
        g: Array,
        input_shape: Any,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        ceil_mode: bool,
        count_include_pad: bool,
    ) -> Array:
        """fold(g / n): each element of a window of n gets g / n, added where windows meet."""
        given = (kernel_size, stride, padding, ceil_mode, count_include_pad, None)
        return resampled_back(g, matrices(input_shape, *given))

    return avg_pool.vjp(input=rule)


avg_pool1d = _avg_pool(1, _without_divisor)
avg_pool2d, avg_pool3d = (_avg_pool(dims, _with_divisor) for dims in (2, 3))


# --- as many windows as are asked for -------------------------------------------------------------


def adaptive_sizes(shape: Any, output_size: Any, dims: int, name: str) -> Sizes:
    """Return the sizes asked for; None keeps a dimension's own."""
    check_dims(shape, dims, name)
    own = tuple(shape)[-dims:]
    given = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * dims
    if len(given) != dims:
        given = as_sizes(tuple(given), dims, "output_size", name, 0)
    given = tuple(n if size is None else size for size, n in zip(given, own, strict=True))
    sizes = as_sizes(given, dims, "output_size", name, 0)
    by_mean = dims < 3 and name.startswith("adaptive_avg")
    if 0 in (own if by_mean else shape[1:]):  # the first is a batch, whatever it is, as in PyTorch
        raise ShapeError(f"{name}: nothing to pool in an input of shape {tuple(shape)}")
    return sizes


def adaptive_windows(n: int, number: int) -> tuple[Array, Array]:
    """Return where each of so many windows over n elements starts and ends."""
    i = np.arange(number)
    return i * n // max(number, 1), -((-(i + 1) * n) // max(number, 1))


@lru_cache(maxsize=256)
def adaptive_along(n: int, number: int) -> AxisMatrix:
    """Return the means of so many windows along an axis of n elements."""
    starts, ends = adaptive_windows(n, number)
    return _rows_of(n, starts, ends - starts, 1 / (ends - starts))


def adaptive_matrices(shape: Any, output_size: Any, dims: int, name: str) -> Any:
    """Return the matrix of means for each of the last axes."""
    sizes = adaptive_sizes(shape, output_size, dims, name)
    return tuple(adaptive_along(n, m) for n, m in zip(shape[-dims:], sizes, strict=True))


def _adaptive_avg_pool(dims: int) -> Any:
    name, last = f"adaptive_avg_pool{dims}d", tuple(range(-dims, 0))

    @op(r"\operatorname{mean}_{i} x_i", name=name)
    def adaptive_avg_pool(input: Array, output_size: Any) -> Array:
        """Return as many means as `output_size` says; None keeps a dimension's size.

        The i-th of m windows over n elements goes from floor(i n / m) to ceil((i + 1) n / m).
        """
        if not is_complex(input):
            check_float(input, name)
        if set(adaptive_sizes(input.shape, output_size, dims, name)) == {1}:
            return mean.op.forward(input, last, True)  # a tenth of the time of two products
        return along_axes(input, adaptive_matrices(input.shape, output_size, dims, name))

    def rule(g: Array, input_shape: Any, output_size: Any) -> Array:
        """fold(g / n): each element of a window of n gets g / n, added where windows meet."""
        if g.shape[-dims:] == (1,) * dims:
            return expanded(g / math.prod(input_shape[-dims:]), input_shape)
        return resampled_back(g, adaptive_matrices(input_shape, output_size, dims, name))

    return adaptive_avg_pool.vjp(input=rule)


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = (
    _adaptive_avg_pool(dims) for dims in (1, 2, 3)
)
