"""Normalisations that return the mean and 1 / sqrt(var + eps) besides, as PyTorch's kernels do.
Read `../losses/reducing.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import as_number, as_shape
from ...arrays.refusing import check_are_tensors, instead_of, refuses
from ...arrays.sums import in_float32
from ...autograd.tensor_base import make_tensor
from ..elementwise.arithmetic import reciprocal
from ..elementwise.functions import sqrt
from ..reduction.spread import variance
from .batch_normalization import batch_norm
from .normalization import group_norm
from .normalization import layer_norm as layer_norm_op

__all__ = ["layer_norm", "native_batch_norm", "native_group_norm", "native_layer_norm"]


@refuses
def layer_norm(
    input: Any,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Any:
    """Return `nn.functional.layer_norm`; `cudnn_enable` changes nothing on a CPU."""
    return layer_norm_op(input, normalized_shape, weight, bias, eps)


def _statistics(rows: Any, eps: float, shape: Any) -> tuple[Any, Any]:
    """Return the mean of each row and 1 / sqrt(var + eps), which get no gradient."""
    wide = in_float32(rows)
    rstd = 1.0 / np.sqrt(wide.var(-1) + wide.dtype.type(eps))
    mean = wide.mean(-1)
    return tuple(make_tensor(np.asarray(x, rows.dtype).reshape(shape)) for x in (mean, rstd))


@refuses
@instead_of("layer_norm")
def native_layer_norm(
    input: Any, normalized_shape: Any, weight: Any, bias: Any, eps: float
) -> tuple[Any, Any, Any]:
    """Return layer_norm of the input, and the mean and rstd of each row.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.native_layer_norm(tnn.tensor([1.0, 3.0]), (2,), None, None, 0.0)
        (tensor([-1.,  1.]), tensor([2.]), tensor([1.]))
    """
    check_are_tensors("native_layer_norm", input=input)
    y = layer_norm_op(input, normalized_shape, weight, bias, eps)
    x, n = input.array, len(as_shape(normalized_shape, "native_layer_norm"))
    lead = x.shape[: x.ndim - n]
    rows = x.reshape(math.prod(lead), -1) if x.size else np.zeros((math.prod(lead), 1), x.dtype)
    return y, *_statistics(rows, as_number(eps, "eps", "native_layer_norm"), (*lead, *(1,) * n))


@refuses
@instead_of("group_norm")
def native_group_norm(
    input: Any, weight: Any, bias: Any, N: int, C: int, HxW: int, group: int, eps: float
) -> tuple[Any, Any, Any]:
    """Return group_norm of (N, C, ...), and the groups' mean and rstd, which have gradients too."""
    check_are_tensors("native_group_norm", input=input)
    y = group_norm(input, group, weight, bias, eps)
    rows = input.reshape(N, group, input.array.size // (N * group or 1))
    added = as_number(eps, "eps", "native_group_norm")
    return y, rows.mean(2), reciprocal(sqrt(variance(rows, 2, False) + added))


@refuses
@instead_of("batch_norm")
def native_batch_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Any, Any, Any]:
    """Return batch_norm of (N, C, ...), and in training the channels' mean and rstd."""
    check_are_tensors("native_batch_norm", input=input)
    learnt = (weight, bias, running_mean, running_var)
    y = batch_norm(input, *learnt, training, momentum, eps)
    x = input.array
    if not training:
        return y, make_tensor(np.zeros(0, x.dtype)), make_tensor(np.zeros(0, x.dtype))
    channels = np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)
    return y, *_statistics(channels, as_number(eps, "eps", "native_batch_norm"), x.shape[1])
