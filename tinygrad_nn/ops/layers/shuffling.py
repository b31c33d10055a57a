"""Channels made pixels, pixels made channels, and channels dealt out anew.
Read `attention.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.arguments import as_integer
from ...arrays.layout import contiguous_format
from ...arrays.refusing import instead_of, refuses
from ...errors import ArgumentError, ShapeError

__all__ = ["channel_shuffle", "native_channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


@refuses
def pixel_shuffle(input: Any, upscale_factor: int) -> Any:
    """Return (..., C r r, H, W) as (..., C, H r, W r): each r x r channels a block of pixels.

    "Real-Time Single Image and Video Super-Resolution", W. Shi et al., 2016.
    """
    r, lead, (c, h, w) = _parts("pixel_shuffle", input, upscale_factor)
    if c % (r * r):
        raise ShapeError(
            f"pixel_shuffle: {c} channels of an input of shape {tuple(input.shape)} are no "
            f"multiple of upscale_factor² = {r * r}"
        )
    order = _order(lead, (0, 3, 1, 4, 2))
    blocks = input.reshape(*lead, c // (r * r), r, r, h, w).permute(order)
    return _laid_out(blocks).reshape(*lead, c // (r * r), h * r, w * r)


@refuses
def pixel_unshuffle(input: Any, downscale_factor: int) -> Any:
    """Return (..., C, H r, W r) as (..., C r r, H, W): the inverse of pixel_shuffle."""
    r, lead, (c, h, w) = _parts("pixel_unshuffle", input, downscale_factor)
    if h % r or w % r:
        raise ShapeError(
            f"pixel_unshuffle: height and width of an input of shape {tuple(input.shape)} must be "
            f"multiples of downscale_factor = {r}"
        )
    order = _order(lead, (0, 2, 4, 1, 3))
    blocks = input.reshape(*lead, c, h // r, r, w // r, r).permute(order)
    return _laid_out(blocks).reshape(*lead, c * r * r, h // r, w // r)


def _laid_out(x: Any) -> Any:
    """Return a copy that lies row by row, also where a reshape would need none."""
    return x.clone(memory_format=contiguous_format)


def _order(lead: tuple[int, ...], behind: tuple[int, ...]) -> tuple[int, ...]:
    first = len(lead)
    return (*range(first), *(first + place for place in behind))


def _parts(name: str, input: Any, factor: Any) -> Any:
    r = as_integer(factor, "the factor", name)
    if r < 1:
        raise ArgumentError(f"{name}: the factor must be 1 or more, got {r}")
    shape = tuple(input.shape)
    if len(shape) < 3:
        raise ShapeError(f"{name}: an input of (..., C, H, W) is expected, got shape {shape}")
    return r, shape[:-3], shape[-3:]


@refuses
def channel_shuffle(input: Any, groups: int) -> Any:
    """Return (N, C, ...) with the channels of `groups` stretches taken in turn.

    "ShuffleNet", X. Zhang et al., 2018, figure 1.
    """
    groups = as_integer(groups, "groups", "channel_shuffle")
    shape = tuple(input.shape)
    if len(shape) < 3:
        raise ShapeError(
            f"channel_shuffle: an input of (N, C, ...), 3-D or more, is expected, got shape {shape}"
        )
    if groups < 1 or shape[1] % groups:
        raise ShapeError(
            f"channel_shuffle: {shape[1]} channels of an input of shape {shape} do not divide into "
            f"{groups} groups"
        )
    parts = input.reshape(shape[0], groups, shape[1] // groups, *shape[2:])
    return _laid_out(parts.transpose(1, 2)).reshape(shape)


@refuses
@instead_of("channel_shuffle")
def native_channel_shuffle(input: Any, groups: int) -> Any:
    """Return channel_shuffle(input, groups)."""
    return channel_shuffle(input, groups)
