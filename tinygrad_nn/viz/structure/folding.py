"""Keeping a picture small: what repeats is drawn once with "× N", what is too much as one box.
Read `../drawing/dot.py` next, which draws the rest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from .computation import Step
from .contents import Cluster, GraphContents, GraphNode, counted
from .contracting import contract, enclosing, parents_of

LEAST_REPEATS = 3
LEAST_SAVED = 8  # operations: a small graph is clearer as it is
LONGEST_BLOCK = 2_000  # operations
MOST_NOTES = 3


class Repeat(NamedTuple):
    """`times` blocks of `length` operations each, one after the other from step `start` on."""

    start: int
    length: int
    times: int


def fold_repeats(contents: GraphContents, steps: Sequence[Step]) -> GraphContents:
    """Draw each row of equal blocks as one block, × N; an arrow back leads to the next of them."""
    present = {node.id: node for node in contents.nodes}
    steps = [step for step in steps if step.output.id in present]
    repeats = find_repeats(steps)
    if not repeats:
        return contents
    onto: dict[str, str] = {}
    for repeat in repeats:
        _map_onto_first(repeat, steps, onto)
    clusters, cluster_of = _framed(contents, steps, repeats)
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
    folded = contract(contents, onto, changed, clusters, loops=True)
    return replace(folded, notes=(*folded.notes, *_notes(repeats)))


def _map_onto_first(repeat: Repeat, steps: Sequence[Step], onto: dict[str, str]) -> None:
    """Say onto which tensor of the first block each tensor of the others is drawn."""
    start, length, count = repeat
    for first_at in range(start, start + length):
        first = steps[first_at]
        for step in steps[first_at : start + length * count : length]:
            onto[step.output.id] = first.output.id
            for mine, other in zip(first.operands, step.operands, strict=True):
                if "result" not in (mine.quantity.kind, other.quantity.kind):
                    target = onto.get(mine.quantity.id, mine.quantity.id)
                    onto.setdefault(other.quantity.id, target)


def _notes(repeats: list[Repeat]) -> list[str]:
    """Say what is drawn once; of many rows of blocks, how many there are."""
    if len(repeats) > MOST_NOTES:
        return [
            f"{len(repeats)} rows of equal blocks are drawn as one block each, × how many there "
            "are; the arrow back leads from one to the next. fold=False draws them all."
        ]
    return [
        f"{count:,} equal blocks of {counted(length, 'operation')} are drawn as one, × {count:,}; "
        f"the arrow back leads from one to the next. fold=False draws them all."
        for _, length, count in repeats
    ]


def _framed(
    contents: GraphContents, steps: Sequence[Step], repeats: Sequence[Repeat]
) -> tuple[list[Cluster], dict[str, str]]:
    """Mark the module that a block is with "× N", or put a frame of its own around the block.

    Returns the clusters, and the cluster of each node that moves.
    """
    parents = parents_of(contents.clusters)
    around = {
        node.id: enclosing(node.cluster, parents)
        for node in contents.nodes
        if node.kind in ("operation", "folded")
    }
    inside = Counter(cluster for chain in around.values() for cluster in chain)
    clusters = {cluster.id: cluster for cluster in contents.clusters}
    moved: dict[str, str] = {}

    def holds_only(cluster: str, allowed: Iterable[str]) -> bool:
        return inside[cluster] == sum(cluster in around[each] for each in allowed)

    for number, (start, length, count) in enumerate(repeats):
        covered = [step.output.id for step in steps[start : start + length * count]]
        inner = covered[:length]
        chains = [around[each] for each in inner]
        for each in {cluster for chain in chains for cluster in chain}:
            if holds_only(each, inner):
                clusters[each] = replace(clusters[each], use=0)  # it stands for all of them
        shared = next((c for c in chains[0] if all(c in chain for chain in chains)), "")
        if shared and holds_only(shared, inner):
            clusters[shared] = replace(clusters[shared], times=count)
            continue
        frame = f"r{number}"
        clusters[frame] = Cluster(frame, "repeated", shared, count)
        for each, chain in zip(inner, chains, strict=True):
            below = chain[: chain.index(shared)] if shared else chain
            if below and holds_only(below[-1], covered):
                clusters[below[-1]] = replace(clusters[below[-1]], parent=frame)
            else:
                moved[each] = frame
    return list(clusters.values()), moved


def find_repeats(steps: Sequence[Step]) -> list[Repeat]:
    """Return the rows of equal blocks that are worth folding, none overlapping another.

    Blocks are equal if their operations, shapes and arguments are, and if each takes what it takes
    from the same places: its own results, those of the block before, or from outside.
    """
    kinds: dict[Any, int] = {}
    codes = np.array([kinds.setdefault(_signature(step), len(kinds)) for step in steps])
    made_at = {step.output.id: i for i, step in enumerate(steps)}
    found = []
    for run in _best_of(_periodic_runs(codes)):
        for skipped in (0, 1):  # the first block may be another, such as one that has no past
            part = Repeat(run.start + skipped * run.length, run.length, run.times - skipped)
            if not _is_worth_it(part):
                break
            part = _same_structure(part, steps, made_at)
            if _is_worth_it(part):
                found.append(part)
                break
    return found


def _is_worth_it(repeat: Repeat) -> bool:
    return repeat.times >= LEAST_REPEATS and _saved(repeat) >= LEAST_SAVED


def _saved(repeat: Repeat) -> int:
    return repeat.length * (repeat.times - 1)


def _end(repeat: Repeat) -> int:
    return repeat.start + repeat.length * repeat.times


def _signature(step: Step) -> Any:
    attributes = {k: v for k, v in step.attributes.items() if k != "index"}  # x[0], x[1] ...
    operands = tuple((o.parameter, o.quantity.shape) for o in step.operands)
    made = step.output.shape, step.output.dtype, step.problem
    return step.op.public, *made, operands, repr(attributes)[:200]


def _periodic_runs(codes: Any) -> Iterator[Repeat]:
    """Yield the stretches that repeat themselves, for every place where a block can begin.

    What has a period has its multiples too: those are left out.
    """
    longest = np.zeros(len(codes), np.int64)  # of the stretches so far, the end of one from here
    for period in range(1, min(len(codes) // LEAST_REPEATS, LONGEST_BLOCK) + 1):
        same = codes[:-period] == codes[period:]
        changes = np.flatnonzero(np.diff(np.concatenate(([False], same, [False]))))
        firsts, lasts = changes[::2], changes[1::2]
        enough = lasts - firsts >= (LEAST_REPEATS - 1) * period
        for first, last in zip(firsts[enough].tolist(), lasts[enough].tolist(), strict=True):
            times, rest = divmod(last + period - first, period)
            if longest[first] >= last + period or not _is_worth_it(Repeat(first, period, times)):
                continue
            longest[first : last + period] = last + period
            for offset in range(rest + 1):
                yield Repeat(first + offset, period, times)


def _best_of(candidates: Iterable[Repeat]) -> list[Repeat]:
    """Return those that save most together without overlapping (weighted interval scheduling)."""
    ordered = sorted(candidates, key=lambda each: (_end(each), each.length))
    ends = [_end(each) for each in ordered]
    best = [0]  # what the first k candidates can save
    before = []  # how many candidates end before each begins
    for each in ordered:
        before.append(bisect_right(ends, each.start))
        best.append(max(best[-1], best[before[-1]] + _saved(each)))
    chosen, k = [], len(ordered)
    while k:
        if best[k] == best[k - 1]:
            k -= 1
        else:
            chosen.append(ordered[k - 1])
            k = before[k - 1]
    return chosen[::-1]


def _same_structure(run: Repeat, steps: Sequence[Step], made_at: dict[str, int]) -> Repeat:
    """Cut a run down to the blocks whose operands come from the same places, seen from each.

    From one block to the next every operand's place moves on by the same number of steps: a block's
    length for its own results, 0 for what all share. What the block before made may come from
    outside in the first.
    """
    start, length, times = run
    covered = steps[start : start + length * times]
    places = [made_at.get(o.quantity.id, -1) for step in covered for o in step.operands]
    made = np.array(places, np.int64).reshape(times, -1)
    stride = made[2] - made[1]
    from_before = (stride == length) & (made[1] < start + length)
    begins = np.where(from_before, made[0] < start, made[0] == made[1] - stride).all()
    goes_on = (np.diff(made[1:], axis=0) == stride).all(axis=1)
    equal = 2 + int(np.argmin([*goes_on, False]))
    return Repeat(start, length, equal if begins else 1)


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
        name=f"{counted(operations, 'operation')} before",
        formula=f"and {counted(len(older) - operations, 'tensor')} that they take",
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
