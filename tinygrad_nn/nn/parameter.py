"""`Parameter`: a tensor that a Module trains.
Read `module/module.py` next.
"""

from __future__ import annotations

from typing import Any

from ..autograd.tensor_base import new
from ..errors import DTypeError
from ..tensor import Tensor


class Parameter(Tensor):
    """A leaf that requires a gradient and registers itself when assigned to a Module.

    Shares the memory of `data`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Parameter(tnn.ones(2))
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    __slots__ = ()

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        made: Parameter = new(cls)
        if data is None:
            data = Tensor(0)
        if not isinstance(data, Tensor):
            raise DTypeError(f"Parameter() takes a Tensor, got {type(data).__name__}")
        made.array, made.version, made.node = data.array, data.version, None
        made.requires_grad_(requires_grad)
        return made

    def __init__(self, data: Any = None, requires_grad: bool = True) -> None:
        pass

    def _copied_gradient(self, memo: dict[Any, Any]) -> None:
        return None  # as in PyTorch: a copied model starts afresh

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()
