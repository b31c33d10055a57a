"""The memory that an array stands in, and where: what `as_strided` and `storage_offset` ask.
Read `reading.py` next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .dtypes import Array


@dataclass(frozen=True)
class Geometry:
    """Where the elements of an array lie in its memory, counted in elements."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int

    def places(self) -> Array:
        """Return the place of each element."""
        places = np.full((), self.offset, np.int64)
        for i, (size, stride) in enumerate(zip(self.shape, self.strides, strict=True)):
            along = np.arange(size) * stride
            places = places + along.reshape((-1,) + (1,) * (len(self.shape) - i - 1))
        return places if places.shape == self.shape else places.reshape(self.shape)

    def span(self) -> int:
        """Return how many elements of memory reach to the last one."""
        if 0 in self.shape:
            return 0
        steps = zip(self.shape, self.strides, strict=True)
        return self.offset + sum([(size - 1) * stride for size, stride in steps if stride > 0]) + 1


def row_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the strides, in elements, of elements that lie row by row."""
    strides, step = [], 1
    for size in shape[::-1]:
        strides.append(step)
        step *= max(size, 1)
    return tuple(strides[::-1])


def memory_of(x: Array) -> Array:
    """Return all of the memory that an array stands in, as a vector of its dtype."""
    owner = x
    while True:
        base: Any = owner.base
        if base is not None and not isinstance(base, np.ndarray):
            base = getattr(base, "base", None)  # of NumPy's as_strided
        if not isinstance(base, np.ndarray):
            break
        owner = base
    if not owner.flags.c_contiguous:
        owner = owner.T if owner.flags.f_contiguous else x
    if not owner.flags.c_contiguous:  # what somebody else strided: seen from x alone
        return np.lib.stride_tricks.as_strided(x, (geometry_from(x, x).span(),), (x.itemsize,))
    flat = owner.reshape(-1)
    return flat if flat.dtype == x.dtype else flat.view(np.uint8)[: _whole(flat, x)].view(x.dtype)


def _whole(flat: Array, x: Array) -> int:
    return flat.nbytes // x.itemsize * x.itemsize


def geometry_from(x: Array, memory: Array) -> Geometry:
    """Return where the elements of an array lie in its memory."""
    offset = (
        x.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
    ) // x.itemsize
    return Geometry(x.shape, tuple([each // x.itemsize for each in x.strides]), offset)


def geometry_of(x: Array) -> Geometry:
    """Return where the elements of an array lie in the memory that it stands in."""
    return geometry_from(x, memory_of(x))
