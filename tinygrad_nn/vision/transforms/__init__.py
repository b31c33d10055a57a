"""torchvision's transforms: what is done to an image before a network sees it.
Read `conversions.py` first, then `fixed.py` and `drawn.py`, the classes that programs compose.
"""

from . import drawn as _drawn
from . import fixed as _fixed
from . import functional, v2
from .drawn import *
from .fixed import *
from .interpolation import InterpolationMode

__all__ = ["InterpolationMode", "functional", "v2", *_drawn.__all__, *_fixed.__all__]
