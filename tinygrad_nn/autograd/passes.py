"""Which Nodes a backward pass comes by, and which pass is running.
Read `engine.py` next, which makes the passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cached_property
from operator import attrgetter
from typing import Any

from .node import Node
from .tensor_base import TensorBase


class Pass:
    """One call of `backward` or `grad`, for hooks that ask what it comes by."""

    def __init__(self, roots: Iterable[Node], targets: list[TensorBase] | None) -> None:
        self.roots, self.targets = tuple(roots), targets

    @cached_property
    def nodes(self) -> set[Node]:
        """All Nodes that it visits."""
        if self.targets is not None:
            return leading_to({target.node for target in self.targets}, self.roots)
        seen, stack = set(self.roots), [*self.roots]
        while stack:
            new = [edge for edge in stack.pop().inputs if edge is not None and edge not in seen]
            seen.update(new)
            stack += new
        return seen


askers: set[object] = set()  # hooks that ask which pass is running; without any it is not noted
_running: ContextVar[Pass | None] = ContextVar("pass", default=None)
running = _running.get


def noted(visit: Callable[..., Any]) -> Callable[..., Any]:
    """Return a visit during which hooks may ask which pass it is: 2 µs of a small step."""

    def visit_noted(
        start: dict[Node, Any], targets: list[TensorBase] | None, *how: bool
    ) -> tuple[dict[Node, Any], set[Node]]:
        token = _running.set(Pass(start, targets))
        try:
            found: tuple[dict[Node, Any], set[Node]] = visit(start, targets, *how)
            return found
        finally:
            _running.reset(token)

    return visit_noted


def leading_to(targets: set[Any], roots: Iterable[Node], beyond: bool = True) -> set[Node]:
    """Return the Nodes between roots and targets: through which a gradient has to flow."""
    stack = list(roots)
    seen = set(stack) if beyond else {*stack, *targets}
    while stack:
        for edge in stack.pop().inputs:
            if edge is not None and edge not in seen:
                seen.add(edge)
                stack.append(edge)
    wanted = set(targets)
    for node in sorted(seen, key=attrgetter("serial")):  # inputs before what was made of them
        if not wanted.isdisjoint(node.inputs):
            wanted.add(node)
    return wanted
