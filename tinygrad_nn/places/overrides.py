"""Questions about classes that stand in for tensors, by `__torch_function__`, which isn't called.
Read `../tensor/tensor.py` next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..tensor import Tensor


def is_tensor_like(inp: Any) -> bool:
    """Whether something is a tensor, or of a class with `__torch_function__`."""
    return isinstance(inp, Tensor) or hasattr(inp, "__torch_function__")


def has_torch_function(relevant_args: Iterable[Any]) -> bool:
    """Return False: `__torch_function__` is not called here."""
    return False


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether a function is a method or a property of Tensor."""
    return any(func is each for kind in Tensor.__mro__ for each in vars(kind).values())
