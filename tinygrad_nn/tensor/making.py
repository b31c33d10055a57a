"""What all functions that make tensors share: sizes, dtypes, `out=`, a tensor around an array.
Read `creation.py` next, which uses it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.reading import array_from, sizes_from
from ..arrays.refusing import shown
from ..arrays.size import Size
from ..arrays.storage import Geometry
from ..autograd.operands import write_out
from ..autograd.tensor_base import TensorBase, make_tensor
from ..errors import DTypeError, ShapeError
from .device import check_device


def wrap(array: Any, device: Any, requires_grad: bool = False, out: Any = None) -> Any:
    """Make a tensor of a new array, or write it into `out`."""
    if device is not None:
        check_device(device)
    made = make_tensor(array)
    if out is not None:
        return _written(out, made)
    if requires_grad is False or requires_grad is None:
        return made
    return made.requires_grad_(requires_grad)


def _written(out: Any, made: Any) -> Any:
    """Write a new tensor into one that is there; it takes the new one's shape."""
    if not isinstance(out, TensorBase):
        raise DTypeError(f"out must be a Tensor, got {shown(out)}")
    if out.array.shape != made.array.shape:
        out.resize_(made.array.shape)  # type: ignore[attr-defined]
    write_out("out", out, made)
    return out


def shape_of(sizes: tuple[Any, ...], size: Any, name: str) -> tuple[int, ...]:
    """Return what `zeros(2, 3)`, `zeros((2, 3))` and `zeros(size=(2, 3))` mean: (2, 3)."""
    if size is None and not sizes:
        raise TypeError(f"{name}() needs a size, as in {name}(2, 3)")
    if size is None:
        size = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    return sizes_from(size, name)


def dtype_of(dtype: Any, out: Any = None) -> np.dtype[Any]:
    """Return NumPy's dtype of one that was given, or that of `out`, or the default float."""
    if dtype is not None:
        return dtypes.to_numpy(dtype)
    return dtypes.default_float() if out is None else out.array.dtype


def plain(number: Any) -> Any:
    """Return a 0-d tensor, or a NumPy scalar, as a Python number."""
    array = getattr(number, "array", number)
    return array.item() if isinstance(array, (np.ndarray, np.generic)) else number


def old_array(data: tuple[Any, ...], dtype: np.dtype[Any], name: str) -> Any:
    """Return what `Tensor(2, 3)` and `Tensor([2, 3])` mean: zeros of a size, or the data."""
    first = data[0] if len(data) == 1 else None
    if hasattr(first, "__len__") and not isinstance(first, Size):
        return np.array(array_from(first, dtype, name))
    return np.zeros(sizes_from(first if isinstance(first, Size) else data or (0,), name), dtype)


def strided_zeros(size: Any, stride: Any, dtype: np.dtype[Any], name: str) -> Any:
    """Return zeros of a size and strides, in elements, over no more memory than they reach."""
    sizes, strides = sizes_from(size, name), sizes_from(stride, name)
    if len(sizes) != len(strides):
        raise ShapeError(f"{name}(): as many strides as sizes expected, got {strides} for {sizes}")
    memory = np.zeros(max(Geometry(sizes, strides, 0).span(), 1), dtype)
    return np.ndarray(sizes, dtype, memory, 0, [each * dtype.itemsize for each in strides])
