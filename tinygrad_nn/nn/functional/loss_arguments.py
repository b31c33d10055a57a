"""What the losses ask of their arguments: tensors of floats, one dtype, a reduction by its name.
Read `regression.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import promoted
from ...arrays.kinds import is_floating
from ...errors import DTypeError, ShapeError
from ...tensor import Tensor
from ...warn import warn_user


def legacy_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """Return what the two older arguments mean, with a warning, or else `reduction`."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        meant = "none"
    else:
        meant = "sum" if size_average is False else "mean"
    warn_user(f"size_average and reduce are old spellings; pass reduction={meant!r} instead")
    return meant


def check_tensors(name: str, input: Any, target: Any, **weights: Any) -> None:
    """Raise `DTypeError` for what is no Tensor; a weight may be None."""
    for argument, value in (("input", input), ("target", target), *weights.items()):
        optional = argument in weights and value is None
        if not optional and not isinstance(value, Tensor):
            raise DTypeError(f"{name}: {argument} must be a Tensor, got {type(value).__name__}")


def check_floats(name: str, **given: Tensor) -> None:
    """Raise `DTypeError` for a tensor of another kind than floating point."""
    for argument, value in given.items():
        if not is_floating(value.array):
            raise DTypeError(f"{name}: {argument} must be floating point, got {value.dtype}")


def in_common_dtype(x: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Return both in the dtype that holds both."""
    if x.array.dtype is t.array.dtype:
        return x, t
    common = promoted(x.array.dtype, t.array.dtype)
    return x.to(dtype=common), t.to(dtype=common)


def check_broadcast(name: str, weight: Tensor, input: Tensor) -> None:
    """Raise `ShapeError` for a weight that does not broadcast to the input's shape."""
    try:
        np.broadcast_to(weight.array, input.array.shape)
    except ValueError:
        raise ShapeError(
            f"{name}: a weight of shape {weight.array.shape} does not broadcast to the input's "
            f"shape {input.array.shape}"
        ) from None
