"""`x[index]` and its adjoint.
Read `assigning.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Index, Shape
from ...arrays.indexing import (
    as_index,
    check_empty_masks,
    check_index,
    in_two_steps,
    is_basic,
    pick,
    put,
    view_of_basic,
)
from ...arrays.kinds import is_array, is_bool
from ...arrays.sums import MANY, add_at_places, add_rows, in_float32, to_add_at
from ...autograd.declaring import op
from ...autograd.op import Array
from ..elementwise.copying import clone


@op(r"x_{i}", view=True)
def getitem(input: Array, index: Index) -> Array:
    """Return input[index]: a view for ints and slices, a copy for arrays and masks."""
    try:
        if is_basic(index):
            return view_of_basic(input, index)
        picked = pick(input, index)
        if not picked.size:
            check_empty_masks(input.shape, index)
        return picked
    except (IndexError, ValueError, OverflowError) as error:
        original = error
    raise check_index(input.shape, as_index(index), original)


@op(r"\sum_{i} x_i e_i")
def add_at(input: Array, index: Any, shape: Shape) -> Array:
    """Return zeros of `shape` with the input added at `index`, as often as a position is named.

    The adjoint of x[index]: a position picked twice gets both gradients.
    """
    y = np.zeros(shape, input.dtype)
    if is_basic(index):
        y[index] = input
        return y
    index = as_index(index)
    first, then = in_two_steps(index, y.ndim)
    named = [each for each in then or () if is_array(each) and not is_bool(each)]
    if not named:
        put(y, index, input)  # no position can be named twice
        return y
    if len(named) > 1 and input.size > MANY:
        named = list(np.broadcast_arrays(*named))
    wide = in_float32(y)
    if named[0].size > MANY:
        wide = to_add_at(y, named[0] - named[0].min())
    seen = wide[first]
    if len(then) == 1:
        rows = input.reshape(then[0].size, *seen.shape[1:])
        add_rows(seen, then[0].reshape(-1), rows, fresh=True)
    else:
        add_at_places(seen, then, input)
    return wide.astype(input.dtype, copy=False)


getitem.vjp(input=lambda g, input_shape, index: add_at(g, index, input_shape))
add_at.vjp(input=lambda g, index: clone(getitem(g, index)))  # no view: it can be viewed itself


class PickingMethods:
    """`x[index]` of a Tensor."""

    __slots__ = ()

    __getitem__ = getitem
