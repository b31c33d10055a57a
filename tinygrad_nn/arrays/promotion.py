"""How the operands of an elementwise operation meet, in one dtype; what is said if they do not.
Read `../autograd/operands.py` next.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from ..errors import DTypeError, RangeError, ShapeError
from .arguments import as_dtype
from .dtypes import FLOAT16, FLOAT32, FLOAT64, INT64, default_float, result_dtype
from .kinds import HALVES, category, is_array, is_integral, is_number, plain_number
from .refusing import shown
from .warnings import quiet

NUMBERS = frozenset((float, int, bool))
WHOLE = frozenset(("Array", "RealArray", "Data"))  # where integers stay integers
EXACT = frozenset(("clamp", "where", "pow"))  # an integer too large wraps elsewhere, as in PyTorch


def in_one_dtype(
    values: Sequence[Any], name: str, annotation: str, forward: Any = None
) -> Sequence[Any]:
    """Bring operands to the dtype that PyTorch has them meet in; numbers stay what they are.

    `annotation` is that of the operation's operands: FloatArray, RealArray, Data or Array. With
    `forward` return also what computes with them: for float16 and bfloat16, with the others not
    rounded to it.
    """
    dtype = None
    for value in values:  # the usual case first: float tensors of one dtype, and Python's numbers
        if value is None or type(value) in NUMBERS:
            continue
        if not is_array(value) or value.dtype is not (dtype or value.dtype):
            break
        dtype = value.dtype
    else:
        if dtype is FLOAT32 or dtype is FLOAT64 or (dtype is FLOAT16 and forward is None):
            return values if forward is None else (values, forward)
        if dtype is INT64 and annotation in WHOLE and _are_whole(values, name):
            whole = [np.array(v, INT64) if type(v) is int else v for v in values]
            return whole if forward is None else (whole, forward)
    given = [value for value in values if value is not None]
    for value in given:
        if is_array(value):
            as_dtype(value.dtype, name)
    if any(is_array(value) for value in given):
        values = [plain_number(v) for v in values]
        given = [value for value in values if value is not None]
    elif any(isinstance(value, np.generic) for value in given):
        values = given = [np.asarray(value) for value in given]  # of 0-d arrays, in a rule
    elif annotation == "Data" and all(map(is_number, given)):
        dtype = result_dtype(*given)
        with quiet():
            values = given = [np.asarray(_in_dtype(v, dtype, name), dtype) for v in given]
    else:
        kinds = ", ".join(type(value).__name__ for value in given)
        raise DTypeError(f"{name}() takes Tensors, got {kinds}; make one with tnn.tensor(...)")
    if name == "clamp" and len(given) == 3 and is_array(given[1]) is not is_array(given[2]):
        given = [given[0], *map(_as_number_if_0d, given[1:])]  # beside a number, as in PyTorch
    dtype = result_dtype(*given)
    if category(dtype) == "complex" and annotation == "RealArray":
        raise DTypeError(f"{name}: complex numbers have no order; compare their .abs()")
    is_whole = category(dtype) in ("integer", "bool")
    if is_whole and name == "pow" and type(values[1]) is int and values[1] < 0:
        raise DTypeError(f"pow: {dtype} to the power {values[1]} is no integer; use x.float() ** y")
    if is_whole and annotation.startswith("FloatArray"):
        dtype = default_float()
    if forward is None:
        return tuple(_in_dtype(value, dtype, name) for value in values)
    if dtype in HALVES:
        exact = [
            _in_dtype(v, FLOAT32, name) if is_array(v) and v.dtype != dtype else v for v in values
        ]
        return tuple(exact), rounded_once(forward, dtype)
    return tuple(_in_dtype(value, dtype, name) for value in values), forward


def _are_whole(values: Sequence[Any], name: str) -> bool:
    """Whether all numbers among operands are ints of int64, as in `data[i : i + 8]` of a tensor i.

    pow has its own way: it refuses negative exponents.
    """
    numbers = [value for value in values if type(value) in NUMBERS]
    return name != "pow" and all(type(n) is int and -(2**63) <= n < 2**63 for n in numbers)


@cache
def rounded_once(forward: Any, dtype: Any = FLOAT16) -> Any:
    """Return a function of float16 that computes in float32, in which numbers may pass 65,504."""

    def compute(*operands: Any, **arguments: Any) -> Any:
        wide = [each.astype(FLOAT32) if is_array(each) else each for each in operands]
        return forward(*wide, **arguments).astype(dtype)

    return compute


def _as_number_if_0d(value: Any) -> Any:
    return value.item() if is_array(value) and not value.ndim else value


def _in_dtype(value: Any, dtype: Any, name: str) -> Any:
    if is_array(value):
        with quiet():
            return value.astype(dtype, copy=False)
    if type(value) is int and category(dtype) == "integer":
        if not -(2**63) <= value < 2**64:
            raise RangeError(f"{name}: {shown(value)} is too large for {dtype}")
        if name in EXACT:
            _check_fits(value, dtype, name)
        return np.array(value & (2**64 - 1), np.uint64).astype(dtype)  # wraps, as in PyTorch
    return value


def _check_fits(value: int, dtype: Any, name: str) -> None:
    limits = np.iinfo(dtype)
    least = -limits.max if dtype.kind == "u" else limits.min  # the integer -1 is 255 in uint8
    if not least <= value <= limits.max:
        raise RangeError(
            f"{name}: {value} does not fit {dtype}, which holds {limits.min} to {limits.max}; "
            "convert the tensor, as in x.long()"
        )


def as_float(x: Any) -> Any:
    """Return integers and bool as the default float."""
    with quiet():  # 10^6 is inf where the default is float16
        return x.astype(default_float(), "C" if 0 in x.strides else "K") if is_integral(x) else x


def refusal(operands: Sequence[Any], name: str, error: Exception) -> Exception:
    """Say in our own words what NumPy refused."""
    if isinstance(error, (ShapeError, DTypeError)) or str(error).startswith(name):
        return error
    arrays = [each for each in operands if is_array(each)]
    shapes = [each.shape for each in arrays]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return ShapeError(f"{name}: {_misfit(shapes)}")
    kinds = " and ".join(
        f"{each.dtype} of shape {each.shape}" if is_array(each) else shown(each)
        for each in operands
    )
    kind = RangeError if isinstance(error, OverflowError) else DTypeError
    return kind(f"{name}: not defined for {kinds}")


def _misfit(shapes: list[tuple[int, ...]]) -> str:
    """Say of shapes that do not broadcast which sizes differ."""
    text = f"shapes {', '.join(map(str, shapes[:-1]))} and {shapes[-1]} do not broadcast"
    rank = max(map(len, shapes))
    for dim in range(-1, -rank - 1, -1):
        sizes = {shape[dim] for shape in shapes if len(shape) >= -dim} - {1}
        if len(sizes) > 1:
            named = " and ".join(map(str, sorted(sizes)))
            return f"{text}: sizes {named} differ at dimension {rank + dim}, and none is 1"
    return text
