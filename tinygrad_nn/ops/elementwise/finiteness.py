"""Which numbers are finite, infinite, nan or real, and finite ones in place of the others.
Read `floating_point.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_number
from ...arrays.kinds import is_complex, is_differentiable
from ...arrays.layout import copied
from ...autograd.declaring import elementwise, op
from ...autograd.op import Array
from ...autograd.writing import in_place
from .complex_parts import check_ordered

__all__ = [
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "nan_to_num",
    "nan_to_num_",
]

isnan = elementwise(np.isnan, r"x \text{ is nan}", "Return whether each element is nan, as bool.")
isinf = elementwise(np.isinf, r"|x| = \infty", "Return whether each element is infinite, as bool.")
isfinite = elementwise(
    *(np.isfinite, r"|x| < \infty"),
    "Return whether each element is neither infinite nor nan, as bool.",
)


@op(r"x = \infty", elementwise=True)
def isposinf(input: Array) -> Array:
    """Return whether each element is inf, as bool."""
    check_ordered(input, "isposinf")
    return np.equal(input, np.inf)


@op(r"x = -\infty", elementwise=True)
def isneginf(input: Array) -> Array:
    """Return whether each element is -inf, as bool."""
    check_ordered(input, "isneginf")
    return np.equal(input, -np.inf)


@op(r"\operatorname{Im} x = 0", elementwise=True)
def isreal(input: Array) -> Array:
    """Return whether the imaginary part of each element is 0, as bool."""
    return np.equal(input.imag, 0) if is_complex(input) else np.ones(input.shape, np.bool_)


@op(r"\begin{cases} x & \text{if } |x| < \infty \\ n & \text{else} \end{cases}", elementwise=True)
def nan_to_num(
    input: Array,
    nan: Any = None,
    posinf: Any = None,
    neginf: Any = None,
) -> Array:
    """Return finite numbers as they are, and others in the place of nan, inf and -inf.

    By default 0, and the largest and the smallest number of the dtype. The gradient there is 0.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nan_to_num(tnn.tensor([1.0, tnn.nan, tnn.inf]), posinf=9.0)
        tensor([1., 0., 9.])
    """
    given = {"nan": nan, "posinf": posinf, "neginf": neginf}
    for name, value in given.items():
        if value is not None:
            given[name] = as_number(value, name, "nan_to_num")
    y = copied(input)
    if is_differentiable(input) and not np.isfinite(input).all():
        limits = np.finfo(input.dtype)
        for part in (y.real, y.imag) if is_complex(y) else (y,):
            places = np.isnan(part), part == np.inf, part == -np.inf
            usual = 0.0, limits.max, limits.min
            for value, instead, where in zip(given.values(), usual, places, strict=True):
                np.copyto(part, instead if value is None else value, where=where)
    return y


nan_to_num.vjp(input=lambda g, input: np.where(isfinite(input), g, 0.0))
nan_to_num_ = in_place(nan_to_num)


class FinitenessMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    isnan, isinf, isfinite, isreal = isnan, isinf, isfinite, isreal
    isposinf, isneginf = isposinf, isneginf
    nan_to_num, nan_to_num_ = nan_to_num, nan_to_num_
