"""Reading a computation from the Nodes that recording left: what backward would walk.
Read `modules.py` next, which says in which module each operation ran.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import numpy as np

from ...arrays.dtypes import Array
from ...autograd.node import Node
from ...autograd.op import Op
from ...autograd.tensor_base import TensorBase
from ...errors import DTypeError, GraphError
from .computation import Computation, Operand, Quantity, Step
from .modules import Span, assign_modules, place_by_calls, with_outer
from .names import Names
from .values import data_array, data_tensor, known_values

if TYPE_CHECKING:
    from ...autograd.function import Function

CHANGED = (
    "A tensor has changed since this was computed, most often by an optimizer's step: leaves and "
    "data show what they hold now, and values on the way are left out."
)


def read_computation(
    output: Any, inputs: Any = None, params: Any = None, *, with_values: bool = True
) -> Computation:
    """Return how a tensor, or several, were computed from leaves and data.

    Raises:
        GraphError: nothing was recorded, for no tensor on the way requires a gradient.
        DTypeError: `output`, `inputs` or `params` hold something else than tensors.
    """
    return read_nodes(_roots(output), Names(inputs, params), with_values=with_values)


def read_nodes(
    roots: Sequence[TensorBase],
    names: Names,
    *,
    calls: Sequence[Span] | None = None,
    failed: Failed | None = None,
    with_values: bool = True,
) -> Computation:
    """Return the computation of `roots`, and at its end an operation that failed, if one did.

    `calls` are those of the modules in which it ran, if they were watched.
    """
    nodes = oldest_first([root.node for root in roots])
    names.take_variables(nodes)
    values, changed = known_values(roots, nodes) if with_values else ({}, False)
    reader = _Reader(names, values)
    made = [node for node in nodes if node.op and node.shape is not None]
    steps = [reader.step(node) for node in made if node not in names.data]
    outputs = tuple(reader.of_node(root.node) for root in roots if root.node is not None)
    if calls is None:
        assign_modules(steps, names.modules)
    else:
        place_by_calls(steps, calls)
    if failed is not None:
        steps.append(reader.failed_step(failed))
        outputs = ()
    used = with_outer(step.module for step in steps) | {""}
    modules = {path: kind for path, kind in names.modules.items() if path in used}
    notes = (CHANGED,) if changed else ()
    return Computation(tuple(steps), tuple(reader.quantities.values()), outputs, modules, notes)


class Failed(NamedTuple):
    """An operation that raised an error, and what it was given: (parameter, argument)."""

    operation: Any
    arguments: Sequence[tuple[str, Any]]
    problem: str
    module: str


def _roots(output: Any) -> list[TensorBase]:
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
        for edge in stack.pop().inputs:
            if edge is not None and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    return sorted(seen, key=lambda node: node.serial)


class _Reader:
    """Makes one Quantity per tensor, however often it is used."""

    def __init__(self, names: Names, values: dict[Node, Array]) -> None:
        self.names = names
        self.values = values
        self.quantities: dict[Node | int, Quantity] = {}
        self._held: list[Any] = []  # keeps alive what a key is the id() of

    def of_node(self, node: Node) -> Quantity:
        if node not in self.quantities:
            kind = "result" if node.op else "leaf"
            if node in self.names.parameters:
                kind = "parameter"
            elif node in self.names.data:
                kind = "data"
            self.quantities[node] = Quantity(
                id=f"t{len(self.quantities)}",
                kind=kind,  # type: ignore[arg-type]
                name=self.names.of_node(node),
                shape=node.shape,
                dtype=str(node.dtype),
                value=self.values.get(node),
                grad=_gradient(node),
                requires_grad=True,
            )
        return self.quantities[node]

    def of_data(self, node: Node, position: int) -> Quantity:
        """Return the Quantity of an operand that needs no gradient."""
        array = data_array(node, position)
        tensor = data_tensor(node, position)
        if tensor is not None:
            quantity = self.of_tensor(tensor)
            # Overwritten between two uses: no one value is what both saw.
            quantity.value = None if quantity.value is None else array
            return quantity
        seen: Any = node.attributes if array is None else array
        key = id(seen) if array is not None else id(seen) + position
        if key not in self.quantities:
            self._held.append(seen)
            self.quantities[key] = Quantity(
                id=f"t{len(self.quantities)}",
                kind="data",
                name=self.names.of_array(array),
                shape=None if array is None else array.shape,
                dtype="" if array is None else str(array.dtype),
                value=array,
            )
        return self.quantities[key]

    def of_tensor(self, tensor: TensorBase) -> Quantity:
        """Return the Quantity of a tensor in hand."""
        if tensor.node is not None:
            return self.of_node(tensor.node)
        if id(tensor) not in self.quantities:
            self._held.append(tensor)
            self.quantities[id(tensor)] = Quantity(
                id=f"t{len(self.quantities)}",
                kind="data",
                name=getattr(tensor, "name", None) or self.names.of_array(tensor.array),
                shape=tensor.array.shape,
                dtype=str(tensor.array.dtype),
                value=tensor.array,
            )
        return self.quantities[id(tensor)]

    def failed_step(self, failed: Failed) -> Step:
        operands = tuple(
            Operand(name, self.of_tensor(value))
            for name, value in failed.arguments
            if isinstance(value, TensorBase)
        )
        attributes = {
            name: value
            for name, value in failed.arguments
            if not isinstance(value, TensorBase) and value is not None
        }
        nothing = Quantity("failed", "result", "", None, "")
        return Step(
            failed.operation,
            operands,
            attributes,
            nothing,
            (),
            Node(),
            failed.module,
            failed.problem,
        )

    def step(self, node: Node) -> Step:
        if isinstance(node.op, Op):
            operands, attributes = self._operands(node)
            kept = _kept(node, (*node.op.parameters, "output"))
        else:
            operands, attributes = self._function_operands(node.inputs[0])  # type: ignore[arg-type]
            kept = _kept(node.inputs[0], node.inputs[0].op.parameters)  # type: ignore[arg-type, union-attr]
        return Step(node.op, operands, attributes, self.of_node(node), kept, node)

    def _operands(self, node: Node) -> tuple[tuple[Operand, ...], dict[str, Any]]:
        operands: list[Operand] = []
        attributes: dict[str, Any] = {}
        sequence, parameters = node.op.takes_sequence, node.op.parameters
        for i, edge in enumerate(node.inputs):
            name = f"{parameters[0]}[{i}]" if sequence else parameters[i]
            if edge is not None:
                operands.append(Operand(name, self.of_node(edge)))
            elif sequence or _is_data(node, i):
                operands.append(Operand(name, self.of_data(node, i)))
            else:
                attributes[name] = node.attributes[i]
        if sequence:
            attributes = dict(zip(parameters[1:], node.attributes[1:-1], strict=True))
        return tuple(operands), attributes

    def _function_operands(self, node: Node) -> tuple[tuple[Operand, ...], dict[str, Any]]:
        names = _argument_names(node.op.function, len(node.inputs))
        operands = tuple(
            Operand(name, self.of_node(edge))
            for name, edge in zip(names, node.inputs, strict=True)
            if edge is not None
        )
        return operands, {}


def _is_data(node: Node, position: int) -> bool:
    attribute = node.attributes[position]
    kept = bool(node.saved) and node.saved[position] is not None  # type: ignore[index]
    return isinstance(attribute, ref) or kept


def _argument_names(function: type[Function], count: int) -> list[str]:
    names = list(inspect.signature(function.forward).parameters)[1:]
    return [names[i] if i < len(names) else f"argument {i}" for i in range(count)]


def _gradient(node: Node) -> Array | None:
    gradient = None if node.extra is None else node.extra.grad
    return None if gradient is None else np.asarray(gradient.array)


def _kept(node: Node, names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    pairs = zip(names, node.saved or (), strict=False)
    return tuple((name, int(entry[0].nbytes)) for name, entry in pairs if entry is not None)
