"""Images in another size: each new element a weighted sum of old ones, along one axis at a time.
Read `grid_sampling.py` next, where the places are free.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.refusing import refuses
from ...autograd.op import Array
from ...errors import ArgumentError, DTypeError, ShapeError
from ..elementwise.activations import check_float
from .averaging import adaptive_along
from .axis_products import AxisMatrix, axis_matrix, resample

# The mode of 1, 2 and 3 dimensions that is linear along each; "bicubic" has two.
LINEAR = {"linear": 1, "bilinear": 2, "trilinear": 3}
MODES = ("nearest", "nearest-exact", "area", *LINEAR, "bicubic")


@refuses
def interpolate(
    input: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """Return (N, C, ...) in another size, given as such or by a factor.

    `mode` is "nearest", "nearest-exact", "area", "linear" (3-D), "bilinear", "bicubic" (4-D) or
    "trilinear" (5-D). With `align_corners` the centres of the corner elements lie on each other,
    else the outer edges. With `antialias`, "bilinear" and "bicubic" see all that an element covers.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([[[0.0, 1.0]]])
        >>> tnn.nn.functional.interpolate(x, 4, mode="linear")
        tensor([[[0.0000, 0.2500, 0.7500, 1.0000]]])
    """
    shape = tuple(input.shape)
    dims = len(shape) - 2
    _check_mode(shape, mode, align_corners, antialias)
    check_float(getattr(input, "array", input), "interpolate")
    own = shape[2:]
    sizes, factors = _sizes_and_factors(own, size, scale_factor)
    if recompute_scale_factor and size is not None:
        raise ArgumentError("interpolate: recompute_scale_factor has no meaning beside a size")
    if recompute_scale_factor or mode == "area" or factors is None:
        factors = (None,) * dims
    if min(sizes, default=0) < 1 or 0 in shape[1:]:
        raise ShapeError(
            f"interpolate: an input of shape {shape} cannot be given the size {sizes}; sizes are 1 "
            "or more"
        )
    along: Any = {
        "nearest": _nearest,
        "nearest-exact": _nearest_exact,
        "area": lambda n, m, *_: adaptive_along(n, m),
        "bicubic": _smoothed_cubic if antialias else _cubic,
    }.get(mode, _smoothed_linear if antialias else _linear)
    each = zip(own, sizes, factors, strict=True)
    return resample(input, tuple(along(n, m, f, bool(align_corners)) for n, m, f in each))


def _check_mode(shape: Any, mode: str, align_corners: Any, antialias: bool) -> None:
    dims = len(shape) - 2
    if mode not in MODES:
        raise ArgumentError(f"interpolate: mode is one of {', '.join(MODES)}; got {mode!r}")
    wanted = LINEAR.get(mode, 2 if mode == "bicubic" else dims)
    if dims not in (1, 2, 3) or dims != wanted:
        raise ShapeError(
            f"interpolate: mode {mode!r} takes an input of {wanted if dims == wanted else dims} "
            f"dimensions after (N, C), {wanted} of them; got shape {shape}"
            if dims in (1, 2, 3)
            else f"interpolate: an input of (N, C, ...), 3-D to 5-D, is expected, got shape {shape}"
        )
    if align_corners is not None and mode not in LINEAR and mode != "bicubic":
        raise ArgumentError(
            f"interpolate: align_corners is for the modes {', '.join(LINEAR)} and bicubic, "
            f"not {mode!r}"
        )
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ArgumentError(f"interpolate: antialias is for bilinear and bicubic, not {mode!r}")


def _sizes_and_factors(own: tuple[int, ...], size: Any, scale_factor: Any) -> Any:
    """Return the sizes asked for, and the factors where these were given instead."""
    if (size is None) == (scale_factor is None):
        raise ArgumentError("interpolate: give either a size or a scale_factor")
    given = scale_factor if size is None else size
    values = list(given) if isinstance(given, (tuple, list)) else [given] * len(own)
    if len(values) != len(own):
        raise ShapeError(
            f"interpolate: {'size' if size is not None else 'scale_factor'} {given} must have one "
            f"number for each of {len(own)} dimensions"
        )
    try:
        if size is not None:
            return tuple(each.__index__() for each in values), None
        factors = tuple(float(each) for each in values)
    except (AttributeError, TypeError, ValueError):
        raise DTypeError(
            f"interpolate: size takes ints and scale_factor numbers, got {given!r:.60}"
        ) from None
    return tuple(math.floor(n * f) for n, f in zip(own, factors, strict=True)), factors


# --- the matrix of each mode, along an axis of n elements that are to be m ------------------------


def _step(n: int, m: int, factor: float | None, align_corners: bool) -> float:
    """Return how far apart new elements lie, in old ones."""
    if align_corners:
        return (n - 1) / (m - 1) if m > 1 else 0.0
    return 1 / factor if factor else n / m


def _picked(n: int, m: int, factor: float | None, shift: float) -> AxisMatrix:
    step = np.float32(_step(n, m, factor, False))
    places = ((np.arange(m, dtype=np.float32) + np.float32(shift)) * step).astype(np.int64)
    return axis_matrix(m, n, np.arange(m), np.minimum(places, n - 1), 1.0)


@lru_cache(maxsize=256)
def _nearest(n: int, m: int, factor: float | None, align_corners: bool) -> AxisMatrix:
    return _picked(n, m, factor, 0.0)


@lru_cache(maxsize=256)
def _nearest_exact(n: int, m: int, factor: float | None, align_corners: bool) -> AxisMatrix:
    return _picked(n, m, factor, 0.5)


def _places(n: int, m: int, factor: float | None, align_corners: bool) -> Array:
    """Return where the centres of the new elements lie among the old ones'."""
    step = _step(n, m, factor, align_corners)
    return np.arange(m) * step if align_corners else (np.arange(m) + 0.5) * step - 0.5


