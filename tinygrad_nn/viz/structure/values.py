"""What the tensors of a computation held: kept for backward, held by the user, or computed again.
Read `reading.py` next, which puts names, values and operations together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import ref

import numpy as np

from ...arrays.dtypes import Array
from ...autograd.node import Node
from ...autograd.op import Op
from ...autograd.tensor_base import TensorBase


def known_values(roots: Iterable[TensorBase], nodes: list[Node]) -> tuple[dict[Node, Array], bool]:
    """Return the array of each Node of which it is known or can be computed; nodes oldest first.

    A value that was written to in place since it was kept is not what the computation saw: it is
    left out. What no rule needed was not kept; it is computed again from what was. Where that does
    not lead to what is known, a leaf has changed since, most often by an optimizer's step: then
    what would be computed again is left out, and the second result is True.
    """
    known = {root.node: root.array for root in roots if root.node is not None}
    for node in nodes:
        if node.op is None:
            tensor = (
                None if node.extra is None or node.extra.tensor is None else node.extra.tensor()
            )
            if tensor is not None and tensor.array.shape == node.shape:
                known.setdefault(node, tensor.array)
        else:
            _take_kept(node, known)
    seen = dict(known)
    with np.errstate(all="ignore"):
        for node in nodes:
            array = compute_again(node, known) if isinstance(node.op, Op) else None
            if array is not None and not same(array, known.setdefault(node, array)):
                return seen, True
    return known, False


def same(again: Array, held: Array) -> bool:
    """Return whether what was computed again is what was computed, but for rounding.

    Rounding is measured against the largest number: a sum that cancels out has no digit of its own.
    """
    largest = np.abs(held[np.isfinite(held)]).max(initial=0)
    return np.allclose(again, held, rtol=0, atol=1e-4 * float(largest), equal_nan=True)


def _take_kept(node: Node, known: dict[Node, Array]) -> None:
    if not isinstance(node.op, Op):
        return
    for edge, entry in zip((*node.inputs, node), node.saved or (), strict=False):
        if entry is None or edge is None or entry[1][0] != entry[2]:
            continue
        if entry[0].shape == edge.shape:
            known.setdefault(edge, entry[0].astype(edge.dtype, copy=False))


def compute_again(node: Node, known: dict[Node, Array]) -> Array | None:
    """Return the output of a recorded operation from its operands; None if one is not known."""
    operation = node.op
    if operation.takes_sequence:
        arrays = [known.get(e) if e is not None else data_array(node, i) for i, e in _listed(node)]
        if any(array is None for array in arrays):
            return None
        named = dict(zip(operation.parameters[1:], node.attributes[1:-1], strict=True))
        made = operation.forward(*arrays, **named)
    else:
        arguments: list[Any] = []
        for i, edge in _listed(node):
            value = known.get(edge) if edge is not None else node.attributes[i]
            if edge is None and (isinstance(value, ref) or _is_kept(node, i)):
                value = data_array(node, i)
                if value is None:
                    return None
            elif edge is not None and value is None:
                return None
            arguments.append(value)
        made = operation.forward(*arguments)
    made = np.asarray(made, node.dtype)
    return made if made.shape == node.shape else None


def _listed(node: Node) -> list[tuple[int, Node | None]]:
    return list(enumerate(node.inputs))


def _is_kept(node: Node, slot: int) -> bool:
    return bool(node.saved) and node.saved[slot] is not None  # type: ignore[index]


def data_tensor(node: Node, position: int) -> TensorBase | None:
    """Return the operand that needs no gradient if the user still holds it."""
    held = node.attributes[-1] if node.op.takes_sequence else node.attributes
    reference = held[position]
    tensor: TensorBase | None = reference() if isinstance(reference, ref) else None
    return tensor


def data_array(node: Node, position: int) -> Array | None:
    """Return what the operand that needs no gradient holds: as it was kept, or as it is now."""
    if not node.op.takes_sequence and _is_kept(node, position):
        array, cell, version = node.saved[position]  # type: ignore[index]
        return array if cell[0] == version else None
    tensor = data_tensor(node, position)
    return None if tensor is None else tensor.array
