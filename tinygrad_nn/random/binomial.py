"""Counts of successes, drawn as PyTorch draws them: by waiting times, or by transformed rejection.
Read `gamma.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .distributions import uniforms_of
from .generator import Generator

Array = NDArray[Any]

_FEW = 10.0  # mean numbers of successes that are counted one by one


def binomial(source: Generator, counts: Array, chances: Array) -> Array:
    """Return how many of `counts` trials of probability `chances` succeed, in the counts' dtype.

    Both broadcast. Where few succeed, waiting times between successes are added until the trials
    are over; else transformed rejection takes two uniforms a try (Hörmann 1993, BTRS).
    """
    trials, p = np.broadcast_arrays(counts, chances)
    pairs = zip(trials.ravel().tolist(), p.ravel().tolist(), strict=True)
    drawn: list[float] = []
    with uniforms_of(source) as draw:
        for (count, chance), run in groupby(pairs):  # what is made of a pair is made once
            drawn += _successes(count, chance, len(list(run)), draw)
    return np.array(drawn, counts.dtype).reshape(trials.shape)


def _successes(count: float, p: float, times: int, draw: Callable[[], float]) -> list[float]:
    if count <= 0 or p <= 0:
        return [0.0] * times
    if p >= 1:
        return [count] * times
    if math.isnan(count) or math.isnan(p):
        return [math.nan] * times
    rarer = min(p, 1.0 - p)
    by = _by_rejection if count * rarer >= _FEW else _by_waiting
    drawn = by(count, rarer, times, draw)
    return drawn if p <= 0.5 else [count - each for each in drawn]


def _by_waiting(count: float, p: float, times: int, draw: Callable[[], float]) -> list[float]:
    """Add geometric waiting times until they pass the trials."""
    log_failure, drawn = math.log1p(-p), []
    for _ in range(times):
        waited, successes = 0.0, -1
        while waited <= count:
            u = draw()
            waited += math.ceil(math.log(u) / log_failure) if u > 0 else math.inf
            successes += 1
        drawn.append(float(successes))
    return drawn


def _by_rejection(count: float, p: float, times: int, draw: Callable[[], float]) -> list[float]:
    deviation = math.sqrt(count * p * (1.0 - p))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    v_r = 0.92 - 4.2 / b
    odds = p / (1.0 - p)
    alpha = (2.83 + 5.1 / b) * deviation
    most = math.floor((count + 1.0) * p)
    of_most = (most + 0.5) * math.log((most + 1.0) / (odds * (count - most + 1.0)))
    tails = _tail(most) + _tail(count - most)
    drawn: list[float] = []
    while len(drawn) < times:
        u, v = draw() - 0.5, draw()
        us = 0.5 - abs(u)
        if us <= 0:
            continue
        k = math.floor((2.0 * a / us + b) * u + count * p + 0.5)
        if k < 0 or k > count:
            continue
        if us >= 0.07 and v <= v_r:
            drawn.append(k)
            continue
        height = v * alpha / (a / (us * us) + b)
        if height <= 0 or math.log(height) <= (
            of_most
            + (count + 1.0) * math.log((count - most + 1.0) / (count - k + 1.0))
            + (k + 0.5) * math.log(odds * (count - k + 1.0) / (k + 1.0))
            + (tails - _tail(k) - _tail(count - k))
        ):
            drawn.append(k)
    return drawn


def _tail(k: float) -> float:
    """Return log k! less Stirling's (k + 1/2) log(k + 1) - (k + 1) + log(2 pi) / 2."""
    above = k + 1.0
    if k <= 9:
        first = (k + 0.5) * math.log(above) - above + 0.5 * math.log(2.0 * math.pi)
        return math.lgamma(above) - first
    square = above * above
    return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / above
