"""The functions that draw tensors from PyTorch's random streams, and where the default one stands.
Read `../nn/` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.arguments import as_integer, as_number
from ..arrays.kinds import COMPLEX, DIFFERENTIABLE
from ..arrays.layout import empty_in, in_memory_order
from ..arrays.refusing import instead_of, refuses
from ..arrays.warnings import quiet
from ..autograd.tensor_base import make_tensor
from ..autograd.writing import write
from ..errors import DTypeError
from ..ops.elementwise import drawing
from ..random import Generator, RandomError, default_generator, mersenne_twister
from .making import dtype_of, shape_of, wrap
from .tensor import Tensor

__all__ = [
    "get_rng_state",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "set_rng_state",
]


def _float_dtype(dtype: Any, name: str, out: Any = None) -> np.dtype[Any]:
    wanted = dtype_of(dtype, out)
    if wanted not in DIFFERENTIABLE or (wanted in COMPLEX and name == "normal"):
        raise DTypeError(f"{name}(): a floating-point dtype expected, got {wanted}")
    return wanted


def _with_parts(shape: tuple[int, ...], dtype: Any) -> tuple[int, ...]:
    """Return the shape of what is drawn: of complex numbers, both parts of each."""
    return (*shape, 2) if dtype in COMPLEX else shape


def _part(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.type(0).real.dtype if dtype in COMPLEX else dtype


def _deviation(dtype: np.dtype[Any]) -> float:
    return math.sqrt(0.5) if dtype in COMPLEX else 1.0  # each part has half of the variance


def _joined(drawn: Any, dtype: np.dtype[Any]) -> Any:
    return drawn.view(dtype)[..., 0] if dtype in COMPLEX else drawn


def _any_dtype(dtype: Any) -> np.dtype[Any]:
    return np.dtype(np.int64) if dtype is None else dtypes.to_numpy(dtype)


def _source(generator: Generator | None) -> Generator:
    return default_generator if generator is None else generator


def _like(input: Tensor, dtype: Any) -> Any:
    return input.dtype if dtype is None else dtype


@refuses
def rand(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Draw uniformly from [0, 1): PyTorch's numbers for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.rand(3)
        tensor([0.4963, 0.7682, 0.0885])
    """
    source = _source(generator)
    wanted = _float_dtype(dtype, "rand", out)
    drawn = source.uniform(_with_parts(shape_of(sizes, size, "rand"), wanted), dtype=_part(wanted))
    return wrap(_joined(drawn, wanted), device, requires_grad, out)


