"""Reading Python lists, numbers and arrays as PyTorch does: floats become the default dtype.
Read `tensor.py` and `creation.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .autograd.tensor_base import TensorBase
from .errors import DTypeError, ShapeError


def array_from(data: Any, dtype: Any, name: str) -> np.ndarray[Any, Any]:
    """Return `data` as an ndarray; Python floats as the default dtype, NumPy's dtypes as they are.

    Raises:
        ShapeError: nested lists of unequal length. DTypeError: anything that is no number.
    """
    wanted = None if dtype is None else dtypes.to_numpy(dtype)
    if isinstance(data, TensorBase):
        data = data.array
    if isinstance(data, (np.ndarray, np.generic)):
        array = np.asarray(data)
        if array.dtype.kind not in "buif":
            raise DTypeError(f"{name}(): an array of {array.dtype} cannot become a tensor")
        array = array.astype(wanted or array.dtype.newbyteorder("="), copy=False)
        dtypes.from_numpy(array.dtype)
        return array
    if data is None or isinstance(data, (str, bytes, dict, set)):
        raise DTypeError(f"{name}(): numbers or lists of numbers expected, got {data!r:.40}")
    listed = _plain_lists(data, name)
    _check_nesting(listed, name)
    try:
        array = np.asarray(listed)
    except (ValueError, OverflowError) as error:
        raise ShapeError(f"{name}(): {error}") from None
    if array.dtype.kind not in "buif":
        raise DTypeError(f"{name}(): numbers expected, got elements of {array.dtype}")
    if wanted is None:
        from_arrays = _holds_arrays(listed)
        wanted = array.dtype if from_arrays or array.dtype.kind != "f" else dtypes.default_float()
        if array.size == 0 and not from_arrays:
            wanted = dtypes.default_float()
    return array.astype(wanted)


def _plain_lists(data: Any, name: str) -> Any:
    """Return nested lists with tensors as arrays and other iterables as lists."""
    if isinstance(data, TensorBase):
        return data.array
    if isinstance(data, (bool, int, float, np.ndarray, np.generic)):
        return data
    if isinstance(data, (str, bytes)) or not hasattr(data, "__len__"):
        raise DTypeError(f"{name}(): numbers or lists of numbers expected, got {data!r:.40}")
    return [_plain_lists(each, name) for each in data]


def _check_nesting(listed: Any, name: str) -> None:
    """Raise `ShapeError` where lists side by side differ in length."""
    level, depth = [listed], 0
    while all(isinstance(each, (list, np.ndarray)) and np.ndim(each) != 0 for each in level) and level:
        lengths = {len(each) for each in level}
        if len(lengths) > 1:
            expected = len(level[0])
            other = next(len(each) for each in level if len(each) != expected)
            raise ShapeError(
                f"{name}(): a list of length {expected} expected at dimension {depth}, got {other}"
            )
        if isinstance(level[0], np.ndarray):
            return
        level = [inner for each in level for inner in each]
        depth += 1
    if any(isinstance(each, list) for each in level):
        raise ShapeError(f"{name}(): numbers and lists are mixed at dimension {depth}")


def _holds_arrays(listed: Any) -> bool:
    while isinstance(listed, list) and listed:
        listed = listed[0]
    return isinstance(listed, (np.ndarray, np.generic))
