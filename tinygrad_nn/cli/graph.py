"""`tinygrad-nn graph`: draw how a loss is computed, one's own or that of a training step.
Read `../viz/shown_graph.py` next: how a graph is read from what backward would walk.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..viz.drawing.saving import WRITERS, save
from ..viz.drawing.words import one_line
from ..viz.structure.graph_building import build_graph_contents
from .arguments import add_command, file_name
from .subject import add_subject_options, find_subject, finish

DESCRIPTION = """\
Draw the graph of a computation: which operations make the loss out of data and weights, and the
shape of everything on the way. Without a file or a model it is one training step on the digits. A
program that fails is drawn up to the operation that failed, with the shapes that it was given.
"""

EXAMPLES = """\
examples:
  tinygrad-nn graph
  tinygrad-nn graph my_model.py --out graph.html --open
  tinygrad-nn graph my_model.py:error
  tinygrad-nn graph --model 784-10-10 --out step.png

A picture needs pygraphviz (pip install "tinygrad_nn[viz]") or Graphviz; .html, .json and .dot, the
graph as text, need neither.
"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "graph",
        run,
        summary="draw how a loss is computed",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    add_subject_options(parser)
    parser.add_argument(
        "--out",
        type=file_name(*WRITERS),
        default=Path("graph.svg"),
        metavar="FILE",
        help="the file to write, whose ending says what: .svg, .png, .pdf, .html, .json or .dot "
        "(default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    subject = find_subject(arguments)
    contents = build_graph_contents(subject.computation, title=subject.title)
    path: Path = arguments.out
    written, failed = path, False
    try:
        save(contents, path)
    except RuntimeError as error:  # nothing that draws is there, or it refused
        written, failed = save(contents, path.with_suffix(".dot")), True
        _tell(f"{path} became {written}, text: {error}")
    if subject.problem:
        _tell(subject.problem)
    what = "the graph up to what failed" if subject.problem else "the graph of how it is computed"
    finish(arguments, written, what)
    return int(failed or bool(subject.problem))


def _tell(problem: str) -> None:
    print(f"tinygrad-nn: {one_line(problem)}", file=sys.stderr)
