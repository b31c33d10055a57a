"""Pictures of DOT text, by pygraphviz or by Graphviz's own program, whichever is there.
Read `curve.py` next: a picture that needs neither.
"""

from __future__ import annotations

import shutil
import subprocess

from ..errors import MissingExtraError

FORMATS = ("svg", "png", "pdf")


def render(dot: str, format: str) -> bytes:
    """Lay out a graph given as DOT and return the picture's file: "svg", "png" or "pdf".

    Raises MissingExtraError where neither pygraphviz nor a program `dot` is installed, ValueError
    for another format, RuntimeError with Graphviz's own words if it refuses the text.
    """
    if format not in FORMATS:
        raise ValueError(f"render: format must be one of {', '.join(FORMATS)}, got {format!r}")
    try:
        from pygraphviz import AGraph
    except ImportError:
        return _by_program(dot, format)
    return bytes(AGraph(string=dot).draw(format=format, prog="dot"))


def _by_program(dot: str, format: str) -> bytes:
    program = shutil.which("dot")
    if program is None:
        raise MissingExtraError(
            'a picture of a graph needs pygraphviz: pip install "tinygrad_nn[cli]" (or Graphviz, '
            "with its program dot on the PATH)"
        )
    done = subprocess.run([program, f"-T{format}"], input=dot.encode(), capture_output=True)
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
