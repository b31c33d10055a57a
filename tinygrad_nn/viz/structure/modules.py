"""In which module each operation ran: read off the parameters that it took, or seen as it ran.
Read `folding.py` next, which folds what repeats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from ...autograd.node import clock
from .computation import Step


class Span(NamedTuple):
    """A call of a module: the operations recorded between two readings of the Nodes' clock."""

    path: str
    first: int
    last: int


@contextmanager
def watch_modules(model: Any) -> Iterator[list[Span]]:
    """Collect the calls of a module and of all inside it, the inner ones before the outer."""
    spans: list[Span] = []
    entered: list[int] = []
    handles = []

    def leave_as(path: str) -> Any:
        def leave(*_: Any) -> None:
            spans.append(Span(path, entered.pop(), clock()))

        return leave

    try:
        for path, module in model.named_modules():
            handles.append(
                module.register_forward_pre_hook(lambda *_: entered.append(clock()), prepend=True)
            )
            handles.append(module.register_forward_hook(leave_as(path)))
        yield spans
    finally:
        for handle in handles:
            handle.remove()


def place_by_calls(steps: Sequence[Step], spans: Sequence[Span]) -> None:
    """Say of each step in which module it ran: the innermost call at its time."""
    coming = sorted(spans, key=lambda span: span.first, reverse=True)
    running: list[Span] = []
    for step in sorted(steps, key=lambda step: step.node.serial):
        while coming and coming[-1].first < step.node.serial:
            running.append(coming.pop())
        while running and running[-1].last < step.node.serial:
            running.pop()
        step.module = running[-1].path if running else ""


def assign_modules(steps: Sequence[Step], modules: dict[str, str]) -> None:
    """Say of each step in which module it ran, as far as parameters show it.

    An operation that takes a module's parameter ran in it; one between two operations of a module
    ran in the innermost module around both, such as the activation between two layers of a block.
    """
    if not modules:
        return
    for step in steps:
        paths = [o.quantity.name for o in step.operands if o.quantity.kind == "parameter"]
        step.module = next((p for p in map(outer, paths) if p), "")
        if step.module not in modules:
            step.module = ""
    before: dict[str, str | None] = {}  # the module of the last step that led to each result
    for step in steps:
        sources = [before.get(o.quantity.id) for o in step.operands]
        before[step.output.id] = step.module or _common([s for s in sources if s is not None])
    after: dict[str, str | None] = {}
    for step in reversed(steps):
        here = step.module or _between(before.get(step.output.id), after.get(step.output.id))
        step.module = here
        for operand in step.operands:
            known = after.get(operand.quantity.id)
            after[operand.quantity.id] = here if known is None else _common([known, here])


def outer(path: str) -> str:
    """Return the path of the module around one, "" for an outermost."""
    return path.rpartition(".")[0]


def with_outer(paths: Iterable[str]) -> set[str]:
    """Return these modules and all around them."""
    found: set[str] = set()
    for path in paths:
        while path and path not in found:
            found.add(path)
            path = outer(path)
    return found


def _between(source: str | None, user: str | None) -> str:
    return "" if source is None or user is None else _common([source, user])


def _common(paths: Sequence[str]) -> str:
    """Return the innermost module around all of `paths`."""
    if not paths:
        return ""
    shared: list[str] = []
    for parts in zip(*(path.split(".") for path in paths), strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return ".".join(shared)
