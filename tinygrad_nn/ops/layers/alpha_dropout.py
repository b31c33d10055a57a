"""Dropout that keeps mean 0 and variance 1: what is dropped becomes selu's lowest value.
Read `dropout_functions.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.layout import empty_as, in_memory_order
from ...arrays.refusing import check_are_tensors, instead_of, refuses
from ...autograd.tensor_base import make_tensor
from ...errors import ShapeError
from ...random import default_generator
from ..elementwise.activations import check_float
from ..elementwise.arithmetic import add, mul
from ..elementwise.selection import where
from .dropout import channel_coins, check_dropout

__all__ = ["native_dropout"]

_ALPHA = 1.7580993408473766  # the product of selu's two constants


@instead_of("mul", "add", "dropout")
def alpha_drop(
    name: str, input: Any, p: float, training: bool, inplace: bool, by_channel: bool = False
) -> Any:
    """Return a x + b, or b - a alpha where dropped (Klambauer et al. 2017, section 3).

    a = ((alpha^2 p + 1) (1 - p))^(-1/2) and b = a alpha p keep mean and variance.
    """
    check_are_tensors(name, input=input)
    check_dropout(name, p, training)
    x = input.array
    if not training or p == 0 or not x.size:
        return input
    check_float(x, name)
    if by_channel and x.ndim < 2:
        raise ShapeError(f"{name}: input must be (N, C, ...), got {x.shape}")
    if p == 1:
        scale, offset = x.dtype.type(0), 0.0
    else:
        noise = channel_coins(x, p) if by_channel else _coins(x, p)
        a = 1.0 / math.sqrt((_ALPHA * _ALPHA * p + 1.0) * (1.0 - p))
        offset = ((noise - 1.0) * (_ALPHA * a) + _ALPHA * a * p).astype(x.dtype, copy=False)
        scale = (noise * a).astype(x.dtype, copy=False)  # bfloat16 times a number is float32
    if inplace:
        return input.mul_(scale).add_(offset)
    return add(mul(input, scale), offset)


def _coins(x: Any, p: float) -> Any:
    """Return 0 with probability p, else 1, drawn in the order that x has in memory."""
    noise = empty_as(x)
    seen = in_memory_order(noise)
    seen[...] = default_generator.bernoulli(1 - p, seen.shape, x.dtype)
    return noise


@refuses
@instead_of("where", "mul", "dropout")
def native_dropout(input: Any, p: float, train: bool | None) -> tuple[Any, Any]:
    """Return the input with elements dropped, and where they were kept, a tensor of bool.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.native_dropout(tnn.ones(2), 0.5, False)
        (tensor([1., 1.]), tensor([True, True]))
    """
    check_are_tensors("native_dropout", input=input)
    check_dropout("native_dropout", p, train is not False)
    if train is False or p == 0 or not input.array.size:
        return input.clone(), make_tensor(np.ones(input.array.shape, bool))
    check_float(input.array, "native_dropout")
    mask = _coins(input.array, p) != 0
    return where(mask, input * (1.0 / (1.0 - p) if p < 1 else 0.0), 0.0), make_tensor(mask)
