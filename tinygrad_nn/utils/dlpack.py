"""`torch.utils.dlpack`: tensors that share their memory with other libraries'.
Read `../tensor/dlpack.py` next.
"""

from typing import Any

from ..tensor import Tensor
from ..tensor.dlpack import from_dlpack

__all__ = ["from_dlpack", "to_dlpack"]


def to_dlpack(tensor: Tensor) -> Any:
    """Return a tensor's memory as a capsule, for another library's `from_dlpack`.

    Example:
        >>> import tinygrad_nn as torch
        >>> type(torch.utils.dlpack.to_dlpack(torch.ones(2))).__name__
        'PyCapsule'
    """
    return tensor.__dlpack__()
