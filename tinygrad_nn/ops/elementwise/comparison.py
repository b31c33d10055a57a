"""Comparisons: operations without a gradient, so nothing flows back through them.
Read `finiteness.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import Number
from ...arrays.kinds import is_array, is_integral
from ...arrays.refusing import instead_of
from ...autograd.declaring import alias, as_operator, elementwise, op
from ...autograd.op import Array, Data
from ...autograd.writing import in_place
from ...errors import ArgumentError, DTypeError, ShapeError
from .refusals import array_of

__all__ = [
    "allclose",
    "eq",
    "equal",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "is_nonzero",
    "isclose",
    "le",
    "less",
    "less_equal",
    "lt",
    "ne",
    "not_equal",
]

eq = elementwise(np.equal, r"a = b", "Return input == other, as bool.", name="eq")
ne = elementwise(np.not_equal, r"a \ne b", "Return input != other, as bool.", name="ne")
lt = elementwise(np.less, r"a < b", "Return input < other, as bool.", of="RealArray", name="lt")
le = elementwise(
    np.less_equal, r"a \le b", "Return input <= other, as bool.", of="RealArray", name="le"
)
gt = elementwise(np.greater, r"a > b", "Return input > other, as bool.", of="RealArray", name="gt")
ge = elementwise(
    np.greater_equal, r"a \ge b", "Return input >= other, as bool.", of="RealArray", name="ge"
)
not_equal, less, greater = alias(ne, "not_equal"), alias(lt, "less"), alias(gt, "greater")
less_equal, greater_equal = alias(le, "less_equal"), alias(ge, "greater_equal")


@op(r"|a - b| \le t_{a} + t_{r} |b|", elementwise=True)
def isclose(
    input: Data,
    other: Data,
    rtol: Number = 1e-05,
    atol: Number = 1e-08,
    equal_nan: bool = False,
) -> Array:
    """Return whether input and other are equal or |input - other| <= atol + rtol |other|, as bool.

    An infinite number is close to itself alone, and nan to nothing, unless `equal_nan` has it so.

    Raises:
        DTypeError: two dtypes. ArgumentError: a tolerance below 0.
    """
    dtype = (input if is_array(input) else array_of(other, "isclose")).dtype
    input, other = (each if is_array(each) else np.asarray(each, dtype) for each in (input, other))
    if input.dtype != other.dtype:
        raise DTypeError(
            f"isclose: dtypes {input.dtype} and {other.dtype} differ; use other.to(input.dtype)"
        )
    if min(rtol, atol) < 0 or max(rtol, atol) != max(rtol, atol):
        raise ArgumentError(f"isclose: rtol {rtol} and atol {atol} must be 0 or above")
    same = np.equal(input, other)
    if equal_nan:
        same |= np.isnan(input) & np.isnan(other)
    if not (rtol or atol):
        return same
    if is_integral(input):  # whose difference may wrap
        input, other = (each.astype(np.float64) for each in (input, other))
    distance, allowed = np.abs(input - other), atol + np.abs(rtol * other)
    return same | (np.isfinite(distance) & (distance <= allowed))


@instead_of("isclose")
def allclose(
    input: Any, other: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False
) -> bool:
    """Return whether all elements are close, as `isclose` has it, as one of Python's bool.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.allclose(tnn.tensor([1.0, 2.0]), tnn.tensor([1.0, 2.000001]))
        True
    """
    close = isclose(input, other, rtol, atol, equal_nan)
    return bool(array_of(close, "allclose").all())


def equal(input: Any, other: Any) -> bool:
    """Return whether two tensors have one shape and the same elements, as one of Python's bool.

    nan equals nothing, not even itself.
    """
    one, another = array_of(input, "equal"), array_of(other, "equal")
    return bool(one.shape == another.shape and (one == another).all())


def is_nonzero(input: Any) -> bool:
    """Return whether the one element of a tensor is not 0 or False, as one of Python's bool.

    Raises:
        ShapeError: no element, or several.
    """
    array = array_of(input, "is_nonzero")
    if array.size != 1:
        raise ShapeError(f"is_nonzero: a tensor of shape {array.shape} has not just one element")
    return bool(array)


class ComparisonMethods:
    """The comparing operators of a Tensor, and these operations as methods."""

    __slots__ = ()

    __eq__, __ne__ = as_operator(eq), as_operator(ne)
    __lt__, __le__, __gt__, __ge__ = map(as_operator, (lt, le, gt, ge))
    __hash__ = object.__hash__

    eq, ne, lt, le, gt, ge = eq, ne, lt, le, gt, ge
    less, less_equal, greater, greater_equal = less, less_equal, greater, greater_equal
    isclose, allclose, equal, is_nonzero = isclose, allclose, equal, is_nonzero
    eq_, ne_, lt_, le_, gt_, ge_ = map(in_place, (eq, ne, lt, le, gt, ge))
    less_, less_equal_ = in_place(less), in_place(less_equal)
    greater_, greater_equal_ = in_place(greater), in_place(greater_equal)
    not_equal, not_equal_ = not_equal, in_place(not_equal)
