"""The newer spelling, `from torchvision.transforms import v2`: the same transforms, and two more.
Read `conversions.py`, which they begin with.
"""

from __future__ import annotations

from typing import Any

from ...arrays import dtypes
from ...tensor import Tensor
from . import conversions, functional
from . import drawn as _drawn
from . import fixed as _fixed
from .drawn import *
from .fixed import *
from .interpolation import InterpolationMode

__all__ = [
    "InterpolationMode",
    "ToDtype",
    "ToImage",
    "functional",
    *_drawn.__all__,
    *_fixed.__all__,
]


class ToImage(_fixed.Transform, of=conversions.to_image):
    """Make an image of Pillow's or an ndarray a tensor (C, H, W) of its own dtype."""


def _to_dtype(img: Any, dtype: Any = dtypes.float32, scale: bool = False) -> Any:
    if not isinstance(img, Tensor):
        return img
    return conversions.convert_image_dtype(img, dtype) if scale else img.to(dtype)


class ToDtype(_fixed.Transform, of=_to_dtype, hides="dtype"):
    """Convert a tensor to a dtype; with `scale`, 255 in uint8 is 1.0 in a float."""
