"""`Size`, the tuple that a tensor's shape is.
Read `indexing.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Self, SupportsIndex

import numpy as np

from .arguments import as_integer


class Size(tuple[int, ...]):
    """A shape: a tuple of ints that prints and slices as PyTorch's does.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.ones(2, 3).shape, tnn.ones(2, 3).shape.numel()
        (torch.Size([2, 3]), 6)
    """

    __slots__ = ()

    def __new__(cls, iterable: Iterable[Any] = (), /) -> Self:
        given = tuple(iterable)
        if any(type(size) is not int for size in given):
            plain = (int(size) if isinstance(size, bool) else size for size in given)
            given = tuple([as_integer(size, "each size", "Size") for size in plain])
        return super().__new__(cls, given)

    def numel(self) -> int:
        """Return the number of elements."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        part: Any = super().__getitem__(index)
        return Size(part) if isinstance(index, slice) else part

    def __add__(self, other: Any) -> Any:
        return Size(super().__add__(other)) if isinstance(other, tuple) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        return Size((*other, *self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, count: Any) -> Any:
        try:
            return Size(super().__mul__(count))
        except TypeError:
            if isinstance(count, np.generic):
                raise
            return NotImplemented  # an ndarray of several elements can be multiplied by a tuple

    __rmul__ = __mul__
