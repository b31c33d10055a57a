"""`torch.library`: operations that programs define by functions, with gradients of their own.
Read `../autograd/function.py` next, which they are recorded by.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any

from ..arrays.refusing import shown
from ..autograd import Function
from ..errors import ArgumentError, DTypeError

_defined: dict[str, CustomOpDef] = {}


class _Recorded(Function):
    """A call of an operation whose gradients a function of the program gives."""

    @staticmethod
    def forward(ctx: Any, op: CustomOpDef, *args: Any) -> Any:
        output = op.function(*args)
        ctx.op = op
        if op.setup_context is not None:
            op.setup_context(ctx, args, output)
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        given = ctx.op.backward(ctx, *gradients)
        return (None, *(given if isinstance(given, tuple) else (given,)))


class CustomOpDef:
    """An operation that a program defined: it is called as the function that it was made of."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name, self.function = name, function
        self.signature = inspect.signature(function)
        self.backward: Callable[..., Any] | None = None
        self.setup_context: Callable[..., Any] | None = None
        update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = self.signature.bind(*args, **kwargs)
        given.apply_defaults()
        if self.backward is None or given.kwargs:
            return self.function(*given.args, **given.kwargs)
        return _Recorded.apply(self, *given.args)

    def register_autograd(
        self, backward: Callable[..., Any], /, *, setup_context: Callable[..., Any] | None = None
    ) -> None:
        """Have `backward(ctx, *gradients)` give a gradient for each argument, or None.

        `setup_context(ctx, inputs, output)` is called after the operation, to keep what it needs.
        """
        self.backward, self.setup_context = backward, setup_context

    def register_fake(self, fn: Callable[..., Any], /) -> Callable[..., Any]:
        """Return the function, which says of shapes to a compiler; there is none here."""
        return fn

    def register_kernel(
        self, device_types: Any, fn: Callable[..., Any] | None = None, /
    ) -> Callable[..., Any]:
        """Take a function for the CPU in the place of the one given first; others are left."""
        kinds = [device_types] if isinstance(device_types, (str, type(None))) else device_types

        def register(fn: Callable[..., Any]) -> Callable[..., Any]:
            if None in kinds or "cpu" in kinds:
                self.function = fn
            return fn

        return register if fn is None else register(fn)

    def register_vmap(self, fn: Callable[..., Any], /) -> Callable[..., Any]:
        """Return the function: `vmap` calls the operation for each slice."""
        return fn


def custom_op(
    name: str,
    fn: Callable[..., Any] | None = None,
    /,
    *,
    mutates_args: str | Iterable[str] = (),
    device_types: Any = None,
    schema: str | None = None,
    tags: Any = None,
) -> Any:
    """Make an operation of a function; without one, a decorator that does so.

    The name is "room::operation". The function's own operations are not recorded once
    `register_autograd` gave the gradients.

    Raises:
        ValueError: a name without "::". TypeError: no function.

    Example:
        >>> import tinygrad_nn as torch
        >>> @torch.library.custom_op("mine::double", mutates_args=())
        ... def double(x: torch.Tensor) -> torch.Tensor:
        ...     return 2 * x.detach()
        >>> double.register_autograd(lambda ctx, gradient: 2 * gradient)
        >>> x = torch.ones(2, requires_grad=True)
        >>> double(x).sum().backward(); x.grad
        tensor([2., 2.])
    """
    if "::" not in name:
        raise ArgumentError(f"custom_op: a name is like 'room::operation', got {name!r}")

    def define(fn: Callable[..., Any]) -> CustomOpDef:
        if not callable(fn):
            raise DTypeError(f"custom_op: {name} is made of a function, got {shown(fn)}")
        _defined[name] = CustomOpDef(name, fn)
        return _defined[name]

    return define if fn is None else define(fn)


def _found(op: Any, call: str) -> CustomOpDef:
    found = _defined.get(op) if isinstance(op, str) else op
    if not isinstance(found, CustomOpDef):
        raise ArgumentError(
            f"{call}: {op!r} is no operation of library.custom_op; there are {sorted(_defined)}"
        )
    return found


def register_autograd(
    op: Any,
    backward: Callable[..., Any],
    /,
    *,
    setup_context: Callable[..., Any] | None = None,
    lib: Any = None,
) -> None:
    """Give the gradients of an operation, or of the one of a name: see `CustomOpDef`."""
    _found(op, "register_autograd").register_autograd(backward, setup_context=setup_context)


def register_fake(
    op: Any, func: Callable[..., Any] | None = None, /, *, lib: Any = None, **options: Any
) -> Any:
    """Return the function, which says of shapes to a compiler; without one, a decorator."""
    return (lambda fn: fn) if func is None else func


def register_kernel(
    op: Any, device_types: Any, func: Callable[..., Any] | None = None, /, *, lib: Any = None
) -> Any:
    """Take a function for the CPU in the place of the one that an operation was made of."""
    return _found(op, "register_kernel").register_kernel(device_types, func)
