"""`tinygrad-nn explain`: the derivation of a backward pass, as text, Markdown or HTML.
Read `../viz/derivation/explanation.py` next, which makes it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import DataError, GraphError
from ..viz.derivation.explanation import Explanation
from ..viz.derivation.lines import derive
from .arguments import add_command, file_name
from .subject import add_subject_options, finish, whole

PAGE = Path("explain.html")  # where there is no --out, and something is to be opened

DESCRIPTION = """\
Print how the gradients of a computation come about, line by line: the formula of each, its shape
and the reason. Without a file or a model it is a training step on three of the digits.
"""

EXAMPLES = """\
examples:
  tinygrad-nn explain
  tinygrad-nn explain --model 784-10-10 --open
  tinygrad-nn explain my_model.py:error --out derivation.md
"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "explain",
        run,
        summary="derive the gradients of a computation, line by line",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    add_subject_options(parser)
    parser.add_argument(
        "--out",
        type=file_name(".txt", ".md", ".html"),
        metavar="FILE",
        help="the file to write, whose ending says what: .txt, .md (formulas in LaTeX) or .html "
        "(default: print the text; with --open, explain.html)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    subject = whole(arguments)
    try:
        explanation = Explanation(derive(subject.computation), subject.title)
    except GraphError as error:
        raise subject.no_backward(error) from error
    path: Path | None = arguments.out or (PAGE if arguments.open else None)
    if path is None:
        print_signs(str(explanation), "derivation.txt")
        return 0
    explanation.save(path)
    finish(arguments, path, f"the derivation in {len(explanation.lines)} lines")
    return 0


def print_signs(text: str, name: str) -> None:
    """Print text with signs that a terminal may not have; say then what file to write."""
    try:
        print(text)
    except UnicodeEncodeError as error:
        raise DataError(
            f"what is printed here is {error.encoding}, without {text[error.start]!r} and other "
            f"signs of formulas; write a file: --out {name}"
        ) from error
