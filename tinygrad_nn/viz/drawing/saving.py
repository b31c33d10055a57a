"""A graph in a file, of the format that the file's name says.
Read `tables.py` next, which shows the arrays themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from ...saving.whole_files import as_path, write_file
from ..structure.contents import GraphContents
from .dot import to_dot
from .engine import render
from .page import to_html
from .svg import svg_element

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def to_json(contents: GraphContents) -> str:
    """Return a graph as JSON, with the names and the order of the fields of `GraphContents`."""
    return json.dumps(asdict(contents), indent=1) + "\n"


WRITERS: dict[str, Callable[[GraphContents], bytes]] = {
    ".dot": lambda contents: to_dot(contents).encode(),
    ".svg": lambda contents: (XML + svg_element(contents)).encode(),
    ".png": lambda contents: render(to_dot(contents), "png"),
    ".pdf": lambda contents: render(to_dot(contents), "pdf"),
    ".html": lambda contents: to_html(contents).encode(),
    ".json": lambda contents: to_json(contents).encode(),
}


def save(contents: GraphContents, path: str | os.PathLike[str]) -> Path:
    """Write a graph to a file, whole or not at all, and return its path.

    The suffix says the format: .dot, .svg, .png, .pdf, .html or .json. Raises ValueError for
    another one, MissingExtraError for a picture where nothing can draw it, RuntimeError with
    Graphviz's words if it refuses the graph, and OSError where the file cannot be written.

    Example:
        >>> import tempfile
        >>> from tinygrad_nn.viz.structure.contents import GraphContents, GraphNode
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     graph = GraphContents((GraphNode("t0", "data", "pixels"),), ())
        ...     save(graph, Path(folder, "graph.json")).name
        'graph.json'
    """
    target = as_path(path, "save")
    writer = WRITERS.get(target.suffix.lower())
    if writer is None:
        raise ValueError(
            f"save: the name of a graph's file ends in one of {', '.join(WRITERS)}, "
            f"got {str(target)!r}"
        )
    write_file(target, writer(contents))
    return target
