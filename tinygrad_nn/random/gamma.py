"""Gamma and Dirichlet distributed values, by Marsaglia and Tsang's rejection as PyTorch draws them.
Read `forking.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays.warnings import quiet
from .distributions import _check_float, uniforms_of
from .generator import DOUBLE, SINGLE, Generator

Array = NDArray[Any]

# PyTorch writes these two constants in float32, and computes in float64
_THIRD, _SQUEEZE = float(np.float32(1 / 3)), float(np.float32(0.0331))


def standard_gamma(source: Generator, concentrations: Array) -> Array:
    """Return a value of the gamma distribution of rate 1 for each concentration, in its dtype.

    Each is at least the smallest normal number of the dtype.
    """
    _check_float("_standard_gamma", concentrations.dtype)
    kind = concentrations.dtype
    drawn = _in_doubles(source, concentrations, kind if kind == SINGLE else DOUBLE)
    return np.maximum(drawn.astype(kind), np.finfo(kind).tiny)


def dirichlet(source: Generator, concentrations: Array) -> Array:
    """Return gamma distributed values divided by their sum over the last dimension."""
    _check_float("_sample_dirichlet", concentrations.dtype)
    drawn = np.maximum(_in_doubles(source, concentrations), np.finfo(np.float64).tiny)
    kind = np.finfo(concentrations.dtype)
    shares = (drawn / drawn.sum(-1, keepdims=True)).astype(concentrations.dtype)
    return np.clip(shares, kind.tiny, np.nextafter(kind.dtype.type(1), kind.dtype.type(0)))


def _in_doubles(source: Generator, concentrations: Array, kind: Any = DOUBLE) -> Array:
    """Return float64 values; what is computed of the concentrations alone is of dtype `kind`."""
    flat = concentrations.ravel()
    drawn = np.where(np.isnan(flat), math.nan, 0.0)
    is_drawn = flat > 0
    alphas = flat[is_drawn].astype(kind)
    one, is_small = kind.type(1), alphas < 1
    with quiet():
        powers = np.where(is_small, one / alphas, kind.type(0)).astype(np.float64).tolist()
    ds = (alphas + is_small.astype(kind) - kind.type(_THIRD)).astype(np.float64).tolist()
    with source._lock:
        cached = source.cached_normal
        with uniforms_of(source) as draw:
            drawn[is_drawn], cached = _by_rejection(draw, cached, ds, powers)
        source.cached_normal = cached
    return drawn.reshape(concentrations.shape)


def _by_rejection(
    draw: Callable[[], float], cached: float | None, ds: list[float], powers: list[float]
) -> tuple[list[float], float | None]:
    """Marsaglia and Tsang (2000): d v^3 for a normal x and v = 1 + c x, squeezed, then tested.

    A concentration below 1 is drawn as 1 more, times u^(1 / concentration): a power is 1 / it, or
    0. Normals come in pairs; one that waits, at first and in the end, is `cached`.
    """
    values = []
    for d, power in zip(ds, powers, strict=True):
        scale = (1.0 - draw()) ** power if power else 1.0
        c = 1.0 / math.sqrt(9.0 * d)
        while True:
            if cached is None:
                turn, u = draw(), draw()
                radius, angle = math.sqrt(-2.0 * math.log1p(-u)), 2.0 * math.pi * turn
                x, cached = radius * math.cos(angle), radius * math.sin(angle)
            else:
                x, cached = cached, None
            v = 1.0 + c * x
            if v <= 0:
                continue
            cube, square = v * v * v, x * x
            u = 1.0 - draw()
            is_inside = u < 1.0 - _SQUEEZE * square * square
            if is_inside or math.log(u) < 0.5 * square + d * (1.0 - cube + math.log(cube)):
                break
        values.append(scale * d * cube)
    return values, cached
