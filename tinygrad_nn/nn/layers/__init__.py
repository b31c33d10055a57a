"""The layers: what has parameters, what activates, and what holds other layers.
Read `linear.py` next, then `activation.py` and `container.py`.
"""

from .activation import LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from .container import Flatten, Sequential
from .convolution import Conv2d
from .dropout import Dropout
from .linear import Identity, Linear
from .normalization import LayerNorm

__all__ = [
    "Conv2d",
    "Dropout",
    "Flatten",
    "Identity",
    "LayerNorm",
    "Linear",
    "LogSoftmax",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
