"""torchvision's first things: `datasets`, `transforms` and `utils`, in its spelling.
Read `transforms/conversions.py` first, which makes tensors of images, then `datasets/mnist.py`.
"""

from . import datasets, models, transforms, utils

__all__ = ["datasets", "models", "transforms", "utils"]

__version__ = "0.28.0"  # the torchvision that goes with the PyTorch that is followed
