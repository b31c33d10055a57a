"""`from_dlpack`: a tensor on the memory of another library's array.
Read `facts.py` next, whose `__dlpack__` goes the other way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.refusing import shown
from ..errors import DTypeError, ExchangeError
from .device import check_device
from .making import wrap
from .tensor import Tensor


def from_dlpack(ext_tensor: Any, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """Make a tensor that shares the memory of another library's array, by the DLPack protocol.

    `copy=True` gives it memory of its own. NumPy 2.0 lets such memory be read only.

    Raises:
        DTypeError: what has no `__dlpack__`, or a dtype that a tensor cannot hold.
        ExchangeError: memory that is not the CPU's, or a tensor that requires a gradient.

    Example:
        >>> import numpy as np, tinygrad_nn as tnn
        >>> array = np.zeros(2)
        >>> shared = tnn.from_dlpack(array)
        >>> array[0] = 1.0
        >>> shared
        tensor([1., 0.], dtype=torch.float64)
    """
    check_device(device, "from_dlpack")
    if not hasattr(ext_tensor, "__dlpack__"):
        raise DTypeError(
            f"from_dlpack() takes an array that has __dlpack__, got {shown(ext_tensor)}"
        )
    try:
        array = np.from_dlpack(ext_tensor)
    except ExchangeError:
        raise
    except (BufferError, RuntimeError) as error:  # no dtype of DLPack's, another device's memory
        raise ExchangeError(
            f"from_dlpack() cannot share the memory of {shown(ext_tensor)}: {error}"
        ) from error
    dtypes.from_numpy(array.dtype)
    return wrap(array.copy() if copy else array, None)
