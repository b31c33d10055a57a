"""Polynomials and their quotients, of which functions that NumPy lacks are made.
Read `reading.py` next.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from .dtypes import Array


@lru_cache(maxsize=64)
def _constants(coefficients: tuple[float, ...], dtype: Any) -> list[Array]:
    return [np.array(each, dtype) for each in coefficients]  # NumPy makes one in 0.3 µs each time


def polynomial(x: Array, coefficients: tuple[float, ...], out: Array | None = None) -> Array:
    """Return c0 + c1 x + c2 x^2 + ..., by Horner's rule; in the memory of `out`, not x's."""
    *lower, last, highest = _constants(coefficients, x.dtype)
    y: Any = np.multiply(x, highest, out=np.empty_like(x) if out is None else out)
    y += last
    for each in reversed(lower):
        y *= x
        y += each
    return y


def ratio(x: Array, parts: Sequence[tuple[float, ...]]) -> Array:
    """Return the quotient of two polynomials."""
    above, below = parts
    y = polynomial(x, above)
    y /= polynomial(x, below)
    return y
