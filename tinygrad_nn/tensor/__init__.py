"""The class `Tensor` with PyTorch's operators and methods, and the functions that make tensors.
Read `device.py`, `printing.py`, `numpy_protocol.py`, `facts.py`, `tensor.py`, then `creation.py`.
"""

from .tensor import Tensor

__all__ = ["Tensor"]
