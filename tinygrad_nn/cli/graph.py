"""`tinygrad-nn graph`: draw how one training step computes the loss.
Read `../viz/graph.py` next: how a graph is read from what backward would walk.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from tinygrad_nn import nn

from ..errors import MissingExtraError
from ..serialization import write_file
from ..viz.dot import to_dot
from ..viz.graph import computation_graph
from ..viz.render import FORMATS, render
from .arguments import add_command, add_experiment_options
from .experiment import Split, prepare

SUFFIXES = (".dot", *(f".{each}" for each in FORMATS))

TITLE = "How one training step computes the loss (0.weight is the weight of layer 0 of the model)"

DESCRIPTION = """\
Draw the graph of one training step: which operations make the loss out of the images, the labels
and the weights, and the shape of everything on the way.
"""

EXAMPLES = """\
examples:
  tinygrad-nn graph
  tinygrad-nn graph --out step.png --hidden 32
  tinygrad-nn graph --out step.dot --data mnist

A picture needs pygraphviz (pip install "tinygrad_nn[cli]") or Graphviz; a .dot file, which is the
graph as text, needs neither.
"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "graph",
        run,
        summary="draw how one training step computes the loss",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    add_experiment_options(parser)
    parser.add_argument(
        "--out",
        type=_path,
        default=Path("graph.svg"),
        metavar="FILE",
        help="the file to write, whose ending says what: .svg, .png, .pdf, or .dot "
        "(default: %(default)s)",
    )


def _path(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in SUFFIXES:
        raise argparse.ArgumentTypeError(
            f"a file name that ends in {', '.join(SUFFIXES)} expected, got {text!r}"
        )
    return path


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    data, model = prepare(arguments)
    dot = step_as_dot(model, data)
    path: Path = arguments.out
    suffix = path.suffix.lower()
    if suffix == ".dot":
        write_file(path, dot.encode())
    else:
        try:
            write_file(path, render(dot, suffix.removeprefix(".")))
        except MissingExtraError as error:
            instead = path.with_suffix(".dot")
            write_file(instead, dot.encode())
            print(f"tinygrad-nn: {path} became {instead}, text: {error}", file=sys.stderr)
            return 1
    print(f"wrote {path}: open it to see how one training step computes the loss")
    return 0


def step_as_dot(model: nn.Sequential, data: Split) -> str:
    """Return as DOT how the model's loss on all training images is computed."""
    images, labels = data.training_images, data.training_labels
    loss = nn.CrossEntropyLoss()(model(images), labels)
    names = dict(model.named_parameters(), images=images, labels=labels, loss=loss)
    return to_dot(computation_graph(loss, names), TITLE)
