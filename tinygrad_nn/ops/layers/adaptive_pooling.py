"""The largest of each of as many windows as are asked for, evenly laid or at random.
Read `resampling.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.layout import with_channels_as
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...errors import ShapeError
from ..elementwise.activations import check_float
from ..elementwise.complex_parts import check_ordered
from .averaging import adaptive_sizes, adaptive_windows
from .pooling import to_the_places
from .windows import check_dims

__all__ = ["adaptive_max_pool1d"]


def _adaptive_max_pool(dims: int) -> Any:
    name = f"adaptive_max_pool{dims}d"

    @op(r"\max_{i} x_i", returns="values, indices", name=name)
    def adaptive_max_pool(input: Array, output_size: Any) -> Any:
        """Return the largest of each of as many windows as are asked for, and where it is.

        The i-th of m windows over n elements goes from floor(i n / m) to ceil((i + 1) n / m).
        """
        check_float(input, name)
        check_ordered(input, name)
        sizes = adaptive_sizes(input.shape, output_size, dims, name)
        inside, lead = input.shape[-dims:], input.shape[:-dims]
        bounds = [adaptive_windows(n, m) for n, m in zip(inside, sizes, strict=True)]
        flat = np.arange(math.prod(inside)).reshape(inside)
        values = np.empty((*lead, *sizes), input.dtype)
        indices = np.empty((*lead, *sizes), np.int64)
        for place in np.ndindex(*sizes):
            window = tuple(slice(b[0][i], b[1][i]) for b, i in zip(bounds, place, strict=True))
            met = input[(..., *window)].reshape(*lead, flat[window].size)
            which = _largest(met)
            values[(..., *place)] = np.take_along_axis(met, which[..., None], -1)[..., 0]
            indices[(..., *place)] = flat[window].reshape(-1)[which]
        return with_channels_as(values, input), with_channels_as(indices, input)

    return adaptive_max_pool.vjp(
        input=lambda g, indices, input_shape: to_the_places(g, indices, input_shape, dims)
    )


def _largest(met: Array) -> Array:
    """Return where the first of the largest is in each row, or the last nan, as in PyTorch."""
    which = met.argmax(-1)
    nan = met != met
    if nan.any():
        last = met.shape[-1] - 1 - nan[..., ::-1].argmax(-1)
        which = np.where(nan.any(-1), last, which)
    return which


adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = (
    _adaptive_max_pool(dims) for dims in (1, 2, 3)
)


def _fractional_max_pool(dims: int) -> Any:
    name = f"fractional_max_pool{dims}d"

    @op(r"\max_{i} x_i", returns="values, indices", name=name)
    def fractional_max_pool(
        input: Array, kernel_size: Any, output_size: Any, _random_samples: Data
    ) -> Any:
        """Return the largest of each of `output_size` windows, laid by the samples, and where.

        Each of the samples (N, C, dims), in [0, 1), lays the windows of a channel along an axis:
        "Fractional Max-Pooling", B. Graham, 2014.
        """
        check_dims(input.shape, dims, name)
        inside, lead = input.shape[-dims:], input.shape[:-dims]
        check_float(_random_samples, name)
        batch = math.prod(lead[:-1])
        samples = _random_samples[:batch].reshape(*lead, dims)  # there may be more, as in PyTorch
        if dims == 2:
            samples = samples[..., ::-1]  # PyTorch's first sample is for the width
        flat: Any = 0
        for axis, (n, k, m) in enumerate(zip(inside, kernel_size, output_size, strict=True)):
            if m < 1 or m + k - 1 > n:
                raise ShapeError(
                    f"{name}: an input of shape {input.shape} has no {output_size} windows of "
                    f"{kernel_size}"
                )
            at = _starts(samples[..., axis], n, k, m)
            ahead, behind = (1,) * axis, (1,) * (dims - axis - 1)
            at = at.reshape(*lead, *ahead, m, *behind, *(1,) * dims)
            flat = flat * n + at + np.arange(k).reshape(-1, *behind)
        flat = flat.reshape(*lead, *output_size, math.prod(kernel_size))
        rows = input.reshape(*lead, math.prod(inside))
        places = flat.reshape(*lead, math.prod(flat.shape[len(lead) :]))
        met = np.take_along_axis(rows, places, -1).reshape(flat.shape)
        which = _largest(met)[..., None]
        return tuple(np.take_along_axis(each, which, -1)[..., 0] for each in (met, flat))

    return fractional_max_pool.vjp(
        input=lambda g, indices, input_shape: to_the_places(g, indices, input_shape, dims)
    )


def _starts(samples: Array, n: int, kernel: int, number: int) -> Array:
    """Return where windows start along an axis: floor((i + u) a) - floor(u a), the last at the end.

    a is (n - kernel) / (number - 1), in the samples' own precision.
    """
    u = samples[..., None]
    step = samples.dtype.type((n - kernel) / max(number - 1, 1))
    starts = ((np.arange(number, dtype=samples.dtype) + u) * step).astype(np.int64)
    starts -= (u * step).astype(np.int64)
    starts[..., -1] = n - kernel
    return starts


fractional_max_pool2d, fractional_max_pool3d = (_fractional_max_pool(dims) for dims in (2, 3))
