"""Derivatives by differences: how a function moves when an entry of what it reads is moved.
Read `checked_function.py` next, which moves the inputs of a gradient check, or `compare.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...arrays.dtypes import from_numpy
from ...arrays.limits import finfo

Array = NDArray[Any]

# A function is off by a few units of the last place, most by more than their last operation alone.
UNITS_OF_ROUNDING = 256


class Slope(NamedTuple):
    """A derivative by differences, and where the function has a kink instead of one.

    `value` is (f(x + h) - f(x - h)) / 2h for every entry of what f returns. `kink` says where the
    slopes on the left and on the right differ by more than curvature and rounding explain, as
    those of |x| do at 0.
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
    """Return how `function` moves as `array[where]` moves in a direction; `array` is put back.

    `function` reads `array` and returns floats; `here` is what it returns as things are. Slopes on
    the left and right that differ by at most atol + rtol |slope| are no kink. Beyond that, it is
    the same difference over half the step that tells: a curve's halves, a kink's stays.

    Raises what `function` raises; `array` is then as it was, bit for bit.
    """
    above = moved(function, array, where, direction * step)
    below = moved(function, array, where, direction * -step)
    with np.errstate(all="ignore"):
        right, left = (above - here) / step, (here - below) / step
        bend = abs(right - left)
        allowed = atol + rtol * np.maximum(abs(right), abs(left)) + rounding(here, array, step)
        kink = ~(bend <= allowed)
        if kink.any():
            above_half = moved(function, array, where, direction * (step / 2))
            below_half = moved(function, array, where, direction * (-step / 2))
            bend_half = abs(above_half - 2 * here + below_half) / (step / 2)
            kink &= ~(abs(bend_half / bend - 0.5) <= 0.05)
        return Slope((above - below) / (2 * step), kink)


def moved(function: Callable[[], Array], array: Array, where: Any, change: Any) -> Array:
    """Return what `function` gives while `array[where]` is larger by `change`."""
    original = np.array(array[where])
    try:
        array[where] = original + change
        return function()
    finally:
        array[where] = original


def unit_of(array: Array) -> float:
    """Return the unit of the last place of 1."""
    return finfo(from_numpy(array.dtype)).eps


def rounding(values: Array, array: Array, step: float) -> Array:
    """Return how much of a slope of these values may be rounding: 256 last places over the step."""
    unit = max(unit_of(values), unit_of(array))
    return UNITS_OF_ROUNDING * unit * abs(values) / step


def constant_ratio(first: Array, second: Array) -> float | None:
    """Return c where first = c second, not 1, to 6 digits of the largest entry; else None."""
    largest = abs(second).max(initial=0.0)
    if not 0.0 < largest < np.inf:
        return None
    at = np.unravel_index(np.argmax(abs(second)), second.shape)
    ratio = float(first[at] / second[at])
    if not 0.0 < abs(ratio) < np.inf or abs(ratio - 1) < 1e-6:
        return None
    with np.errstate(all="ignore"):
        apart = abs(first - ratio * second).max()
    return ratio if apart <= 1e-6 * abs(ratio) * largest else None


def largest_difference(first: Array, second: Array) -> float:
    """Return the largest |first - second|; equal infinities and nans differ by 0."""
    with np.errstate(all="ignore"):
        same = (first == second) | (np.isnan(first) & np.isnan(second))
        difference = np.where(same, 0.0, abs(first - second))
    return float(np.where(np.isnan(difference), np.inf, difference).max(initial=0.0))
