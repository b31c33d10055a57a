"""The functions that make tensors: from data, filled, in ranges, and drawn from PyTorch's streams.
Read `nn/` next.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from . import dtypes
from .autograd.tensor_base import make_tensor
from .box_muller import fused_multiply_add
from .errors import DTypeError, ShapeError
from .from_data import array_from, sizes_from
from .random import Generator, default_generator
from .size import device as device_class
from .tensor import Tensor


def _wrap(array: Any, device: Any, requires_grad: bool = False) -> Tensor:
    if device is not None:
        device_class(device)  # refuses all but the CPU
    made = make_tensor(array)
    return made.requires_grad_() if requires_grad else made  # type: ignore[no-any-return]


def _shape(sizes: tuple[Any, ...], size: Any, name: str) -> tuple[int, ...]:
    """Read `zeros(2, 3)`, `zeros((2, 3))` and `zeros(size=(2, 3))`."""
    if size is None and not sizes:
        raise TypeError(f"{name}() needs a size, as in {name}(2, 3)")
    if size is None:
        size = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    return sizes_from(size, name)


def _dtype(dtype: Any) -> np.dtype[Any]:
    return dtypes.default_float() if dtype is None else dtypes.to_numpy(dtype)


def _float_dtype(dtype: Any, name: str) -> np.dtype[Any]:
    wanted = _dtype(dtype)
    if wanted.kind != "f":
        raise DTypeError(f"{name}(): a floating-point dtype expected, got {wanted}")
    return wanted


def _plain(number: Any) -> Any:
    """Return a 0-d tensor, or a NumPy scalar, as a Python number."""
    return number.item() if isinstance(number, (Tensor, np.generic)) else number


# --- from data ---------------------------------------------------------------------------------------


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor from numbers, nested lists or an array; always a copy.

    Python floats become float32 and ints int64; NumPy arrays and scalars keep their dtype.

    Raises:
        ShapeError: lists of unequal length. DTypeError: anything that is no number.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.tensor([[1, 2.5]])
        tensor([[1.0000, 2.5000]])
    """
    return _wrap(np.array(array_from(data, dtype, "tensor")), device, requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Make a tensor that shares the memory of an ndarray or a tensor where it can."""
    if isinstance(data, Tensor):
        return data.to(dtype=dtype, device=device)
    return _wrap(array_from(data, dtype, "as_tensor"), device)


def from_numpy(ndarray: np.ndarray[Any, Any]) -> Tensor:
    """Make a tensor that shares the memory of an ndarray and has its dtype.

    Raises:
        TypeError: no ndarray. DTypeError: a dtype that a tensor cannot hold.

    Example:
        >>> import numpy as np, tinygrad_nn as tnn
        >>> array = np.zeros(2)
        >>> shared = tnn.from_numpy(array)
        >>> array[0] = 1.0
        >>> shared
        tensor([1., 0.], dtype=torch.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"from_numpy() takes an ndarray, got {type(ndarray).__name__}")
    if not ndarray.dtype.isnative:
        raise DTypeError(
            f"from_numpy(): {ndarray.dtype} has another byte order than this machine; tnn.tensor() "
            "copies and converts it"
        )
    dtypes.from_numpy(ndarray.dtype)
    return _wrap(ndarray, None)


# --- filled ------------------------------------------------------------------------------------------


def zeros(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of zeros: `zeros(2, 3)`, `zeros((2, 3))` or `zeros(size=(2, 3))`."""
    return _wrap(np.zeros(_shape(sizes, size, "zeros"), _dtype(dtype)), device, requires_grad)


def ones(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of ones: `ones(2, 3)`, `ones((2, 3))` or `ones(size=(2, 3))`."""
    return _wrap(np.ones(_shape(sizes, size, "ones"), _dtype(dtype)), device, requires_grad)


def empty(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor whose values nobody promises (here: zeros)."""
    return _wrap(np.zeros(_shape(sizes, size, "empty"), _dtype(dtype)), device, requires_grad)


def full(
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of one value: a float in the default dtype, an int in int64, unless given.

    Raises:
        TypeError: a size that is no tuple or list, or a value that is no number.
    """
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"full() takes a size such as (2, 3), got {size!r}")
    value = _plain(fill_value)
    if not isinstance(value, (bool, int, float)):
        raise TypeError(f"full() takes one number to fill with, got {type(value).__name__}")
    filled = np.broadcast_to(array_from(value, dtype, "full"), sizes_from(size, "full"))
    return _wrap(filled.copy(), device, requires_grad)


def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make an n x m matrix with ones on the diagonal."""
    rows, columns = sizes_from((n, n if m is None else m), "eye")
    return _wrap(np.eye(rows, columns, dtype=_dtype(dtype)), device, requires_grad)


def zeros_like(
    input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make zeros of the input's shape and dtype."""
    return full_like(input, 0, dtype=dtype, device=device, requires_grad=requires_grad)


def ones_like(
    input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make ones of the input's shape and dtype."""
    return full_like(input, 1, dtype=dtype, device=device, requires_grad=requires_grad)


def empty_like(
    input: Tensor, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of the input's shape and dtype whose values nobody promises (here: zeros)."""
    return full_like(input, 0, dtype=dtype, device=device, requires_grad=requires_grad)


def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of one value in the input's shape and dtype."""
    value = array_from(_plain(fill_value), dtype or input.dtype, "full_like")
    return _wrap(np.full_like(input.array, value, value.dtype), device, requires_grad)


# --- ranges ------------------------------------------------------------------------------------------


def arange(
    start: Any = None,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make start, start + step, ... below end: `arange(end)`, `arange(start, end)`, with a step.

    The dtype is int64 if all three are integers, else the default one. Each value is rounded once
    from start + i step.

    Raises:
        ShapeError: a step of 0 or of the wrong sign, or a limit that is not finite.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.arange(0, 1, 0.25)
        tensor([0.0000, 0.2500, 0.5000, 0.7500])
    """
    if start is None and end is None:
        raise TypeError("arange() needs an end, as in arange(5)")
    limits = (0, start, step) if end is None else (start or 0, end, step)
    numbers = [_plain(each) for each in limits]
    if not all(isinstance(each, (int, float)) and math.isfinite(each) for each in numbers):
        raise ShapeError(f"arange() takes finite numbers, got {limits}")
    whole = not any(isinstance(each, float) for each in numbers)
    wanted = np.dtype(np.int64) if whole and dtype is None else _dtype(dtype)
    if wanted.kind != "f":
        numbers = [int(each) for each in numbers]
    first, last, by = numbers
    if by == 0 or (last - first) * by < 0:
        raise ShapeError(f"arange() cannot go from {first} to {last} in steps of {by}")
    count = -((first - last) // by) if wanted.kind != "f" else math.ceil((last - first) / by)
    return _wrap((first + by * np.arange(count)).astype(wanted), device, requires_grad)


def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make `steps` evenly spaced values from start to end, both included.

    PyTorch's numbers: the first half is start + i step and the rest end - (steps - 1 - i) step, each
    rounded once, so that both ends are exact; integer dtypes are rounded towards 0.
    """
    (count,) = sizes_from((steps,), "linspace")
    wanted = _dtype(dtype)
    exact = wanted if wanted.kind == "f" else dtypes.FLOAT64
    first, last = exact.type(_plain(start)), exact.type(_plain(end))
    step = (last - first) / exact.type(max(count - 1, 1))
    places = np.arange(count).astype(exact)
    middle = count // 2 if count > 1 else 1
    values = np.concatenate(
        [
            _multiply_add(places[:middle], step, first),
            _multiply_add(places[::-1][middle:], -step, last),
        ]
    )
    return _wrap(values.astype(wanted), device, requires_grad)


def _multiply_add(places: Any, step: Any, offset: Any) -> Any:
    if places.dtype == np.float16:
        return places * step + offset
    return fused_multiply_add(places, float(step), float(offset))


# --- drawn -------------------------------------------------------------------------------------------


def rand(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw uniformly from [0, 1): PyTorch's numbers for the same seed.

    Example:
        >>> import tinygrad_nn as tnn
        >>> _ = tnn.manual_seed(0)
        >>> tnn.rand(3)
        tensor([0.4963, 0.7682, 0.0885])
    """
    source, wanted = generator or default_generator, _float_dtype(dtype, "rand")
    drawn = source.uniform(_shape(sizes, size, "rand"), dtype=wanted)
    return _wrap(drawn, device, requires_grad)


def randn(
    *sizes: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw from the normal distribution N(0, 1): PyTorch's numbers for the same seed."""
    source, wanted = generator or default_generator, _float_dtype(dtype, "randn")
    drawn = source.normal(_shape(sizes, size, "randn"), dtype=wanted)
    return _wrap(drawn, device, requires_grad)


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
        raise TypeError(f"randint() takes a size such as (2, 3), got {size!r}")
    source = generator or default_generator
    wanted = np.dtype(np.int64) if dtype is None else dtypes.to_numpy(dtype)
    drawn = source.randint(low, high, sizes_from(size, "randint"), dtype=wanted)
    return _wrap(drawn, device, requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw a permutation of 0 .. n - 1: PyTorch's for the same seed."""
    source = generator or default_generator
    wanted = np.dtype(np.int64) if dtype is None else dtypes.to_numpy(dtype)
    return _wrap(source.randperm(operator.index(n), dtype=wanted), device, requires_grad)


def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw uniformly from [0, 1) in the input's shape and dtype."""
    return rand(
        size=input.shape,
        generator=generator,
        dtype=dtype or input.dtype,
        device=device,
        requires_grad=requires_grad,
    )


def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw from N(0, 1) in the input's shape and dtype."""
    return randn(
        size=input.shape,
        generator=generator,
        dtype=dtype or input.dtype,
        device=device,
        requires_grad=requires_grad,
    )


def randint_like(
    input: Tensor,
    low: Any = 0,
    high: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw integers from [low, high) in the input's shape and dtype; one limit is `high`."""
    return randint(
        low,
        high,
        input.shape,
        generator=generator,
        dtype=dtype or input.dtype,
        device=device,
        requires_grad=requires_grad,
    )


def get_rng_state() -> Tensor:
    """Return the place in the default stream, 5056 uint8 numbers that PyTorch takes too."""
    return _wrap(default_generator.get_state(), None)


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
    default_generator.set_state(new_state.numpy())
