"""Whether all or any elements over a dimension are true, and how many are.
Read `products.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Dims, NamedDims
from ...arrays.kinds import is_bool
from ...autograd.declaring import op
from ...autograd.op import Array

__all__ = ["all", "any", "count_nonzero"]

_UINT8 = np.dtype(np.uint8)


def _reduced(ufunc: np.ufunc, input: Array, dim: Any, keepdim: bool) -> Array:
    """Reduce the truth values; uint8 stays uint8, as in PyTorch."""
    held = input if is_bool(input) else input != 0  # NumPy's own test of floats is ten times slower
    found = np.asarray(ufunc.reduce(held, axis=dim, keepdims=keepdim), order="C")
    return found.astype(_UINT8) if input.dtype is _UINT8 else found


@op(r"x_1 \land x_2 \land \dots")
def all(input: Array, dim: NamedDims = None, keepdim: bool = False) -> Array:
    """Return whether no element over `dim` is 0, as bool; True of none. nan is not 0."""
    return _reduced(np.logical_and, input, dim, keepdim)


@op(r"x_1 \lor x_2 \lor \dots")
def any(input: Array, dim: NamedDims = None, keepdim: bool = False) -> Array:
    """Return whether an element over `dim` is other than 0, as bool; False of none."""
    return _reduced(np.logical_or, input, dim, keepdim)


@op(r"\sum_i [x_i \ne 0]")
def count_nonzero(input: Array, dim: Dims = None) -> Array:
    """Return how many elements over `dim` are other than 0, as int64."""
    return np.asarray(np.count_nonzero(input, axis=dim), np.int64, order="C")


class TruthMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    all, any, count_nonzero = all, any, count_nonzero
