"""Tensors turned and shifted: rolled along dimensions, rotated, mirrored.
Read `diagonals.py` next.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from ...arrays.arguments import Shape, as_dim, as_integer, as_integers
from ...arrays.layout import with_channels_as
from ...arrays.refusing import instead_of
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import DimensionError, ShapeError
from ..elementwise.copying import clone
from .order import flip, transpose
from .sizes import shape_of

__all__ = ["fliplr", "flipud", "roll", "rot90"]


@op(r"\operatorname{roll}(x)")
def roll(input: Array, shifts: Shape, dims: Shape = ()) -> Array:
    """Return the elements moved on by `shifts` along `dims`; what leaves at the end comes in again.

    Without `dims`, of the flattened tensor.
    """
    if not dims and len(shifts) == 1:
        return roll.op.forward(input.reshape(-1), shifts, (0,)).reshape(input.shape)
    if not shifts or len(shifts) != len(dims):
        raise ShapeError(f"roll: as many shifts as dims expected, got {shifts} and {dims}")
    moved = [0] * input.ndim
    for shift, dim in zip(shifts, dims, strict=True):
        if not input.ndim:
            raise DimensionError(f"roll: a 0-d tensor has no dimension {dim}")
        moved[as_dim(dim, input.ndim, "roll")] += shift
    y = np.empty(input.shape, input.dtype)
    if y.size:
        stretches = map(_stretches, input.shape, moved)
        for pairs in product(*stretches):
            to, of = zip(*pairs, strict=True) if pairs else ((), ())
            y[to] = input[of]
    return with_channels_as(y, input)


def _stretches(size: int, shift: int) -> Iterator[tuple[slice, slice]]:
    """Yield where each stretch of a dimension goes, and what it was: two, if it moves at all."""
    first = shift % size
    yield slice(first, size), slice(0, size - first)
    if first:
        yield slice(0, first), slice(size - first, size)


def _rolled_back(g: Array, shifts: Any, dims: Any) -> Array:
    """roll_back(g): the other way."""
    return roll(g, tuple([-n for n in shifts]), dims)


roll.vjp(input=_rolled_back)


@instead_of("flip", "transpose")
def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """Return the tensor turned k times by 90 degrees in the plane of two dims: first to second.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.rot90(tnn.tensor([[1, 2], [3, 4]]))
        tensor([[2, 4],
                [1, 3]])
    """
    shape = shape_of(input, "rot90")
    plane = [as_dim(dim, len(shape), "rot90") for dim in as_integers(dims, "each dim", "rot90")]
    if len(shape) < 2 or len(plane) != 2 or plane[0] == plane[1]:
        raise ShapeError(
            f"rot90: two different dims of a tensor that has two expected, got {dims} for shape "
            f"{shape}"
        )
    turns = as_integer(k, "k", "rot90") % 4
    if turns == 2:
        return flip(input, plane)
    if turns == 0:
        return clone(input, memory_format=None)
    turned = transpose(flip(input, plane[1 if turns == 1 else 0]), *plane)
    return turned


@instead_of("flip")
def fliplr(input: Any) -> Any:
    """Return a copy with the columns in reverse order: dimension 1 of at least two."""
    if len(shape_of(input, "fliplr")) < 2:
        raise DimensionError(f"fliplr: at least 2 dimensions expected, got {input.array.shape}")
    return flip(input, (1,))


@instead_of("flip")
def flipud(input: Any) -> Any:
    """Return a copy with the rows in reverse order: dimension 0 of at least one."""
    if not shape_of(input, "flipud"):
        raise DimensionError("flipud: at least 1 dimension expected, got shape ()")
    return flip(input, (0,))


class TurningMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    roll, rot90, fliplr, flipud = roll, rot90, fliplr, flipud
