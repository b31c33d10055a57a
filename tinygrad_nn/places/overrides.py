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


def has_torch_function_unary(*relevant_args: Any) -> bool:
    """Return False, as `has_torch_function`."""
    return False


has_torch_function_variadic = has_torch_function_unary


def get_default_nowrap_functions() -> set[Callable[..., Any]]:
    """Return an empty set: `__torch_function__` wraps no function's result here."""
    return set()


def is_tensor_method_or_property(func: Callable[..., Any]) -> bool:
    """Whether a function is a method or a property of Tensor."""
    return any(func is each for kind in Tensor.__mro__ for each in vars(kind).values())
