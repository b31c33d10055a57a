"""`torch._assert` and `torch._check`: conditions of programs, which raise where they do not hold.
Read `tensor.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError, ShapeError
from .tensor import Tensor


def _assert(condition: Any, message: Any) -> None:
    """Raise AssertionError with the message unless the condition holds."""
    if not condition:
        raise AssertionError(message)


def _assert_async(input: Any, assert_msg: str | None = None) -> None:
    """Raise RuntimeError unless a tensor of one element is not 0."""
    if input.numel() != 1:
        raise ShapeError(f"_assert_async() takes a tensor of one element, got {input.numel()}")
    if not input.item():
        raise RuntimeError(assert_msg or "_assert_async: the element is not 0 expected, got 0")


def _check_with(error: type[Exception], cond: Any, message: Any = None) -> None:
    """Raise an error of a class unless a bool is True; `message` is a function that says why."""
    if not isinstance(cond, bool):
        raise DTypeError(f"_check() takes a bool, got {shown(cond)}")
    if cond:
        return
    if message is not None and not callable(message):
        raise DTypeError(f"_check() takes a function that makes the message, got {shown(message)}")
    raise error("_check: the condition does not hold" if message is None else str(message()))


def _check_tensor_all_with(error: type[Exception], cond: Any, message: Any = None) -> None:
    """Raise an error of a class unless every element of a tensor of bools is True."""
    if not (isinstance(cond, Tensor) and str(cond.dtype) == "torch.bool"):
        raise DTypeError(f"_check_tensor_all() takes a tensor of bools, got {shown(cond)}")
    _check_with(error, bool(cond.all()), message)


def _check(cond: Any, message: Callable[[], str] | None = None) -> None:
    """Raise RuntimeError unless a bool is True; `message` is a function that says why."""
    _check_with(RuntimeError, cond, message)


def _check_index(cond: Any, message: Callable[[], str] | None = None) -> None:
    """Raise IndexError unless a bool is True."""
    _check_with(IndexError, cond, message)


def _check_value(cond: Any, message: Callable[[], str] | None = None) -> None:
    """Raise ValueError unless a bool is True."""
    _check_with(ValueError, cond, message)


def _check_type(cond: Any, message: Callable[[], str] | None = None) -> None:
    """Raise TypeError unless a bool is True."""
    _check_with(TypeError, cond, message)


def _check_not_implemented(cond: Any, message: Callable[[], str] | None = None) -> None:
    """Raise NotImplementedError unless a bool is True."""
    _check_with(NotImplementedError, cond, message)


def _check_tensor_all(cond: Any, message: Callable[[], str] | None = None) -> None:
    """Raise RuntimeError unless every element of a tensor of bools is True."""
    _check_tensor_all_with(RuntimeError, cond, message)


def _check_is_size(i: Any, message: Callable[[], str] | None = None, *, max: Any = None) -> None:
    """Raise RuntimeError unless a number is a size: 0 or more, and `max` at most."""
    _check(i >= 0, message)
    if max is not None and i > max:
        raise ArgumentError(f"_check_is_size: at most {max} expected, got {i}")
