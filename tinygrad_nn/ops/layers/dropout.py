"""Dropout: each element, or channel, is zeroed with probability p, the others grow by 1 / (1 - p).
Read `alpha_dropout.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number, as_bool
from ...arrays.layout import empty_as
from ...arrays.refusing import check_are_tensors
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.writing import in_place
from ...errors import ArgumentError, ShapeError
from ...random import default_generator
from ..elementwise.activations import check_float
from ..elementwise.selection import masked


@op(r"\frac{m \odot x}{1 - p}", name="dropout", public="dropout", keeps="noise")
def _drop(input: Array, p: Number = 0.5, by_channel: bool = False) -> Any:
    """Return input * noise; noise is 0 with probability p, else 1 / (1 - p).

    `by_channel` draws one for each channel of (N, C, ...).
    """
    check_float(input, "dropout")
    if by_channel:
        noise = channel_coins(input, p)
        if p < 1:
            noise /= 1 - p
        return input * noise, noise
    if p < 1:
        drawn = default_generator.bernoulli(1 - p, (input.size,), input.dtype)
        drawn /= 1 - p
    else:
        drawn = np.zeros(input.size, input.dtype)
    if input.flags.c_contiguous:
        noise = drawn.reshape(input.shape)
    else:  # what is drawn comes in the order that the elements have in memory
        noise = empty_as(input)
        noise.ravel(order="K")[:] = drawn
    return input * noise, noise


def channel_coins(x: Array, p: float) -> Array:
    """Return 0 with probability p, else 1, for each channel of (N, C, ...): (N, C, 1, ...)."""
    shape = (*x.shape[:2], *(1,) * (x.ndim - 2))
    return default_generator.bernoulli(1 - p, shape, x.dtype) if p < 1 else np.zeros(shape, x.dtype)


_drop.vjp(input=lambda g, noise: masked(g, noise))
_drop_in_place = in_place(_drop)


def dropout(input: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Any:
    """Return the input with elements zeroed at random, the others divided by 1 - p.

    Nothing is drawn and the input itself returned if `training` is False or p is 0. The numbers are
    PyTorch's for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.nn.functional.dropout(tnn.ones(4))
        tensor([0., 0., 2., 0.])
    """
    check_dropout("dropout", p, training)
    if not training or p == 0:
        return input
    return _drop_in_place(input, p) if inplace else _drop(input, p)


def check_dropout(name: str, p: Any, training: Any) -> None:
    """Raise for a p that is no probability, and a training that is not True or False."""
    try:
        is_probability = 0 <= p <= 1
    except (TypeError, ValueError):
        is_probability = False
    if not is_probability:
        raise ArgumentError(f"{name}: p is a probability, from 0 to 1; got {p!r:.60}")
    if training is not True and training is not False:
        as_bool(training, "training", name)


def feature_dropout(name: str, input: Any, p: float, training: bool, inplace: bool) -> Any:
    """Return (N, C, ...) with channels zeroed at random, the others divided by 1 - p."""
    check_are_tensors(name, input=input)
    check_dropout(name, p, training)
    if not training or p == 0 or not input.array.size:
        return input
    if input.array.ndim < 2:
        raise ShapeError(f"{name}: input must be (N, C, ...), got {input.array.shape}")
    return _drop_in_place(input, p, True) if inplace else _drop(input, p, True)
