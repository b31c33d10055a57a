"""The modules of a computation as frames around what ran in them, or closed, as one box each.
Read `folding.py` next.
"""

from __future__ import annotations

from dataclasses import replace

from .computation import Computation
from .contents import Cluster, GraphContents, GraphNode, counted
from .contracting import contract, parents_of
from .modules import outer, with_outer


def module_clusters(computation: Computation) -> tuple[tuple[Cluster, ...], dict[str, str]]:
    """Return a frame per module, and the frame of each node by the node's id."""
    used = with_outer(step.module for step in computation.steps)
    paths = sorted(used, key=lambda path: [(len(part), part) for part in path.split(".")])
    ids = {path: f"m{i}" for i, path in enumerate(paths)}
    clusters = tuple(
        Cluster(ids[path], _title(path, computation.modules), ids.get(outer(path), ""))
        for path in paths
    )
    cluster_of = {step.output.id: ids.get(step.module, "") for step in computation.steps}
    for step in computation.steps:
        for operand in step.operands:
            quantity = operand.quantity
            if quantity.kind == "parameter" and outer(quantity.name) in ids:
                cluster_of[quantity.id] = ids[outer(quantity.name)]
    return clusters, cluster_of


def _title(path: str, kinds: dict[str, str]) -> str:
    own = path.rpartition(".")[2]
    return f"{own}: {kinds[path]}" if path in kinds else own


def close_modules(contents: GraphContents, depth: int) -> GraphContents:
    """Draw each module that lies `depth` levels deep as one box; 0 leaves only the outermost."""
    parents = parents_of(contents.clusters)
    names = {cluster.id: cluster.name for cluster in contents.clusters}

    def closed(cluster: str) -> str:
        """Return the outermost module around a node that is to be closed, or ""."""
        chain = []
        while cluster:
            chain.append(cluster)
            cluster = parents[cluster]
        return chain[-1 - depth] if len(chain) > depth else ""

    groups: dict[str, list[GraphNode]] = {}
    for node in contents.nodes:
        box = closed(node.cluster)
        if box:
            groups.setdefault(box, []).append(node)
    onto = {node.id: members[-1].id for members in groups.values() for node in members}
    boxes = {}
    for box, members in groups.items():
        last = members[-1]
        operations = sum(node.kind == "operation" for node in members)
        parameters = sum(node.kind == "parameter" for node in members)
        boxes[last.id] = replace(
            last,
            kind="folded",
            name=names[box],
            formula=f"{counted(operations, 'operation')}, {counted(parameters, 'parameter')}",
            latex="",
            cluster=parents[box],
        )
    return contract(contents, onto, boxes)
