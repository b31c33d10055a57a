"""Where the elements are that differ from 0; positions in a row as indices. No gradients here.
Read `assigning.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Integer, as_shape
from ...arrays.kinds import is_bool, is_integral
from ...arrays.refusing import instead_of, shown
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import DTypeError, ShapeError
from ..elementwise.selection import where as choose

__all__ = ["argwhere", "nonzero", "nonzero_static", "unravel_index", "where"]


@op(r"i : x_i \neq 0")
def nonzero(input: Data) -> Array:
    """Return the indices of the elements that differ from 0, one a row: (count, dimensions).

    With `as_tuple=True` one vector for each dimension, such that x[x.nonzero(as_tuple=True)] are
    these elements.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nonzero(tnn.tensor([[0.0, 2.0], [3.0, 0.0]]))
        tensor([[0, 1],
                [1, 0]])
    """
    return np.argwhere(input)


def _in_one_form(input: Any, *, as_tuple: bool, **others: Any) -> Any:
    return nonzero_of_each_dim(input) if as_tuple else nonzero(input, **others)


nonzero.op.variants["as_tuple"] = _in_one_form


def nonzero_of_each_dim(input: Any) -> tuple[Any, ...]:
    """Return nonzero(input, as_tuple=True): a 0-d tensor counts as a vector of one."""
    if not isinstance(input, TensorBase):
        raise DTypeError(f"nonzero() takes a Tensor, got {shown(input)}")
    array = input.array if input.array.ndim else input.array.reshape(1)
    return tuple([make_tensor(each) for each in array.nonzero()])


@op(r"i : x_i \neq 0")
def argwhere(input: Data) -> Array:
    """Return the indices of the elements that differ from 0, one a row, as `nonzero` does."""
    return np.argwhere(input)


@op(r"i : x_i \neq 0")
def nonzero_static(input: Data, *, size: Integer, fill_value: Integer = -1) -> Array:
    """Return the first `size` rows of `nonzero`, with rows of `fill_value` if there are fewer."""
    if size < 0:
        raise ShapeError(f"nonzero_static: size cannot be negative, got {size}")
    found = np.argwhere(input)[:size]
    y = np.full((size, input.ndim), fill_value, np.int64)
    y[: len(found)] = found
    return y


def where(condition: Any, input: Any = None, other: Any = None, *, out: Any = None) -> Any:
    """Return input where the condition holds, else other; broadcast, and each may be a number.

    The condition alone is nonzero(condition, as_tuple=True).
    """
    if out is None and input is not None:
        return choose(condition, input, other)
    if input is None and other is None:
        return instead_of("nonzero", name="where")(nonzero_of_each_dim)(condition)
    others: Any = {"out": out}
    return choose(condition, input, other, **others)


where.op = choose.op  # type: ignore[attr-defined]


def unravel_index(indices: Any, shape: Any) -> tuple[Any, ...]:
    """Return, one tensor a dimension, the indices in a tensor of `shape` of positions in a row.

    Raises:
        DTypeError: positions that are no integers. ShapeError: a negative size.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.unravel_index(tnn.tensor([3, 5]), (2, 3))
        (tensor([1, 1]), tensor([0, 2]))
    """
    if not isinstance(indices, TensorBase):
        raise DTypeError(f"unravel_index() takes a Tensor, got {shown(indices)}")
    places = indices.array
    if not is_integral(places) or is_bool(places):
        raise DTypeError(f"unravel_index: integers expected, got {places.dtype}")
    sizes = as_shape(getattr(shape, "tolist", lambda: shape)(), "unravel_index")
    if min(sizes, default=0) < 0:
        raise ShapeError(f"unravel_index: sizes cannot be negative, got {sizes}")
    found, places = [], places.astype(np.int64)
    for size in reversed(sizes):
        if not size and places.size:
            raise ShapeError(f"unravel_index: a tensor of shape {sizes} has no elements")
        places, rest = np.divmod(places, size)
        found.append(make_tensor(rest))
    return tuple(reversed(found))


class FindingMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    nonzero, argwhere, nonzero_static = nonzero, argwhere, nonzero_static