@refuses
def randn(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Draw from the normal distribution N(0, 1): PyTorch's numbers for the same seed."""
    source = _source(generator)
    wanted = _float_dtype(dtype, "randn", out)
    shape = _with_parts(shape_of(sizes, size, "randn"), wanted)
    drawn = source.normal(shape, 0.0, _deviation(wanted), dtype=_part(wanted))
    return wrap(_joined(drawn, wanted), device, requires_grad, out)


@refuses
def randint(
    low: Any = 0,
    high: Any = None,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw integers from [low, high): `randint(high, size)` or `randint(low, high, size)`.

    Raises:
        TypeError: a size that is no tuple or list. RandomError: low is not below high.
    """
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if not isinstance(size, (tuple, list)):
        raise DTypeError(f"randint() takes a size such as (2, 3), got {size!r}")
    source = _source(generator)
    shape = shape_of((), size, "randint")
    drawn = source.randint(low, high, shape, dtype=_any_dtype(dtype))
    return wrap(drawn, device, requires_grad)


@refuses
def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw a permutation of 0 .. n - 1: PyTorch's for the same seed."""
    source = _source(generator)
    drawn = source.randperm(as_integer(n, "n", "randperm"), dtype=_any_dtype(dtype))
    return wrap(drawn, device, requires_grad)


def _filled_like(
    input: Tensor, memory_format: Any, name: str, dtype: Any, draw: Callable[[Any, bool], Any]
) -> Any:
    """Return numbers that lie in memory as the input does, drawn in the order they have there."""
    array = empty_in(input.array, memory_format, name, dtype)
    seen = in_memory_order(array)
    seen[...] = draw(seen.shape, seen is array)
    return array


@refuses
def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Draw uniformly from [0, 1) in the input's shape and dtype."""
    wanted = _float_dtype(_like(input, dtype), "rand_like")
    source = _source(generator)

    def draw(shape: Any, _: bool) -> Any:
        drawn = source.uniform(_with_parts(shape, wanted), dtype=_part(wanted))
        return _joined(drawn, wanted)

    drawn = _filled_like(input, memory_format, "rand_like", wanted, draw)
    return wrap(drawn, device, requires_grad)


@refuses
def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Draw from N(0, 1) in the input's shape and dtype."""
    wanted = _float_dtype(_like(input, dtype), "randn_like")
    source = _source(generator)

    def draw(shape: Any, is_in_rows: bool) -> Any:
        parts, std = _with_parts(shape, wanted), _deviation(wanted)
        drawn = source.normal(parts, 0.0, std, dtype=_part(wanted), in_pairs=not is_in_rows)
        return _joined(drawn, wanted)

    drawn = _filled_like(input, memory_format, "randn_like", wanted, draw)
    return wrap(drawn, device, requires_grad)


@refuses
def randint_like(
    input: Tensor,
    low: Any = 0,
    high: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Draw integers from [low, high) in the input's shape and dtype; one limit is `high`."""
    if high is None:
        low, high = 0, low
    source = _source(generator)
    wanted = _any_dtype(_like(input, dtype))

    def draw(shape: Any, _: bool) -> Any:
        return source.randint(low, high, shape, dtype=wanted)

    drawn = _filled_like(input, memory_format, "randint_like", wanted, draw)
    return wrap(drawn, device, requires_grad)


@refuses
@instead_of("add", "mul", "drawn")
def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    out: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw from N(mean, std^2): of tensors, which broadcast, or of numbers in a `size`.

    PyTorch's numbers for the same seed. The gradient of mean and std is 0.

    Raises:
        RandomError: a std below 0. DTypeError, ShapeError: what does not fit.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.normal(tnn.tensor([0.0, 10.0]), 0.1)
        tensor([0.1541, 9.9707])
    """
    source = _source(generator)
    given = [each for each in (mean, std) if isinstance(each, Tensor)]
    if not given:
        if size is None and out is None:
            raise DTypeError("normal() of two numbers needs a size, as in normal(0.0, 1.0, (2, 3))")
        shape = out.array.shape if size is None else shape_of((), size, "normal")
        kind = _float_dtype(dtype if out is None else out.dtype, "normal")
        middle, width = as_number(mean, "mean", "normal"), as_number(std, "std", "normal")
        drawn = source.normal(shape, middle, width, kind)
        return wrap(drawn, device, requires_grad) if out is None else write(out, drawn, "normal")
    if not isinstance(mean, Tensor):
        mean = as_number(mean, "mean", "normal")
    if not isinstance(std, Tensor):
        std = as_number(std, "std", "normal")
    least = std.array.min(initial=0) if isinstance(std, Tensor) else std
    if not least >= 0:
        raise RandomError(f"normal() takes std >= 0, got {least}")
    shape = np.broadcast_shapes(*(each.array.shape for each in given))
    kind = _float_dtype(given[0].dtype, "normal")
    array, factor = (getattr(each, "array", each) for each in (mean, std))
    with quiet():
        if isinstance(std, Tensor):
            values = source.normal(shape, dtype=kind) * factor + array
        else:
            values = source.normal(shape, 0.0, std, kind) + array
    values = np.asarray(values, kind)
    return drawing.drawn(mean if isinstance(mean, Tensor) else std, values, out=out)


@refuses
def get_rng_state() -> Tensor:
    """Return the place in the default stream, 5056 uint8 numbers that PyTorch takes too."""
    return default_generator.get_state()


@refuses
def set_rng_state(new_state: Tensor) -> None:
    """Go back to a place in the default stream that `get_rng_state` returned.

    Example:
        >>> import tinygrad_nn as tnn
        >>> state = tnn.get_rng_state()
        >>> first = tnn.rand(1)
        >>> tnn.set_rng_state(state)
        >>> tnn.rand(1) == first
        tensor([True])
    """
    default_generator.set_state(new_state)


mersenne_twister.returned = make_tensor
