"""What pictures are drawn of: named numbers and labels, read and checked, and a model to call.
Read `decision_boundary.py` next, which calls one on every point of a plane.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import FLOAT64
from ...arrays.kinds import is_floating
from ...arrays.reading import array_from
from ...autograd.grad_mode import no_grad
from ...errors import DTypeError, ShapeError


def named_numbers(given: Mapping[str, Any], plot: str, example: str) -> dict[str, NDArray[Any]]:
    """Return what a mapping of names to numbers holds, as arrays of float64."""
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{plot}: a mapping of names to numbers expected, such as {{{example}}}, "
            f"got {type(given).__name__}"
        )
    return {
        str(name): array_from(values, FLOAT64, f"{plot}, {name!r}")
        for name, values in given.items()
    }


def whole_labels(labels: Any, plot: str, name: str) -> NDArray[np.int64]:
    """Return N labels, (N,) or (N, 1), as integers; floats too, as a binary loss takes them."""
    array = array_from(labels, None, f"{plot}, {name}")
    if array.ndim not in (1, 2) or array.size != len(array):
        raise ShapeError(
            f"{plot}: {name} must be a sequence, got shape {array.shape}; "
            "of scores (N, classes) take .argmax(1)"
        )
    if is_floating(array) and not (array == np.rint(array)).all():
        raise DTypeError(
            f"{plot}: {name} must be whole numbers, got {array.dtype}; convert with .long()"
        )
    return array.reshape(-1).astype(np.int64)


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


def dtype_for(model: Any, otherwise: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype of the model's first floating-point parameter, if it has one."""
    for parameter in getattr(model, "parameters", tuple)():
        if is_floating(parameter.array):
            return parameter.array.dtype
    return otherwise
