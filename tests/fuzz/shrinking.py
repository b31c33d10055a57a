"""Making a program that disagrees as short and plain as it can be.
Read `planted.py` next, for how well all of this finds what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .judging import disagreement
from .program import Index, Leaf, Program, Statement

PLAIN = (1.0, 0.0, 2.0, -1.0)


def shrunk(program: Program, fails: Callable[[Program], Any] = disagreement) -> Program:
    """Return the program after all that can be left out or made plainer, one thing at a time."""
    again = True
    while again:
        again = False
        for smaller in _smaller(program):
            if fails(smaller):
                program, again = smaller, True
                break
    return program


def _smaller(program: Program) -> Iterator[Program]:
    """Yield programs that are a little smaller, those first of which most is gained."""
    leaves, statements = program.leaves, program.statements
    for i in reversed(range(len(statements))):
        yield program._replace(statements=statements[:i] + statements[i + 1 :])
    read = {name for each in statements for name in each.reads}
    for i, leaf in enumerate(leaves):
        if leaf.name not in read and len(leaves) > 1:
            yield program._replace(leaves=leaves[:i] + leaves[i + 1 :])
    if program.order > 1:
        yield program._replace(order=1)
    for i, leaf in enumerate(leaves):
        for plainer in _plainer_leaves(leaf):
            yield program._replace(leaves=(*leaves[:i], plainer, *leaves[i + 1 :]))
    for i, statement in enumerate(statements):
        for plainer in _plainer_statements(statement):
            yield program._replace(statements=(*statements[:i], plainer, *statements[i + 1 :]))


def _plainer_leaves(leaf: Leaf) -> Iterator[Leaf]:
    array = leaf.array
    for axis, size in enumerate(array.shape):
        if size:
            yield leaf._replace(array=array.take(0, axis))
        if size > 1:
            yield leaf._replace(array=array.take(range(size - 1), axis))
    if leaf.requires_grad:
        yield leaf._replace(requires_grad=False)
    for value in PLAIN:
        if (array == value).all():
            break
        yield leaf._replace(array=np.full_like(array, value))
    if (np.rint(array) != array).any():
        yield leaf._replace(array=np.rint(array))
    for place in np.ndindex(array.shape) if array.ndim else ():
        for value in PLAIN:
            if array[place] == value:
                break
            plainer = array.copy()
            plainer[place] = value
            yield leaf._replace(array=plainer)


def _plainer_statements(statement: Statement) -> Iterator[Statement]:
    if not statement.recorded:
        yield statement._replace(recorded=True)
    for slot, value in statement.given.items():
        for plainer in _plainer_values(value):
            yield statement._replace(given={**statement.given, slot: plainer})


def _plainer_values(value: Any) -> Iterator[Any]:
    if type(value) is Index:
        if len(value) > 1:
            yield Index(value[1:])
            yield Index(value[:-1])
    elif type(value) is list and value:
        if value != (zeros := _zeros(value)):
            yield zeros
        if len(value) > 1:
            yield value[:-1]
    elif type(value) in (int, float) and value not in (0, 1):
        yield 1


def _zeros(value: Any) -> Any:
    return [_zeros(each) for each in value] if type(value) is list else type(value)(0)
