"""The backward pass of a computation, every contribution kept: what a person would write down.
Read `lines.py` next, which says it in formulas; `../../autograd/engine.py` does the same at speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any
from weakref import ref

import numpy as np

from ...arrays.dtypes import Array
from ...arrays.sums import sum_to_shape
from ...autograd.node import Node
from ...autograd.op import Op
from ...errors import GraphError
from ..structure.computation import Computation, Operand, Quantity, Step
from ..structure.values import compute_again, data_array, same


@dataclass(frozen=True, eq=False)
class Contribution:
    """What one use of a tensor adds to its gradient: incoming gradient times local derivative."""

    operand: Operand
    local: Array | None  # the local derivative, element by element; None if it is a whole Jacobian
    unreduced: Array  # as the rule gives it, of the shape that broadcasting made
    summed: tuple[int, ...]  # the dims of `unreduced` that are summed to undo broadcasting
    value: Array  # of the operand's shape


@dataclass(frozen=True, eq=False)
class BackwardStep:
    """An operation on the way back: its output's whole gradient, and what its operands get."""

    step: Step
    incoming: Array
    contributions: tuple[Contribution, ...]  # one per rule that ran: two for a * a


@dataclass(frozen=True, eq=False)
class BackwardPass:
    """All steps, newest first, and the gradients that they leave, by the id of the tensor."""

    steps: tuple[BackwardStep, ...]
    gradients: dict[str, Array]

    def paths_to(self, id: str) -> list[tuple[Step, Contribution]]:
        """Return every contribution to the gradient of a tensor, in the order of arrival."""
        return [
            (each.step, contribution)
            for each in self.steps
            for contribution in each.contributions
            if contribution.operand.quantity.id == id
        ]


@np.errstate(all="ignore")
def backward_pass(computation: Computation, scale: float = 1.0) -> BackwardPass:
    """Go back through a computation of one number, and change no `.grad`.

    The gradient starts from `scale`. Works after backward() has freed what was kept, if all of it
    can be computed again. Hooks are not called: their answers are not part of a derivation.

    Raises:
        GraphError: the result is no scalar; a value was written to in place since it was kept; or
            what was freed can not be computed again.
    """
    (output,) = computation.outputs
    if output.value is None or output.value.size != 1:
        raise GraphError(
            f"a backward pass starts at one number, not at a tensor of shape {output.shape}; "
            "reduce it first: .sum(), .mean()"
        )
    walk = _Walk(computation)
    walk.check_unchanged()
    root = next(node for node, quantity in walk.quantity_of.items() if quantity is output)
    start = np.full(output.value.shape, scale, output.value.dtype)
    return BackwardPass(tuple(walk.back_from(root, start)), walk.gradients)


