"""`Variable`, the wrapper that older PyTorch programs put around every tensor; now just the tensor.
Read `../autograd/function.py` next.
"""

from __future__ import annotations

from typing import Any

from ..errors import DTypeError
from ..warn import warn_user
from .tensor import Tensor


class _AnyTensor(type):
    """Makes `isinstance(t, Variable)` mean that `t` is a tensor."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, Tensor)


class Variable(metaclass=_AnyTensor):
    """`Variable(t)` is a tensor with the memory of `t`; it requires a gradient only if asked to.

    Raises:
        TypeError: no tensor.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.autograd.Variable(tnn.ones(2), requires_grad=True)
        tensor([1., 1.], requires_grad=True)
    """

    def __new__(cls, data: Any, requires_grad: bool = False, volatile: bool = False) -> Any:
        if not isinstance(data, Tensor):
            raise DTypeError(f"Variable() takes a Tensor, got {type(data).__name__}")
        if volatile:
            warn_user("volatile has no effect any more; compute under tnn.no_grad() instead")
        return data.detach().requires_grad_(requires_grad)
