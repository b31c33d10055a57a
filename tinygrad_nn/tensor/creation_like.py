"""The functions that make tensors in the shape and dtype of another.
Read `ranges.py` next: numbers in order.
"""

from __future__ import annotations

from typing import Any

from ..arrays.arguments import as_number
from ..arrays.dtypes import to_numpy
from ..arrays.layout import empty_in
from ..arrays.reading import number_from
from ..arrays.refusing import refuses
from .making import wrap
from .tensor import Tensor


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
    array = empty_in(input.array, memory_format, "zeros_like", _dtype(input, dtype))
    return _filled(array, 0, device, requires_grad)


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
    array = empty_in(input.array, memory_format, "ones_like", _dtype(input, dtype))
    return _filled(array, 1, device, requires_grad)


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
    array = empty_in(input.array, memory_format, "empty_like", _dtype(input, dtype))
    return _filled(array, 0, device, requires_grad)


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
    number = as_number(fill_value, "fill_value", name)
    value = number_from(number, _dtype(input, dtype), name)
    array = empty_in(input.array, memory_format, name, value.dtype)
    return _filled(array, value, device, requires_grad)


def _dtype(input: Tensor, dtype: Any) -> Any:
    return input.array.dtype if dtype is None else to_numpy(dtype)


def _filled(array: Any, value: Any, device: Any, requires_grad: bool) -> Tensor:
    array[...] = value
    return wrap(array, device, requires_grad)
