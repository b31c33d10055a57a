"""The modules of a computation as frames around what ran in them, or closed, as one box each.
Read `folding.py` next.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from .computation import Computation, Span
from .contents import Cluster, GraphContents, GraphNode, counted
from .contracting import contract, enclosing, parents_of


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
        name = _title(path, chain[-2].path if chain[1:] else "", computation.modules)
        clusters.append(Cluster(ids[chain], name, ids[chain[:-1]], use=use))
    inside: dict[str, tuple[Span, ...]] = {}  # of a parameter, the calls that all its users are in
    for step in computation.steps:
        for operand in step.operands:
            if operand.quantity.kind == "parameter":
                chain = inside.setdefault(operand.quantity.id, step.calls)
                inside[operand.quantity.id] = tuple(
                    one for one, other in zip(chain, step.calls, strict=False) if one == other
                )
    inside |= {step.output.id: step.calls for step in computation.steps}
    return tuple(clusters), {key: ids[chain] for key, chain in inside.items()}


def _title(path: str, around: str, kinds: dict[str, str]) -> str:
    own = path.removeprefix(f"{around}.")
    return f"{own}: {kinds[path]}" if path in kinds else own


def close_modules(contents: GraphContents, depth: int) -> GraphContents:
    """Draw each module that lies `depth` levels deep as one box; 0 leaves only the outermost."""
    parents = parents_of(contents.clusters)
    frames = {cluster.id: cluster for cluster in contents.clusters}
    groups: dict[str, list[GraphNode]] = {}
    for node in contents.nodes:
        around = enclosing(node.cluster, parents)
        if len(around) > depth:
            groups.setdefault(around[-1 - depth], []).append(node)
    onto = {node.id: members[-1].id for members in groups.values() for node in members}
    boxes = {}
    for box, members in groups.items():
        last = members[-1]
        operations = sum(node.kind == "operation" for node in members)
        parameters = sum(node.kind == "parameter" for node in members)
        boxes[last.id] = replace(
            last,
            kind="folded",
            name=frames[box].name,
            use=frames[box].use,
            formula=f"{counted(operations, 'operation')}, {counted(parameters, 'parameter')}",
            latex="",
            cluster=parents[box],
        )
    return contract(contents, onto, boxes)
