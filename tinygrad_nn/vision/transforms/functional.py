"""The transforms as functions of an image, under torchvision's names.
Read `conversions.py` and `geometry.py`, where they are.
"""

from . import conversions as _conversions
from . import geometry as _geometry
from .conversions import *
from .geometry import *
from .interpolation import InterpolationMode

__all__ = ["InterpolationMode", *_conversions.__all__, *_geometry.__all__]
