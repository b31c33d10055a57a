"""Several outputs of one operation: a Node for the call, and one per output that hands on to it.
Read `recording.py` next, which makes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from .node import Node, Operand, Origin, clock
from .tensor_base import make_tensor


class Gradients:
    """The gradients of an operation's several outputs, collected one output at a time."""

    shape = None  # as its Node has it: there is no one shape
    base: Any = ()  # never a buffer of the engine's own

    def __init__(self, by_output: dict[int, Any], dtype: Any) -> None:
        self.by_output = by_output
        self.dtype = dtype

    def __add__(self, other: Gradients) -> Gradients:
        """Collect the other's in this one: a copy for each of many outputs would be quadratic."""
        mine = self.by_output
        for i, gradient in other.by_output.items():
            mine[i] = mine[i] + gradient if i in mine else gradient
        return self

    def conj(self) -> Gradients:
        """Return the complex conjugate of each."""
        return Gradients({i: each.conj() for i, each in self.by_output.items()}, self.dtype)


def gradients_of(node: Node, g: Any, recorded: bool) -> list[Any]:
    """Return the gradient of each output, zeros for one that got none."""
    if not isinstance(g, Gradients):  # only one of the outputs has a gradient
        return [g] * len(node.op.returns)
    found = []
    for i, (shape, dtype) in enumerate(node.outputs):
        gradient = g.by_output.get(i)
        if gradient is None:
            gradient = np.zeros(shape, dtype)
        if recorded and isinstance(gradient, np.ndarray):
            gradient = make_tensor(gradient)
        found.append(gradient)
    return found


class Selector(Origin):
    """What makes output number i of a call: hands its gradient on under that number."""

    parameters = ("outputs",)
    selects = True

    def __init__(self, name: str, backward_name: str, position: int) -> None:
        super().__init__(name, backward_name)
        self.position = position

    def pull(self, node: Node, g: Any, wanted: Any, recorded: bool) -> list[tuple[Node, Any]]:
        """Return the one contribution, to the Node of the call."""
        edge: Any = node.inputs[0]
        if wanted is not None and edge not in wanted:
            return []
        return [(edge, Gradients({self.position: g}, edge.dtype))]

    def operands_of(self, node: Node) -> Iterator[Operand]:
        """Yield what the call took; see `Node.operands`."""
        return node.inputs[0].operands()  # type: ignore[union-attr]

    def constants_of(self, node: Node) -> dict[str, Any]:
        """Return the arguments of the call that are no tensors."""
        return node.inputs[0].constants()  # type: ignore[union-attr]


_selector = lru_cache(maxsize=4096)(Selector)  # one for all calls of an operation


def make_selector(node: Node, position: int) -> Node:
    """Make the Node of output number `position` of a call's Node."""
    selector = Node()
    selector.op = _selector(node.op.public, node.op.backward_name, position)
    selector.serial = clock()
    selector.inputs = (node,)
    selector.arguments = selector.saved = ()
    selector.shape, selector.dtype = node.outputs[position]
    selector.extra = None
    return selector
