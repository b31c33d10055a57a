"""Keeping a picture small: what repeats is drawn once with "× N", what is too much as one box.
Read `../drawing/dot.py` next, which draws the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from .computation import Step
from .contents import Cluster, GraphContents, GraphNode
from .contracting import contract, parents_of

LEAST_REPEATS = 3
LEAST_SAVED = 8  # operations: a small graph is clearer as it is
LONGEST_BLOCK = 2_000  # operations


class Repeat(NamedTuple):
    """`times` blocks of `length` operations each, one after the other from step `start` on."""

    start: int
    length: int
    times: int


def fold_repeats(contents: GraphContents, steps: Sequence[Step]) -> GraphContents:
    """Draw each row of equal blocks as one block, × N; an arrow back leads to the next of them."""
    present = {node.id: node for node in contents.nodes}
    steps = [step for step in steps if step.output.id in present]
    for number, repeat in enumerate(find_repeats(steps)):
        contents = _fold(contents, steps, repeat, f"r{number}")
    return contents


def _fold(contents: GraphContents, steps: Sequence[Step], repeat: Repeat, id: str) -> GraphContents:
    start, length, count = repeat
    onto: dict[str, str] = {}
    for first_at in range(start, start + length):
        first = steps[first_at]
        for step in steps[first_at : start + length * count : length]:
            onto[step.output.id] = first.output.id
            for mine, other in zip(first.operands, step.operands, strict=True):
                if "result" not in (mine.quantity.kind, other.quantity.kind):
                    target = onto.get(mine.quantity.id, mine.quantity.id)
                    onto.setdefault(other.quantity.id, target)
    inner = {step.output.id for step in steps[start : start + length]}
    covered = {step.output.id for step in steps[start : start + length * count]}
    frame = Cluster(id, "repeated", "", count)
    clusters, cluster_of = _frame(contents, inner, covered, frame)
    times = Counter(onto.values())
    outputs = {onto.get(node.id) for node in contents.nodes if node.is_output}
    changed = {
        node.id: replace(
            node,
            times=times[node.id],
            cluster=cluster_of.get(node.id, node.cluster),
            is_output=node.is_output or node.id in outputs,
        )
        for node in contents.nodes
        if times[node.id] > 1
    }
    note = (
        f"{count:,} equal blocks of {length:,} operation{'' if length == 1 else 's'} are drawn as "
        f"one, × {count:,}; the arrow back leads from one to the next. fold=False draws them all."
    )
    folded = contract(contents, onto, changed, clusters, loops=True)
    return replace(folded, notes=(*folded.notes, note))


def _frame(
    contents: GraphContents, inner: set[str], covered: set[str], frame: Cluster
) -> tuple[list[Cluster], dict[str, str]]:
    """Mark the module that a block is with "× N", or put a frame of its own around the block.

    `inner` are the operations of the first block, `covered` those of all. Returns the clusters, and
    the cluster of each node that moves.
    """
    parents = parents_of(contents.clusters)
    around = {
        node.id: [*_outwards(node.cluster, parents)]
        for node in contents.nodes
        if node.kind in ("operation", "folded")
    }
    chains = [around[each] for each in inner]
    shared = next((c for c in chains[0] if all(c in chain for chain in chains)), "")

    def holds_only(cluster: str, allowed: set[str]) -> bool:
        return all(each in allowed for each, chain in around.items() if cluster in chain)

    if shared and holds_only(shared, inner):
        marked = [replace(c, times=frame.times) if c.id == shared else c for c in contents.clusters]
        return marked, {}
    moved: dict[str, str] = {}
    enclosed = set()
    for each in inner:
        chain = around[each]
        below = chain[: chain.index(shared)] if shared in chain else chain
        if below and holds_only(below[-1], covered):
            enclosed.add(below[-1])
        else:
            moved[each] = frame.id
    clusters = [replace(c, parent=frame.id) if c.id in enclosed else c for c in contents.clusters]
    return [*clusters, replace(frame, parent=shared)], moved


def _outwards(cluster: str, parents: dict[str, str]) -> Iterator[str]:
    while cluster:
        yield cluster
        cluster = parents[cluster]


def find_repeats(steps: Sequence[Step]) -> list[Repeat]:
    """Return the rows of equal blocks that are worth folding, none overlapping another.

    Blocks are equal if their operations, shapes and arguments are, and if each takes what it takes
    from the same places: its own results, those of the block before, or from outside.
    """
    kinds: dict[Any, int] = {}
    codes = np.array([kinds.setdefault(_signature(step), len(kinds)) for step in steps])
    made_at = {step.output.id: i for i, step in enumerate(steps)}
    candidates = sorted(
        _periodic_runs(codes), key=lambda run: (-run.times * run.length, run.length, run.start)
    )
    taken = np.zeros(len(steps), bool)
    found = []
    for run in candidates:
        if taken[run.start : run.start + run.length * run.times].any():
            continue
        for skipped in (0, 1):  # the first block may be another, such as one that has no past
            part = Repeat(run.start + skipped * run.length, run.length, run.times - skipped)
            part = _same_structure(part, steps, made_at)
            if _is_worth_it(part.length, part.times):
                taken[part.start : part.start + part.length * part.times] = True
                found.append(part)
                break
    return sorted(found)


def _is_worth_it(length: int, count: int) -> bool:
    return count >= LEAST_REPEATS and length * (count - 1) >= LEAST_SAVED


def _signature(step: Step) -> Any:
    attributes = {k: v for k, v in step.attributes.items() if k != "index"}  # x[0], x[1] ...
    operands = tuple((o.parameter, o.quantity.shape) for o in step.operands)
    return step.op.name, step.output.shape, step.output.dtype, operands, repr(attributes)[:200]


def _periodic_runs(codes: Any) -> Iterator[Repeat]:
    """Yield the longest stretches that repeat themselves with each period."""
    for period in range(1, min(len(codes) // LEAST_REPEATS, LONGEST_BLOCK) + 1):
        same = codes[:-period] == codes[period:]
        edges = np.flatnonzero(np.diff(np.concatenate(([False], same, [False]))))
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            count = (end - first) // period + 1
            if _is_worth_it(period, count):
                yield Repeat(first, period, count)


def _same_structure(run: Repeat, steps: Sequence[Step], made_at: dict[str, int]) -> Repeat:
    """Cut a run down to the blocks that take their operands from the same places as the second.

    The first may take from outside what the others take from the block before them.
    """
    start, length, count = run

    def sources(block: int) -> list[int]:
        """How many steps back each operand was made; 0 if it is not of this block or the last."""
        begin = start + block * length
        earliest = max(begin - length, start)
        distances: list[int] = []
        for i in range(begin, begin + length):
            made = (made_at.get(operand.quantity.id, -1) for operand in steps[i].operands)
            distances += [i - each if each >= earliest else 0 for each in made]
        return distances

    expected = sources(1)
    place = [i for i in range(length) for _ in steps[start + i].operands]
    from_own_block = [d if d <= i else 0 for d, i in zip(expected, place, strict=True)]
    equal = 2 if sources(0) == from_own_block else 1
    while 1 < equal < count and sources(equal) == expected:
        equal += 1
    return Repeat(start, length, equal)


def fold_older(contents: GraphContents, limit: int) -> GraphContents:
    """Draw at most `limit` nodes: the newest, and all that are older as one box."""
    surplus = len(contents.nodes) - limit
    if surplus <= 0:
        return contents
    older = contents.nodes[: surplus + 1]
    operations = sum(node.kind not in ("parameter", "leaf", "data") for node in older)
    box = GraphNode(
        id=older[-1].id,
        kind="folded",
        name=f"{operations:,} operations before",
        formula=f"and the {len(older) - operations:,} tensors that they take",
    )
    onto = {node.id: box.id for node in older}
    plain = replace(
        contents,
        edges=tuple(replace(e, operand="") if e.source in onto else e for e in contents.edges),
    )
    folded = contract(plain, onto, {box.id: box})
    note = (
        f"{len(older):,} of {len(contents.nodes):,} nodes, the oldest, are drawn as one box: at "
        f"most {limit:,} are drawn. limit= draws more, depth= closes modules."
    )
    return replace(folded, notes=(*folded.notes, note))
