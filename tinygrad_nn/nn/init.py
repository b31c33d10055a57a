"""Initial values, drawn in place from PyTorch's random streams.
Read `layers/linear.py` next, which uses them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays.arguments import as_number
from ..arrays.layout import in_memory_order
from ..arrays.reading import number_from
from ..arrays.refusing import refuses
from ..arrays.warnings import quiet
from ..errors import ArgumentError
from ..random import Generator, default_generator
from ..tensor import Tensor
from ..warn import warn_user

GAINS = {
    "linear": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3.0,
    "relu": math.sqrt(2.0),
    "selu": 0.75,
    **{f"conv{way}{n}d": 1.0 for way in ("", "_transpose") for n in (1, 2, 3)},
}


def _put(tensor: Tensor, values: Any) -> Tensor:
    """Fill in the order that the elements have in memory, as PyTorch does."""
    with quiet():  # what the dtype cannot hold becomes inf
        np.copyto(in_memory_order(tensor.array), values, casting="unsafe")
    tensor.version[0] += 1
    return tensor


@refuses
def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with values drawn uniformly from [a, b)."""
    source = default_generator if generator is None else generator
    low, high = as_number(a, "a", "uniform_"), as_number(b, "b", "uniform_")
    shape = in_memory_order(tensor.array).shape
    return _put(tensor, source.uniform(shape, low, high, tensor.array.dtype))


@refuses
def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with values drawn from the normal distribution N(mean, std^2)."""
    source = default_generator if generator is None else generator
    middle, width = as_number(mean, "mean", "normal_"), as_number(std, "std", "normal_")
    array = tensor.array
    shape, in_pairs = in_memory_order(array).shape, not array.flags.c_contiguous
    return _put(tensor, source.normal(shape, middle, width, array.dtype, in_pairs))


@refuses
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value."""
    number = as_number(val, "val", "constant_")
    return _put(tensor, number_from(number, tensor.array.dtype, "constant_"))


@refuses
def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0."""
    return _put(tensor, 0)


@refuses
def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1."""
    return _put(tensor, 1)


@refuses
def fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """Return how many inputs and outputs each unit of a weight (out, in, ...) is connected to."""
    shape = tensor.array.shape
    if len(shape) < 2:
        raise ArgumentError(f"fan_in and fan_out need 2 dimensions or more, got shape {shape}")
    receptive_field = math.prod(shape[2:])
    return shape[1] * receptive_field, shape[0] * receptive_field


@refuses
def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return the factor that keeps a signal's size through the function that follows a layer.

    sqrt(2) for "relu", sqrt(2 / (1 + slope^2)) for "leaky_relu" of slope `param` (0.01 if None),
    5/3 for "tanh", 3/4 for "selu", 1 for "linear", "sigmoid" and convolutions. Raises ValueError
    for another name.
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1.0 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in GAINS:
        raise ArgumentError(
            f"calculate_gain: no gain is known for {nonlinearity!r}; for: leaky_relu, "
            f"{', '.join(GAINS)}"
        )
    return GAINS[nonlinearity]


@refuses
def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill uniformly from ±gain sqrt(3 / fan) (He et al. 2015), with `calculate_gain`'s gain.

    With a = sqrt(5), the default of Linear, that is ±1 / sqrt(fan_in). Raises ValueError for
    another mode than "fan_in" and "fan_out".
    """
    a = as_number(a, "a", "kaiming_uniform_")
    if 0 in tensor.shape:
        warn_user(f"kaiming_uniform_: a tensor of shape {tuple(tensor.shape)} has nothing to fill")
        return tensor
    fans = dict(zip(("fan_in", "fan_out"), fan_in_and_fan_out(tensor), strict=True))
    if mode not in fans:
        raise ArgumentError(f'kaiming_uniform_: mode must be "fan_in" or "fan_out", got {mode!r}')
    bound = math.sqrt(3.0) * (calculate_gain(nonlinearity, a) / math.sqrt(fans[mode]))
    return uniform_(tensor, -bound, bound, generator)
