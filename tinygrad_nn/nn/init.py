"""Initial values, drawn in place from PyTorch's random streams.
Read `layers/linear.py` next, which uses them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
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


_calculate_fan_in_and_fan_out = fan_in_and_fan_out  # as PyTorch's programs know it


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    """Return the fan of this name, "fan_in" or "fan_out"."""
    fans = dict(zip(("fan_in", "fan_out"), fan_in_and_fan_out(tensor), strict=True))
    if mode.lower() not in fans:
        raise ArgumentError(f'mode must be "fan_in" or "fan_out", got {mode!r}')
    return fans[mode.lower()]


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


def _spread(name: str, tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float | None:
    """Return gain / sqrt(fan), the standard deviation of He et al.; None where nothing is drawn."""
    slope = as_number(a, "a", name)
    if 0 in tensor.shape:
        warn_user(f"{name}: a tensor of shape {tuple(tensor.shape)} has nothing to fill")
        return None
    fans = dict(zip(("fan_in", "fan_out"), fan_in_and_fan_out(tensor), strict=True))
    if mode not in fans:
        raise ArgumentError(f'{name}: mode must be "fan_in" or "fan_out", got {mode!r}')
    return calculate_gain(nonlinearity, slope) / math.sqrt(fans[mode])


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
    spread = _spread("kaiming_uniform_", tensor, a, mode, nonlinearity)
    if spread is None:
        return tensor
    bound = math.sqrt(3.0) * spread
    return uniform_(tensor, -bound, bound, generator)


@refuses
def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill with values drawn from N(0, gain^2 / fan) (He et al. 2015): see `kaiming_uniform_`."""
    spread = _spread("kaiming_normal_", tensor, a, mode, nonlinearity)
    return tensor if spread is None else normal_(tensor, 0.0, spread, generator)


@refuses
def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill uniformly from ±gain sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010)."""
    bound = math.sqrt(3.0) * _balanced("xavier_uniform_", tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


@refuses
def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with values drawn from N(0, 2 gain^2 / (fan_in + fan_out)) (Glorot and Bengio 2010)."""
    return normal_(tensor, 0.0, _balanced("xavier_normal_", tensor, gain), generator)


def _balanced(name: str, tensor: Tensor, gain: float) -> float:
    spread: float = as_number(gain, "gain", name) * math.sqrt(2.0 / sum(fan_in_and_fan_out(tensor)))
    return spread


@refuses
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with values drawn from N(mean, std^2), those outside of [a, b] drawn anew.

    Where [a, b] holds less than a third of the distribution, uniforms are accepted in proportion to
    its density instead.
    """
    source = default_generator if generator is None else generator
    if mean < a - 2 * std or mean > b + 2 * std:
        warn_user(
            f"trunc_normal_: mean={mean} lies more than 2 std={std} from [a, b]=[{a}, {b}]; the "
            "values may be distributed otherwise"
        )
    array = tensor.array
    shape, in_pairs = in_memory_order(array).shape, not array.flags.c_contiguous
    bounds = (math.erf((end - mean) / std / math.sqrt(2.0)) / 2.0 for end in (a, b))
    if -next(bounds) + next(bounds) > 0.3:
        low, high = array.dtype.type(a), array.dtype.type(b)
        values = source.normal(shape, mean, std, array.dtype, in_pairs)
        while (outside := (values < low) | (values > high)).any():
            again = source.normal(shape, mean, std, array.dtype, in_pairs)
            values = np.where(outside, again, values)
        return _put(tensor, values)
    nearest = max(a, min(mean, b))
    if abs(nearest - mean) * (b - a) > 1e4 * std * std:  # nearly all lie at this bound
        return _put(tensor, np.full(shape, nearest, array.dtype))
    peak = -0.5 * ((nearest - mean) / std) ** 2
    values, refused = np.zeros(shape, array.dtype), np.ones(shape, bool)
    while refused.any():
        tried = source.uniform(shape, a, b, array.dtype)
        values = np.where(refused, tried, values)
        with quiet():  # also the logarithm of 0
            log_density = ((tried.astype(np.float64) - mean) / std) ** 2 * -0.5 - peak
            heights = np.log(source.uniform(shape, 0.0, 1.0, array.dtype))
        refused &= heights > log_density
    return _put(tensor, values)


@refuses
def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with 1 on its diagonal and 0 elsewhere."""
    if tensor.ndim != 2:
        raise ArgumentError(f"eye_: a matrix is expected, got shape {tensor.array.shape}")
    tensor.array[...] = np.eye(*tensor.array.shape)
    tensor.version[0] += 1
    return tensor


