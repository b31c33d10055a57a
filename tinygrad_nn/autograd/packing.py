"""What hooks make of the tensors that operations keep for backward, and what is made of it there.
Read `anomaly.py` next, which has it done; users set the hooks with `graph.saved_tensors_hooks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ..arrays.kinds import is_array
from ..errors import DTypeError, GraphError
from .grad_mode import no_grad, saving
from .node import Node
from .tensor_base import CONSTANT, TensorBase, make_tensor


class Hooks(NamedTuple):
    """Two functions: what is kept of a tensor, and the tensor that it stands for."""

    pack: Callable[[Any], Any]
    unpack: Callable[[Any], Any]


class Packed:
    """What is kept in the place of an array."""

    __slots__ = ("hooks", "of", "value")

    def __init__(self, array: Any, hooks: Hooks, edge: Node | None = None) -> None:
        leaf = None if edge is None else edge.tensor
        is_leaf = leaf is not None and leaf.array is array
        tensor: Any = leaf if is_leaf else make_tensor(array, edge)
        version = tensor.version[0]
        with no_grad():
            self.value = hooks.pack(tensor)
        if tensor.version[0] != version:
            raise GraphError(
                f"a pack hook wrote in place into the tensor of shape {array.shape} that an "
                "operation keeps for backward; return a new tensor instead"
            )
        self.hooks = hooks
        self.of = id(array)  # told apart only while the array is held elsewhere

    def open(self) -> Any:
        """Return the array that the unpack hook makes of it.

        Raises:
            DTypeError: the hook returns something else than a tensor.
        """
        made = self.hooks.unpack(self.value)
        if not isinstance(made, TensorBase):
            raise DTypeError(f"an unpack hook returned {type(made).__name__}, not a Tensor")
        return made.array


def pack(node: Node) -> bool:
    """Have the innermost hooks pack what a Node keeps; whether there are any.

    They see an operand with its graph, and an output without: it would hold the Node that holds it.
    """
    hooks = saving()
    if not hooks or not isinstance(hooks[-1], Hooks):
        return False
    kept = enumerate(node.saved or ())
    node.saved = tuple(_packed(entry, hooks[-1], node.op.source_of(node, i)) for i, entry in kept)
    return True


def pack_before_write(node: Node, array: Any) -> None:
    """Pack a copy of an array that is about to be written, wherever the Node keeps it packed."""

    def again(value: Any) -> Any:
        is_it = isinstance(value, Packed) and value.of == id(array)
        return Packed(array.copy(), value.hooks) if is_it else value

    saved = node.saved or ()
    node.saved = tuple(entry and (again(entry[0]), *entry[1:]) for entry in saved)


def _packed(entry: Any, hooks: Hooks, source: Any) -> Any:
    """Pack what is an array, or a list of them: what is made of it later has no version."""
    if entry is None:
        return None
    value, cell, _ = entry
    if is_array(value):
        return Packed(value, hooks, source), cell if cell is CONSTANT else [0], 0
    if isinstance(value, list) and hasattr(cell, "cells"):
        free = type(cell)([[0] for _ in value])
        sources = source or (None,) * len(value)
        packed = [Packed(each, hooks, edge) for each, edge in zip(value, sources, strict=True)]
        return packed, free, free[0]
    return entry


@contextmanager
def unpacked(node: Node) -> Iterator[None]:
    """Give a Node arrays again while its gradient is taken further."""
    packed = node.saved
    if packed is not None:
        node.saved = tuple(entry and (opened(entry[0]), *entry[1:]) for entry in packed)
    try:
        yield
    finally:
        node.saved = packed


def opened(value: Any) -> Any:
    """Return a kept value, with arrays for what was packed."""
    if isinstance(value, Packed):
        return value.open()
    return [opened(each) for each in value] if isinstance(value, list) else value
