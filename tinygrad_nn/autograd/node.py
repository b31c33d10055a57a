"""A Node of the computation graph: one recorded operation, or a leaf that collects a gradient.
Read `op.py` next, which makes Nodes, and then `engine.py`, which walks them backwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any
from weakref import ref

clock = itertools.count(1).__next__  # a Node is newer than all it was computed from


class Node:
    """What backward needs of one tensor: how it was made, and from which Nodes.

    A Node never holds its own tensor, and only points to older Nodes: no reference cycles, so a
    graph is freed by reference counts alone. It has no `__init__`: setting the slots in place is
    faster (75 ns for the object against 250).
    """

    __slots__ = (
        "attributes",  # per parameter: the value of one that is no tensor, such as `dim`; a weak
        # reference to a tensor that needs no gradient, for graphs to show; else None
        "dtype",  # NumPy dtype of the tensor made, which its gradient must have
        "extra",  # None, or an Extra: hooks, a retained gradient, the line of the program
        "inputs",  # the Nodes of the operands, None for one that needs no gradient
        "op",  # the Op recorded; None for a leaf
        "saved",  # per parameter and for the output: (array, version cell, version then) or None
        "serial",  # creation time; creation order is a topological order
        "shape",  # shape of the tensor made
    )

    op: Any
    serial: int
    inputs: tuple[Node | None, ...]
    attributes: tuple[Any, ...]
    saved: tuple[Any, ...] | None  # None: freed by a backward pass
    shape: tuple[int, ...]
    dtype: Any
    extra: Extra | None

    def __repr__(self) -> str:
        return f"<{self.name()}>"

    def name(self) -> str:
        """Return PyTorch's name for the backward of this operation, such as `MulBackward0`."""
        if self.op is None:
            return "AccumulateGrad"
        words = self.op.name.strip("_").split("_")
        return "".join(word[:1].upper() + word[1:] for word in words) + "Backward0"

    @property
    def next_functions(self) -> tuple[tuple[Node, int], ...]:
        """The Nodes that this one's gradient flows to, as PyTorch lists them."""
        return tuple((node, 0) for node in self.inputs if node is not None)

    def register_hook(self, hook: Callable[[Any], Any]) -> RemovableHandle:
        """Call `hook(gradient)` when this Node's whole gradient is known; it may return another."""
        return add_hook(extra_of(self).hooks, hook)


class Extra:
    """What few Nodes have: a place for `.grad`, hooks, the program line (for anomaly mode), a name.

    A leaf's has a weak reference to its tensor, for graphs to show.
    """

    __slots__ = ("checksums", "grad", "hooks", "line", "name", "retains_grad", "tensor")

    def __init__(self) -> None:
        self.grad: Any = None
        self.retains_grad = False
        self.hooks: dict[int, Callable[[Any], Any]] = {}
        self.line: str | None = None
        self.checksums: tuple[int, ...] = ()
        self.name: str | None = None
        self.tensor: ref[Any] | None = None


def make_leaf(tensor: Any, grad: Any = None) -> Node:
    """Make the Node of a tensor that requires a gradient and was not computed."""
    node = Node()
    node.op = None
    node.serial = clock()
    node.inputs = ()
    node.attributes = node.saved = ()
    node.shape = tensor.array.shape
    node.dtype = tensor.array.dtype
    node.extra = Extra()
    node.extra.tensor = ref(tensor)
    node.extra.grad = grad
    node.extra.retains_grad = True
    return node


def extra_of(node: Node) -> Extra:
    """Return the Node's Extra, made when first asked for."""
    if node.extra is None:
        node.extra = Extra()
    return node.extra


class RemovableHandle:
    """What registering a hook returns: `remove()` unregisters it, also as a `with` block."""

    def __init__(self, hooks: dict[int, Callable[..., Any]], key: int) -> None:
        self._hooks = hooks
        self.id = key

    def remove(self) -> None:
        """Unregister the hook; a second call does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def add_hook(hooks: dict[int, Callable[..., Any]], hook: Callable[..., Any]) -> RemovableHandle:
    """Register `hook` behind those there and return the handle that removes it."""
    key = clock()
    hooks[key] = hook
    return RemovableHandle(hooks, key)
