"""A computation as it ran: the operations, oldest first, and the tensors that they took and made.
Read `reading.py` next, which reads one from the Nodes that recording left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ...arrays.dtypes import Array
from ...autograd.node import Node
from ...autograd.outputs import Selector

Kind = Literal["parameter", "leaf", "data", "result"]


@dataclass(eq=False)
class Quantity:
    """A tensor of a computation: a parameter, another leaf that wants a gradient, data, a result.

    What is no longer known is None: the value of a tensor that nobody holds any more.
    """

    id: str  # "t0", "t1" ...: fit for DOT, HTML and JSON as it is
    kind: Kind
    name: str  # the user's name for it, or a parameter's path; "" if it has none
    shape: tuple[int, ...] | None
    dtype: str  # "float32"; "" if not known
    value: Array | None = None
    grad: Array | None = None  # what `.grad` holds now
    requires_grad: bool = False


@dataclass(frozen=True, eq=False)
class Operand:
    """A tensor in the place of one parameter of an operation."""

    parameter: str  # "other" of mul(input, other); "tensors[0]" of one that takes a list
    quantity: Quantity


class Span(NamedTuple):
    """A call of a module: the operations recorded between two readings of the Nodes' clock."""

    path: str
    first: int
    last: int


@dataclass(eq=False)
class Step:
    """One operation of a computation."""

    op: Any  # an Op of the registry, or what stands for a user's Function; has .public and .latex
    operands: tuple[Operand, ...]
    attributes: dict[str, Any]  # the arguments that are no tensors: {"dim": 1}, {"other": 2.0}
    output: Quantity
    node: Node
    calls: tuple[Span, ...] = ()  # of the modules that it ran in, the outermost first
    problem: str = ""  # what the error said, of an operation that failed

    @property
    def module(self) -> str:
        """The path of the innermost module that it ran in, "" if it ran in none."""
        return self.calls[-1].path if self.calls else ""

    @property
    def call(self) -> Node:
        """The Node of the operation: if it made several tensors, the one that they share."""
        return call_of(self.node)

    @property
    def part(self) -> int | None:
        """Which of several tensors that the operation made is the output; None if it made one."""
        return part_of(self.node)

    @property
    def output_name(self) -> str:
        """What rules call the tensor that was made: "y", or "values" of values and indices."""
        return output_name(self.node)


def call_of(node: Node) -> Node:
    """Return the Node of the operation that made a tensor, of which it may have made several."""
    return node.edges()[0] if isinstance(node.op, Selector) else node


def part_of(node: Node) -> int | None:
    """Return which of several tensors that an operation made is the one of this Node."""
    op = getattr(node, "op", None)  # the Node of what failed is empty
    return op.position if isinstance(op, Selector) else None


def output_name(node: Node) -> str:
    """Return what the rules of an operation call the tensor of this Node that it made."""
    returns, part = getattr(call_of(node).op, "returns", ()), part_of(node) or 0
    return str(returns[part]) if part < len(returns) else "y"


@dataclass(eq=False)
class Computation:
    """Steps in the order in which they ran, and every tensor in the order of first appearance."""

    steps: tuple[Step, ...]
    quantities: tuple[Quantity, ...]
    outputs: tuple[Quantity, ...]  # what was asked for: the loss, most often
    modules: dict[str, str] = field(default_factory=dict)  # path: class name, of those with steps
    changed: str = ""  # an operation that would not give again what it gave
