"""`Buffer`: a tensor that a Module keeps and saves, and does not train.
Read `module/registration.py` next, where it is registered.
"""

from __future__ import annotations

from typing import Any

from ..autograd.tensor_base import new
from ..errors import DTypeError
from ..tensor import Tensor
from ..tensor.creation import empty


class Buffer(Tensor):
    """A tensor that becomes a buffer when assigned to a Module, in state_dict if `persistent`.

    Shares the memory of `data`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.Module()
        >>> layer.mean = tnn.nn.Buffer(tnn.zeros(1))
        >>> list(layer.state_dict())
        ['mean']
    """

    __slots__ = ("persistent",)
    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        made: Buffer = new(cls)
        given = empty(0) if data is None else data
        if not isinstance(given, Tensor):
            raise DTypeError(f"Buffer() takes a Tensor, got {type(data).__name__}")
        made.array, made.version, made.node = given.array, given.version, None
        made.requires_grad_(given.requires_grad)
        made.persistent = persistent
        return made

    def __init__(self, data: Any = None, *, persistent: bool = True) -> None:
        pass
