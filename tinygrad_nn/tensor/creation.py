"""The functions that make tensors: from data, filled with one value, and in ranges.
Read `sampling.py` next: the functions that draw tensors at random.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.arguments import as_bool, as_number
from ..arrays.layout import empty_in
from ..arrays.reading import array_from, number_from, sizes_from
from ..arrays.refusing import refuses
from ..arrays.warnings import quiet
from ..autograd.tensor_base import make_tensor
from ..errors import DTypeError, ShapeError
from ..random.box_muller import fused_multiply_add
from .device import check_device
from .tensor import Tensor


def wrap(array: Any, device: Any, requires_grad: bool = False) -> Tensor:
    """Make a tensor of a new array."""
    if device is not None:
        check_device(device)
    made = make_tensor(array)
    if requires_grad is False or requires_grad is None:
        return made
    return made.requires_grad_(requires_grad)


def shape_of(sizes: tuple[Any, ...], size: Any, name: str) -> tuple[int, ...]:
    """Return what `zeros(2, 3)`, `zeros((2, 3))` and `zeros(size=(2, 3))` mean: (2, 3)."""
    if size is None and not sizes:
        raise TypeError(f"{name}() needs a size, as in {name}(2, 3)")
    if size is None:
        size = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    return sizes_from(size, name)


def _dtype(dtype: Any) -> np.dtype[Any]:
    return dtypes.default_float() if dtype is None else dtypes.to_numpy(dtype)


def _plain(number: Any) -> Any:
    """Return a 0-d tensor, or a NumPy scalar, as a Python number."""
    return number.item() if isinstance(number, (Tensor, np.generic)) else number


# --- from data ------------------------------------------------------------------------------------


@refuses
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
    if requires_grad is None:
        as_bool(requires_grad, "requires_grad", "tensor")
    return wrap(np.array(array_from(data, dtype, "tensor")), device, requires_grad)


@refuses
def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Make a tensor that shares the memory of an ndarray or a tensor where it can."""
    if not isinstance(data, Tensor):
        return wrap(array_from(data, dtype, "as_tensor"), device)
    check_device(device)
    return data if dtype is None else data.to(dtype=dtype)


@refuses
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
        raise DTypeError(f"from_numpy() takes an ndarray, got {type(ndarray).__name__}")
    if not ndarray.dtype.isnative:
        raise DTypeError(
            f"from_numpy(): {ndarray.dtype} has another byte order than this machine; tnn.tensor() "
            "copies and converts it"
        )
    dtypes.from_numpy(ndarray.dtype)
    return wrap(ndarray, None)


# --- filled ---------------------------------------------------------------------------------------


@refuses
def zeros(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of zeros: `zeros(2, 3)`, `zeros((2, 3))` or `zeros(size=(2, 3))`."""
    return wrap(np.zeros(shape_of(sizes, size, "zeros"), _dtype(dtype)), device, requires_grad)


@refuses
def ones(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of ones: `ones(2, 3)`, `ones((2, 3))` or `ones(size=(2, 3))`."""
    return wrap(np.ones(shape_of(sizes, size, "ones"), _dtype(dtype)), device, requires_grad)


@refuses
def empty(
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor whose values nobody promises (here: zeros)."""
    return wrap(np.zeros(shape_of(sizes, size, "empty"), _dtype(dtype)), device, requires_grad)


@refuses
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
        raise DTypeError(f"full() takes a size such as (2, 3), got {size!r}")
    value = number_from(as_number(fill_value, "fill_value", "full"), dtype, "full")
    filled = np.broadcast_to(value, sizes_from(size, "full"))
    return wrap(filled.copy(), device, requires_grad)


@refuses
def eye(
    n: int,
    m: int | None = None,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make an n x m matrix with ones on the diagonal."""
    (rows,), (columns,) = (sizes_from((size,), "eye") for size in (n, n if m is None else m))
    return wrap(np.eye(rows, columns, dtype=_dtype(dtype)), device, requires_grad)


@refuses
def zeros_like(
    input: Tensor,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Make zeros of the input's shape and dtype."""
    name = "zeros_like"
    return _full_like(input, 0, name, dtype, device, requires_grad, memory_format)


@refuses
def ones_like(
    input: Tensor,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Make ones of the input's shape and dtype."""
    name = "ones_like"
    return _full_like(input, 1, name, dtype, device, requires_grad, memory_format)


@refuses
def empty_like(
    input: Tensor,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Make a tensor of the input's shape and dtype whose values nobody promises (here: zeros)."""
    name = "empty_like"
    return _full_like(input, 0, name, dtype, device, requires_grad, memory_format)


@refuses
def full_like(
    input: Tensor,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """Make a tensor of one value in the input's shape and dtype."""
    name = "full_like"
    return _full_like(input, fill_value, name, dtype, device, requires_grad, memory_format)


def _full_like(
    input: Tensor,
    fill_value: Any,
    name: str,
    dtype: Any,
    device: Any,
    requires_grad: bool,
    memory_format: Any,
) -> Tensor:
    number = as_number(fill_value, "fill_value", name)
    value = number_from(number, input.dtype if dtype is None else dtype, name)
    filled = empty_in(input.array, memory_format, name, value.dtype)
    filled[...] = value
    return wrap(filled, device, requires_grad)


# --- ranges ---------------------------------------------------------------------------------------


@refuses
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
    if end is None:
        start, end = 0, start
    limits = (0 if start is None else start, end, step)
    numbers = given = [_plain(each) for each in limits]
    if not all(isinstance(each, (int, float)) and math.isfinite(each) for each in numbers):
        raise ShapeError(f"arange() takes finite numbers, got {limits}")
    whole = not any(isinstance(each, float) for each in numbers)
    wanted = np.dtype(np.int64) if whole and dtype is None else _dtype(dtype)
    if wanted.kind != "f":
        numbers = [int(each) for each in numbers]
    first, last, by = numbers
    if by == 0 or (last - first) * by < 0:
        raise ShapeError(f"arange() cannot go from {first} to {last} in steps of {by}")
    if wanted == np.int64:
        count = -((first - last) // by)
    else:  # PyTorch counts with the fractions, then steps in whole numbers
        count = math.ceil((given[1] - given[0]) / given[2])
    with quiet():
        values = (first + by * np.arange(count)).astype(wanted)
    return wrap(values, device, requires_grad)


@refuses
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

    PyTorch's numbers: the first half is start + i step and the rest end - (steps - 1 - i) step,
    each rounded once, so that both ends are exact; integer dtypes are rounded towards 0.
    """
    (count,) = sizes_from((steps,), "linspace")
    ends = [as_number(each, what, "linspace") for each, what in ((start, "start"), (end, "end"))]
    wanted = _dtype(dtype)
    exact = wanted if wanted.kind == "f" else dtypes.FLOAT64
    with quiet():
        first, last = (exact.type(wanted.type(each)) for each in ends)
        step = (last - first) / exact.type(max(count - 1, 1))
        places = np.arange(count).astype(exact)
        middle = count // 2 if count > 1 else 1
        values = np.concatenate(
            [
                _multiply_add(places[:middle], step, first),
                _multiply_add(places[::-1][middle:], -step, last),
            ]
        )
        values = values.astype(wanted)
    return wrap(values, device, requires_grad)


def _multiply_add(places: Any, step: Any, offset: Any) -> Any:
    if places.dtype == np.float16:
        return places * step + offset
    return fused_multiply_add(places, float(step), float(offset))
