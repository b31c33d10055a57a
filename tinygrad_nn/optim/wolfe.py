"""A step along a direction that goes far enough down: the strong Wolfe conditions.
Read `lbfgs.py` first, which asks for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

DOWN = 1e-4  # c1: how much of the fall that the slope promises there has to be
FLAT = 0.9  # c2: how much of the slope may be left


class Point(NamedTuple):
    """A place along the direction: how far, with loss, gradient and slope there."""

    t: Any
    f: float
    g: Any
    slope: Any


def strong_wolfe(
    evaluate: Callable[[Any], tuple[float, Any]],
    start: Point,
    t: Any,
    d: Any,
    most: int,
    narrowest: float = 1e-9,
) -> Point:
    """Return a point along d with f(t) <= f(0) + c1 t f'(0) and |f'(t)| <= c2 |f'(0)|.

    Nocedal and Wright 2006, algorithms 3.5 and 3.6, by cubic interpolation: first a bracket that
    holds such a point is found, then it is narrowed. After `most` tries the lowest point counts.
    """

    def at(t: Any) -> Point:
        f, g = evaluate(t)
        return Point(t, f, g, g @ d)

    def is_too_high(point: Point) -> bool:
        return point.f > start.f + DOWN * point.t * start.slope

    def is_flat(point: Point) -> bool:
        return bool(abs(point.slope) <= -FLAT * start.slope)

    before, now = start, at(t)
    tries = 0
    while tries < most:
        if is_too_high(now) or (tries > 1 and now.f >= before.f):
            break
        if is_flat(now):
            return now
        if now.slope >= 0:
            break
        bounds = now.t + 0.01 * (now.t - before.t), now.t * 10
        before, now = now, at(lowest_of_cubic(before, now, *bounds))
        tries += 1
    else:
        before = start
    ends = [before, now]
    low = 0 if before.f <= now.f else 1
    was_near_an_end = False
    width = np.abs(d).max()
    while tries < most and abs(ends[1].t - ends[0].t) * width >= narrowest:
        t, was_near_an_end = _next(ends, was_near_an_end)
        now = at(t)
        tries += 1
        if is_too_high(now) or now.f >= ends[low].f:
            ends[1 - low] = now
            low = 0 if ends[0].f <= ends[1].f else 1
            continue
        if is_flat(now):
            return now
        if now.slope * (ends[1 - low].t - ends[low].t) >= 0:
            ends[1 - low] = ends[low]
        ends[low] = now
    return ends[low]


def _next(ends: list[Point], was_near_an_end: bool) -> tuple[Any, bool]:
    """Return the next try, and whether it is near an end of the bracket.

    The second of two near an end in a row, or one at it, is moved a tenth of the width inwards.
    """
    first, last = sorted(point.t for point in ends)
    t = lowest_of_cubic(ends[0], ends[1], first, last)
    tenth = 0.1 * (last - first)
    if not min(last - t, t - first) < tenth:
        return t, False
    if not (was_near_an_end or t >= last or t <= first):
        return t, True
    return (last - tenth if abs(t - last) < abs(t - first) else first + tenth), False


def lowest_of_cubic(a: Point, b: Point, least: Any, most: Any) -> Any:
    """Return where the cubic with the values and slopes of two points is lowest, within bounds.

    Nocedal and Wright 2006, equation 3.59.
    """
    d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2.0
    if a.t > b.t:
        a, b = b, a
    d2 = math.sqrt(square)
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(t, least), most)
