"""Where elements lie in memory: copies that lie as their originals do, by PyTorch's rules.
Read `reading.py` next, where a number too large for its dtype is an error.

NumPy's "K" order is PyTorch's preserve_format but for expanded arrays, whose dimensions of stride 0
NumPy makes the innermost.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import DTypeError, ShapeError
from .dtypes import Array
from .refusing import shown


class memory_format:  # noqa: N801 - PyTorch's spelling
    """How elements lie: `contiguous_format`, `preserve_format`, `channels_last` or its `_3d`.

    Row by row; as the original does; with the channels of (N, C, H, W), (N, C, D, H, W) innermost.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name  # pickled and copied by reference: there is one object per format


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
CHANNELS = {channels_last: "(N, C, H, W)", channels_last_3d: "(N, C, D, H, W)"}


class layout:  # noqa: N801 - PyTorch's spelling
    """Whether a tensor is dense: `strided`, as all are here."""

    __slots__ = ()

    def __init__(self) -> None:
        """Take nothing, and say so of what is given."""

    def __repr__(self) -> str:
        return "torch.strided"

    def __reduce__(self) -> str:
        return "strided"


strided = layout()


def check_format(given: Any, name: str) -> None:
    """Raise `DTypeError` for what is no memory format."""
    if not isinstance(given, memory_format):
        raise DTypeError(
            f"{name}: memory_format must be a memory format such as tnn.contiguous_format, got "
            f"{shown(given)}"
        )


def check_fits(x: Array, form: memory_format, name: str) -> None:
    """Raise `ShapeError` for channels where there is no dim of them."""
    if form in CHANNELS and x.ndim != _dims(form):
        raise ShapeError(
            f"{name}: {form.name} is of {_dims(form)} dims {CHANNELS[form]}, got shape {x.shape}"
        )


def _dims(form: memory_format) -> int:
    return len(CHANNELS[form].split(","))


def lies_in(x: Array, form: memory_format) -> bool:
    """Whether the elements lie as a format has them; to preserve is to lie row by row."""
    if form in CHANNELS:
        return x.ndim == _dims(form) and bool(np.moveaxis(x, 1, -1).flags.c_contiguous)
    return bool(x.flags.c_contiguous)


def empty_in(x: Array, form: Any, name: str, dtype: Any = None) -> Array:
    """Return an array of x's shape to be filled, which lies as a format says, or as x does."""
    if form is None or form is preserve_format:
        return empty_as(x, dtype)
    check_format(form, name)
    check_fits(x, form, name)
    if form is contiguous_format:
        return np.empty(x.shape, dtype or x.dtype)
    n, c, *sizes = x.shape
    return np.moveaxis(np.empty((n, *sizes, c), dtype or x.dtype), -1, 1)


def empty_as(x: Array, dtype: Any = None) -> Array:
    """Return an array to be filled that lies as x does, dense: PyTorch's `empty_like`."""
    if 0 not in x.strides:
        return np.empty_like(x, dtype, subok=False)
    order = _from_outermost(x)
    made = np.empty([x.shape[i] for i in order], dtype or x.dtype)
    return made.transpose([order.index(i) for i in range(x.ndim)])


def copied(x: Array, dtype: Any = None) -> Array:
    """Return a copy that lies as x does, dense: PyTorch's `clone`."""
    if dtype is None and (x.base is None or 0 not in x.strides):
        return x.__copy__()
    return copied_as(x, x, dtype)


def copied_as(x: Array, values: Array, dtype: Any = None) -> Array:
    """Return a copy of `values`, of x's shape, that lies as x does."""
    y = empty_as(x, dtype or values.dtype)
    y[...] = values
    return y


def with_channels_as(y: Array, *operands: Array) -> Array:
    """Return y, (N, C, H, W), with the channels innermost in memory if an operand lies so.

    PyTorch's layers of images do this, and random draws for y follow its memory.
    """
    if not any(_lies_by_channels(x) for x in operands):
        return y
    return np.ascontiguousarray(y.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


def _lies_by_channels(x: Array) -> bool:
    """Whether (N, C, H, W) lies, gaps and all, with the channels innermost, and not row by row."""
    if x.ndim != 4 or x.strides[1] > x.strides[3] or not x.strides[1]:
        return False
    least = 0
    for d in (1, 3, 2, 0):
        size, stride = x.shape[d], x.strides[d]
        if not size or stride < least or (d == 0 and least == x.strides[1]):
            return False
        least = stride * size
    return True


def is_dense(x: Array) -> bool:
    """Whether the elements of x fill a stretch of memory, each its own place."""
    return in_memory_order(x).flags.c_contiguous


def in_memory_order(x: Array) -> Array:
    """Return a view of x, its dimensions from the outermost in memory to the innermost."""
    return x if x.flags.c_contiguous else x.transpose(_from_outermost(x))


def _from_outermost(x: Array) -> list[int]:
    """Return the dimensions of x from the outermost in memory to the innermost.

    A stride of 0 says nothing: such a dimension stays where it is, so that an expanded vector
    becomes rows.
    """
    order = list(range(x.ndim))[::-1]
    for start in range(1, x.ndim):
        place = start
        for other in range(start - 1, -1, -1):
            one, two = order[other], order[place]
            first, second = abs(x.strides[one]), abs(x.strides[two])
            if first == 0 or second == 0 or (first == second and x.shape[one] <= x.shape[two]):
                continue
            if first < second:
                break
            order[other], order[place] = two, one
            place = other
    return order[::-1]
