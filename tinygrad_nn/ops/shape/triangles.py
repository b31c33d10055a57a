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
    for start in range(0, rows, _BLOCK):  # reads and writes the triangle only
        end = min(start + _BLOCK, rows)
        _put_block(y[..., start:end, :], input[..., start:end, :], diagonal + start, name)
    return y


_SMALL, _BLOCK = 16_384, 64


def _put_block(y: Array, x: Array, diagonal: int, name: str) -> None:
    """Copy the triangle of a few rows: the columns that all have, then those that some have."""
    rows, columns = x.shape[-2:]
    is_low = name == "tril"
    edges = [diagonal + 1, diagonal + rows] if is_low else [diagonal, diagonal + rows - 1]
    first, last = (min(max(edge, 0), columns) for edge in edges)
    whole, part = (slice(0, first) if is_low else slice(last, columns)), slice(first, last)
    y[..., whole] = x[..., whole]
    below = _below(rows, last - first, diagonal - first if is_low else diagonal - first - 1)
    np.copyto(y[..., part], x[..., part], where=below if is_low else ~below)


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
