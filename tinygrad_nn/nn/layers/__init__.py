"""The layers: what has parameters, what activates, and what holds other layers.
Read `linear.py` next, then `activation.py` and `container.py`.
"""

from .activation import LogSoftmax, ReLU, Sigmoid, Softmax, Tanh
from .container import Flatten, Sequential
from .linear import Identity, Linear

__all__ = [
    "Flatten",
    "Identity",
    "Linear",
    "LogSoftmax",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
