"""How `copy` and `pickle` take a tensor: with its memory, its strides and what was set on it.
Read `tensor.py` next, which puts PyTorch's operators and methods on top.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds
from numpy.lib.stride_tricks import as_strided

from ..autograd.tensor_base import make_tensor, new
from ..errors import GraphError
from .facts import TensorFacts

Memory = np.ndarray[Any, Any]  # flat: whatever lies between the first and the last element


class CopyProtocol(TensorFacts):
    """A tensor that can be copied and pickled, as a leaf."""

    __slots__ = ()

    def __copy__(self) -> Any:
        """Return another leaf with the same memory."""
        made = _leaf(type(self), self.array, self.version, self.requires_grad)
        made.__dict__.update(_set_on(self))
        return made

    def __deepcopy__(self, memo: dict[Any, Any]) -> Any:
        if not self.is_leaf:
            raise GraphError(
                "deepcopy of a computed tensor would need its whole graph; copy .detach() instead"
            )
        array, owner = self.array, _owner(self.array)
        copies = memo.setdefault(CopyProtocol, {})  # of memory: copied views share what they shared
        if id(owner) not in copies:
            copies[id(owner)] = make_tensor(_memory(owner).copy())
        copied = copies[id(owner)]
        shown = np.ndarray(
            array.shape, array.dtype, copied.array, _offset(array, owner), array.strides
        )
        made = _leaf(type(self), shown, copied.version, self.requires_grad)
        memo[id(self)] = made
        made.__dict__.update(deepcopy(_set_on(self), memo))
        made.grad = self._copied_gradient(memo)
        return made

    def _copied_gradient(self, memo: dict[Any, Any]) -> Any:
        return deepcopy(self.grad, memo)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle as a leaf, without the gradient."""
        array = self.array
        layout = (array.shape, array.dtype, _offset(array, array), array.strides)
        arguments = (type(self), _memory(array), layout, self.requires_grad)
        return _unpickled, arguments, _set_on(self) or None


def _set_on(tensor: Any) -> dict[str, Any]:
    """Return the attributes that a user set, and the name; a copy has none of the hooks."""
    return {
        name: value for name, value in tensor.__dict__.items() if name not in ("grad", "_hooks")
    }


def _owner(array: Any) -> Any:
    """Return the array that owns the memory which this one shows a part of."""
    owner = base = array
    while (base := getattr(base, "base", None)) is not None:
        owner = base if isinstance(base, np.ndarray) else owner
    return owner


def _memory(array: Any) -> Memory:
    """Return the bytes from the first to the last in memory of an array's elements, not copied."""
    if not array.size:
        return np.empty(0, np.uint8)
    low, high = byte_bounds(array)
    first = array[tuple([slice(-1, None) if step < 0 else slice(1) for step in array.strides])]
    return as_strided(first.reshape(1).view(np.uint8), (high - low,), (1,))


def _offset(array: Any, owner: Any) -> int:
    """Return how many bytes the first element lies behind the first byte of `_memory(owner)`."""
    if not array.size:
        return 0
    first: int = array.__array_interface__["data"][0]
    return first - int(byte_bounds(owner)[0])


def _leaf(kind: Any, array: Any, version: Any, requires_grad: bool) -> Any:
    made = new(kind)
    made.array, made.node, made.version = array, None, version
    return made.requires_grad_(requires_grad)


def _unpickled(kind: Any, memory: Memory, layout: Any, requires_grad: bool) -> Any:
    shape, dtype, offset, strides = layout
    writable = memory if memory.flags.writeable else memory.copy()
    array = np.ndarray(shape, dtype, writable, offset, strides)
    return _leaf(kind, array, make_tensor(array).version, requires_grad)
