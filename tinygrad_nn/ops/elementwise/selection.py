"""One of several values, element by element: the larger, the smaller, the one within bounds.
Read `copying.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.kinds import is_array, is_bool
from ...arrays.sums import holds_nan
from ...autograd.declaring import alias, elementwise, op
from ...autograd.op import Array, Data, RealArray
from ...autograd.writing import in_place
from ...errors import ArgumentError, DTypeError
from .complex_parts import check_ordered
from .refusals import check_not_bool

__all__ = [
    "clamp",
    "clamp_",
    "clamp_max",
    "clamp_max_",
    "clamp_min",
    "clamp_min_",
    "clip",
    "clip_",
    "fmax",
    "fmin",
    "heaviside",
    "maximum",
    "minimum",
]

maximum = elementwise(
    *(
        np.maximum,
        r"\max(a, b)",
        "Return the larger one; where they tie, each gets half the gradient.",
    ),
    of="RealArray",
)
minimum = elementwise(
    *(
        np.minimum,
        r"\min(a, b)",
        "Return the smaller one; where they tie, each gets half the gradient.",
    ),
    of="RealArray",
)


def masked(g: Array, mask: Array) -> Array:
    """g * mask: and 0 where mask is 0, also of inf and nan, of which a product makes nan.

    A product is three to eight times as fast as np.where; whether any is nan, one number tells.
    """
    if not isinstance(g, (np.ndarray, np.generic)):
        return np.where(mask == 0, 0.0, g * mask)
    product = np.multiply(g, mask if mask.dtype is g.dtype else mask.astype(g.dtype))  # in 0.3 µs
    return np.where(mask == 0, product.dtype.type(0), product) if holds_nan(product) else product


def _share(g: Array, mine: Array, other: Array) -> Array:
    """g * ((mine > other) + (mine == other) / 2): all of it, or half where they tie.

    A nan is both the larger and the smaller: all goes to it, and to what it is compared with.
    """
    return np.where(mine < other, 0.0, np.where(mine == other, g / 2.0, g))


maximum.vjp(
    input=lambda g, input, other: _share(g, input, other),
    other=lambda g, input, other: _share(g, other, input),
)
minimum.vjp(
    input=lambda g, input, other: _share(g, other, input),
    other=lambda g, input, other: _share(g, input, other),
)


fmax = elementwise(
    *(np.fmax, r"\max(a, b)"),
    "Return the larger one, the other where one is nan; where they tie, the first gets it all.",
    of="RealArray",
)
fmin = elementwise(
    *(np.fmin, r"\min(a, b)"),
    "Return the smaller one, the other where one is nan; where they tie, the first gets it all.",
    of="RealArray",
)
fmax.vjp(
    input=lambda g, input, other: np.where((input >= other) | (other != other), g, 0.0),
    other=lambda g, input, other: np.where((input >= other) | (other != other), 0.0, g),
)
fmin.vjp(
    input=lambda g, input, other: np.where((input <= other) | (other != other), g, 0.0),
    other=lambda g, input, other: np.where((input <= other) | (other != other), 0.0, g),
)


@op(r"\min(\max(x, l), u)", elementwise=True)
def clamp(input: Array, min: Array | None = None, max: Array | None = None) -> Array:
    """Return x kept between min and max (numbers, tensors, None); the bounds pass the gradient."""
    if min is None and max is None:
        raise ArgumentError("clamp: at least one of min and max must be given")
    if is_array(input):
        check_ordered(input, "clamp")
        if is_array(min) and is_array(max):
            check_not_bool("clamp", input)
    y = input if min is None else np.maximum(input, min)
    return y if max is None else np.minimum(y, max)


def _within(x: Array, min: Any, max: Any) -> Array:
    """(min <= x) & (x <= max): of the bounds that there are."""
    inside = True if min is None else x >= min
    return inside if max is None else (x <= max) & inside


clamp.vjp(
    input=lambda g, input, min, max: np.where(_within(input, min, max), g, 0.0),
    min=lambda g, input, min, max: np.where(
        (input < min) if max is None else (input < min) & (min < max), g, 0.0
    ),
    max=lambda g, input, min, max: np.where(
        (input > max) if min is None else (input > max) | (max < min), g, 0.0
    ),
)


@op(r"\max(x, l)", elementwise=True)
def clamp_min(input: RealArray, min: RealArray) -> Array:
    """Return x, or min (a number, a tensor) where it is larger; at min the gradient passes."""
    return np.maximum(input, min)


clamp_min.vjp(
    input=lambda g, input, min: np.where(input >= min, g, 0.0),
    min=lambda g, input, min: np.where(input < min, g, 0.0),
)


@op(r"\min(x, u)", elementwise=True)
def clamp_max(input: RealArray, max: RealArray) -> Array:
    """Return x, or max (a number, a tensor) where it is smaller; at max the gradient passes."""
    return np.minimum(input, max)


clamp_max.vjp(
    input=lambda g, input, max: np.where(input <= max, g, 0.0),
    max=lambda g, input, max: np.where(input > max, g, 0.0),
)


@op(r"\begin{cases} v & \text{if } x = 0 \\ [x > 0] & \text{else} \end{cases}", elementwise=True)
def heaviside(input: RealArray, values: RealArray) -> Array:
    """Return 0 where the input is below 0, 1 where it is above, and `values` where it is 0."""
    dtype = (input if is_array(input) else values).dtype
    step = np.greater(input, 0).astype(dtype)
    return np.where(np.equal(input, 0), np.asarray(values, dtype), step)


heaviside.vjp(
    input=lambda g: np.zeros_like(g),
    values=lambda g, input: np.where(input == 0, g, 0.0),
)


@op(r"\begin{cases} x & \text{if } c \\ y & \text{else} \end{cases}", elementwise=True)
def where(condition: Data, input: Array, other: Array) -> Array:
    """Return input where the condition holds, else other; broadcast, and each may be a number."""
    if not is_bool(np.asarray(condition)):
        raise DTypeError(
            f"where: a condition of bool expected, got {np.asarray(condition).dtype}; use c != 0"
        )
    return np.where(condition, input, other)


where.vjp(
    input=lambda g, condition: np.where(condition, g, 0.0),
    other=lambda g, condition: np.where(condition, 0.0, g),
)


clip = alias(clamp, "clip")
clamp_, clip_ = in_place(clamp), in_place(clip)
clamp_min_, clamp_max_ = in_place(clamp_min), in_place(clamp_max)


class SelectionMethods:
    """These operations as methods of a Tensor."""

    __slots__ = ()

    maximum, minimum, fmax, fmin = maximum, minimum, fmax, fmin
    clamp, clip, clamp_, clip_ = clamp, clip, clamp_, clip_
    clamp_min, clamp_max, clamp_min_, clamp_max_ = clamp_min, clamp_max, clamp_min_, clamp_max_
    heaviside, heaviside_ = heaviside, in_place(heaviside)

    def where(self, condition: Any, other: Any) -> Any:
        """Return self where the condition holds, else `other`."""
        return where(condition, self, other)
