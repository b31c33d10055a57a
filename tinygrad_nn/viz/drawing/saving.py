"""What is shown in a file, of the format that the file's name says.
Read `tables.py` next, which shows the arrays themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...saving.whole_files import as_path, write_file
from ..structure.contents import GraphContents
from .dot import to_dot
from .engine import render
from .page import to_html
from .svg import svg_element

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'

WRITERS: dict[str, Callable[[GraphContents], bytes]] = {
    ".dot": lambda contents: to_dot(contents).encode(),
    ".svg": lambda contents: (XML + svg_element(contents)).encode(),
    ".png": lambda contents: render(to_dot(contents), "png"),
    ".pdf": lambda contents: render(to_dot(contents), "pdf"),
    ".html": lambda contents: to_html(contents).encode(),
    ".json": lambda contents: f"{json.dumps(asdict(contents), indent=1)}\n".encode(),
}


def write_as(
    path: str | os.PathLike[str],
    kind: str,
    writers: Mapping[str, Callable[[Any], str | bytes]],
    shown: Any,
) -> Path:
    """Write what is shown to a file, whole or not at all, as its name ends; return its path.

    Raises ValueError for an ending that is not in `writers`, and OSError where the file cannot be
    written; `kind` is what is said to have such files: "a graph".
    """
    target = as_path(path, "save")
    writer = writers.get(target.suffix.lower())
    if writer is None:
        endings = ", ".join(writers)
        raise ValueError(
            f"save: the name of {kind}'s file ends in {'one of ' * (len(writers) > 1)}{endings}, "
            f"got {str(target)!r}"
        )
    content = writer(shown)
    write_file(target, content.encode() if isinstance(content, str) else content)
    return target


def save(contents: GraphContents, path: str | os.PathLike[str]) -> Path:
    """Write a graph to a file; raises what `write_as` and `render` raise."""
    return write_as(path, "a graph", WRITERS, contents)
