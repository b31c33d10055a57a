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


class ToImage(_fixed.Transform):
    """Make an image of Pillow's or an ndarray a tensor (C, H, W) of its own dtype."""

    def forward(self, pic: Any) -> Tensor:
        return conversions.to_image(pic)


class ToDtype(_fixed.Transform):
    """Convert a tensor to a dtype; with `scale`, 255 in uint8 is 1.0 in a float."""

    shows = ("scale",)

    def __init__(self, dtype: Any = dtypes.float32, scale: bool = False) -> None:
        super().__init__()
        self.dtype, self.scale = dtype, scale

    def forward(self, image: Any) -> Any:
        if not isinstance(image, Tensor):
            return image
        if self.scale:
            return conversions.convert_image_dtype(image, self.dtype)
        return image.to(self.dtype)
