"""`tinygrad-nn explain`: the derivation of a backward pass, as text, Markdown or HTML.
Read `../viz/derivation/explanation.py` next, which makes it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..errors import DataError, GraphError
from ..files import write_file
from ..viz.derivation.explanation import Explanation
from ..viz.derivation.lines import derive
from .arguments import add_command, file_name
from .subject import IMAGES, add_subject_options, find_subject, show

DESCRIPTION = """\
Print how the gradients of a computation come about, line by line: the formula of each, its shape
and the reason. Without a file or a model it is a training step on three of the digits.
"""

EXAMPLES = """\
examples:
  tinygrad-nn explain --model 784-10-10
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
        "(default: print the text)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    subject = find_subject(arguments, IMAGES)
    if subject.problem:
        raise DataError(f"{subject.problem}; see: tinygrad-nn graph {arguments.file}")
    try:
        explanation = Explanation(derive(subject.computation))
    except GraphError as error:
        raise DataError(str(error)) from error
    path: Path | None = arguments.out
    if path is None:
        print(explanation)
        return 0
    written = {
        ".txt": explanation.__str__,
        ".md": explanation.markdown,
        ".html": lambda: explanation.page(subject.title),
    }
    write_file(path, f"{written[path.suffix.lower()]()}\n".encode())
    print(f"wrote {path}: {len(explanation.lines)} lines")
    if arguments.open:
        show(path)
    return 0
