"""Derivatives by differences: how much a function moves when an entry of its input is moved.
Read `gradcheck.py` next, which holds them against backward, or `compare.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# Rounding puts about one unit of the last place on f, twice that on a difference; few functions are
# as exact as their last operation, hence the generous factor.
ROUNDING = 256


class Slope(NamedTuple):
    """A derivative by differences, and where the function has a kink instead of one.

    `value` is (f(x + h) - f(x - h)) / 2h for every entry of f's output. `kink` says where the slopes
    to the left and to the right differ by more than curvature and rounding explain, as those of
    |x| at 0; `value` is then no derivative.
    """

    value: Array
    kink: NDArray[np.bool_]


def slope(
    function: Callable[[], Array],
    array: Array,
    where: Any,
    direction: Any,
    step: float,
    here: Array,
    atol: float,
    rtol: float,
) -> Slope:
    """Return how `function` changes as `array[where]` moves along `direction`, and put `array` back.

    `function` takes nothing, reads `array`, and returns a float array; `here` is what it returns now.
    A difference of the slopes to the left and right of up to atol + rtol |slope| is no kink. Calls
    `function` twice, and twice more where a kink is suspected: the two slopes of a curved function
    differ half as much at half the step, those at a kink as much as before.

    Raises whatever `function` raises; `array` is then as it was, bit for bit.
    """
    above = moved(function, array, where, direction * step)
    below = moved(function, array, where, direction * -step)
    with np.errstate(all="ignore"):
        right, left = (above - here) / step, (here - below) / step
        bend = right - left
        allowed = atol + rtol * np.maximum(abs(right), abs(left)) + rounding(here, array, step)
        kink = ~(abs(bend) <= allowed)
        if kink.any():
            half = step / 2
            above_half = moved(function, array, where, direction * half)
            below_half = moved(function, array, where, direction * -half)
            bend_half = (above_half - here) / half - (here - below_half) / half
            kink &= ~(abs(abs(bend_half) / abs(bend) - 0.5) <= 0.1)
        return Slope((above - below) / (2 * step), kink)


def moved(function: Callable[[], Array], array: Array, where: Any, change: Any) -> Array:
    """Return what `function` gives while `array[where]` is larger by `change`."""
    original = np.array(array[where])
    try:
        array[where] = original + change
        return function()
    finally:
        array[where] = original


def rounding(values: Array, array: Array, step: float) -> float:
    """Return how much of a slope may be rounding alone: 256 units of the last place over the step."""
    if not values.size:
        return 0.0
    unit = max(np.finfo(values.dtype).eps, np.finfo(array.dtype).eps)
    return float(ROUNDING * unit * abs(values).max() / step)


def constant_ratio(first: Array, second: Array) -> float | None:
    """Return c where first = c second, entry by entry to 6 digits; None where there is no such c."""
    largest = abs(second).max(initial=0.0)
    if not 0.0 < largest < np.inf:
        return None
    at = np.unravel_index(np.argmax(abs(second)), second.shape)
    ratio = float(first[at] / second[at])
    if not abs(first - ratio * second).max() <= 1e-6 * abs(ratio) * largest:
        return None
    return ratio


def largest_difference(first: Array, second: Array) -> float:
    """Return the largest |first - second|: 0 between equal infinities or nans, inf for nan otherwise."""
    with np.errstate(invalid="ignore"):
        same = (first == second) | (np.isnan(first) & np.isnan(second))
        difference = np.where(same, 0.0, abs(first - second))
    return float(np.where(np.isnan(difference), np.inf, difference).max(initial=0.0))
