"""The same elements in memory of their own, or in another dtype.
Read `comparison.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Dtype
from ...arrays.kinds import COMPLEX, is_complex
from ...arrays.layout import (
    check_fits,
    check_format,
    contiguous_format,
    copied,
    empty_in,
    lies_in,
    preserve_format,
)
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ArgumentError

__all__ = ["clone"]


@op(r"x", public="to", keeps_halves=True)
def cast(input: Array, dtype: Dtype) -> Array:
    """Return the input in another dtype; the gradient comes back in the input's own."""
    if is_complex(input) and dtype not in COMPLEX and dtype != np.bool_:
        input = input.real
    if input.base is not None and 0 in input.strides:
        return copied(input, dtype)
    return input.astype(dtype)


cast.vjp(input=lambda g: g)


@op(r"x", keeps_halves=True)
def clone(input: Array, *, memory_format: Any = None) -> Array:
    """Return a copy with memory of its own, still part of the graph; it lies as the input does.

    `memory_format` asks for `contiguous_format`, or `channels_last` of four dims, instead.
    """
    if memory_format is not None:
        made = empty_in(input, memory_format, "clone")
        made[...] = input
        return made
    if input.base is not None and 0 in input.strides:  # what owns its memory was not expanded
        return copied(input)
    return input.__copy__()


clone.vjp(input=lambda g: g)


def laid_out(x: Any, memory_format: Any, name: str) -> Any:
    """Return x if its elements lie in memory as a format has them, else a copy that does."""
    check_format(memory_format, name)
    check_fits(x.array, memory_format, name)
    return x if lies_in(x.array, memory_format) else clone(x, memory_format=memory_format)


class CopyingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    clone = clone

    def contiguous(self, memory_format: Any = contiguous_format) -> Any:
        """Return this tensor if its elements lie row by row in memory, else a copy that does.

        With `channels_last`, as that format has them.
        """
        if memory_format is contiguous_format and self.array.flags.c_contiguous:  # type: ignore[attr-defined]
            return self  # most often
        check_format(memory_format, "contiguous")
        if memory_format is preserve_format and not self.array.flags.c_contiguous:  # type: ignore[attr-defined]
            raise ArgumentError("contiguous: preserve_format says nothing here; use .clone()")
        return laid_out(self, memory_format, "contiguous")
