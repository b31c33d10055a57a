"""The memory that the recorded graph keeps for the backward pass, by the call that kept it.
Read `table.py` next, which shows it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ...arrays.storage import memory_of
from ...autograd.node import Node
from ...tensor import Tensor
from .calls import Layer


def count_kept_bytes(
    calls: list[Layer], outputs: Iterable[Tensor], known: Iterable[Tensor]
) -> None:
    """Tell each call how many bytes the operations in it keep, calls within it not counted.

    Memory counts once, where it is kept first, and whole, since a view keeps all of it. What the
    program holds anyway, the `known` tensors (parameters, buffers, inputs), does not count.
    """
    seen = {_place(tensor.array) for tensor in known}
    for node in _recorded(outputs):
        for array in _arrays([value for value, _ in node.kept().values()]):
            place = _place(array)
            if place not in seen:
                seen.add(place)
                _call_of(node, calls).saved_bytes += place[1]


def _place(array: Any) -> tuple[int, int]:
    """Return where the memory of an array begins, and how many bytes it has."""
    memory = memory_of(array)
    return memory.__array_interface__["data"][0], memory.nbytes


def _recorded(outputs: Iterable[Tensor]) -> list[Node]:
    """Return the Nodes behind some tensors, the oldest first."""
    found: dict[int, Node] = {}
    waiting = [tensor.grad_fn for tensor in outputs if tensor.grad_fn is not None]
    while waiting:
        node = waiting.pop()
        if id(node) not in found:
            found[id(node)] = node
            waiting += [each.edge for each in node.operands() if each.edge is not None]
    return sorted(found.values(), key=lambda node: node.serial)


def _arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _arrays(each)


def _call_of(node: Node, calls: list[Layer]) -> Layer:
    """Return the innermost call in which a Node was made; the outermost if none."""
    place = bisect_right(calls, node.serial, key=lambda call: call.begin) - 1
    while place > 0 and calls[place].end < node.serial:
        place = calls[place].parent
    return calls[max(place, 0)]
