"""Keeping a picture small: closed modules, what repeats, and what is too much, as one box each.
Read `../drawing/dot.py` next, which draws the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .computation import Step
from .contents import Cluster, GraphContents, GraphEdge, GraphNode, chains_of, counted
from .repeats import Repeat, find_repeats


def close_modules(contents: GraphContents, depth: int) -> GraphContents:
    """Draw each module that lies `depth` levels deep as one box; 0 leaves only the outermost."""
    chains = chains_of(contents.clusters)
    groups: dict[Cluster, list[GraphNode]] = {}
    for node in contents.nodes:
        around = chains[node.cluster]
        if len(around) > depth:
            groups.setdefault(around[-1 - depth], []).append(node)
    onto = {node.id: members[-1].id for members in groups.values() for node in members}
    boxes = {}
    for module, members in groups.items():
        last, kinds = members[-1], Counter(node.kind for node in members)
        operations = counted(kinds["operation"], "operation")
        boxes[last.id] = replace(
            last,
            kind="folded",
            name=module.name,
            use=module.use,
            formula=f"{operations}, {counted(kinds['parameter'], 'parameter')}",
            latex="",
            cluster=module.parent,
        )
    return _contract(contents, onto, boxes)


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
        each: replace(
            present[each],
            times=count,
            cluster=cluster_of.get(each, present[each].cluster),
            is_output=each in outputs,
        )
        for each, count in times.items()
        if count > 1
    }
    folded = _contract(contents, onto, changed, clusters, loops=True)
    return replace(folded, notes=(*folded.notes, _note(repeats)))


def _map_onto_first(repeat: Repeat, steps: Sequence[Step], onto: dict[str, str]) -> None:
    """Say onto which tensor of the first block each tensor of the others is drawn."""
    for first_at in range(repeat.start, repeat.start + repeat.length):
        first = steps[first_at]
        for step in steps[first_at : repeat.steps.stop : repeat.length]:
            onto[step.output.id] = first.output.id
            for mine, other in zip(first.operands, step.operands, strict=True):
                if "result" not in (mine.quantity.kind, other.quantity.kind):
                    target = onto.get(mine.quantity.id, mine.quantity.id)
                    onto.setdefault(other.quantity.id, target)


def _note(repeats: Sequence[Repeat]) -> str:
    """Say what is drawn once."""
    _, length, times = repeats[0]
    said = f"{times:,} equal blocks of {counted(length, 'operation')} are drawn as one, × {times:,}"
    if len(repeats) > 1:
        rows = f"{len(repeats)} rows of equal blocks are drawn as one block each"
        said = f"{rows}, × how many there are"
    return f"{said}; the arrow back leads from one to the next. fold=False draws them all."


def _framed(
    contents: GraphContents, steps: Sequence[Step], repeats: Sequence[Repeat]
) -> tuple[list[Cluster], dict[str, str]]:
    """Mark the module that a block is with "× N", or put a frame of its own around the block.

    Returns the clusters, and the cluster of each node that moves.
    """
    chains = chains_of(contents.clusters)
    around = {
        node.id: [cluster.id for cluster in chains[node.cluster]]
        for node in contents.nodes
        if node.kind in ("operation", "folded")
    }
    inside = Counter(cluster for chain in around.values() for cluster in chain)
    clusters = {cluster.id: cluster for cluster in contents.clusters}
    moved: dict[str, str] = {}

    def holds_only(cluster: str, allowed: Iterable[str]) -> bool:
        return inside[cluster] == sum(cluster in around[each] for each in allowed)

    for number, repeat in enumerate(repeats):
        covered = [step.output.id for step in steps[repeat.steps]]
        block = {each: around[each] for each in covered[: repeat.length]}
        for each in {cluster for chain in block.values() for cluster in chain}:
            if holds_only(each, block):
                clusters[each] = replace(clusters[each], use=0)  # it stands for all of them
        common = set.intersection(*map(set, block.values()))
        shared = next((each for each in around[covered[0]] if each in common), "")
        if shared and holds_only(shared, block):
            clusters[shared] = replace(clusters[shared], times=repeat.times)
            continue
        frame = f"r{number}"
        clusters[frame] = Cluster(frame, "repeated", shared, repeat.times)
        for each, chain in block.items():
            below = chain[: chain.index(shared)] if shared else chain
            if below and holds_only(below[-1], covered):
                clusters[below[-1]] = replace(clusters[below[-1]], parent=frame)
            else:
                moved[each] = frame
    return list(clusters.values()), moved


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
    edges = tuple(replace(e, operand="") if e.source in onto else e for e in contents.edges)
    folded = _contract(replace(contents, edges=edges), onto, {box.id: box})
    note = (
        f"{len(older):,} of {len(contents.nodes):,} nodes, the oldest, are drawn as one box: at "
        f"most {limit:,} are drawn. limit= draws more, depth= closes modules."
    )
    return replace(folded, notes=(*folded.notes, note))


def _contract(
    contents: GraphContents,
    onto: Mapping[str, str],
    changed: Mapping[str, GraphNode],
    clusters: Sequence[Cluster] | None = None,
    *,
    loops: bool = False,
) -> GraphContents:
    """Return the graph with each node of `onto` drawn as the one that it maps to.

    `changed` replaces nodes that stay, `clusters` all clusters; those left empty go. An edge inside
    one node is left out, unless `loops`.
    """
    nodes = tuple(
        changed.get(node.id, node)
        for node in contents.nodes
        if onto.get(node.id, node.id) == node.id
    )
    edges = dict.fromkeys(
        GraphEdge(onto.get(e.source, e.source), onto.get(e.target, e.target), e.operand)
        for e in contents.edges
    )
    clusters = contents.clusters if clusters is None else clusters
    chains = chains_of(clusters)
    used = {outer.id for node in nodes for outer in chains[node.cluster]}
    return replace(
        contents,
        nodes=nodes,
        edges=tuple(edge for edge in edges if loops or edge.source != edge.target),
        clusters=tuple(cluster for cluster in clusters if cluster.id in used),
    )
