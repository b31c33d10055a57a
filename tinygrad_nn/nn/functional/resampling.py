"""Images in another size, sampled at free places, and their channels shuffled, as functions.
Read `regression.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import instead_of, refuses
from ...ops.layers import grid_sampling
from ...ops.layers.resampling import interpolate
from ...ops.layers.shuffling import (
    channel_shuffle,
    native_channel_shuffle,
    pixel_shuffle,
    pixel_unshuffle,
)
from ...tensor import Tensor
from ...warn import warn_user

__all__ = [
    "affine_grid",
    "channel_shuffle",
    "grid_sample",
    "interpolate",
    "native_channel_shuffle",
    "pixel_shuffle",
    "pixel_unshuffle",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
]


@refuses
@instead_of("interpolate")
def upsample(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """Return interpolate(...), of which this is the old name."""
    warn_user("upsample is an old name; call interpolate")
    return interpolate(input, size, scale_factor, mode, align_corners)


@refuses
@instead_of("interpolate")
def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """Return interpolate(mode="nearest"), of which this is an old name."""
    warn_user("upsample_nearest is an old name; call interpolate")
    return interpolate(input, size, scale_factor)


@refuses
@instead_of("interpolate")
def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """Return interpolate(mode="bilinear", align_corners=True), of which this is an old name."""
    warn_user("upsample_bilinear is an old name; call interpolate with align_corners=True")
    return interpolate(input, size, scale_factor, "bilinear", True)


@refuses
def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """Return (N, C, H, W) sampled at a grid (N, h, w, 2) of places (x, y), or 5-D at (x, y, z).

    -1 and 1 are the centres of the corner elements with `align_corners`, else the outer edges.
    `mode` is "bilinear", "nearest" or "bicubic"; `padding_mode`, for places outside, "zeros",
    "border" or "reflection".

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> tnn.nn.functional.grid_sample(x, tnn.zeros(1, 1, 1, 2), align_corners=False)
        tensor([[[[2.5000]]]])
    """
    aligned = _aligned(align_corners, "grid_sample")
    return grid_sampling.grid_sample(input, grid, mode, padding_mode, aligned)


@refuses
def affine_grid(theta: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """Return the grid of an affine map (N, 2, 3) for grid_sample and an output (N, C, H, W).

    A map (N, 3, 4) is for an output (N, C, D, H, W).
    """
    return grid_sampling.affine_grid(theta, size, _aligned(align_corners, "affine_grid"))


def _aligned(given: bool | None, name: str) -> bool:
    if given is None:
        warn_user(f"{name}: align_corners is False where it is not given; say which is meant")
    return bool(given)
