"""Methods that PyTorch has as functions too: `torch.detach(x)`, `torch.zero_(x)`.
Read `tensor.py` next, which has the methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arrays.refusing import refuses
from .tensor import Tensor

__all__ = ["addmv_", "as_strided_", "detach", "detach_", "is_inference", "resize_as_", "zero_"]


@refuses
def detach(input: Tensor) -> Tensor:
    """Return a tensor with the same memory that is not part of the graph."""
    return input.detach()


@refuses
def detach_(input: Tensor) -> Tensor:
    """Have a tensor leave the graph, and return it."""
    return input.detach_()


@refuses
def is_inference(input: Tensor) -> bool:
    """Return whether a tensor was made in inference mode."""
    return input.is_inference()


@refuses
def zero_(input: Tensor) -> Tensor:
    """Write 0 into every element of a tensor, and return it."""
    return input.zero_()


@refuses
def addmv_(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: complex = 1, alpha: complex = 1
) -> Tensor:
    """Write beta times itself + alpha mat @ vec into a vector, and return it."""
    return input.addmv_(mat, vec, beta=beta, alpha=alpha)


@refuses
def resize_as_(input: Tensor, the_template: Tensor, *, memory_format: Any = None) -> Tensor:
    """Give a tensor the shape of another, and return it."""
    return input.resize_as_(the_template, memory_format=memory_format)


@refuses
def as_strided_(
    input: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """Make a tensor a view of its memory with other sizes and strides, and return it."""
    return input.as_strided_(size, stride, storage_offset)
