"""Uniforms to normals by Box and Muller's transform, ordered and rounded as in PyTorch.
Read `generator.py` next, which draws the uniforms.

PyTorch takes float32 logarithms, sines and cosines from Cephes' polynomials (Moshier, 1989), eight
at a time with fused multiply-adds. Here a float32 fused multiply-add is a float64 product, which is
exact, and a sum, rounded once more: in 100 million normals that second rounding changed none. IEEE
754 fixes every step, so the float32 normals are the same bits on every machine.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Array32 = NDArray[np.float32]
Array64 = NDArray[np.float64]

BLOCK = 16  # the first 8 uniforms set the radius, the last 8 the angle
CHUNK = 2**15  # uniforms whose temporaries stay in the cache: 20 ms for a million instead of 43


def _float32(*numbers: float) -> list[Array64]:
    """Return numbers of float32 as float64: of no dimension, which ufuncs take in half the time."""
    return [np.array(np.float32(number), np.float64) for number in numbers]


# log(1 + x) / x^3 - 1 / x^2 + 1 / (2 x), highest power first; log 2 in two parts
LOG = _float32(
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
)
LOG_2_LOW, LOG_2_HIGH = (np.array(x, np.float32) for x in (-2.12194440e-4, 0.693359375))
BITS_OF_SQRT_HALF, EXPONENT = (np.array(x, np.int32) for x in (0x3F3504F3, 23))
# (cos x - 1 + x^2 / 2) / x^4, (sin x - x) / x^3, and pi / 4 in three parts
COS = _float32(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
SIN = _float32(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
MINUS_QUARTER_PI = _float32(-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)
FOUR_OVER_PI, TWO_PI, HALF, MINUS_HALF, ONE, MINUS_TWO = (
    np.array(x, np.float32) for x in (4 / math.pi, 2 * math.pi, 0.5, -0.5, 1.0, -2.0)
)
QUARTER_TURN_AHEAD = np.array([[2], [0]], np.int32)  # in eighths: cos x = sin(x + pi / 2)


def box_muller(uniforms: Array) -> Array:
    """Return as many standard normals: sqrt(-2 log(1 - u)) times cos(2 pi v) and sin(2 pi v).

    Each 16 uniforms of [0, 1) are 8 u, then 8 v; each 16 normals are 8 cosines, then 8 sines.
    float32 has PyTorch's bits; float64 takes the logarithm, cosine and sine of NumPy, which are the
    C library's, as PyTorch's are, but on processors with AVX-512 (there within 2 ulp).
    """
    normals = np.empty_like(uniforms)
    for start in range(0, len(uniforms), CHUNK):
        blocks = uniforms[start : start + CHUNK].reshape(-1, 2, BLOCK // 2)
        u, v = blocks.transpose(1, 0, 2).reshape(2, -1)
        if uniforms.dtype == np.float32:
            waves = _cos_and_sin(v * TWO_PI)
            waves *= np.sqrt(_log(ONE - u) * MINUS_TWO)
        else:
            angles = v * (2 * math.pi)
            waves = np.sqrt(-2 * np.log(1 - u)) * np.stack((np.cos(angles), np.sin(angles)))
        in_blocks = waves.reshape(2, -1, BLOCK // 2).transpose(1, 0, 2)
        normals[start : start + CHUNK].reshape(blocks.shape)[...] = in_blocks
    return normals


def fused_multiply_add(a: Array, b: float, c: float) -> Array:
    """Return a b + c rounded once, in the dtype of `a`: float32 or float64.

    `b` and `c` are values of that dtype. In float64 the rounding errors of the product (Dekker,
    1971) and of the sum (Knuth) are added back.
    """
    if b == 1:
        return a + c
    if a.dtype == np.float32:
        return _fused(a, np.float64(b), np.float64(c))
    product = a * b
    if c == 0 or not (math.isfinite(b) and math.isfinite(c)):
        return product + c
    if abs(b) > 2.0**960:  # past 2**996 the split would overflow
        return fused_multiply_add(a, b * 2.0**-64, c * 2.0**-64) * 2.0**64
    a_high, b_high = _high_half(a), _high_half(b)
    a_low, b_low = a - a_high, b - b_high
    product_error = a_low * b_low - (product - a_high * b_high - a_low * b_high - a_high * b_low)
    total = product + c
    added = total - product
    total_error = (product - (total - added)) + (c - added)
    result: Array = total + (total_error + product_error)
    return result


_SPLIT = 2.0**27 + 1


def _high_half(x: Any) -> Any:
    """Return the upper 26 bits of a float64: its products with another such half are exact."""
    scaled = _SPLIT * x
    return scaled - (scaled - x)


def _fused(a: Any, b: Any, c: Any) -> Array32:
    """Return a b + c rounded once to float32; one of `a` and `b` is float64 and makes it so."""
    total: Array64 = a * b
    total += c
    return total.astype(np.float32)


def _polynomial(coefficients: list[Array64], x: Array64) -> Array32:
    value = _fused(coefficients[0], x, coefficients[1])
    for coefficient in coefficients[2:]:
        value = _fused(value, x, coefficient)
    return value


def _log(u: Array32) -> Array32:
    """Return the natural logarithm of normal positive float32 numbers."""
    bits = u.view(np.int32)
    exponent = (bits - BITS_OF_SQRT_HALF) >> EXPONENT  # u = 2^exponent (1 + x), 1 + x in [√½, √2)
    x = (bits - (exponent << EXPONENT)).view(np.float32) - ONE
    square = x * x
    powers = exponent.astype(np.float32)
    low, high = powers * LOG_2_LOW, powers * LOG_2_HIGH
    correction = _fused(_polynomial(LOG, x.astype(np.float64)) * x, square.astype(np.float64), low)
    correction -= square * HALF
    return x + correction + high


def _cos_and_sin(angles: Array32) -> Array32:
    """Return (2, n) cosines and sines of n angles of [0, 2 pi]."""
    eighths = (angles * FOUR_OVER_PI).astype(np.int32)
    eighths += 1
    eighths &= ~1  # the nearest multiple of a quarter turn
    turned = eighths.astype(np.float64)
    x = angles
    for part in MINUS_QUARTER_PI:
        x = _fused(turned, part, x)
    square = x * x
    exact = square.astype(np.float64)
    cosine = _fused(_polynomial(COS, exact) * square, exact, square * MINUS_HALF)
    cosine += ONE
    sine = _fused(_polynomial(SIN, exact) * square, x.astype(np.float64), x)
    quadrants = eighths + QUARTER_TURN_AHEAD
    waves = np.where(quadrants & 2, cosine, sine)
    waves.view(np.int32)[...] ^= (quadrants & 4) << 29  # the sign bit, over the lower half-turn
    return waves
