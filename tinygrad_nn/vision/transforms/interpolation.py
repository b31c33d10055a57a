"""How pixels between pixels are found, in torchvision's words and in Pillow's numbers.
Read `geometry.py` next, which asks for it.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from ...errors import ArgumentError


class InterpolationMode(Enum):
    """The ways to interpolate; images of Pillow's take all of them, tensors the first four."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


BY_NUMBER = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")  # Pillow's


def in_tensors(given: Any, function: str) -> str:
    """Return PyTorch's name of a mode, or of Pillow's number of it.

    Raises:
        ArgumentError: it is for Pillow's images alone, or none at all.
    """
    name = given.value if isinstance(given, InterpolationMode) else None
    if given in range(len(BY_NUMBER)):
        name = BY_NUMBER[given]
    if name not in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        raise ArgumentError(
            f"{function}: a tensor is interpolated by InterpolationMode.NEAREST, NEAREST_EXACT, "
            f"BILINEAR or BICUBIC, got {given!r}"
        )
    return name


def in_pillow(given: Any, function: str) -> int:
    """Return Pillow's number of a mode; a number is one already.

    Raises:
        ArgumentError: there is no such mode.
    """
    if given in range(len(BY_NUMBER)):
        return int(given)
    if not isinstance(given, InterpolationMode):
        raise ArgumentError(f"{function}: an InterpolationMode expected, got {given!r}")
    return BY_NUMBER.index(given.value.removesuffix("-exact"))
