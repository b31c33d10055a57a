"""`tinygrad-nn play`: a page that steps through a forward and a backward pass.
Read `../viz/player/play.py` next, which makes it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import GraphError
from ..viz.player.play import play_computation
from .arguments import add_command, file_name
from .subject import add_subject_options, finish, whole

DESCRIPTION = """\
Write a page that steps through a computation and its backward pass: at each operation the incoming
gradient times the local derivative, with the numbers, and the sum over the paths. Without a file or
a model it is a training step on three of the digits.
"""

EXAMPLES = """\
examples:
  tinygrad-nn play
  tinygrad-nn play --model 2-3-2 --open
  tinygrad-nn play my_model.py:error --out player.html
"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "play",
        run,
        summary="step through a forward and a backward pass in the browser",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    add_subject_options(parser)
    parser.add_argument(
        "--out",
        type=file_name(".html"),
        default=Path("play.html"),
        metavar="FILE",
        help="the page to write (default: %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    subject = whole(arguments)
    try:
        player = play_computation(subject.computation, subject.title)
    except GraphError as error:
        raise subject.no_backward(error) from error
    path = player.save(arguments.out)
    said = f"{len(player.frames)} steps; the arrow keys go from one to the next"
    finish(arguments, path, said)
    return 0
