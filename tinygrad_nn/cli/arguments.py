"""The options that the commands share, and the kinds of values that options take.
Read `experiment.py` next, which turns them into data and a network.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any

MOST = 10**9  # of anything that is counted here


def called() -> str:
    """Return how this program was called, for a command to paste: its name where that is found."""
    name = "tinygrad-nn"
    if Path(sys.argv[0]).stem == name:
        return name if _leads_to(name, sys.argv[0]) else shlex.quote(sys.argv[0])
    here = [python for python in ("python", "python3") if _leads_to(python, sys.executable)]
    python = here[0] if here else shlex.quote(os.path.relpath(sys.executable))
    return f"{python} -m tinygrad_nn"


def _leads_to(name: str, program: str) -> bool:
    found = shutil.which(name)
    return found is not None and os.path.abspath(found) == os.path.abspath(program)


def add_experiment_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the images, the network and the random numbers."""
    parser.add_argument(
        "--data",
        default="digits",
        metavar="digits|mnist|PATH",
        help="digits: 1,797 images of 8 x 8 pixels that are in the package (the default); mnist: "
        "28 x 28 pixels, from $TINYGRAD_NN_DATA, or else downloaded; PATH: a folder with the four "
        "MNIST files, or a CSV file like Kaggle's train.csv (label,pixel0,...,pixel783)",
    )
    parser.add_argument(
        "--hidden",
        type=whole_number(1),
        default=10,
        metavar="N",
        help="how many units the hidden layer has (default: 10)",
    )
    parser.add_argument(
        "--init",
        choices=("default", "write-up"),
        default="default",
        help="where the weights start: default, as nn.Linear draws them; write-up, every weight "
        "and bias uniformly from -0.5 to 0.5",
    )
    parser.add_argument(
        "--seed",
        type=whole_number(0, 2**63 - 1),
        default=0,
        metavar="N",
        help="the random numbers to use; the same seed gives the same result (default: 0)",
    )


def whole_number(least: int, most: int = MOST) -> Callable[[str], int]:
    """Return a reader of whole numbers from `least` to `most` for argparse."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(
                f"a whole number from {least} to {most} expected, got {text!r}"
            )
        return number

    return read


def positive_number(text: str) -> float:
    """Read a number above 0 for argparse."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"a number above 0 expected, such as 0.1, got {text!r}")
    return number


def file_name(*suffixes: str) -> Callable[[str], Path]:
    """Return a reader of file names with one of these endings for argparse."""

    def read(text: str) -> Path:
        path = Path(text)
        if path.suffix.lower() not in suffixes:
            raise argparse.ArgumentTypeError(
                f"a file name that ends in {', '.join(suffixes)} expected, got {text!r}"
            )
        return path

    return read


class Help(argparse.RawDescriptionHelpFormatter):
    """Help whose paragraphs are as wide as the terminal, and whose lists keep their lines."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines: list[str] = []
        for listed, group in groupby(text.splitlines(), lambda line: line[:2] in ("", "  ")):
            if listed:
                lines += [_hanging(line, width) for line in group]
            else:
                lines.append(fill(" ".join(group), width))
        return "\n".join(lines)


def _hanging(line: str, width: int) -> str:
    """Return a line of a list, what is too long for it below its second column."""
    columns = re.match(r" +\S.*?\S {2,}", line)
    return fill(line, width, subsequent_indent=" " * (columns.end() if columns else 6))


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    *,
    summary: str,
    description: str,
    examples: str,
) -> argparse.ArgumentParser:
    """Add a command that `run` carries out; return its parser, for its options."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=examples,
        formatter_class=Help,
    )
    parser.set_defaults(run=run)
    return parser
