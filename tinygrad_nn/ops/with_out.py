"""`out=` of functions that are made of several operations; single operations have it themselves.
Read `elementwise/` next.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from ..arrays.refusing import shown
from ..autograd.grad_mode import mode, no_grad
from ..autograd.operands import write_out
from ..autograd.tensor_base import TensorBase
from ..errors import DTypeError, GraphError

Function = TypeVar("Function", bound=Callable[..., Any])


def with_out(function: Function) -> Function:
    """Have a function write its result into a tensor given as `out=`, or a list into several."""
    name = function.__name__

    @wraps(function)
    def call(*args: Any, out: Any = None, **keywords: Any) -> Any:
        if out is None:
            return function(*args, **keywords)
        check_no_gradient(name, (*args, *keywords.values()))
        with no_grad():
            made = function(*args, **keywords)
        several = isinstance(made, (tuple, list))
        held = list(out) if several and isinstance(out, (tuple, list)) else [out]
        results = list(made) if several else [made]
        if len(held) != len(results) or not all(isinstance(each, TensorBase) for each in held):
            number = f"{len(results)} Tensors" if several else "a Tensor"
            raise DTypeError(f"{name}: out must be {number}, got {shown(out)}")
        for into, result in zip(held, results, strict=True):
            write_out(name, into, result)
        return out

    return call  # type: ignore[return-value]


def check_no_gradient(name: str, given: tuple[Any, ...]) -> None:
    """Raise `GraphError` where what is written into `out=` would need a graph."""
    tensors: list[Any] = []
    for each in given:
        tensors += each if isinstance(each, (tuple, list)) else (each,)
    needs = [x for x in tensors if isinstance(x, TensorBase) and x.node is not None]
    if needs and mode():
        raise GraphError(
            f"{name}(out=...) is not differentiable, and a tensor of shape "
            f"{needs[0].array.shape} requires a gradient; call it without out=, or under "
            "tnn.no_grad()"
        )
