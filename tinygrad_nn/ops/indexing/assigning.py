"""`x[index] = value`, and filling or overwriting a whole tensor.
Read `along.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_bool, as_dtype
from ...arrays.indexing import as_index, check_empty_masks, check_index, is_basic, pick, put
from ...arrays.kinds import is_array, is_floating, is_number, ndarray
from ...arrays.reading import number_from
from ...arrays.refusing import shown
from ...autograd.op import Array
from ...autograd.tensor_base import TensorBase
from ...autograd.views import base_of
from ...autograd.writing import write
from ...errors import DTypeError, ShapeError
from .picking import getitem

__all__ = ["fill_"]

_NUMBERS = frozenset((float, int, bool))
_LARGE = 6e4  # float16 holds that much


def fill_(x: Any, value: Any) -> Any:
    """Write `value`, a number or a 0-d tensor, into every element of x and return x."""
    given = _as_written(value, x.array, "fill_")
    if given.ndim:
        raise ShapeError(f"fill_: a number or 0-d tensor expected, got shape {tuple(given.shape)}")
    return write(x, given, "fill_", np.ndarray.fill)


def copy(x: Any, other: Any, non_blocking: bool = False) -> Any:
    """Write `other`, a number or a tensor that broadcasts, into x and return x."""
    if non_blocking is not False:
        as_bool(non_blocking, "non_blocking", "copy_")
    return write(x, _as_written(other, x.array, "copy_"), "copy_", _put_everywhere)


def _put_everywhere(array: Array, value: Array) -> None:
    try:
        array[...] = value
    except ValueError:
        raise _misfit("copy_", value, array.shape) from None


def set_item(x: Any, index: Any, value: Any) -> None:
    """x[index] = value: value may broadcast, and is converted to x's dtype."""
    basic = is_basic(index)
    if not basic:
        index = as_index(index)
        for part in index:
            if type(part) is ndarray and not part.size:
                check_empty_masks(x.array.shape, index)
    step = (getitem.op, (index,))
    own = isinstance(value, TensorBase) and base_of(value) is x
    if basic and own and value.view_steps == (step,):
        x.version[0] += 1  # the end of x[i] += v, which has written into this very view
        return

    def put_there(array: Array, part: Array) -> None:
        try:
            put(array, index, part)
        except (IndexError, ValueError, OverflowError) as error:
            raise _what_is_wrong(array, as_index(index), part, error) from None
        if not basic and part.ndim > 1 and not part.size:  # NumPy puts nothing of any shape
            _check_nothing_fits(part, pick(array, index).shape)

    write(x, _as_written(value, x.array, "setitem"), "setitem", put_there, step)


def _check_nothing_fits(part: Array, shape: tuple[int, ...]) -> None:
    """Refuse a part of no element that does not broadcast, but for leading dimensions of 1."""
    fitting = part
    while fitting.ndim > len(shape) and len(fitting) == 1:
        fitting = fitting[0]
    try:
        np.broadcast_to(fitting, shape)
    except ValueError:
        raise _misfit("setitem", part, shape) from None


def _what_is_wrong(array: Array, index: Any, part: Array, error: Exception) -> Exception:
    try:
        shape = pick(array, index).shape
    except (IndexError, ValueError, OverflowError) as wrong:
        return check_index(array.shape, index, wrong)
    return _misfit("setitem", part, shape)


def _misfit(name: str, value: Array, shape: tuple[int, ...]) -> ShapeError:
    return ShapeError(f"{name}: a value of shape {value.shape} does not broadcast to {shape}")


def _as_written(value: Any, like: Array, name: str) -> Any:
    """Return numbers as an array that can be written into `like`, or say that they do not fit.

    A tensor that overlaps what is written is copied.
    """
    if not isinstance(value, TensorBase):
        if type(value) in _NUMBERS and 0 <= value <= (_LARGE if is_floating(like) else 127):
            return np.asarray(value, like.dtype)  # most often; what follows takes 4 µs more
        if is_array(value):
            as_dtype(value.dtype, name)  # a DTypeError for strings and objects
            return value
        if not is_number(value):
            raise DTypeError(
                f"{name}(): a number, a Tensor or an array can be written, got {shown(value)}; "
                "make it one with tnn.tensor(...)"
            )
        return number_from(value, like.dtype, name)
    array = value.array
    if array is like or (array.base is None and like.base is None):  # each has its own memory
        return value
    return value.clone() if np.may_share_memory(array, like) else value  # type: ignore[attr-defined]


class AssigningMethods:
    """These writes as methods of a Tensor."""

    __slots__ = ()

    fill_, copy_ = fill_, copy
    __setitem__ = set_item

    def __delitem__(self, index: Any) -> None:
        raise DTypeError("a tensor's elements cannot be deleted; index those that are to stay")

    def zero_(self) -> Any:
        """Write 0 into every element and return this tensor."""
        return fill_(self, 0)
