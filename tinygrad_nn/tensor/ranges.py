"""The functions that make numbers in order: with a step, evenly spaced, powers, positions.
Read `sampling.py` next: the functions that draw tensors at random.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.arguments import as_integer, as_number
from ..arrays.kinds import category
from ..arrays.reading import sizes_from
from ..arrays.refusing import refuses
from ..arrays.warnings import quiet
from ..errors import ShapeError
from ..random.box_muller import fused_multiply_add
from ..warn import warn_user
from .making import dtype_of, plain, wrap
from .tensor import Tensor


@refuses
def arange(
    start: Any = None,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Make start, start + step, ... below end: `arange(end)`, `arange(start, end)`, with a step.

    The dtype is int64 if all three are integers, else the default one. Each value is rounded once
    from start + i step.

    Raises:
        ShapeError: a step of 0 or of the wrong sign, or a limit that is not finite.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.arange(0, 1, 0.25)
        tensor([0.0000, 0.2500, 0.5000, 0.7500])
    """
    if start is None and end is None:
        raise TypeError("arange() needs an end, as in arange(5)")
    if end is None:
        start, end = 0, start
    limits = (0 if start is None else start, end, step)
    numbers = given = [plain(each) for each in limits]
    if not all(isinstance(each, (int, float)) and math.isfinite(each) for each in numbers):
        raise ShapeError(f"arange() takes finite numbers, got {limits}")
    whole = not any(isinstance(each, float) for each in numbers)
    wanted = np.dtype(np.int64) if whole and dtype is None and out is None else dtype_of(dtype, out)
    if category(wanted) != "float":
        numbers = [int(each) for each in numbers]
    first, last, by = numbers
    if by == 0 or (last - first) * by < 0:
        raise ShapeError(f"arange() cannot go from {first} to {last} in steps of {by}")
    if wanted == np.int64:
        count = -((first - last) // by)
    else:  # PyTorch counts with the fractions, then steps in whole numbers
        count = math.ceil((given[1] - given[0]) / given[2])
    with quiet():
        values = (first + by * np.arange(count)).astype(wanted)
    return wrap(values, device, requires_grad, out)


@refuses
def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Make `steps` evenly spaced values from start to end, both included.

    PyTorch's numbers: the first half is start + i step and the rest end - (steps - 1 - i) step,
    each rounded once, so that both ends are exact; integer dtypes are rounded towards 0.
    """
    count, ends, wanted = _evenly(start, end, steps, dtype, out, "linspace")
    return wrap(_spaced(ends[0], ends[1], count, wanted), device, requires_grad, out)


def _evenly(start: Any, end: Any, steps: Any, dtype: Any, out: Any, name: str) -> Any:
    """Return how many values there are, both ends as numbers, and the dtype."""
    (count,) = sizes_from((steps,), name)
    ends = [as_number(each, what, name) for each, what in ((start, "start"), (end, "end"))]
    wanted = dtype_of(dtype, out)
    if dtype is None and out is None and any(isinstance(each, complex) for each in ends):
        wanted = dtypes.dtype_of_number(1j)
    return count, ends, wanted


def _spaced(start: Any, end: Any, count: int, wanted: np.dtype[Any]) -> Any:
    """Return evenly spaced values; those of complex numbers are of each part."""
    if category(wanted) == "complex":
        values = np.empty(count, wanted)
        first, last = complex(start), complex(end)
        values.real = _spaced(first.real, last.real, count, values.real.dtype)
        values.imag = _spaced(first.imag, last.imag, count, values.real.dtype)
        return values
    ends = (start, end)
    exact = wanted if category(wanted) == "float" else dtypes.FLOAT64
    with quiet():
        first, last = (exact.type(wanted.type(each)) for each in ends)
        step = (last - first) / exact.type(max(count - 1, 1))
        places = np.arange(count).astype(exact)
        middle = count // 2 if count > 1 else 1
        values = np.concatenate(
            [
                _multiply_add(places[:middle], step, first),
                _multiply_add(places[::-1][middle:], -step, last),
            ]
        )
        return values.astype(wanted)


@refuses
def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Make `steps` powers of `base`, their exponents evenly spaced from start to end.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.logspace(0, 2, 3)
        tensor([  1.,  10., 100.])
    """
    count, ends, wanted = _evenly(start, end, steps, dtype, out, "logspace")
    number = as_number(base, "base", "logspace")
    exact = wanted if category(wanted) in ("float", "complex") else dtypes.FLOAT64
    with quiet():
        exponents = _spaced(ends[0], ends[1], count, exact)
        values = np.power(exact.type(number), exponents).astype(wanted)
    return wrap(values, device, requires_grad, out)


@refuses
def range(  # noqa: A001 - PyTorch's spelling
    start: Any = 0,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    out: Any = None,
) -> Tensor:
    """Make start, start + step, ... up to end, which is included; deprecated: use `arange`."""
    warn_user("range() is deprecated, as its end is included; use arange(), whose end is not")
    if end is None:
        start, end = 0, start
    first, last, by = [as_number(plain(each), "each limit", "range") for each in (start, end, step)]
    if by == 0 or (last - first) * by < 0:
        raise ShapeError(f"range() cannot go from {first} to {last} in steps of {by}")
    count = math.floor((last - first) / by) + 1
    values = (first + by * np.arange(count)).astype(dtype_of(dtype, out))
    return wrap(values, device, requires_grad, out)


def _triangle(row: Any, col: Any, offset: Any, name: str) -> Any:
    """Return whether a place of a matrix lies on a diagonal or below it."""
    (rows, columns) = sizes_from((row, col), name)
    return np.tri(rows, columns, as_integer(offset, "offset", name), bool)


@refuses
def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None
) -> Tensor:
    """Make the rows and columns of the places on a diagonal or below it, row by row: (2, n)."""
    places = np.nonzero(_triangle(row, col, offset, "tril_indices"))
    return wrap(np.stack(places).astype(_whole(dtype)), device)


@refuses
def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None
) -> Tensor:
    """Make the rows and columns of the places on a diagonal or above it, row by row: (2, n)."""
    offset = as_integer(offset, "offset", "triu_indices")
    places = np.nonzero(~_triangle(row, col, offset - 1, "triu_indices"))
    return wrap(np.stack(places).astype(_whole(dtype)), device)


def _whole(dtype: Any) -> np.dtype[Any]:
    return dtypes.INT64 if dtype is None else dtypes.to_numpy(dtype)


def _multiply_add(places: Any, step: Any, offset: Any) -> Any:
    if places.dtype == np.float16:
        return places * step + offset
    return fused_multiply_add(places, float(step), float(offset))