class _Walk:
    """The engine's walk, newest Node first, with a record of what it did."""

    def __init__(self, computation: Computation) -> None:
        self.step_of: dict[Node, Step] = {}  # by the Node of the operation
        self.quantity_of: dict[Node, Quantity] = {}
        self.operands_of: dict[Node, list[Operand]] = {}  # those that want a gradient
        self.gradients: dict[str, Array] = {}
        for step in computation.steps:
            node = _of_operation(step.node)
            self.step_of.setdefault(node, step)
            self.quantity_of[step.node] = step.output
            self.operands_of[node] = [o for o in step.operands if o.quantity.requires_grad]
            for edge, operand in zip(_edges(node), self.operands_of[node], strict=True):
                self.quantity_of[edge] = operand.quantity
        self.values = {
            node: quantity.value
            for node, quantity in self.quantity_of.items()
            if quantity.value is not None
        }

    def back_from(self, root: Node, start: Array) -> list[BackwardStep]:
        pending: dict[Node, Any] = {root: start}
        heap = [(-root.serial, root)]
        steps = []
        while heap:
            node = heappop(heap)[1]
            g = pending.pop(node)
            if node in self.quantity_of:
                self.gradients[self.quantity_of[node].id] = g
            contributions: list[Contribution] = []
            if node.op is None:
                continue
            if node in self.step_of:
                pulled, contributions = self._pull(node, g)
                step = self.step_of[node]
                steps.append(
                    BackwardStep(step, self.gradients[step.output.id], tuple(contributions))
                )
            else:  # one output of a user's Function: hands its gradient on to the call
                pulled = node.op.pullback(node, g, None, False)
            for edge, value in pulled:
                if edge in pending:
                    pending[edge] = pending[edge] + value
                else:
                    pending[edge] = value
                    heappush(heap, (-edge.serial, edge))
        return steps

    def _pull(self, node: Node, g: Any) -> tuple[list[tuple[Node, Any]], list[Contribution]]:
        """Return what each input Node gets, and the same for a person to read."""
        whole = self._with_values(node)
        pulled = node.op.pullback(whole, g, None, False)
        locals_: list[Any] = [None] * len(pulled)
        if self._is_elementwise(node):
            ones = np.ones(node.shape, node.dtype)
            locals_ = [value for _, value in node.op.pullback(whole, ones, None, False)]
        given, contributions = [], []
        operands = self._operands_that_got(node, pulled)
        for (edge, unreduced), operand, local in zip(pulled, operands, locals_, strict=True):
            value = np.asarray(sum_to_shape(unreduced, edge.shape), edge.dtype)
            given.append((edge, value))
            summed = _summed(unreduced.shape, edge.shape)
            contributions.append(Contribution(operand, local, unreduced, summed, value))
        return given, contributions

    def _operands_that_got(self, node: Node, pulled: list[tuple[Node, Any]]) -> list[Operand]:
        """Return the operand that each contribution is for: rules run in the operands' order."""
        remaining = iter(zip(_edges(node), self.operands_of[node], strict=True))
        return [
            next(operand for candidate, operand in remaining if candidate is edge)
            for edge, _ in pulled
        ]

    def _is_elementwise(self, node: Node) -> bool:
        if not isinstance(node.op, Op):
            return False
        one_number = node.shape == () and all(edge.shape == () for edge in _edges(node))
        return one_number or node.op.elementwise

    def _with_values(self, node: Node) -> Node:
        """Return the Node with what its rules need, computed again if it was freed."""
        if node.saved is not None or not isinstance(node.op, Op):
            return node
        wanted = sum(1 << i for i, edge in enumerate(node.inputs) if edge is not None)
        saved: list[Any] = [None] * (len(node.op.parameters) + 1)
        for slot in node.op.slots_for[wanted]:
            edge = (*node.inputs, node)[slot]
            if edge is None and not isinstance(node.attributes[slot], ref):
                continue  # no tensor
            array = data_array(node, slot) if edge is None else self.values.get(edge)
            if array is None:
                raise GraphError(
                    f"the backward pass of {node.op.name} cannot be gone through again: backward() "
                    "freed what it kept, and nobody holds the tensor that it took any more. Call "
                    "this before backward(), or backward(retain_graph=True)"
                )
            saved[slot] = (array, [0], 0)
        whole = Node()
        for name in ("op", "serial", "inputs", "attributes", "shape", "dtype", "extra"):
            setattr(whole, name, getattr(node, name))
        whole.saved = tuple(saved)
        return whole

    def check_unchanged(self) -> None:
        """Raise `GraphError` if what was freed would be computed from other values than it was."""
        if all(node.saved is not None for node in self.step_of):
            return
        values = dict(self.values)
        for node in self.step_of:
            again = compute_again(node, values) if isinstance(node.op, Op) else None
            if again is None:
                continue
            held = values.setdefault(node, again)
            if not same(again, held):
                raise GraphError(
                    f"the backward pass of {node.op.name} cannot be gone through again: what it "
                    "kept was freed, and a tensor that it was computed from has changed since (by "
                    "an optimizer's step?). Call this before that, or compute the loss anew"
                )


def _of_operation(node: Node) -> Node:
    """Return the Node of the operation: for an output of a user's Function, that of the call."""
    return node if isinstance(node.op, Op) else node.inputs[0]  # type: ignore[return-value]


def _edges(node: Node) -> list[Node]:
    return [edge for edge in node.inputs if edge is not None]


def _summed(given: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[int, ...]:
    """Return the dims of a contribution that are summed to the operand's shape."""
    added = len(given) - len(wanted)
    return tuple(
        i for i, size in enumerate(given) if i < added or (wanted[i - added] == 1 and size != 1)
    )
