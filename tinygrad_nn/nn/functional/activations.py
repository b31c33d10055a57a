"""Activations as functions: `F.relu(x)`, with PyTorch's `inplace` and implied `dim`.
Read `regression.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.arguments import as_dtype
from ...arrays.refusing import shown
from ...errors import DTypeError
from ...ops.elementwise import activations, functions
from ...ops.layers import softmax as softmax_ops
from ...tensor import Tensor
from ...warn import warn_user

__all__ = ["log_softmax", "relu", "sigmoid", "softmax", "softplus", "tanh"]


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return max(input, 0); written into the input if `inplace`."""
    return input.relu_() if inplace else activations.relu(input)


def tanh(input: Tensor) -> Tensor:
    """Return (e^x - e^-x) / (e^x + e^-x), between -1 and 1."""
    return functions.tanh(input)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return log(1 + e^(beta x)) / beta, and x itself where beta x is above the threshold."""
    return activations.softplus(input, beta, threshold)


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + e^-x), between 0 and 1."""
    return activations.sigmoid(input)


def _implied_dim(input: Tensor, dim: int | None, name: str) -> int:
    if dim is not None:
        return dim
    if not isinstance(input, Tensor):
        raise DTypeError(f"{name}() takes a Tensor, got {shown(input)}")
    warn_user(f"{name} without dim is ambiguous; pass dim=, as in {name}(x, dim=1)")
    return 0 if input.array.ndim in (0, 1, 3) else 1


def softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Return e^x / sum(e^x) over `dim`."""
    converted = input if dtype is None else input.to(dtype=as_dtype(dtype, "softmax"))
    return softmax_ops.softmax(converted, _implied_dim(input, dim, "softmax"))


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Return log(softmax(x)) over `dim`, in one stable step."""
    converted = input if dtype is None else input.to(dtype=as_dtype(dtype, "log_softmax"))
    return softmax_ops.log_softmax(converted, _implied_dim(input, dim, "log_softmax"))
