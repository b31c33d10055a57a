"""Calling a model to look at it: nothing is recorded, and it is left as it was.
Read `decision_boundary.py` next, which calls one on every point of a plane.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ...arrays.kinds import category, is_floating
from ...arrays.reading import array_from
from ...autograd.grad_mode import no_grad
from ...autograd.tensor_base import TensorBase, make_tensor


@contextmanager
def evaluation(model: Any) -> Iterator[None]:
    """Run a block without recording, with the model in evaluation mode.

    Every module gets its own mode back, also after an error. A function is called as it is.
    """
    modes = [(module, module.training) for module in getattr(model, "modules", tuple)()]
    try:
        for module, _ in modes:
            module.training = False
        with no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def input_for(model: Any, values: Any, name: str) -> Any:
    """Return `values` as a Tensor; floats in the dtype of the model's parameters, if it has any.

    A Tensor stays as it is.
    """
    if isinstance(values, TensorBase):
        return values
    array = array_from(values, None, name)
    return make_tensor(array.astype(dtype_for(model, array.dtype), copy=False))


def dtype_for(model: Any, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype of the model's first floating-point parameter if `dtype` is a float."""
    if category(dtype) == "float":
        for parameter in getattr(model, "parameters", tuple)():
            if is_floating(parameter.array):
                return parameter.array.dtype
    return dtype
