"""Integrals of smooth functions by double exponential substitution, for many functions at once.
Read `gamma.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Integrand = Callable[[Array], Array]

_STEP, _FINE_STEP = 1 / 32, 1 / 64


def onwards(integrand: Integrand, scale: Array, start: Any = 0.0) -> Array:
    """Return integrals from `start` to infinity of what decays as e^(-s / scale), or faster.

    s = scale e^(u - e^-u), by the trapezoidal rule in u (Takahasi and Mori 1974).
    """
    total = np.zeros(np.shape(scale))
    for u in np.arange(-4.0, 5.0, _STEP).tolist():
        s = scale * float(np.exp(u - np.exp(-u)))
        total += integrand(start + s) * s * (1.0 + float(np.exp(-u)))
    return total * _STEP


def between(integrand: Integrand, end: Array) -> Array:
    """Return integrals from 0 to `end`: s = end / (1 + e^(-pi sinh u)), by the trapezoidal rule."""
    total = np.zeros(np.shape(end))
    for u in np.arange(-3.5, 3.5, _FINE_STEP).tolist():
        share = 1.0 / (1.0 + float(np.exp(-np.pi * np.sinh(u))))
        weight = np.pi * float(np.cosh(u)) * share * (1.0 - share)
        total += integrand(end * share) * weight
    return total * end * _FINE_STEP
