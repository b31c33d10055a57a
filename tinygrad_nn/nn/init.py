"""Initial values, drawn in place from PyTorch's random streams.
Read `linear.py` next, which uses them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..random import Generator, default_generator
from ..tensor import Tensor


def _put(tensor: Tensor, values: Any) -> Tensor:
    np.copyto(tensor.array, values, casting="unsafe")
    tensor.version[0] += 1
    return tensor


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with values drawn uniformly from [a, b)."""
    source = generator or default_generator
    return _put(tensor, source.uniform(tensor.array.shape, a, b, tensor.array.dtype))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with values drawn from the normal distribution N(mean, std^2)."""
    source = generator or default_generator
    return _put(tensor, source.normal(tensor.array.shape, mean, std, tensor.array.dtype))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value."""
    return _put(tensor, val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0."""
    return _put(tensor, 0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1."""
    return _put(tensor, 1)


def fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """Return how many inputs and outputs each unit of a weight (out, in, ...) is connected to."""
    shape = tensor.array.shape
    if len(shape) < 2:
        raise ValueError(f"fan_in and fan_out need a weight of 2 dimensions or more, got shape {shape}")
    receptive_field = math.prod(shape[2:])
    return shape[1] * receptive_field, shape[0] * receptive_field


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill uniformly from ±sqrt(6 / ((1 + a^2) fan)) (He et al. 2015, for leaky ReLU of slope `a`).

    With a = sqrt(5), the default of Linear, that is ±1 / sqrt(fan_in).
    """
    fans = dict(zip(("fan_in", "fan_out"), fan_in_and_fan_out(tensor), strict=True))
    if mode not in fans:
        raise ValueError(f'kaiming_uniform_: mode must be "fan_in" or "fan_out", got {mode!r}')
    if nonlinearity == "leaky_relu":
        gain = math.sqrt(2.0 / (1.0 + a**2))
    elif nonlinearity == "relu":
        gain = math.sqrt(2.0)
    else:
        raise ValueError(
            f'kaiming_uniform_: nonlinearity must be "relu" or "leaky_relu", got {nonlinearity!r}'
        )
    bound = math.sqrt(3.0) * (gain / math.sqrt(fans[mode]))
    return uniform_(tensor, -bound, bound, generator)