@lru_cache(maxsize=256)
def _linear(n: int, m: int, factor: float | None, align_corners: bool) -> AxisMatrix:
    places = np.maximum(_places(n, m, factor, align_corners), 0.0)
    left = np.minimum(places.astype(np.int64), n - 1)
    right = np.minimum(left + 1, n - 1)
    share = np.clip(places - left, 0.0, 1.0)
    rows = np.tile(np.arange(m), 2)
    return axis_matrix(
        m, n, rows, np.concatenate((left, right)), np.concatenate((1.0 - share, share))
    )


@lru_cache(maxsize=256)
def _cubic(n: int, m: int, factor: float | None, align_corners: bool) -> AxisMatrix:
    places = _places(n, m, factor, align_corners)
    left = np.floor(places).astype(np.int64)
    columns = [np.clip(left + i, 0, n - 1) for i in (-1, 0, 1, 2)]
    rows = np.tile(np.arange(m), 4)
    weights = np.concatenate(cubic_weights(places - left))
    return axis_matrix(m, n, rows, np.concatenate(columns), weights)


def cubic_weights(t: Any, a: float = -0.75) -> list[Any]:
    """Return the weights of the four elements around a place, t after the second of them.

    The convolution kernel of R. Keys, "Cubic convolution interpolation for digital image
    processing", 1981, equation 4; works on arrays and on Tensors.
    """
    near, far = 1.0 - t, 2.0 - t
    return [
        ((a * (t + 1.0) - 5.0 * a) * (t + 1.0) + 8.0 * a) * (t + 1.0) - 4.0 * a,
        ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0,
        ((a + 2.0) * near - (a + 3.0)) * near * near + 1.0,
        ((a * far - 5.0 * a) * far + 8.0 * a) * far - 4.0 * a,
    ]


def _smoothed(
    n: int, m: int, step: float, reach: float, kernel: Callable[[Array], Array]
) -> AxisMatrix:
    """Return the matrix of a kernel as wide as a new element, if that is wider than an old one."""
    wide = max(step, 1.0)
    centres = step * (np.arange(m) + 0.5)
    starts = np.maximum((centres - reach * wide + 0.5).astype(np.int64), 0)
    ends = np.minimum((centres + reach * wide + 0.5).astype(np.int64), n)
    columns = np.arange(n)
    weights = kernel(np.abs((columns - centres[:, None] + 0.5) / wide))
    weights *= (columns >= starts[:, None]) & (columns < ends[:, None])
    weights /= weights.sum(1, keepdims=True)
    rows, columns = np.nonzero(weights)
    return axis_matrix(m, n, rows, columns, weights[rows, columns])


@lru_cache(maxsize=256)
def _smoothed_linear(n: int, m: int, factor: float | None, align_corners: bool) -> AxisMatrix:
    step = _step(n, m, factor, align_corners)
    return _smoothed(n, m, step, 1.0, lambda x: np.maximum(1.0 - x, 0.0))


@lru_cache(maxsize=256)
def _smoothed_cubic(n: int, m: int, factor: float | None, align_corners: bool) -> AxisMatrix:
    def kernel(x: Array) -> Array:
        _, near, _, _ = cubic_weights(x, -0.5)
        far, _, _, _ = cubic_weights(x - 1.0, -0.5)
        return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))

    return _smoothed(n, m, _step(n, m, factor, align_corners), 2.0, kernel)
