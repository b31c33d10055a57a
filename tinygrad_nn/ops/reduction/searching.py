"""Where values would stand in ordered ones, and whether they are among others.
Read `differences.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import result_dtype
from ...arrays.refusing import instead_of, refuses, shown
from ...arrays.warnings import quiet
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ...autograd.tensor_base import TensorBase, make_tensor
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.complex_parts import check_ordered
from ..elementwise.refusals import check_not_bool

__all__ = ["bucketize", "isin", "searchsorted"]


def _side(right: bool, side: Any, name: str) -> str:
    if side not in (None, "left", "right"):
        raise ArgumentError(f'{name}: side must be "left" or "right", got {side!r:.60}')
    if side == "left" and right:
        raise ArgumentError(f'{name}: side="left" and right=True say opposite things')
    return "right" if right or side == "right" else "left"


@op(r"\sum_j [s_j < x_i]", name="searchsorted")
def _searched(
    sorted_sequence: Data,
    input: Data,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: Any = None,
    sorter: Data | None = None,
) -> Array:
    """Return how many elements of an ordered sequence lie below each value."""
    check_ordered(sorted_sequence, "searchsorted")
    check_ordered(input, "searchsorted")
    check_not_bool("searchsorted", sorted_sequence)
    way = _side(right, side, "searchsorted")
    rows, values = sorted_sequence, input
    if sorter is not None and sorter.shape != rows.shape:
        raise ShapeError(
            f"searchsorted: sorter of shape {sorter.shape} must have the sequence's, {rows.shape}"
        )
    kind = np.int32 if out_int32 else np.int64
    if rows.ndim == 1:
        found = rows.searchsorted(values, way, sorter)
        return np.asarray(found, kind)
    if not rows.ndim or rows.shape[:-1] != values.shape[:-1]:
        raise ShapeError(
            f"searchsorted: a sequence of shape {rows.shape} is a vector, or has all but the last "
            f"size of the values {values.shape}"
        )
    found = np.empty(values.shape, kind)
    for place in np.ndindex(rows.shape[:-1]):
        order = None if sorter is None else sorter[place]
        found[place] = rows[place].searchsorted(values[place], way, order)
    return found


def _as_tensor(value: Any, like: Any, name: str) -> Any:
    """Return a number as a 0-d tensor that meets `like` by its category."""
    if isinstance(value, TensorBase):
        return value
    if isinstance(value, (bool, int, float)):
        with quiet():  # what float32 cannot hold becomes inf
            return make_tensor(np.asarray(value, result_dtype(like.array, value)))
    raise DTypeError(f"{name}() takes a Tensor or a number, got {shown(value)}")


@refuses
def searchsorted(
    sorted_sequence: Any,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: Any = None,
    sorter: Any = None,
    out: Any = None,
) -> Any:
    """Return where in an ordered sequence each value would be put in: before equals, or behind.

    The sequence is a vector, or has a row for each row of values; `sorter` puts it in order.

    Raises:
        ShapeError: shapes that do not fit. ArgumentError: side="left" with right=True.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.searchsorted(tnn.tensor([1, 3, 5]), tnn.tensor([3, 6]), side="right")
        tensor([2, 3])
    """
    if not isinstance(sorted_sequence, TensorBase):
        raise DTypeError(f"searchsorted() takes a Tensor, got {shown(sorted_sequence)}")
    given = {} if out is None else {"out": out}
    values = _as_tensor(input, sorted_sequence, "searchsorted")
    return _searched(
        *(sorted_sequence, values),
        out_int32=out_int32, right=right, side=side, sorter=sorter, **given,
    )  # fmt: skip


@refuses
@instead_of("searchsorted")
def bucketize(
    input: Any, boundaries: Any, *, out_int32: bool = False, right: bool = False, out: Any = None
) -> Any:
    """Return between which boundaries, a vector in order, each value lies: 0 before the first.

    With right=True a boundary belongs to the bucket on its right.
    """
    if not isinstance(boundaries, TensorBase) or boundaries.array.ndim != 1:
        raise ShapeError(f"bucketize: boundaries must be a vector, got {shown(boundaries)}")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right, out=out)


@op(r"x_i \in t", name="isin")
def _among(
    elements: Data, test_elements: Data, *, assume_unique: bool = False, invert: bool = False
) -> Array:
    """Return whether each element is among the others, as bool."""
    for each in (elements, test_elements):
        check_not_bool("isin", each)
        check_ordered(each, "isin")
    return np.asarray(np.isin(elements, test_elements, assume_unique, invert))


@refuses
def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False
) -> Any:
    """Return whether each element is among the test elements, or is not; either may be a number."""
    tensors = [each for each in (elements, test_elements) if isinstance(each, TensorBase)]
    if not tensors:
        raise DTypeError(f"isin() takes a Tensor, got {shown(elements)} and {shown(test_elements)}")
    one, other = (_as_tensor(each, tensors[0], "isin") for each in (elements, test_elements))
    return _among(one, other, assume_unique=assume_unique, invert=invert)
