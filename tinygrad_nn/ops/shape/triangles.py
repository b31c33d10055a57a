"""The lower and the upper triangle of matrices, and the positions that they take.
Read `repeating.py` next.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...arrays.arguments import Integer
from ...autograd.declaring import op
from ...autograd.op import Array
from ...autograd.writing import in_place
from ...errors import ShapeError

__all__ = ["tril", "triu"]


@lru_cache(maxsize=64)
def _below(rows: int, columns: int, diagonal: int) -> Array:
    """Whether a place lies on the diagonal or below it."""
    return np.tri(rows, columns, diagonal, bool)


def _triangle(input: Array, diagonal: int, name: str) -> Array:
    if input.ndim < 2:
        raise ShapeError(f"{name}: at least 2 dimensions expected, got shape {input.shape}")
    rows, columns = input.shape[-2:]
    y = np.zeros(input.shape, input.dtype)
    if rows * columns <= _SMALL:
        is_low = name == "tril"
        below = _below(rows, columns, diagonal if is_low else diagonal - 1)
        np.copyto(y, input, where=below if is_low else ~below)
        return y
    for i in range(rows):  # reads and writes the triangle only
        edge = min(max(i + diagonal + (name == "tril"), 0), columns)
        part = (..., i, slice(0, edge) if name == "tril" else slice(edge, columns))
        y[part] = input[part]
    return y


_SMALL = 16_384


@op(r"\operatorname{tril}(x)")
def tril(input: Array, diagonal: Integer = 0) -> Array:
    """Return a copy of matrices with zeros above a diagonal, the main one or one further up."""
    return _triangle(input, diagonal, "tril")


tril.vjp(input=lambda g, diagonal: tril(g, diagonal))


@op(r"\operatorname{triu}(x)")
def triu(input: Array, diagonal: Integer = 0) -> Array:
    """Return a copy of matrices with zeros below a diagonal, the main one or one further up."""
    return _triangle(input, diagonal, "triu")


triu.vjp(input=lambda g, diagonal: triu(g, diagonal))


class TriangleMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    tril, triu = tril, triu
    tril_, triu_ = in_place(tril), in_place(triu)
