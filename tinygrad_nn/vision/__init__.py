"""torchvision's first things: `datasets`, `transforms` and `utils`, in its spelling.
Read `transforms/conversions.py` first, which makes tensors of images, then `datasets/mnist.py`.
"""

import sys as _sys

from ..places import missing as _missing
from . import datasets, models, transforms, utils

__all__ = ["datasets", "models", "transforms", "utils"]

__version__ = "0.28.0"  # the torchvision that goes with the PyTorch that is followed

for _place in ("", ".datasets", ".models", ".transforms", ".utils"):
    _missing.explain_names_of(_sys.modules[__name__ + _place], f"vision{_place}")
