"""A computation as it ran: the operations, oldest first, and the tensors that they took and made.
Read `reading.py` next, which reads one from the Nodes that recording left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ...arrays.dtypes import Array
from ...autograd.node import Node

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

    parameter: str  # "a" of mul(a, b); "tensors[0]" of an operation that takes a list
    quantity: Quantity


@dataclass(eq=False)
class Step:
    """One operation of a computation."""

    op: Any  # an Op of the registry, or what stands for a user's Function; has .name and .latex
    operands: tuple[Operand, ...]
    attributes: dict[str, Any]  # the arguments that are no tensors: {"dim": 1}, {"b": 2.0}
    output: Quantity
    kept: tuple[tuple[str, int], ...]  # what waits for backward, and its bytes: ("a", 64)
    node: Node
    module: str = ""  # path of the module that it ran in
    problem: str = ""  # what the error said, of an operation that failed


@dataclass(eq=False)
class Computation:
    """Steps in the order in which they ran, and every tensor in the order of first appearance."""

    steps: tuple[Step, ...]
    quantities: tuple[Quantity, ...]
    outputs: tuple[Quantity, ...]  # what was asked for: the loss, most often
    modules: dict[str, str] = field(default_factory=dict)  # path: class name, of those with steps
    notes: tuple[str, ...] = ()
