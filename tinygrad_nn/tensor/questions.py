"""What can be asked of anything, or of a dtype: `is_tensor(x)`, `can_cast(float, int)`.
Read `creation.py` next.
"""

from __future__ import annotations

from typing import Any

from ..arrays.dtypes import to_numpy
from ..arrays.kinds import category
from ..arrays.refusing import refuses
from .storage import UntypedStorage
from .tensor import Tensor

__all__ = [
    "can_cast",
    "get_device",
    "is_complex",
    "is_floating_point",
    "is_same_size",
    "is_signed",
    "is_storage",
    "is_tensor",
    "numel",
]

_ORDER = ("bool", "integer", "float", "complex")


def is_tensor(obj: Any, /) -> bool:
    """Return whether something is a Tensor."""
    return isinstance(obj, Tensor)


def is_storage(obj: Any, /) -> bool:
    """Return whether something is the memory of a tensor."""
    return isinstance(obj, UntypedStorage)


@refuses
def is_floating_point(input: Tensor) -> bool:
    """Return whether the dtype of a tensor is a float."""
    return input.is_floating_point()


@refuses
def is_complex(input: Tensor) -> bool:
    """Return whether the dtype of a tensor is complex."""
    return input.is_complex()


@refuses
def is_signed(input: Tensor) -> bool:
    """Return whether the dtype of a tensor has numbers below 0."""
    return input.is_signed()


@refuses
def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Return whether two tensors have one shape."""
    return input.is_same_size(other)


@refuses
def numel(input: Tensor) -> int:
    """Return how many elements a tensor has."""
    return input.numel()


@refuses
def get_device(input: Tensor) -> int:
    """Return the number of a tensor's device: -1, the CPU."""
    return input.get_device()


@refuses
def can_cast(from_: Any, to: Any) -> bool:
    """Return whether a dtype may become another: one of the same category, or of a larger one.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.can_cast(tnn.float64, tnn.float32), tnn.can_cast(tnn.float32, tnn.int64)
        (True, False)
    """
    first, second = (_ORDER.index(category(to_numpy(each))) for each in (from_, to))
    return first <= second
