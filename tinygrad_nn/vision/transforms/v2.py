"""The newer spelling, `from torchvision.transforms import v2`: the same transforms.
Read `fixed.py`, where `ToImage` and `ToDtype` are, which programs in it begin with.
"""

from . import drawn as _drawn
from . import fixed as _fixed
from . import functional
from .drawn import *
from .fixed import *
from .interpolation import InterpolationMode

__all__ = ["InterpolationMode", "functional", *_drawn.__all__, *_fixed.__all__]
