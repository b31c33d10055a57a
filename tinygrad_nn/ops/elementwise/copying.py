"""The same elements in memory of their own, or in another dtype.
Read `comparison.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Dtype
from ...arrays.kinds import COMPLEX, is_complex
from ...arrays.layout import copied
from ...autograd.declaring import op
from ...autograd.op import Array

__all__ = ["clone"]

ROWS = "contiguous_format"


@op(r"x", public="to")
def cast(input: Array, dtype: Dtype) -> Array:
    """Return the input in another dtype; the gradient comes back in the input's own."""
    if is_complex(input) and dtype not in COMPLEX and dtype != np.bool_:
        input = input.real
    if input.base is not None and 0 in input.strides:
        return copied(input, dtype)
    return input.astype(dtype)


cast.vjp(input=lambda g: g)


@op(r"x")
def clone(input: Array, *, memory_format: Any = None) -> Array:
    """Return a copy with memory of its own, still part of the graph; it lies as the input does."""
    if memory_format is not None:
        return input.copy()
    if input.base is not None and 0 in input.strides:  # what owns its memory was not expanded
        return copied(input)
    return input.__copy__()


clone.vjp(input=lambda g: g)


class CopyingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    clone = clone

    def contiguous(self, *, memory_format: Any = None) -> Any:
        """Return this tensor if its elements lie row by row in memory, else a copy that does."""
        return self if self.array.flags.c_contiguous else clone(self, memory_format=ROWS)  # type: ignore[attr-defined]
