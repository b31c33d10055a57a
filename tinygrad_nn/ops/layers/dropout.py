"""Dropout: each element is zeroed with probability p, the others grow by 1 / (1 - p).
Read `normalization.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number, as_bool
from ...arrays.layout import empty_as
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.writing import in_place
from ...errors import ArgumentError
from ...random import default_generator
from ..elementwise.activations import check_float
from ..elementwise.selection import masked


@op(r"\frac{m \odot x}{1 - p}", name="dropout", public="dropout", keeps="noise")
def _drop(input: Array, p: Number = 0.5) -> Any:
    """Return input * noise; noise is 0 with probability p, else 1 / (1 - p)."""
    check_float(input, "dropout")
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
    try:
        is_probability = 0 <= p <= 1
    except (TypeError, ValueError):
        is_probability = False
    if not is_probability:
        raise ArgumentError(f"dropout: p is a probability, from 0 to 1; got {p!r:.60}")
    if training is not True and training is not False:
        as_bool(training, "training", "dropout")
    if not training or p == 0:
        return input
    return _drop_in_place(input, p) if inplace else _drop(input, p)
