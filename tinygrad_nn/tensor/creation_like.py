"""The functions that make tensors in the shape and dtype of another.
Read `ranges.py` next: numbers in order.
"""

from __future__ import annotations

from typing import Any

from ..arrays.arguments import as_number
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
