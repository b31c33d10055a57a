"""Classes as vectors: `one_hot`.
Read `classification.py` next, whose losses take the classes themselves.
"""

from __future__ import annotations

import numpy as np

from ...arrays.arguments import as_integer
from ...arrays.dtypes import INT64
from ...arrays.refusing import refuses
from ...autograd.tensor_base import make_tensor
from ...errors import DTypeError, RangeError, ShapeError
from ...tensor import Tensor

__all__ = ["one_hot"]


@refuses
def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Return for each class a vector of zeros with 1 at its place; as many as there are, if -1.

    Raises:
        TypeError: classes that are not int64. RuntimeError: a class below 0, or not below
            `num_classes`; no class, if `num_classes` is -1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.one_hot(tnn.tensor([0, 2]))
        tensor([[1, 0, 0],
                [0, 0, 1]])
    """
    classes = tensor.array
    count = as_integer(num_classes, "num_classes", "one_hot")
    if classes.dtype != INT64:
        raise DTypeError(f"one_hot(): classes must be int64, got {classes.dtype}; use .long()")
    if count < -1 or (count < 1 and not classes.size):
        raise ShapeError(
            f"one_hot(): num_classes must be above 0, got {count} for {classes.size} classes"
        )
    if classes.size:
        low, high = int(classes.min()), int(classes.max())
        count = high + 1 if count == -1 else count
        if low < 0 or high >= count:
            wrong = low if low < 0 else high
            raise RangeError(f"one_hot(): class {wrong} is not one of 0 .. {count - 1}")
    y = np.zeros((classes.size, count), INT64)
    y[np.arange(classes.size), classes.reshape(-1)] = 1
    return make_tensor(y.reshape((*classes.shape, count)))
