"""Arrays of bfloat16 to and from tensors of both libraries, which PyTorch has no NumPy dtype for.
Read `beside_torch.py` next, which compares the libraries with it.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import tinygrad_nn as tnn

needs_bfloat16 = pytest.mark.skipif(find_spec("ml_dtypes") is None, reason="needs ml_dtypes")
HALVES = ["float16", pytest.param("bfloat16", marks=needs_bfloat16)]  # what is computed in float32
HALVES_HERE = ["float16", *["bfloat16"] * (find_spec("ml_dtypes") is not None)]
UNIT = {"float16": 2.0**-10, "bfloat16": 2.0**-7}  # of the last place, at 1


def numpy_dtype(name: str) -> Any:
    """Return NumPy's dtype of a name of PyTorch's."""
    return getattr(tnn, name).dtype


def as_tensor(library: Any, array: Any) -> Any:
    """Return an array as a tensor: over its memory in tinygrad_nn, over a copy in PyTorch."""
    if library is tnn:
        return tnn.from_numpy(array)
    if array.dtype.name == "bfloat16":
        return library.from_numpy(array.astype(np.float32)).bfloat16()
    return library.from_numpy(array.copy())  # PyTorch refuses some as they lie


def as_array(tensor: Any) -> Any:
    """Return what a tensor of either library holds."""
    if isinstance(tensor, tnn.Tensor):
        return tensor.array
    tensor = tensor.detach()
    if str(tensor.dtype) == "torch.bfloat16":
        return tensor.float().numpy().astype(tnn.bfloat16.dtype)
    return tensor.numpy(force=True)
