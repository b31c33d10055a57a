"""Pictures of DOT text by Graphviz: the one that pygraphviz brings, or a program `dot`.
Read `svg.py` next, which makes the picture fit for a page.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from typing import Literal

from ...errors import MissingExtraError

Format = Literal["svg", "png", "pdf"]

# In a process of its own: Graphviz stops at assertions of its own, and would take ours with it.
PYGRAPHVIZ = """
import sys
from pygraphviz import AGraph
try:
    graph = AGraph(string=sys.stdin.buffer.read().decode())
    sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
except ValueError as error:
    sys.exit(str(error))
"""


def engine() -> Literal["pygraphviz", "dot"] | None:
    """Return what draws graphs here: "pygraphviz", else a program "dot" on the PATH, else None."""
    if sys.executable and importlib.util.find_spec("pygraphviz") is not None:
        return "pygraphviz"
    return "dot" if shutil.which("dot") else None


def render(dot: str, format: Format, *, timeout: float | None = None) -> bytes:
    """Lay out a graph given as DOT and return the picture's file.

    Raises MissingExtraError where there is no engine, RuntimeError with Graphviz's own words if it
    refuses the text, or if it takes over `timeout` seconds.
    """
    name = engine()
    if name is None:
        raise MissingExtraError(
            'a picture of a graph needs pygraphviz, pip install "tinygrad_nn[viz]", or a program '
            "dot (Graphviz) on the PATH; .dot, .json and .html files need neither"
        )
    if name == "pygraphviz":
        command = [sys.executable, "-P", "-c", PYGRAPHVIZ, format]
    else:
        command = [shutil.which("dot") or "dot", f"-T{format}"]
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise RuntimeError(
            f"{name} did not draw the graph in {timeout:g} seconds; depth= folds more of it"
        ) from None
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}"
        raise RuntimeError(f"{name} did not draw the graph: {words}")
    return done.stdout
