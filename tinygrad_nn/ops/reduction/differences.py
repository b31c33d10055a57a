"""Differences and areas along a dimension: from samples of a function its slope and its integral.
Read `../shape/` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_dim, as_dims, as_integer
from ...arrays.dtypes import default_float
from ...arrays.kinds import is_bool, is_differentiable
from ...arrays.refusing import instead_of, refuses, shown
from ...autograd.tensor_base import TensorBase
from ...errors import ArgumentError, DTypeError, ShapeError
from ..shape.joining import cat
from .scans import before
from .sums import cumsum, sum

__all__ = ["cumulative_trapezoid", "diff", "gradient", "trapezoid", "trapz"]


def _checked(x: Any, name: str) -> Any:
    if not isinstance(x, TensorBase):
        raise DTypeError(f"{name}() takes a Tensor, got {shown(x)}")
    return x


def _steps(x: Any, dim: int) -> Any:
    """Return x_(i+1) - x_i; of bool whether they differ."""
    later, earlier = x[before(dim, slice(1, None))], x[before(dim, slice(0, -1))]
    return later ^ earlier if is_bool(x.array) else later - earlier


@refuses
@instead_of("cat", "getitem")
def diff(
    input: Any,
    n: int = 1,
    dim: int = -1,
    prepend: Any = None,
    append: Any = None,
    *,
    out: Any = None,
) -> Any:
    """Return the differences of neighbours along `dim`, taken n times.

    `prepend` and `append` are joined to the input first.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.diff(tnn.tensor([1, 4, 9, 16]), n=2)
        tensor([2, 2])
    """
    array = _checked(input, "diff").array
    if array.ndim == 0:
        raise ShapeError("diff: a tensor of at least one dimension expected, got one of shape ()")
    axis = as_dim(dim, array.ndim, "diff")
    if as_integer(n, "n", "diff") < 0:
        raise ArgumentError(f"diff: n must be 0 or more, got {n}")
    if n == 0:
        return input.clone()
    joined = [each for each in (prepend, input, append) if each is not None]
    y = cat(joined, axis) if len(joined) > 1 else input
    for _ in range(min(n, y.array.shape[axis])):
        y = _steps(y, axis)
    return y if out is None else out.copy_(y)


def _areas(y: Any, x: Any, dx: Any, dim: Any, name: str) -> tuple[Any, int]:
    """Return the areas of the trapezoids between neighbours along `dim`, and the dim."""
    array = _checked(y, name).array
    axis = as_dim(dim, array.ndim, name)
    if is_bool(array) or (x is not None and is_bool(_checked(x, name).array)):
        raise DTypeError(f"{name}: not defined for bool; use x.long()")
    heights = y[before(axis, slice(1, None))] + y[before(axis, slice(0, -1))]
    if x is None:
        return heights * ((1.0 if dx is None else dx) / 2.0), axis
    widths = x
    if x.array.ndim == 1 and array.ndim > 1:
        if len(x.array) != array.shape[axis]:
            raise ShapeError(
                f"{name}: there is one x for each of the {array.shape[axis]} samples along "
                f"dimension {axis}, got {len(x.array)}"
            )
        widths = _steps(x, 0).reshape(-1, *(1,) * (array.ndim - 1 - axis))
    else:
        shape = x.array.shape
        widths = _steps(x.reshape(*(1,) * (array.ndim - len(shape)), *shape), axis)
    return heights * widths / 2.0, axis


@refuses
@instead_of("getitem", "mul", "add", "sub")
def trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """Return the integral of y along `dim` by trapezoids; its samples are at x, or dx apart.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.trapezoid(tnn.tensor([1.0, 5.0, 10.0]))
        tensor(10.5000)
    """
    areas, axis = _areas(y, x, dx, dim, "trapezoid")
    if not y.array.shape[axis]:  # no sample: a constant in y's dtype, as in PyTorch
        return y.new_zeros(areas.array.shape[:axis] + areas.array.shape[axis + 1 :])
    return sum(areas, axis)


@refuses
@instead_of("getitem", "mul", "add", "sub", "trapezoid")
def trapz(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """Return the integral of y along `dim` by trapezoids; its samples are at x, or dx apart."""
    return trapezoid(y, x, dx=dx, dim=dim)


@refuses
@instead_of("getitem", "mul", "add", "sub")
def cumulative_trapezoid(y: Any, x: Any = None, *, dx: Any = None, dim: int = -1) -> Any:
    """Return the integral of y from the first sample to each later one, by trapezoids."""
    areas, axis = _areas(y, x, dx, dim, "cumulative_trapezoid")
    return cumsum(areas, axis)


@refuses
def gradient(input: Any, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> Any:
    """Return a list of the slopes along each of `dim`, of samples at a spacing or at coordinates.

    Inside they are of second order (Fornberg, "Generation of finite difference formulas", 1988),
    at both ends of `edge_order`, 1 or 2. `spacing` is a number, or one of each dimension, or a
    vector of coordinates for each.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.gradient(tnn.tensor([1.0, 2.0, 4.0, 7.0]))[0]
        tensor([1.0000, 1.5000, 2.5000, 3.0000])
    """
    array = _checked(input, "gradient").array
    if edge_order not in (1, 2):
        raise ArgumentError(f"gradient: edge_order must be 1 or 2, got {edge_order!r:.60}")
    if not array.ndim:
        raise ShapeError("gradient: a tensor of 0 dimensions has no neighbours to compare")
    if array.dtype == np.uint8:
        raise DTypeError("gradient: not defined for uint8, whose differences wrap; use x.float()")
    every = tuple(range(array.ndim))
    dims = every if dim is None else as_dims(dim, array.ndim, "gradient") or every
    if dim is not None and isinstance(dim, (tuple, list)):
        dims = tuple(as_dim(each, array.ndim, "gradient") for each in dim)
    spacings = _spacings(1 if spacing is None else spacing, len(dims))
    for each in dims:
        if array.shape[each] <= edge_order:
            raise ShapeError(
                f"gradient: each dimension needs more than edge_order={edge_order} samples, got "
                f"shape {array.shape}"
            )
    return tuple(_slope(input, each, h, edge_order) for each, h in zip(dims, spacings, strict=True))


def _spacings(spacing: Any, number: int) -> list[Any]:
    if isinstance(spacing, (tuple, list)):
        if len(spacing) != number:
            raise ArgumentError(
                f"gradient: one spacing for each of {number} dimensions expected, got "
                f"{len(spacing)}"
            )
        return list(spacing)
    return [spacing] * number


def _slope(x: Any, dim: int, spacing: Any, edge_order: int) -> Any:
    """Return the slopes along a dimension: weighted sums of three neighbours each."""
    size, after = x.array.shape[dim], x.array.ndim - 1 - dim

    def at(start: int, stop: int) -> Any:
        return x[before(dim, slice(start, stop))]

    is_even = not (isinstance(spacing, TensorBase) and spacing.array.ndim)
    if not is_even:
        if spacing.array.shape != (size,):
            raise ShapeError(
                f"gradient: {size} coordinates expected along dimension {dim}, got shape "
                f"{spacing.array.shape}"
            )
        h = _steps(spacing, 0).reshape(-1, *(1,) * after)
    else:
        h = np.full((size - 1, *(1,) * after), _number(spacing), _float_of(x))
    left, right = h[:-1], h[1:]
    if is_even:
        middle = (at(2, size) - at(0, -2)) / (left + right)
    else:
        middle = (
            at(0, -2) * (-right / (left * (left + right)))
            + at(1, -1) * ((right - left) / (left * right))
            + at(2, size) * (left / (right * (left + right)))
        )
    if edge_order == 1:
        first = (at(1, 2) - at(0, 1)) / h[:1]
        last = (at(size - 1, size) - at(size - 2, size - 1)) / h[-1:]
    else:
        a, b = h[:1], h[1:2]
        first = (
            at(0, 1) * (-(a + a + b) / (a * (a + b)))
            + at(1, 2) * ((a + b) / (a * b))
            - at(2, 3) * (a / (b * (a + b)))
        )
        a, b = h[-2:-1], h[-1:]
        last = (
            at(size - 3, size - 2) * (b / (a * (a + b)))
            - at(size - 2, size - 1) * ((a + b) / (a * b))
            + at(size - 1, size) * ((b + b + a) / (b * (a + b)))
        )
    return cat([first, middle, last], dim)


def _float_of(x: Any) -> Any:
    return x.array.dtype if is_differentiable(x.array) else default_float()


def _number(spacing: Any) -> Any:
    return spacing.array.item() if isinstance(spacing, TensorBase) else spacing


class DifferenceMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    diff = diff
