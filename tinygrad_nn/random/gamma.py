"""Gamma and Dirichlet distributed values, by Marsaglia and Tsang's rejection as PyTorch draws them.
Read `forking.py` next.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .distributions import Uniforms, _check_float
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
    with source._lock:
        uniforms = Uniforms(source)
        drawn = [_one(uniforms, kind.type(each)) for each in concentrations.ravel().tolist()]
        uniforms.close()
    return np.array(drawn, np.float64).reshape(concentrations.shape)


def _one(uniforms: Uniforms, alpha: Any) -> float:
    """Marsaglia and Tsang (2000): d v^3 for a normal x and v = 1 + c x, squeezed, then tested."""
    if not alpha > 0:
        return math.nan if math.isnan(alpha) else 0.0
    one, scale = alpha.dtype.type(1), 1.0
    if alpha < 1:
        scale = (1.0 - next(uniforms)) ** float(one / alpha)
        alpha += one
    d = float(alpha - alpha.dtype.type(_THIRD))
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        v = 0.0
        while v <= 0:
            x = uniforms.normal()
            v = 1.0 + c * x
        cube, square = v * v * v, x * x
        u = 1.0 - next(uniforms)
        is_inside = u < 1.0 - _SQUEEZE * square * square
        if is_inside or math.log(u) < 0.5 * square + d * (1.0 - cube + math.log(cube)):
            return scale * d * cube
