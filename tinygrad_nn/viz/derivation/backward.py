"""The backward pass of a computation, every contribution kept: what a person would write down.
Read `lines.py` next, which says it in formulas; `../../autograd/engine.py` does the same at speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays.dtypes import Array
from ...autograd.engine import observe
from ...autograd.gradients import fit
from ...autograd.node import Node
from ...autograd.op import Op
from ...autograd.tensor_base import make_tensor
from ...errors import GraphError
from ..structure.computation import Computation, Operand, Quantity, Step
from ..structure.values import arguments_again, results_again


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
    if computation.changed and any(step.call.is_freed for step in computation.steps):
        raise GraphError(
            f"the backward pass of {computation.changed} cannot be gone through again: what it "
            "kept was freed, and a tensor that it was computed from has changed since (by an "
            "optimizer's step?). Call this before that, or compute the loss anew"
        )
    start = np.full(output.value.shape, scale, output.value.dtype)
    made = next((step.node for step in computation.steps if step.output is output), None)
    if made is None:
        return BackwardPass((), {output.id: start})  # a leaf
    seen = _Observer(computation)
    seen.gradients[output.id] = start
    observe(make_tensor(output.value, made), start, seen, seen.values_again())
    return BackwardPass(tuple(seen.steps), seen.gradients)


class _Observer:
    """Writes down what the engine does: it is called with each Node that a gradient reaches."""

    def __init__(self, computation: Computation) -> None:
        self.steps: list[BackwardStep] = []
        self.gradients: dict[str, Array] = {}
        self.step_of: dict[Node, Step] = {}  # by the Node of the operation
        self.quantity_of: dict[Node, Quantity] = {}
        for step in computation.steps:
            self.step_of.setdefault(step.call, step)
            self.quantity_of[step.node] = step.output
            for edge, operand in _differentiated(step):
                self.quantity_of[edge] = operand.quantity

    def __call__(self, node: Node, g: Any, pulled: list[tuple[Node, Any]]) -> None:
        step = self.step_of.get(node)
        if step is None:
            for edge, unreduced in pulled:
                self._add(edge, unreduced)
            return
        locals_: list[Any] = [None] * len(pulled)
        if _is_elementwise(step):
            ones = np.ones(node.shape, node.dtype)
            locals_ = [value for _, value in node.op.pull(node, ones, None, False)]
        remaining = _differentiated(step)
        contributions = []
        for (edge, unreduced), local in zip(pulled, locals_, strict=True):
            found = next(pair for pair in remaining if pair[0] is edge)
            remaining.remove(found)
            unreduced = np.array(unreduced)  # the engine may add to its own
            summed = _summed(unreduced.shape, edge.shape)
            value = self._add(edge, unreduced)
            contributions.append(Contribution(found[1], local, unreduced, summed, value))
        incoming = self.gradients[step.output.id]
        self.steps.append(BackwardStep(step, incoming, tuple(contributions)))

    def _add(self, edge: Node, unreduced: Any) -> Array:
        """Add to the gradient of a tensor, and return what is added."""
        if edge.shape is None:  # one of several outputs hands on to its call
            return np.empty(0)
        value = np.asarray(fit(unreduced, edge, edge, False))
        if edge in self.quantity_of:
            key, found = self.quantity_of[edge].id, self.gradients
            found[key] = found[key] + value if key in found else value
        return value

    def values_again(self) -> dict[Node, dict[str, Any]]:
        """Return, by Node and name, what the rules need of that which a backward pass freed."""
        known = {node: q.value for node, q in self.quantity_of.items() if q.value is not None}
        return {
            node: _values_again(step, known)
            for node, step in self.step_of.items()
            if node.is_freed and isinstance(node.op, Op)
        }


def _values_again(step: Step, known: dict[Node, Array]) -> dict[str, Any]:
    call, op = step.call, step.op
    wanted = {operand.parameter.partition("[")[0] for _, operand in _differentiated(step)}
    needed = {name for name in op.kept if wanted & {*op.users(name)}}
    found = arguments_again(call, known)
    if not needed <= found.keys():
        found.update(zip((*op.returns, *op.keeps), results_again(call, known) or (), strict=False))
    if step.node in known:
        found[step.output_name] = known[step.node]
    if not needed <= found.keys():
        raise GraphError(
            f"the backward pass of {op.public} cannot be gone through again: backward() "
            "freed what it kept, and nobody holds the tensor that it took any more. Call "
            "this before backward(), or backward(retain_graph=True)"
        )
    return found


def _differentiated(step: Step) -> list[tuple[Node, Operand]]:
    """Return the operands that get a gradient, in the order of their rules, each with its Node."""
    pairs = zip(step.call.operands(), step.operands, strict=True)
    found = [(taken.edge, operand) for taken, operand in pairs if taken.edge is not None]
    order = [name for rule in getattr(step.op, "rules", ()) for name in rule.operands]
    if order:
        found.sort(key=lambda pair: order.index(pair[1].parameter.partition("[")[0]))
    return found


def _is_elementwise(step: Step) -> bool:
    if not isinstance(step.op, Op) or step.node is not step.call:
        return False
    one_number = step.output.shape == () and all(e.shape == () for e, _ in _differentiated(step))
    return one_number or step.op.elementwise


def _summed(given: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[int, ...]:
    """Return the dims of a contribution that are summed to the operand's shape."""
    added = len(given) - len(wanted)
    return tuple(
        i for i, size in enumerate(given) if i < added or (wanted[i - added] == 1 and size != 1)
    )
