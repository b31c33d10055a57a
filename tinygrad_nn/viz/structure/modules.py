"""In which call of which module each operation ran: seen as it ran, or read off the parameters.
Read `graph_building.py` next, which draws a frame around each call.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import accumulate, takewhile
from typing import Any, NamedTuple

from ...autograd.node import clock
from .computation import Computation, Span, Step
from .contents import Cluster

NEVER_CALLED = ("ModuleList", "ModuleDict")  # what they hold is called, they are not


@contextmanager
def watch_modules(model: Any) -> Iterator[list[Span]]:
    """Collect the calls of a module and of all inside it, the inner ones before the outer."""
    spans: list[Span] = []
    entered: list[int] = []

    def enter(*_: Any) -> None:
        entered.append(clock())

    def leave(path: str, *_: Any) -> None:
        spans.append(Span(path, entered.pop(), clock()))

    with ExitStack() as hooks:
        for path, module in model.named_modules():
            hooks.callback(module.register_forward_pre_hook(enter, prepend=True).remove)
            hooks.callback(module.register_forward_hook(partial(leave, path)).remove)
        yield spans


def place(steps: Sequence[Step], spans: Sequence[Span]) -> None:
    """Say of each step in which calls of modules it ran, by the time at which it did."""
    coming = sorted(spans, key=lambda each: (each.first, -each.last, each.path), reverse=True)
    running: list[Span] = []
    for step in sorted(steps, key=lambda step: step.node.serial):
        while coming and coming[-1].first < step.node.serial:
            running.append(coming.pop())
        running = [each for each in running if each.last >= step.node.serial]
        step.calls = tuple(each for each in running if each.path)


class _Use(NamedTuple):
    """An operation that takes parameters, and something else with them."""

    names: frozenset[str]
    path: tuple[str, ...]  # of the innermost module around the parameters
    operation: str
    span: tuple[int, int]  # from the first transposing, or other view, of its parameters on


def calls_by_parameters(
    steps: Sequence[Step], modules: Mapping[str, str], runs: Mapping[str, str]
) -> list[Span]:
    """Return the calls of modules that are certain from the parameters which operations took.

    A call takes each parameter once. So the uses of a module's parameters fall into rounds; where
    all rounds are alike, and no parameter of another module is used within one, each is a call, and
    what ran between its uses ran in it. `runs` names the one operation of modules that are known to
    run one: whatever else takes the weight of a Linear is not its call.
    """
    uses = _uses(steps)
    inside: dict[str, list[_Use]] = {}
    for use in uses:
        for path in accumulate(use.path, "{}.{}".format):
            inside.setdefault(path, []).append(use)
    times = [use.span[1] for use in uses]
    others: set[_Use] = set()  # they take a parameter of a module, but are not its call
    found: list[Span] = []
    for path in sorted(inside.keys() & modules.keys(), key=lambda path: -path.count(".")):
        if path in runs:
            others |= {use for use in inside[path] if use.operation != runs[path]}
        rounds = _rounds([use for use in inside[path] if use not in others])
        alike = len({tuple((use.operation, use.names) for use in each) for each in rounds}) == 1
        whole = all(
            bisect_right(times, each[-1].span[1]) - bisect_right(times, each[0].span[0] - 1)
            == len(each)
            for each in rounds
        )
        if alike and whole and modules[path] not in NEVER_CALLED:
            found += [Span(path, each[0].span[0] - 1, each[-1].span[1]) for each in rounds]
    return found


def _uses(steps: Sequence[Step]) -> list[_Use]:
    """Return the uses of parameters, oldest first; a view of a parameter stands for it."""
    owned: dict[str, frozenset[str]] = {}
    since: dict[str, int] = {}
    found = []
    for step in steps:
        quantities = [operand.quantity for operand in step.operands]
        for each in quantities:
            if each.kind == "parameter":
                owned.setdefault(each.id, frozenset({each.name}))
        taken = [each for each in quantities if each.id in owned]
        names = frozenset(name for each in taken for name in owned[each.id])
        first = min([step.node.serial, *(since[x.id] for x in taken if x.id in since)])
        if taken and len(taken) < len(quantities):
            path = _shared([tuple(name.split(".")[:-1]) for name in names])
            found.append(_Use(names, path, step.op.public, (first, step.node.serial)))
        elif taken and getattr(step.op, "view", False):
            owned[step.output.id], since[step.output.id] = names, first
    return found


def _rounds(uses: Sequence[_Use]) -> list[list[_Use]]:
    """Split uses where one takes a parameter again."""
    rounds: list[list[_Use]] = []
    taken: set[str] = set()
    for use in uses:
        if not rounds or taken & use.names:
            rounds.append([])
            taken = set()
        rounds[-1].append(use)
        taken |= use.names
    return rounds


def _shared(chains: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return what all of `chains` begin with."""
    places = zip(*chains, strict=False)
    return tuple(each[0] for each in takewhile(lambda each: len({*each}) == 1, places))


def module_clusters(computation: Computation) -> tuple[tuple[Cluster, ...], dict[str, str]]:
    """Return a frame per call of a module, and the frame of each node by the node's id."""
    chains = dict.fromkeys(
        step.calls[: depth + 1] for step in computation.steps for depth in range(len(step.calls))
    )
    ids = {chain: f"m{number}" for number, chain in enumerate(chains)}
    ids[()] = ""
    calls = Counter(chain[-1].path for chain in chains)
    met: Counter[str] = Counter()
    clusters = []
    for chain in chains:
        path = chain[-1].path
        met[path] += 1
        use = met[path] if calls[path] > 1 else 0
        name = path.removeprefix(f"{chain[-2].path}.") if chain[1:] else path
        if path in computation.modules:
            name += f": {computation.modules[path]}"
        clusters.append(Cluster(ids[chain], name, ids[chain[:-1]], use=use))
    inside: dict[str, tuple[Span, ...]] = {}  # of a parameter, the calls that all its users are in
    for step in computation.steps:
        for operand in step.operands:
            if operand.quantity.kind == "parameter":
                chain = inside.setdefault(operand.quantity.id, step.calls)
                inside[operand.quantity.id] = _shared([chain, step.calls])
    inside |= {step.output.id: step.calls for step in computation.steps}
    return tuple(clusters), {key: ids[chain] for key, chain in inside.items()}
