"""Drawing several nodes as one: what all folding comes down to.
Read `folding.py` and `module_frames.py`, which decide what is folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from .contents import Cluster, GraphContents, GraphEdge, GraphNode


def contract(
    contents: GraphContents,
    onto: Mapping[str, str],
    changed: Mapping[str, GraphNode],
    clusters: Iterable[Cluster] | None = None,
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
    edges: dict[tuple[str, str, str], GraphEdge] = {}
    for edge in contents.edges:
        source, target = onto.get(edge.source, edge.source), onto.get(edge.target, edge.target)
        if source != target or loops:
            edges.setdefault(
                (source, target, edge.operand), GraphEdge(source, target, edge.operand)
            )
    all_clusters = contents.clusters if clusters is None else tuple(clusters)
    parents = parents_of(all_clusters)
    used = {outer for node in nodes for outer in enclosing(node.cluster, parents)}
    return replace(
        contents,
        nodes=nodes,
        edges=tuple(edges.values()),
        clusters=tuple(cluster for cluster in all_clusters if cluster.id in used),
    )


def parents_of(clusters: Iterable[Cluster]) -> dict[str, str]:
    """Return the id of the cluster around each cluster, by its id."""
    return {cluster.id: cluster.parent for cluster in clusters}


def enclosing(cluster: str, parents: Mapping[str, str]) -> list[str]:
    """Return a cluster and all around it, the innermost first; nothing for ""."""
    found = []
    while cluster:
        found.append(cluster)
        cluster = parents[cluster]
    return found
