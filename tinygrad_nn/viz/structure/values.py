"""What the tensors of a computation held: kept for backward, held by the user, or computed again.
Read `reading.py` next, which puts names, values and operations together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...arrays.dtypes import Array
from ...autograd.node import Node
from ...autograd.op import Op
from ...autograd.tensor_base import TensorBase
from .computation import call_of, output_name, part_of


def known_values(
    roots: Iterable[TensorBase], nodes: list[Node]
) -> tuple[dict[Node, Array], Node | None]:
    """Return the array of each Node of which it is known or can be computed; nodes oldest first.

    What was written to in place since it was kept is left out; what was not kept is computed again.
    Where that does not lead to what is known, a leaf has changed since: then what would be computed
    again is left out, and the second result is the Node where that was seen.
    """
    known = {root.node: root.array for root in roots if root.node is not None}
    for node in nodes:
        for to, array in _held_by(node):
            if array is not None and array.shape == to.shape:
                known.setdefault(to, array.astype(to.dtype, copy=False))
    seen = dict(known)
    with np.errstate(all="ignore"):
        for node in nodes:
            again = _computed_again(node, known)
            if again is not None and not same(again, known.setdefault(node, again)):
                return seen, node
    return known, None


def same(again: Array, held: Array) -> bool:
    """Return whether what was computed again is what was computed, but for rounding.

    Rounding is measured against the largest number: a sum that cancels out has no digit of its own.
    """
    largest = np.abs(held[np.isfinite(held)]).max(initial=0)
    return np.allclose(again, held, rtol=0, atol=1e-4 * float(largest), equal_nan=True)


def _held_by(node: Node) -> Iterable[tuple[Node, Array | None]]:
    """Yield what a leaf's tensor holds, and what an operation kept that is unchanged since."""
    if node.op is None:
        yield node, getattr(node.tensor, "array", None)
        return
    call = call_of(node)
    if not isinstance(call.op, Op):
        return
    for operand in call.operands():
        if operand.kept and operand.edge is not None:
            yield operand.edge, operand.value
    array, unchanged = call.kept().get(output_name(node), (None, False))
    if node.shape is not None and unchanged:
        yield node, array


def _computed_again(node: Node, known: Mapping[Node, Array]) -> Array | None:
    call = call_of(node)
    is_known = node.shape is not None and isinstance(call.op, Op)
    results = results_again(call, known) if is_known else None
    if results is None:
        return None
    made = np.asarray(results[part_of(node) or 0], node.dtype)
    return made if made.shape == node.shape else None


def arguments_again(call: Node, known: Mapping[Node, Array]) -> dict[str, Any]:
    """Return what an operation was called with, by parameter, as far as it is known."""
    found = call.constants()
    lists: dict[str, list[Any]] = {}
    for operand in call.operands():
        value = operand.value if operand.edge is None else known.get(operand.edge)
        name, is_listed, _ = operand.name.partition("[")
        if is_listed:
            lists.setdefault(name, []).append(value)
        elif value is not None:
            found[name] = value
    return {**found, **{n: each for n, each in lists.items() if all(x is not None for x in each)}}


def results_again(call: Node, known: Mapping[Node, Array]) -> list[Any] | None:
    """Return all that an operation's forward gave, from its operands; None if one is not known."""
    op, given = call.op, arguments_again(call, known)
    if any(name not in given for name in op.parameters):
        return None
    positional = [given[p.name] for p in op.signature if not p.keyword_only]
    by_name = {p.name: given[p.name] for p in op.signature if p.keyword_only}
    made = op.forward(*positional, **by_name)
    return list(made) if op.has_several or op.keeps else [made]
