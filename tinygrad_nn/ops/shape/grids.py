"""Vectors spread over a grid, all tuples and all choices of their elements.
Read `sections.py` next.
"""

from __future__ import annotations

from itertools import combinations as choices
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from ...arrays.arguments import as_integer
from ...arrays.kinds import is_integral
from ...autograd.tensor_base import make_tensor
from ...errors import ArgumentError, ShapeError
from ...warn import warn_user
from ..indexing.slices import index_select
from .expanding import expand
from .joining import stack
from .sizes import reshape, shape_of

__all__ = ["cartesian_prod", "combinations", "meshgrid", "vander"]


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Any, ...]:
    """Return each vector spread over the grid of all: i, j for rows first ("ij"), or "xy".

    They are views. `indexing` should be said: it is "ij", as in PyTorch, where it is not.

    Example:
        >>> import tinygrad_nn as tnn
        >>> rows, columns = tnn.meshgrid(tnn.arange(2), tnn.arange(3), indexing="ij")
        >>> rows
        tensor([[0, 0, 0],
                [1, 1, 1]])
    """
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tuple(tensors[0])
    if not tensors:
        raise ShapeError("meshgrid() expects at least one tensor, got none")
    shapes = [shape_of(each, "meshgrid") for each in tensors]
    if any(len(shape) > 1 for shape in shapes):
        raise ShapeError(f"meshgrid: vectors and numbers expected, got shapes {shapes}")
    if len({each.array.dtype for each in tensors}) > 1:
        kinds = ", ".join(str(each.array.dtype) for each in tensors)
        raise ArgumentError(f"meshgrid: the tensors must be of one dtype, got {kinds}")
    if indexing is None:
        warn_user("meshgrid: pass indexing='ij', which is what it does without, or 'xy'")
    elif indexing not in ("ij", "xy"):
        raise ArgumentError(f"meshgrid: indexing must be 'ij' or 'xy', got {indexing!r}")
    is_turned = indexing == "xy" and len(tensors) > 1
    if is_turned:
        tensors = (tensors[1], tensors[0], *tensors[2:])
    sizes = tuple([each.array.size for each in tensors])
    made = []
    for i, each in enumerate(tensors):
        column = (1,) * i + (sizes[i],) + (1,) * (len(sizes) - i - 1)
        made.append(expand(reshape(each, column), sizes))
    return (made[1], made[0], *made[2:]) if is_turned else tuple(made)


def cartesian_prod(*tensors: Any) -> Any:
    """Return all tuples of one element of each vector, one a row; of one vector, itself.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.cartesian_prod(tnn.tensor([1, 2]), tnn.tensor([3, 4]))
        tensor([[1, 3],
                [1, 4],
                [2, 3],
                [2, 4]])
    """
    for each in tensors:
        if len(shape_of(each, "cartesian_prod")) != 1:
            raise ShapeError(f"cartesian_prod: vectors expected, got shape {each.array.shape}")
    if len(tensors) == 1:
        return tensors[0]
    grid = meshgrid(*tensors, indexing="ij")
    return stack([reshape(each, (-1,)) for each in grid], 1)


def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """Return all choices of r elements of a vector, one a row, in order.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.combinations(tnn.tensor([1, 2, 3]))
        tensor([[1, 2],
                [1, 3],
                [2, 3]])
    """
    if len(shape_of(input, "combinations")) != 1:
        raise ShapeError(f"combinations: a vector expected, got shape {input.array.shape}")
    r = as_integer(r, "r", "combinations")
    if r < 0:
        raise ShapeError(f"combinations: r cannot be below 0, got {r}")
    if r == 0:
        return make_tensor(np.empty((0,), input.array.dtype))
    choose = combinations_with_replacement if with_replacement else choices
    rows = np.array(list(choose(range(input.array.size), r)), np.int64).reshape(-1, r)
    return reshape(index_select(input, 0, make_tensor(rows.reshape(-1))), rows.shape)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Return the powers N - 1 to 0 of each element of a vector, a row each: Vandermonde's matrix.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.vander(tnn.tensor([2, 3]), 3)
        tensor([[4, 2, 1],
                [9, 3, 1]])
    """
    if len(shape_of(x, "vander")) != 1:
        raise ShapeError(f"vander: a vector expected, got shape {x.array.shape}")
    count = x.array.size if N is None else as_integer(N, "N", "vander")
    if not 0 <= count < 2**31:
        raise ShapeError(f"vander: N must be a number of columns, got {N}")
    dtype = np.int64 if is_integral(x.array) else x.array.dtype
    if count == 0:
        return make_tensor(np.empty((x.array.size, 0), dtype))
    powers = [make_tensor(np.ones(x.array.size, dtype))]
    for _ in range(count - 1):
        powers.append(powers[-1] * x)
    return stack(powers if increasing else powers[::-1], 1)
