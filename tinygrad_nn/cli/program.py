"""`main` reads the command line, runs one command, and turns what goes wrong into one line.
Read `arguments.py` next for the options, or `train.py` for what a command does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import tinygrad_nn as tnn

from ..errors import DataError, MissingExtraError
from .arguments import Help, called

NAME = "tinygrad-nn"
COMMANDS = ("train", "predict", "check", "graph", "play", "explain", "summary", "run")
INTERRUPTED = 130  # what a shell reports for a program that Ctrl-C ended

DESCRIPTION = """\
Train a small neural network to read handwritten digits, check that its gradients are right, draw
how it computes, and step through a backward pass. All on NumPy; the data for a first try is in the
package.
"""

EXAMPLES = """\
examples:
  tinygrad-nn train                 train on the 1,797 digits in the package: a few seconds
  tinygrad-nn train --data mnist    the same network on MNIST
  tinygrad-nn predict MODEL IMAGE   read a digit that you drew yourself
  tinygrad-nn check                 compare gradients by hand, by autograd and by numbers
  tinygrad-nn graph                 draw one training step
  tinygrad-nn play my_model.py      step through the backward pass of your own program
  tinygrad-nn explain my_model.py   its derivation, line by line
  tinygrad-nn summary               the layers of a model, what they compute and keep
  tinygrad-nn run program.py        run a program that was written for PyTorch
  tinygrad-nn train --help          every option of a command
"""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line that names the way out."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line and leave with exit code 2."""
        self.exit(2, f"tinygrad-nn: {message}; see: {self.prog.replace(NAME, called())} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: the program's own) and return its exit code.

    0 all went well; 1 something went wrong: data, a file, a missing extra, a gradient; 130 Ctrl-C.
    A usage error raises SystemExit with 2, `--help` with 0, as argparse does.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    parser = _parser(words)
    arguments = parser.parse_args(words)
    if "run" not in arguments:
        parser.print_help()
        return 0
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt as stop:  # a command may say how far it came
        print(f"tinygrad-nn: stopped by Ctrl-C{stop}", file=sys.stderr)
        return INTERRUPTED
    except (DataError, MissingExtraError, OSError, MemoryError) as error:
        print(f"tinygrad-nn: {_one_line(error)}", file=sys.stderr)
        return 1


def _parser(words: list[str]) -> Parser:
    """Return the parser of a command line, of its own command alone: all take 0.2 s to import."""
    parser = Parser(
        prog=NAME,
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=Help,
    )
    parser.add_argument("--version", action="version", version=f"tinygrad_nn {tnn.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in words[:1] if words[:1] and words[0] in COMMANDS else COMMANDS:
        import_module(f".{name}", __package__).add_parser(commands)
    return parser


def _one_line(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return f"not enough memory ({error}); try a smaller --hidden or --batch-size"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())
