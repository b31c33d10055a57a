"""Reading an operation's arguments: keywords, numbers and ndarrays, mixed dtypes, refusals.
Read `record_any.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.dtypes import Array, result_dtype
from ..errors import DTypeError, ShapeError
from .op import REQUIRED, Op
from .tensor_base import TensorBase, make_tensor

ndarray = np.ndarray
NUMBERS = frozenset((float, int, bool))
ALIASES = {"axis": "dim", "keepdims": "keepdim"}


def bind(operation: Op, given: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
    """Return one value per parameter; `inspect.Signature.bind` does the same in 5 µs."""
    name, parameters = operation.name, operation.parameters
    values = [*given, *operation.defaults[len(given) :]]
    for key, value in keywords.items():
        key = ALIASES.get(key, key) if key not in parameters else key
        if key not in parameters:
            raise TypeError(
                f"{name}() got an unexpected argument {key!r}; it takes {', '.join(parameters)}"
            )
        position = parameters.index(key)
        if position < len(given):
            raise TypeError(f"{name}() got two values for {key!r}")
        values[position] = value
    for key, value in zip(parameters, values, strict=True):
        if value is REQUIRED:
            raise TypeError(f"{name}() is missing its argument {key!r}")
    return tuple(values)


def on_arrays(operation: Op, operands: tuple[Any, ...]) -> Any:
    """Of ndarrays only, as a rule of the first order calls it, an operation is its forward."""
    if any(isinstance(operand, (ndarray, np.generic)) for operand in operands):
        return operation.forward(*operands)
    kinds = ", ".join(type(operand).__name__ for operand in operands)
    raise DTypeError(
        f"{operation.name}() takes Tensors, got {kinds}; make one with tnn.tensor(...)"
    )


def convert_and_call(operation: Op, call: Callable[..., Any], a: Any, b: Any) -> Any:
    """Take NumPy scalars as numbers and ndarrays as tensors."""
    if not isinstance(a, TensorBase) and not isinstance(b, TensorBase):
        return on_arrays(operation, (a, b))
    converted = []
    for operand in (a, b):
        if isinstance(operand, np.generic):
            operand = operand.item()
        elif isinstance(operand, ndarray):
            dtypes.from_numpy(operand.dtype)
            operand = make_tensor(operand)
        elif not isinstance(operand, TensorBase) and type(operand) not in NUMBERS:
            raise DTypeError(
                f"{operation.name}() takes Tensors and numbers, got {type(operand).__name__}: "
                f"{operand!r:.60}"
            )
        converted.append(operand)
    return call(*converted)


def promote(x: Array, z: Array) -> tuple[Array, Array]:
    """Bring two arrays to the dtype that PyTorch has them meet in."""
    dtype = result_dtype(x, z)
    return x.astype(dtype, copy=False), z.astype(dtype, copy=False)


def settle(array: Array, given: Any) -> tuple[Array, Any]:
    """NumPy makes float64 of integers, or of float16 with them; PyTorch keeps its own floats."""
    dtype = given if given.kind == "f" else dtypes.default_float()
    return array.astype(dtype), dtype


def refused(operation: Op, operands: tuple[Any, ...], error: Exception) -> Exception:
    """Say in our own words what NumPy refused."""
    if isinstance(error, (ShapeError, DTypeError)):
        return error
    shapes = [operand.shape for operand in operands if isinstance(operand, ndarray)]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        first, second = shapes
        reverse = zip(reversed(first), reversed(second), strict=False)
        pairs = ((i, m, n) for i, (m, n) in enumerate(reverse) if m != n and 1 not in (m, n))
        offset, m, n = next(pairs)
        dim = max(len(first), len(second)) - 1 - offset
        return ShapeError(
            f"{operation.name}: shapes {first} and {second} do not broadcast: sizes {m} and {n} "
            f"differ at dimension {dim}, and neither is 1"
        )
    kinds = " and ".join(
        f"{o.dtype} of shape {o.shape}" if isinstance(o, ndarray) else f"{o!r}" for o in operands
    )
    return DTypeError(f"{operation.name}: not defined for {kinds}")