@refuses
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill a convolution's weight (out, in, ...) so that it returns its channels as they are.

    Raises:
        ArgumentError: not 3 to 5 dimensions, or groups that do not divide the outputs.
    """
    shape = tensor.array.shape
    if len(shape) not in (3, 4, 5):
        raise ArgumentError(f"dirac_: 3, 4 or 5 dimensions are expected, got shape {shape}")
    if groups < 1 or shape[0] % groups:
        raise ArgumentError(f"dirac_: groups={groups} must divide the outputs, {shape[0]}")
    tensor.array[...] = 0
    middle = tuple(size // 2 for size in shape[2:])
    outputs = shape[0] // groups
    for group in range(groups):
        for channel in range(min(outputs, shape[1])):
            tensor.array[(group * outputs + channel, channel, *middle)] = 1
    tensor.version[0] += 1
    return tensor


@refuses
def orthogonal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with a matrix of orthonormal rows or columns, times `gain` (Saxe et al. 2013).

    It is the Q of normal numbers' QR decomposition, with the signs that make it uniform (Mezzadri
    2006). Further dimensions are taken as columns. Raises ArgumentError for a vector.
    """
    shape = tensor.array.shape
    if len(shape) < 2:
        raise ArgumentError(f"orthogonal_: 2 dimensions or more are expected, got shape {shape}")
    if not tensor.array.size:
        return tensor
    source = default_generator if generator is None else generator
    flat = source.normal((shape[0], tensor.array.size // shape[0]), 0.0, 1.0, tensor.array.dtype)
    is_wide = flat.shape[0] < flat.shape[1]
    q, r = np.linalg.qr(flat.T if is_wide else flat)
    q = q * np.sign(np.diagonal(r))
    gain = as_number(gain, "gain", "orthogonal_")
    with quiet():  # too large becomes inf
        tensor.array[...] = (q.T if is_wide else q).reshape(shape) * gain
    tensor.version[0] += 1
    return tensor


@refuses
def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None
) -> Tensor:
    """Fill a matrix with values drawn from N(0, std^2), and a share of each column with 0.

    `sparsity` is that share, rounded up to whole rows (Martens 2010); which rows is drawn from the
    default generator, as in PyTorch.
    """
    if tensor.ndim != 2:
        raise ArgumentError(f"sparse_: a matrix is expected, got shape {tensor.array.shape}")
    rows, columns = tensor.array.shape
    zeros = math.ceil(as_number(sparsity, "sparsity", "sparse_") * rows)
    normal_(tensor, 0.0, std, generator)
    for column in range(columns):
        tensor.array[default_generator.randperm(rows)[:zeros], column] = 0
    return tensor


def _old_name(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return the function by the name that it had before names told that it writes in place."""
    name = function.__name__
    old = name.removesuffix("_")

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Tensor:
        warn_user(f"{old} is an old name; call {name}")
        return function(*args, **kwargs)

    call.__name__ = call.__qualname__ = old
    del call.__wrapped__  # its signature is (*args, **kwargs)
    call.__doc__ = f"Call `{name}`, of which this is the old name."
    return call


uniform, normal, constant = _old_name(uniform_), _old_name(normal_), _old_name(constant_)
eye, dirac, sparse = _old_name(eye_), _old_name(dirac_), _old_name(sparse_)
xavier_uniform, xavier_normal = _old_name(xavier_uniform_), _old_name(xavier_normal_)
kaiming_uniform, kaiming_normal = _old_name(kaiming_uniform_), _old_name(kaiming_normal_)
orthogonal = _old_name(orthogonal_)

# Older functions below the public ones, which programs import.
_no_grad_uniform_, _no_grad_normal_, _no_grad_fill_ = uniform_, normal_, constant_
_no_grad_trunc_normal_, _no_grad_zero_ = trunc_normal_, zeros_
