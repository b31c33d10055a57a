"""An `Op` is a NumPy function with its gradient rules, from `.vjp`; the registry lists them all.
Read `record.py` next: what happens when an operation is called.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, Protocol

from ..arrays.dtypes import Array
from ..errors import GraphError
from .node import Node
from .tensor_base import make_tensor

P = ParamSpec("P")

registry: dict[str, Op] = {}
REQUIRED = inspect.Parameter.empty
OWN_SHAPE = -1  # in place of a slot: the shape of the operand that the rule is for


class Rule(NamedTuple):
    """The gradient of one operand: the formula, and where its arguments lie in a Node."""

    position: int
    formula: Callable[..., Any]
    slots: tuple[int, ...]


class _SlotsFor(dict[int, tuple[int, ...]]):
    """The slots (parameters, and last the output) that an operation keeps for backward.

    By the operands that want a gradient, as bits: 1 for the first, 2 for the second, 3 for both.
    """

    def __init__(self, op: Op) -> None:
        self.op = op

    def __missing__(self, wanted: int) -> tuple[int, ...]:
        running = [rule for rule in self.op.rules if wanted >> rule.position & 1]
        slots = {slot for rule in running for slot in rule.slots if slot != OWN_SHAPE}
        found = self[wanted] = tuple(sorted(slots))
        return found


class _KeptFor(dict[int, tuple[bool, ...]]):
    """The same as one bool per slot, for the paths that are written out."""

    def __init__(self, op: Op) -> None:
        self.op = op

    def __missing__(self, wanted: int) -> tuple[bool, ...]:
        slots = self.op.slots_for[wanted]
        found = self[wanted] = tuple(i in slots for i in range(len(self.op.parameters) + 1))
        return found


class Op:
    """An operation: its NumPy function, and one vector-Jacobian product per operand.

    A rule's first parameter is the incoming gradient `g`; the others say what has to be kept: `y`
    is the output, `x` an operand or attribute of the forward call, `x_shape` (in the rule for `x`)
    only its shape. They are read once, here.
    """

    def __init__(self, forward: Callable[..., Any], latex: str, name: str | None = None) -> None:
        self.forward = forward
        self.latex = latex
        self.name = name or forward.__name__
        parameters = inspect.signature(forward).parameters
        self.parameters = tuple(parameters)
        self.defaults = tuple(p.default for p in parameters.values())
        self.takes_sequence = any(p.kind is p.VAR_POSITIONAL for p in parameters.values())
        self.rules: tuple[Rule, ...] = ()
        self.elementwise = False  # an element of the output depends on one of each operand only
        self.composite: Callable[..., Any] | None = None
        self.call: Callable[..., Any] = forward  # the function that users call; `record.py` sets it
        self.slots_for = _SlotsFor(self)
        self.kept_for = _KeptFor(self)

    def __repr__(self) -> str:
        return f"<op {self.name}({', '.join(self.parameters)})>"

    def add_rules(self, formulas: dict[str, Callable[..., Any]]) -> None:
        """Read the rules' parameter names: which operand each is for and what it needs kept."""
        rules = list(self.rules)
        for operand, formula in formulas.items():
            if operand not in self.parameters:
                raise TypeError(
                    f"{self.name} has no operand {operand!r} to give a gradient rule to"
                )
            names = tuple(inspect.signature(formula).parameters)
            if names[:1] != ("g",):
                raise TypeError(
                    f"the first parameter of {self.name}'s rule for {operand} must be g"
                )
            slots = tuple(self._slot(operand, name) for name in names[1:])
            rules.append(Rule(self.parameters.index(operand), formula, slots))
        self.rules = tuple(sorted(rules))
        self.slots_for.clear()
        self.kept_for.clear()

    def _slot(self, operand: str, name: str) -> int:
        if name == "y":
            return len(self.parameters)
        if name in self.parameters:
            return self.parameters.index(name)
        if name == f"{operand}_shape":
            return OWN_SHAPE
        raise TypeError(
            f"{self.name}'s rule for {operand} names {name!r}; it may name g, y, {operand}_shape, "
            f"{', '.join(self.parameters)}"
        )

    def pullback(
        self, node: Node, g: Array, wanted: set[Node] | None, recorded: bool
    ) -> list[tuple[Node, Any]]:
        """Return (input Node, its contribution) for the gradient `g` of the Node's output.

        Only for the inputs in `wanted`, if given. When `recorded`, g and the kept values are
        Tensors, so that the rules record what they do and can be differentiated again.
        """
        if self.takes_sequence:
            return self._sequence_pullback(node, g, wanted)
        found = []
        saved = node.saved
        if saved is None:
            raise freed(node)
        for position, formula, slots in self.rules:
            edge = node.inputs[position]
            if edge is None or (wanted is not None and edge not in wanted):
                continue
            arguments = [g]
            for slot in slots:
                if slot == OWN_SHAPE:
                    arguments.append(edge.shape)
                    continue
                entry = saved[slot]
                if entry is None:
                    arguments.append(node.attributes[slot])
                    continue
                array, cell, version = entry
                if cell[0] != version:
                    raise written_since(node, self, slot, entry)
                arguments.append(self._with_graph(node, slot, entry) if recorded else array)
            found.append((edge, formula(*arguments)))
        return found

    def _with_graph(self, node: Node, slot: int, entry: Any) -> Any:
        """Return a kept operand or output as the Tensor that it was."""
        array, cell, _ = entry
        if slot == len(self.parameters):
            return make_tensor(array, node, cell)
        differentiable = any(rule.position == slot for rule in self.rules)
        return make_tensor(array, node.inputs[slot], cell) if differentiable else array

    def _sequence_pullback(
        self, node: Node, g: Array, wanted: set[Node] | None
    ) -> list[tuple[Node, Any]]:
        """The rule of `*tensors` returns one contribution per tensor, in order."""
        ((_, formula, slots),) = self.rules
        shapes = node.attributes[0]
        arguments = [shapes if slot == OWN_SHAPE else node.attributes[slot] for slot in slots]
        return [
            (edge, contribution)
            for edge, contribution in zip(node.inputs, formula(g, *arguments), strict=True)
            if edge is not None and (wanted is None or edge in wanted)
        ]


def freed(node: Node) -> GraphError:
    """Say that a second backward pass needs retain_graph."""
    return GraphError(
        f"backward through {node.name()} a second time: what it kept was freed by the first pass. "
        "Call the first backward() with retain_graph=True to go through the same graph again"
    )


def written_since(node: Node, op: Op, slot: int, entry: Any) -> GraphError:
    """Say which kept value was overwritten, with both versions of its storage."""
    array, cell, version = entry
    what = "its output" if slot == len(op.parameters) else f"its operand {op.parameters[slot]!r}"
    return GraphError(
        f"backward of {op.name}: {what}, a {array.dtype} tensor of shape {tuple(array.shape)}, was "
        f"modified in place after it was kept: it is at version {cell[0]}, expected version "
        f"{version}. Write into a copy instead (x = x + 1 for x += 1, or x.clone())"
    )


class Operation(Protocol[P]):
    """An operation as users call it: a function of Tensors, and of ndarrays as well."""

    op: Op
    __name__: str

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any: ...

    def __get__(self, instance: Any, owner: Any) -> Callable[..., Any]: ...

    def vjp(self, **rules: Callable[..., Any]) -> Operation[P]:
        """Give the gradient rule of each operand."""

    def composite(self, function: Callable[P, Any]) -> Operation[P]:
        """Give the same operation as a composition of simpler ones: its oracle in tests."""
