"""The functions that make tensors: from data, filled, in ranges, and drawn from PyTorch's streams.
Read `nn/` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .autograd.tensor_base import make_tensor
from .errors import DTypeError, ShapeError
from .from_data import array_from
from .random import Generator, default_generator
from .tensor import Tensor


def _wrap(array: Any, requires_grad: bool = False) -> Tensor:
    made = make_tensor(array)
    return made.requires_grad_() if requires_grad else made  # type: ignore[no-any-return]


def _shape(sizes: tuple[Any, ...], name: str) -> tuple[int, ...]:
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        sizes = tuple(sizes[0])
    shape = tuple(int(size) for size in sizes)
    if any(size < 0 for size in shape):
        raise ShapeError(f"{name}: sizes cannot be negative, got {shape}")
    return shape


def _float_dtype(dtype: Any, name: str) -> np.dtype[Any]:
    wanted = dtypes.default_float() if dtype is None else dtypes.to_numpy(dtype)
    if wanted.kind != "f":
        raise DTypeError(f"{name}: a floating-point dtype expected, got {wanted}")
    return wanted


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
    return _wrap(np.array(array_from(data, dtype, "tensor")), requires_grad)


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Make a tensor that shares the memory of an ndarray or a tensor where it can."""
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    return _wrap(array_from(data, dtype, "as_tensor"))


def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    """Make a tensor that shares the memory of an ndarray and has its dtype."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"from_numpy() takes an ndarray, got {type(array).__name__}")
    dtypes.from_numpy(array.dtype)
    return _wrap(array)


def zeros(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`."""
    wanted = dtypes.default_float() if dtype is None else dtypes.to_numpy(dtype)
    return _wrap(np.zeros(_shape(size, "zeros"), wanted), requires_grad)


def ones(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor of ones: `ones(2, 3)` or `ones((2, 3))`."""
    wanted = dtypes.default_float() if dtype is None else dtypes.to_numpy(dtype)
    return _wrap(np.ones(_shape(size, "ones"), wanted), requires_grad)


def empty(*size: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Make a tensor whose values nobody promises (here: zeros)."""
    return zeros(*size, dtype=dtype, requires_grad=requires_grad)


def full(
    size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of one value; its dtype is the value's unless given."""
    value = array_from(fill_value, dtype, "full")
    return _wrap(np.full(_shape((size,), "full"), value, value.dtype), requires_grad)


def zeros_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Make zeros of the input's shape and dtype."""
    wanted = None if dtype is None else dtypes.to_numpy(dtype)
    return _wrap(np.zeros_like(input.array, dtype=wanted), requires_grad)


def ones_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Make ones of the input's shape and dtype."""
    wanted = None if dtype is None else dtypes.to_numpy(dtype)
    return _wrap(np.ones_like(input.array, dtype=wanted), requires_grad)


def arange(
    *limits: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make start, start + step, ... below end: `arange(end)`, `arange(start, end)`, with a step."""
    values = [each.item() if isinstance(each, Tensor) else each for each in limits]
    array = np.arange(*values)
    if dtype is not None:
        array = array.astype(dtypes.to_numpy(dtype))
    elif any(isinstance(each, float) for each in values):
        array = array.astype(dtypes.default_float())
    return _wrap(array, requires_grad)


def linspace(
    start: float, end: float, steps: int, *, dtype: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make `steps` evenly spaced values from start to end, both included."""
    wanted = _float_dtype(dtype, "linspace")
    return _wrap(np.linspace(float(start), float(end), steps).astype(wanted), requires_grad)


def eye(n: int, m: int | None = None, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Make an n x m matrix with ones on the diagonal."""
    wanted = dtypes.default_float() if dtype is None else dtypes.to_numpy(dtype)
    return _wrap(np.eye(n, m, dtype=wanted), requires_grad)


def rand(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw uniformly from [0, 1): PyTorch's numbers for the same seed."""
    source = generator or default_generator
    wanted = _float_dtype(dtype, "rand")
    return _wrap(source.uniform(_shape(size, "rand"), dtype=wanted), requires_grad)


def randn(
    *size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw from the normal distribution N(0, 1): PyTorch's numbers for the same seed, to 2.4e-7."""
    source = generator or default_generator
    wanted = _float_dtype(dtype, "randn")
    return _wrap(source.normal(_shape(size, "randn"), dtype=wanted), requires_grad)


def randint(
    *limits_and_size: Any,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Draw integers from [low, high): `randint(high, size)` or `randint(low, high, size)`."""
    *limits, size = limits_and_size
    low, high = limits if len(limits) == 2 else (0, *limits)
    source = generator or default_generator
    wanted = np.dtype(np.int64) if dtype is None else dtypes.to_numpy(dtype)
    return _wrap(source.randint(int(low), int(high), _shape((size,), "randint"), dtype=wanted))


def randperm(
    n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None
) -> Tensor:
    """Draw a permutation of 0 .. n - 1: PyTorch's for the same seed."""
    source = generator or default_generator
    wanted = np.dtype(np.int64) if dtype is None else dtypes.to_numpy(dtype)
    return _wrap(source.randperm(n, dtype=wanted))


def rand_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Draw uniformly from [0, 1) in the input's shape and dtype."""
    return rand(tuple(input.shape), dtype=dtype or input.dtype, requires_grad=requires_grad)


def randn_like(input: Tensor, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Draw from N(0, 1) in the input's shape and dtype."""
    return randn(tuple(input.shape), dtype=dtype or input.dtype, requires_grad=requires_grad)
