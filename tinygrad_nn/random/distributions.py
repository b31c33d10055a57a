"""Draws beyond the common ones: geometric, Cauchy, log-normal, Poisson, and all a dtype holds.
Read `binomial.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, groupby
from operator import length_hint
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..arrays.warnings import quiet
from ..errors import DTypeError
from .generator import DIGITS, DOUBLE, Generator
from .mersenne_twister import RandomError

Array = NDArray[Any]

_TABLE_BELOW = 10.0  # rates of the Poisson distribution that multiply uniforms
_FIRST_SHARE, _LARGEST_SHARE = 64, 4096  # uniforms that are taken from the stream at a time


def geometric(source: Generator, p: float, shape: Sequence[int], dtype: DTypeLike) -> Array:
    """Return how many trials of chance `p` the first success takes: ceil(log u / log(1 - p))."""
    if np.dtype(dtype) == np.bool_:
        raise DTypeError("geometric takes a dtype that holds numbers, got bool")
    if not 0 < p < 1:
        raise RandomError(f"geometric takes a probability between 0 and 1, got {p}")
    with quiet():
        uniforms = source.fractions(math.prod(shape), DOUBLE)
        return np.ceil(np.log(uniforms) / math.log1p(-p)).astype(dtype).reshape(shape)


def cauchy(
    source: Generator, median: float, sigma: float, shape: Sequence[int], dtype: DTypeLike
) -> Array:
    """Return median + sigma tan(pi (u - 1/2)) for uniforms u."""
    _check_float("cauchy", dtype)
    if not sigma > 0:
        raise RandomError(f"cauchy takes sigma > 0, got {sigma}")
    with quiet():
        turns = math.pi * (source.fractions(math.prod(shape), DOUBLE) - 0.5)
        return (median + sigma * np.tan(turns)).astype(dtype).reshape(shape)


def log_normal(
    source: Generator, mean: float, std: float, shape: Sequence[int], dtype: DTypeLike
) -> Array:
    """Return e^(mean + std z) for normals z, which are made in pairs, in float64."""
    _check_float("log_normal", dtype)
    if not std > 0:
        raise RandomError(f"log_normal takes std > 0, got {std}")
    with quiet():
        normals = source.normal(shape, mean, std, np.float64, in_pairs=True)
        return np.exp(normals).astype(dtype)


def int64_from(source: Generator, low: int, shape: Sequence[int]) -> Array:
    """Return integers from `low` to the largest int64: low + word % (2**63 - low)."""
    offsets = source.words64(math.prod(shape)) % np.uint64(2**63 - low)
    return (offsets + np.uint64(low % 2**64)).view(np.int64).reshape(shape)


def any_integer(source: Generator, shape: Sequence[int], dtype: DTypeLike) -> Array:
    """Return integers of 0 to the largest that `dtype` counts to: word % (largest + 1)."""
    kind, count = np.dtype(dtype), math.prod(shape)
    if kind == np.bool_:
        above = 2
    elif kind in DIGITS:
        above = 2 ** DIGITS[kind] + 1
    else:
        above = int(np.iinfo(kind).max) + 1
    is_wide = kind.itemsize == 8
    words: Array = source.words64(count) if is_wide else source.words32(count)
    return (words % words.dtype.type(above)).astype(kind).reshape(shape)


def poisson(source: Generator, rates: Array) -> Array:
    """Return a count of the Poisson distribution for each rate, in the rates' dtype.

    Below a rate of 10 uniforms are multiplied until they fall below e^-rate; above, the transformed
    rejection with squeeze (Hörmann 1993, PTRS) takes two uniforms a try.
    """
    _check_float("poisson", rates.dtype)
    if not (rates >= 0).all():
        raise RandomError(f"poisson takes rates >= 0, got {rates.min()}")
    counts: list[int] = []
    with uniforms_of(source) as draw:
        for rate, run in groupby(rates.ravel().tolist()):  # what is made of a rate is made once
            times = len(list(run))
            if rate == 0:
                counts += [0] * times
            else:
                count = _by_products if rate < _TABLE_BELOW else _by_rejection
                counts += count(rate, times, draw)
    return np.array(counts, rates.dtype).reshape(rates.shape)


@contextmanager
def uniforms_of(source: Generator) -> Iterator[Callable[[], float]]:
    """Give a function that draws float64 uniforms; in the end, the stream has given just those.

    They are drawn ahead in growing shares: 70 ns a call, all in all.
    """
    rest: Iterator[float] = iter(())
    drawn = 0

    def shares() -> Iterator[Iterator[float]]:
        nonlocal rest, drawn
        size = _FIRST_SHARE
        while True:
            rest = iter(source.fractions(size, DOUBLE).tolist())
            drawn += size
            yield rest
            size = min(2 * size, _LARGEST_SHARE)

    with source._lock:
        state = source.place()
        yield chain.from_iterable(shares()).__next__
        source.set_state(state)
        source.words64(drawn - length_hint(rest))


def _by_products(rate: float, times: int, draw: Callable[[], float]) -> list[int]:
    """Return how many uniforms are multiplied until they fall to e^-rate, less 1."""
    least, counts = math.exp(-rate), []
    for _ in range(times):
        product, count = draw(), 0
        while product > least:
            count += 1
            product *= draw()
        counts.append(count)
    return counts


def _by_rejection(rate: float, times: int, draw: Callable[[], float]) -> list[int]:
    root, log_rate = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    log_inverse_alpha = math.log(1.1239 + 1.1328 / (b - 3.4))
    v_r = 0.9277 - 3.6224 / (b - 2)
    counts: list[int] = []
    while len(counts) < times:
        u, v = draw() - 0.5, draw()
        us = 0.5 - abs(u)
        if us <= 0:
            continue
        count = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= v_r:
            counts.append(count)
            continue
        if count < 0 or (us < 0.013 and v > us):
            continue
        bound = -rate + count * log_rate - math.lgamma(count + 1)
        if v == 0 or math.log(v) + log_inverse_alpha - math.log(a / (us * us) + b) <= bound:
            counts.append(count)
    return counts


def _check_float(name: str, dtype: DTypeLike) -> None:
    if np.dtype(dtype) not in DIGITS:
        raise DTypeError(f"{name} takes a floating-point dtype; got {np.dtype(dtype)}")
