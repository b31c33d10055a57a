"""Reading a computation from the Nodes that recording left: what backward would walk.
Read `modules.py` next, which says in which module each operation ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...arrays.dtypes import Array
from ...autograd.node import Node
from ...autograd.node import Operand as Taken
from ...autograd.tensor_base import TensorBase
from ...errors import DTypeError, GraphError
from .computation import Computation, Kind, Operand, Quantity, Span, Step, call_of
from .modules import calls_by_parameters, place
from .names import Names
from .values import known_values


def read_nodes(
    roots: Sequence[TensorBase],
    names: Names,
    *,
    calls: Sequence[Span] | None = None,
    failed: Failed | None = None,
    held: Iterable[TensorBase] = (),
    with_values: bool = True,
) -> Computation:
    """Return the computation of `roots`, and at its end an operation that failed, if one did.

    `calls` are those of the modules in which it ran, if they were watched; `held` are tensors on
    the way that are at hand.
    """
    nodes = oldest_first([root.node for root in roots])
    names.take_variables(nodes)
    values, changed = known_values([*roots, *held], nodes) if with_values else ({}, None)
    reader = _Reader(names, values)
    made = [node for node in nodes if node.op and node.shape is not None]
    steps = [reader.step(node) for node in made if names.kinds.get(node) != "data"]
    outputs = tuple(reader.of_node(root.node) for root in roots if root.node is not None)
    if calls is None:
        calls = calls_by_parameters(steps, names.modules, names.runs)
    place(steps, calls)
    if failed is not None:
        steps.append(reader.failed_step(failed))
        outputs = ()
    found = Computation(tuple(steps), tuple(reader.quantities.values()), outputs, names.modules)
    if changed is not None:
        found.changed = call_of(changed).op.public
    return found


class Failed(NamedTuple):
    """An operation that raised an error, and what it was given: (parameter, argument)."""

    operation: Any
    arguments: Sequence[tuple[str, Any]]
    problem: str
    module: str


def roots_of(output: Any) -> list[TensorBase]:
    """Return the tensors to draw, or raise GraphError or DTypeError if there is nothing to see."""
    roots = list(output) if isinstance(output, (list, tuple)) else [output]
    if not roots:
        raise DTypeError("a graph is drawn of a tensor, or of several: this list is empty")
    for root in roots:
        if not isinstance(root, TensorBase):
            raise DTypeError(
                f"a graph is drawn of a tensor (or of a model, with a sample), not of a "
                f"{type(root).__name__}"
            )
        if root.node is None:
            raise GraphError(
                f"there is no graph of this tensor, of shape {tuple(root.array.shape)}: it was "
                "computed from none that requires a gradient, or under no_grad()"
            )
    return roots


def oldest_first(roots: Iterable[Node | None]) -> list[Node]:
    """Return every Node that the roots were computed from, in the order of creation."""
    seen = {root for root in roots if root is not None}
    stack = list(seen)
    while stack:
        for edge in stack.pop().edges():
            if edge not in seen:
                seen.add(edge)
                stack.append(edge)
    return sorted(seen, key=lambda node: node.serial)


class _Reader:
    """Makes one Quantity per tensor, however often it is used."""

    def __init__(self, names: Names, values: dict[Node, Array]) -> None:
        self.names = names
        self.values = values
        self.quantities: dict[Any, Quantity] = {}
        self._held: list[Any] = []  # keeps alive what a key is the id() of

    def of_node(self, node: Node) -> Quantity:
        kind = self.names.kinds.get(node, "result" if node.op else "leaf")
        name, value = self.names.of_node(node), self.values.get(node)
        made = self._add(node, kind, name, node.shape, node.dtype, value)
        made.grad = None if node.grad is None else np.asarray(node.grad.array)
        made.requires_grad = True
        return made

    def of_data(self, call: Node, taken: Taken) -> Quantity:
        """Return the Quantity of an operand that needs no gradient."""
        array = taken.value
        if taken.tensor is not None:
            quantity = self.of_tensor(taken.tensor)
            # Overwritten between two uses: no one value is what both saw.
            quantity.value = None if quantity.value is None else array
            return quantity
        key = (call, taken.name) if array is None else id(array)
        return self._of_array(key, array, self.names.of_array(array))

    def of_tensor(self, tensor: TensorBase) -> Quantity:
        """Return the Quantity of a tensor in hand."""
        if tensor.node is not None:
            return self.of_node(tensor.node)
        name = getattr(tensor, "name", None) or self.names.of_array(tensor.array)
        self._held.append(tensor)
        return self._of_array(id(tensor), tensor.array, name)

    def _of_array(self, key: Any, array: Array | None, name: str) -> Quantity:
        self._held.append(array)
        if array is None:
            return self._add(key, "data", name, None, "", None)
        return self._add(key, "data", name, array.shape, array.dtype, array)

    def _add(self, key: Any, kind: Kind, name: str, shape: Any, dtype: Any, value: Any) -> Quantity:
        if key not in self.quantities:
            number = f"t{len(self.quantities)}"
            self.quantities[key] = Quantity(number, kind, name, shape, str(dtype), value)
        return self.quantities[key]

    def failed_step(self, failed: Failed) -> Step:
        operands, attributes = [], {}
        for name, value in failed.arguments:
            if isinstance(value, TensorBase):
                operands.append(Operand(name, self.of_tensor(value)))
            elif value is not None:
                attributes[name] = value
        made = Quantity("failed", "result", "", None, "")
        calls = (Span(failed.module, 0, 0),) if failed.module else ()
        step = Step(failed.operation, tuple(operands), attributes, made, Node(), calls)
        step.problem = failed.problem
        return step

    def step(self, node: Node) -> Step:
        call = call_of(node)
        operands = tuple(
            Operand(each.name, self.of_node(each.edge) if each.edge else self.of_data(call, each))
            for each in call.operands()
        )
        attributes = _with_correction(call.constants())
        return Step(call.op, operands, attributes, self.of_node(node), node)


def _with_correction(attributes: dict[str, Any]) -> dict[str, Any]:
    """Fill in the correction of a variance, which is told by `unbiased` unless it is given."""
    if attributes.get("correction", 0) is None:
        return {**attributes, "correction": int(attributes.get("unbiased", True))}
    return attributes
