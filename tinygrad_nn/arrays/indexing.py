"""What an index means: ints, slices, masks and arrays, in PyTorch's order.
Read `../autograd/grad_mode.py` next; `../ops/indexing/` is where indices are used.
"""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np

from ..errors import ArgumentError, DimensionError, DTypeError
from .dtypes import Array
from .kinds import is_array, is_bool, is_integral

_INT64, _UINT8 = np.dtype(np.int64), np.dtype(np.uint8)


def is_basic(index: Any) -> bool:
    """Whether an index is made of Python's ints, None, ..., and slices of what NumPy takes."""
    if type(index) is int:
        return True
    has_ellipsis = False
    for part in index if type(index) is tuple else (index,):
        kind = type(part)
        if kind is slice:
            for end in (part.start, part.stop, part.step):
                if end is not None and type(end) is not int:
                    return False
            if part.step is not None and part.step <= 0:
                return False
        elif kind is not int and part is not None:
            if part is not Ellipsis or has_ellipsis:
                return False
            has_ellipsis = True
    return True


def view_of_basic(x: Array, index: Any) -> Array:
    """Return x[index] of a basic index: always a view, even if 0-d."""
    parts = index if type(index) is tuple else (index,)
    return x[parts if Ellipsis in parts else (*parts, ...)]


def as_index(given: Any) -> tuple[Any, ...]:
    """Return an index as NumPy takes it: a tuple, with copies of tensors, lists and arrays.

    Copies, so that what is written into them later changes no gradient.
    """
    several = isinstance(given, tuple) or (isinstance(given, list) and _names_several(given))
    parts = given if several else (given,)
    if several:
        while len(parts) > 1 and parts[-1] is Ellipsis and any(each is ... for each in parts[:-1]):
            parts = parts[:-1]  # x[..., 0, ...]: nothing is left for it to stand for
    return tuple([_index_part(part) for part in parts])


def _names_several(given: list[Any]) -> bool:
    """Whether a list stands for a tuple, as x[[[0, 1], [1, 0]]] does in PyTorch."""
    kinds = (list, tuple, range, slice, type(None), type(Ellipsis))
    return any(isinstance(each, kinds) or is_array(getattr(each, "array", each)) for each in given)


def _numbers(part: Any) -> Any:
    """Return nested sequences as lists, and arrays in place of the tensors in them."""
    if isinstance(part, (list, tuple, range)):
        return [_numbers(each) for each in part]
    return getattr(part, "array", part)


def _index_part(part: Any) -> Any:
    if type(part) is slice:
        return _slice(part)
    part = getattr(part, "array", part)  # of a tensor
    if is_array(part):
        if not is_integral(part):
            raise DimensionError(f"index: integers or bool expected, got a tensor of {part.dtype}")
        if part.dtype.kind == "u" and part.dtype == _UINT8:
            return part.astype(bool)  # a mask, as in PyTorch
        return part.copy() if part.ndim or is_bool(part) else int(part)
    if isinstance(part, (list, tuple, range)):
        return _index_part(_array_of(part))
    if part is None or part is Ellipsis or isinstance(part, (int, np.integer)):
        return part
    if hasattr(type(part), "__index__"):
        return operator.index(part)
    raise DimensionError(
        f"index: an int, slice, None, ..., or a tensor or list of ints or bools expected, got "
        f"{type(part).__name__} {part!r:.40}"
    )


def _array_of(given: Any) -> Array:
    """Return a list in an index as the array that it stands for."""
    try:
        made = np.asarray(_numbers(given))
    except ValueError:  # of lists and arrays that fill no rectangle
        made = None
    if made is None or (made.dtype.kind not in "biu" and made.size):
        raise DimensionError(
            f"index: a list stands for one array of ints or bools, and {given!r:.60} is none; an "
            "index of several parts is a tuple, x[0, :] or x[tuple(parts)]"
        )
    return made if made.size else made.astype(np.int64)


def _slice(given: slice) -> slice:
    step = _slice_end(given.step)
    if step is not None and step <= 0:
        raise ArgumentError(f"index: a slice's step must be above 0, got {step}; use flip")
    return slice(_slice_end(given.start), _slice_end(given.stop), step)


def _slice_end(end: Any) -> int | None:
    if end is None:
        return None
    try:
        return operator.index(end)
    except TypeError:
        raise DTypeError(f"index: the ends of a slice are ints, got {end!r:.40}") from None


