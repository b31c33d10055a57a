"""Leaving a Node behind: what an operation took and made, for backward to find.
Read `operands.py` next, then `recorder.py`, whose functions call these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import ref

from ..arrays.kinds import COMPLEX, DIFFERENTIABLE
from .anomaly import remember_call
from .grad_mode import RECORD
from .node import Node, Origin, clock
from .outputs import make_selector
from .tensor_base import TensorBase


def make_node(
    op: Origin,
    inputs: tuple[Node | None, ...],
    saved: tuple[Any, ...],
    arguments: tuple[Any, ...],
    array: Any,
    recording: Any,
) -> Node:
    """Return the Node of a call that made `array`."""
    node = Node()
    node.op = op
    node.serial = clock()
    node.inputs = inputs
    node.saved = saved
    node.arguments = arguments
    node.shape = array.shape
    node.dtype = array.dtype
    node.extra = None if recording is RECORD else remember_call(node)
    return node


def remembered(value: Any) -> Any:
    """Return a weak reference to a tensor, for those who look at graphs; anything else as it is."""
    return ref(value) if isinstance(value, TensorBase) else value


def remembered_each(tensors: Sequence[Any]) -> tuple[Any, ...]:
    """Return a weak reference to each tensor that needs no gradient, None for one that does."""
    return tuple([ref(each) if each.node is None else None for each in tensors])


def sizes_of(arrays: Sequence[Any]) -> tuple[tuple[int, ...], ...]:
    """Return the shape of each array of a list."""
    return tuple([array.shape for array in arrays])


def leave_several(
    op: Any,
    made: Sequence[Any],
    inputs: tuple[Node | None, ...],
    saved: tuple[Any, ...],
    arguments: tuple[Any, ...],
    recording: Any,
) -> None:
    """Give the tensors that a call made their Nodes: that of the call, or a selector of it each."""
    places = [i for i, y in enumerate(made) if y.array.dtype in DIFFERENTIABLE]
    if not places:
        return
    node = make_node(op, inputs, saved, arguments, made[places[0]].array, recording)
    if len(places) == 1 and not op.is_variadic:
        made[places[0]].node = node
        return
    node.shape = None  # type: ignore[assignment]  # its gradient is several arrays
    node.dtype = next((y.array.dtype for y in made if y.array.dtype in COMPLEX), node.dtype)
    node.outputs = tuple([(y.array.shape, y.array.dtype) for y in made])
    for i in places:
        made[i].node = make_selector(node, i)
