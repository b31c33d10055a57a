"""What `to()` was asked for: PyTorch's three ways of calling it, and nothing else.
Read `tensor.py` next, whose `to` and conversions use it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays.arguments import as_dtype
from ..arrays.dtypes import dtype as dtype_class
from ..arrays.layout import check_format, preserve_format
from ..arrays.refusing import shown
from ..autograd.tensor_base import TensorBase
from ..errors import DTypeError
from .device import check_device

FLAGS = ("non_blocking", "copy")
DTYPES = (dtype_class, np.dtype, type)
WAYS = "to(dtype), to(device, dtype) or to(tensor), and behind it non_blocking and copy"


def destination(args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, bool, Any]:
    """Return the NumPy dtype asked for, or None, whether a copy is, and a memory format or None.

    Raises:
        DTypeError: arguments that PyTorch's `to` does not take together. RuntimeError: another
            device than the CPU.
    """
    first = args[0] if args else keywords.get("tensor")
    if isinstance(first, TensorBase):
        names: tuple[str, ...] = ("tensor", *FLAGS)
    elif isinstance(first, DTYPES):
        names = ("dtype", *FLAGS)
    else:
        names = ("device", "dtype", *FLAGS)
    if len(args) > len(names):
        raise DTypeError(f"to() got {len(args)} arguments: it is called as {WAYS}")
    asked = dict(zip(names, args, strict=False))
    for name, value in keywords.items():
        if name in asked or name not in (*names, "memory_format"):
            beside = ", ".join([f"{each}={shown(asked[each])}" for each in asked]) or "nothing"
            raise DTypeError(
                f"to() got {name}={shown(value)} beside {beside}: it is called as {WAYS}"
            )
        asked[name] = value
    for name in FLAGS:
        if not isinstance(asked.get(name, False), bool):
            raise DTypeError(f"to() takes True or False as {name}, got {shown(asked[name])}")
    form = asked.get("memory_format")
    if form is not None:
        check_format(form, "to")
    return _dtype(asked), asked.get("copy", False), None if form is preserve_format else form


def _dtype(asked: dict[str, Any]) -> Any:
    """Return the dtype asked for, after a look at the device."""
    dtype = asked.get("dtype")
    if isinstance(asked.get("tensor"), TensorBase):
        return asked["tensor"].array.dtype
    check_device(asked.get("device"), "to")
    if dtype is None:
        return None
    if not isinstance(dtype, DTYPES):
        raise DTypeError(f"to() takes a dtype such as tnn.float32, got {shown(dtype)}")
    return as_dtype(dtype, "to")
