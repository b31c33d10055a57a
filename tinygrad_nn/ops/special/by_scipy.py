"""SciPy, asked for by the functions that nobody writes twice, and what is said where it is missing.
Read `error_functions.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.dtypes import FLOAT16, FLOAT32, Array
from ...arrays.kinds import is_array
from ...autograd.grad_mode import mode
from ...autograd.tensor_base import TensorBase
from ...errors import GraphError, MissingExtraError
from ..elementwise.complex_parts import check_ordered


def scipy_special(name: str) -> Any:
    """Return the module `scipy.special`.

    Raises:
        MissingExtraError: SciPy is not installed.
    """
    try:
        import scipy.special
    except ImportError as error:
        raise MissingExtraError(
            f'{name}: this function needs SciPy: pip install "tinygrad_nn[special]"'
        ) from error
    return scipy.special


def compute(function: Any, name: str, *operands: Any) -> Array:
    """Return a function of SciPy's of operands of one dtype, or numbers: float16 in float32."""
    dtype = next(each.dtype for each in operands if is_array(each))
    arrays = [np.asarray(each, FLOAT32 if dtype is FLOAT16 else dtype) for each in operands]
    for each in arrays:
        check_ordered(each, name)
    return np.asarray(function(*arrays)).astype(dtype, copy=False)


def check_constant(name: str, argument: str, value: Any) -> None:
    """Raise `GraphError` for a tensor by which nobody knows the derivative."""
    if isinstance(value, TensorBase) and value.node is not None and mode():
        raise GraphError(
            f"{name}: no derivative by {argument}, of shape {value.array.shape}, is known, as in "
            "PyTorch; give it .detach()"
        )
