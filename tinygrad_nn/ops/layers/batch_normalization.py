"""Batch normalisation: each channel brought to mean 0 and variance 1 over the batch.
Read `convolution.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.arguments import Number, as_number
from ...arrays.kinds import may_scale
from ...arrays.layout import with_channels_as
from ...arrays.refusing import check_are_tensors, instead_of, refuses
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.activations import check_float

__all__ = ["batch_norm", "instance_norm"]

_ROWS = 256  # rows that are added one after another, in float32
_FAR = 1e4  # squares of means, in variances


@lru_cache(maxsize=64)
def _share(n: int, dtype: Any) -> Array:
    """Return n times 1 / n: a product with it is a mean."""
    return np.full(n, 1.0 / (n or 1), dtype)


@lru_cache(maxsize=64)
def _ones(n: int, dtype: Any) -> Array:
    return np.ones(n, dtype)


def _channel_mean(x: Array) -> Array:
    """Return the mean of each channel of (N, C) or (N, C, L), by products."""
    if len(x) > _ROWS:
        return _channel_sum(x) / (x.size // (x.shape[1] or 1))
    rows = x if x.ndim == 2 else x.dot(_share(x.shape[2], x.dtype))
    return _share(len(x), x.dtype).dot(rows)


def _channel_sum(x: Array) -> Array:
    return accurate_sum(x if x.ndim == 2 else x.dot(_ones(x.shape[2], x.dtype)), 0)


def _channel_product(x: Array, z: Array) -> Array:
    """Return the sum of x z of each channel."""
    if x.ndim == 2:
        return accurate_sum(x * z, 0)
    return accurate_sum(np.vecdot(x, z), 0)


def _beside(channels: Array, x: Array) -> Array:
    """Return a vector of the channels so that it broadcasts to (N, C) or (N, C, L)."""
    return channels if x.ndim == 2 else channels[:, None]


def _flat(x: Array) -> Array:
    """Return (N, C, ...) as (N, C) or (N, C, L), in memory row by row."""
    x = np.ascontiguousarray(in_float32(x))
    return x if x.ndim == 2 else x.reshape(*x.shape[:2], math.prod(x.shape[2:]))


@op(
    r"W \odot \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + b",
    name="batch_norm",
    public="native_batch_norm",
    keeps="centred, rstd",
)
def normalize_channels(
    input: Array,
    weight: Array | None = None,
    bias: Array | None = None,
    mean: Data | None = None,
    var: Data | None = None,
    eps: Number = 1e-5,
    learn: Any = None,
) -> Any:
    """Return (x - mean) / sqrt(var + eps) of each channel of (N, C, ...), scaled and moved.

    Without `mean` and `var` they are those of the batch, and `learn`(mean, var, n) is told of them.
    """
    x = _flat(input)
    if mean is None:
        mu = _channel_mean(x)
        centred = x - _beside(mu, x)
        n = x.size // (x.shape[1] or 1)
        squares = _channel_product(centred, centred) / (n or 1)
        if not mu.dot(mu / squares) < _FAR:  # far from 0 the mean's last digits are not small
            missing = _channel_mean(centred)
            centred -= _beside(missing, x)
            mu = mu + missing
            squares = _channel_product(centred, centred) / (n or 1)
        if learn is not None:
            learn(mu, squares, n)
    else:
        return _with_statistics(input, x, weight, bias, in_float32(mean), in_float32(var), eps)
    rstd = np.asarray(1.0 / np.sqrt(squares + squares.dtype.type(eps)))
    y = centred * _beside(rstd if weight is None else rstd * in_float32(weight), x)
    if bias is not None:
        y += _beside(in_float32(bias), x)
    y = y.reshape(input.shape).astype(input.dtype, copy=False)
    return with_channels_as(y, input), centred, rstd


def _with_statistics(
    input: Array, x: Array, weight: Any, bias: Any, mean: Array, var: Array, eps: float
) -> Any:
    """Return x times one factor per channel plus one offset: what is learnt no more is folded."""
    rstd = np.asarray(1.0 / np.sqrt(var + var.dtype.type(eps)))
    scale = rstd if weight is None else rstd * in_float32(weight)
    offset = -mean * scale
    if bias is not None:
        offset += in_float32(bias)
    y = x * _beside(scale, x)
    y += _beside(offset, x)
    y = y.reshape(input.shape).astype(input.dtype, copy=False)
    return with_channels_as(y, input), None, rstd


@normalize_channels.backward
def _batch_norm_rule(
    g: Array, input: Array, weight: Any, mean: Any, centred: Any, rstd: Array, wants: Any
) -> Any:
    """rstd * (h - mean(h) - normal * mean(h * normal)), (g * normal).sum(), g.sum(): h = g * W.

    Each of a channel; normal is centred * rstd. With `mean` given the first is rstd * h.
    """
    rows = _flat(g)
    slope = rstd if weight is None else rstd * in_float32(weight)
    if mean is not None:
        dx = (rows * _beside(slope, rows)).reshape(g.shape) if wants[0] else None
        x = _flat(input) - _beside(in_float32(mean), rows) if wants[1] else rows
        return dx, _channel_product(rows, x) * rstd, _channel_sum(rows)
    db = _channel_sum(rows)
    dw = _channel_product(rows, centred) * rstd
    if not wants[0]:
        return None, dw, db
    n = rows.size // (rows.shape[1] or 1) or 1
    dx = centred * _beside(rstd * dw / -n, rows)
    dx += rows
    dx -= _beside(db / n, rows)
    dx *= _beside(slope, rows)
    return dx.reshape(g.shape), dw, db


@normalize_channels.composite
def _batch_norm_by_parts(
    input: Any,
    weight: Any = None,
    bias: Any = None,
    mean: Any = None,
    var: Any = None,
    eps: float = 1e-5,
    learn: Any = None,
) -> Any:
    """The same by simpler operations; the statistics were learnt from in the forward pass."""
    channels = (1, -1, *(1,) * (input.ndim - 2))
    if mean is None:
        others = [i for i in range(input.ndim) if i != 1]
        centred = input - input.mean(others, True)
        squares = (centred * centred).mean(others, True)
    else:
        centred, squares = input - mean.reshape(channels), var.reshape(channels)
    y = centred / (squares + eps).sqrt()
    y = y if weight is None else y * weight.reshape(channels)
    return y if bias is None else y + bias.reshape(channels)


def _learner(
    running_mean: Any, running_var: Any, momentum: float, copies: int = 1
) -> Callable[[Array, Array, int], None] | None:
    """Return what moves the running statistics towards a batch's: its variance is unbiased.

    Of `copies` that each take part in the running one, as for each sample of instance_norm, the
    mean of what each would have become is kept.
    """
    if running_mean is None and running_var is None:
        return None

    def learn(mean: Array, var: Array, n: int) -> None:
        unbiased = var * (n / (n - 1) if n > 1 else math.nan)
        for running, found in ((running_mean, mean), (running_var, unbiased)):
            if running is not None:
                found = found.reshape(copies, -1).mean(0) if copies > 1 else found
                running.array[...] = (1.0 - momentum) * running.array + momentum * found
                running.version[0] += 1

    return learn


def _check_channels(name: str, input: Any, eps: float, **given: Any) -> int:
    """Check the dtypes and shapes of what there is of each channel; return their number."""
    x = input.array
    check_float(x, name)
    if x.ndim < 2:
        raise ShapeError(f"{name}: input must be (N, C, ...), got {x.shape}")
    channels = x.shape[1]
    for argument, each in given.items():
        if each is None:
            continue
        if each.array.shape != (channels,):
            raise ShapeError(
                f"{name}: {argument} must have shape ({channels},), one per channel of an input of "
                f"shape {x.shape}, got {each.array.shape}"
            )
        if not may_scale(each.array, x):
            raise DTypeError(
                f"{name}: {argument} is {each.array.dtype} and the input {x.dtype}; give them one "
                "dtype, as with .to()"
            )
    if not eps >= 0:
        raise ArgumentError(f"{name}: eps must not be negative, got {eps}")
    return channels


@refuses
@instead_of("native_batch_norm", "mul", "add")
def batch_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = False,
) -> Any:
    """Return batch normalisation, as `nn.functional.batch_norm` does, in another order."""
    check_are_tensors("batch_norm", input=input)
    if not input.array.size:
        y = input.clone() if weight is None else input * weight[:1].sum()
        return y if bias is None else y + bias[:1].sum()
    statistics = {"running_mean": running_mean, "running_var": running_var}
    eps = as_number(eps, "eps", "batch_norm")
    _check_channels("batch_norm", input, eps, weight=weight, bias=bias, **statistics)
    if not training:
        if running_mean is None or running_var is None:
            raise ArgumentError(
                "batch_norm: outside training, running_mean and running_var must be given"
            )
        return normalize_channels(input, weight, bias, running_mean, running_var, eps)
    learn = _learner(running_mean, running_var, as_number(momentum, "momentum", "batch_norm"))
    return normalize_channels(input, weight, bias, None, None, eps, learn)


@refuses
@instead_of("native_batch_norm", "batch_norm", "reshape", "mul", "add")
def instance_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = False,
) -> Any:
    """Return instance normalisation, as `nn.functional.instance_norm` does, in another order."""
    check_are_tensors("instance_norm", input=input)
    name, statistics = "instance_norm", {"running_mean": running_mean, "running_var": running_var}
    eps = as_number(eps, "eps", name)
    channels = _check_channels(name, input, eps, weight=weight, bias=bias, **statistics)
    if not use_input_stats:
        return batch_norm(input, weight, bias, running_mean, running_var, False, momentum, eps)
    samples = input.array.shape[0]
    learn = _learner(running_mean, running_var, as_number(momentum, "momentum", name), samples)
    rows = input.contiguous().reshape(1, samples * channels, *input.array.shape[2:])
    y = normalize_channels(rows, None, None, None, None, eps, learn).reshape(input.array.shape)
    each = (channels, *(1,) * (input.ndim - 2))
    y = y if weight is None else y * weight.reshape(each)
    y = y if bias is None else y + bias.reshape(each)
    return y if y.array.dtype is input.array.dtype else y.type_as(input)