def in_two_steps(index: tuple[Any, ...], ndim: int) -> tuple[tuple[Any, ...], Any]:
    """Return the ints and slices of an index, and then its arrays and masks; None if it has none.

    PyTorch picks with the ints and slices first, which gives a view, and from that with the arrays.
    NumPy counts an int beside arrays as an array, so that x[0, :, [1, 2]] has other dimensions.
    """
    for part in index:
        if type(part) is not np.ndarray:
            break
    else:
        return (Ellipsis,), index or None  # the commonest: arrays alone
    first: list[Any] = []
    then: list[Any] = []
    has_arrays = False
    for part in index:
        if isinstance(part, (np.ndarray, bool)):
            first += [slice(None)] * sum_of_dims((part,))
            then.append(part)
            has_arrays = True
        else:
            first.append(part)
            if part is Ellipsis:  # arrays around one for no dimension are side by side in PyTorch
                then += [slice(None)] * (ndim - sum_of_dims(index))
            elif part is None or isinstance(part, slice):
                then.append(slice(None))
    if not any(part is Ellipsis for part in first):
        first.append(Ellipsis)  # a view even if 0-d
    return tuple(first), tuple(then) if has_arrays else None


def pick(x: Array, index: tuple[Any, ...]) -> Array:
    """Return x[index]: a view for ints and slices, a copy for arrays and masks."""
    rows = index[0] if len(index) == 1 and x.ndim and x.flags.c_contiguous else None
    if type(rows) is np.ndarray and rows.dtype is _INT64:
        return x.take(rows, 0)  # 0.2 µs, x[rows] 0.9
    first, then = in_two_steps(index, x.ndim)
    if then is None:
        return x[first]
    return np.ascontiguousarray(x[first][then] if x.size else _pick_of_nothing(x[first], then))


def _pick_of_nothing(x: Array, index: tuple[Any, ...]) -> Array:
    """Return x[index]; an older NumPy only warns of a place that an empty array does not have."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            return x[index]
        except DeprecationWarning as error:
            raise IndexError(str(error)) from None


def put(x: Array, index: tuple[Any, ...], value: Any) -> None:
    """Do x[index] = value."""
    if type(index) is tuple and len(index) == 1 and type(index[0]) is np.ndarray:
        _assign(x, index, value)  # an array or a mask alone needs no second look: 0.3 µs
    elif is_basic(index):
        view_of_basic(x, index)[...] = value
    else:
        first, then = in_two_steps(index, x.ndim)
        _assign(x[first], (...,) if then is None else then, value)


def _assign(x: Array, index: tuple[Any, ...], value: Any) -> None:
    if not x.size:
        _pick_of_nothing(x, index)
    try:
        x[index] = value
    except TypeError:  # through a mask NumPy writes vectors only
        x[index] = value.squeeze(tuple(range(value.ndim - 1)))  # a ValueError unless they are 1


def check_empty_masks(shape: tuple[int, ...], index: tuple[Any, ...]) -> None:
    """Raise `DimensionError` for an empty mask that does not fit, which NumPy takes for any."""
    for part in index:
        if type(part) is np.ndarray and not part.size and is_bool(part):
            wrong = _misfit(shape, index)
            if wrong is not None:
                raise wrong


def check_index(shape: tuple[int, ...], index: tuple[Any, ...], error: Exception) -> Exception:
    """Say which part of an index NumPy refused, with the sizes."""
    return _misfit(shape, index) or DimensionError(f"index: {error} (tensor of shape {shape})")


def _misfit(shape: tuple[int, ...], index: tuple[Any, ...]) -> DimensionError | None:
    used = sum_of_dims(index)
    if used > len(shape):
        return DimensionError(
            f"index: {used} indices for a tensor of {len(shape)} dimensions {shape}"
        )
    dim = 0
    for i, part in enumerate(index):
        if part is Ellipsis:
            dim = len(shape) - sum_of_dims(index[i + 1 :])
            continue
        if part is None or isinstance(part, bool):
            continue
        if is_array(part) and is_bool(part):
            if part.shape != shape[dim : dim + part.ndim]:
                return DimensionError(
                    f"index: a mask of shape {part.shape} does not fit a tensor of shape {shape} "
                    f"at dimension {dim}"
                )
            dim += part.ndim
            continue
        if not isinstance(part, slice):
            values = np.asarray(part)
            outside = values[(values < -shape[dim]) | (values >= shape[dim])]
            if outside.size:
                return DimensionError(
                    f"index: {outside.flat[0]} is out of bounds for dimension {dim} of size "
                    f"{shape[dim]}"
                )
        dim += 1
    return None


def sum_of_dims(index: tuple[Any, ...]) -> int:
    """Return how many dimensions an index uses up."""
    used = 0
    for part in index:
        if is_array(part) and is_bool(part):
            used += part.ndim
        elif part is not None and part is not Ellipsis and not isinstance(part, bool):
            used += 1
    return used
