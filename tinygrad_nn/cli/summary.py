"""`tinygrad-nn summary`: the layers of a model as a table, one's own or that of the digits.
Read `../viz/summarizing/model_summary.py` next, which makes it.
"""

from __future__ import annotations

import argparse
import re
import runpy
from pathlib import Path
from typing import Any

import tinygrad_nn as tnn
from tinygrad_nn import nn

from ..arrays import dtypes
from ..errors import DataError
from .arguments import add_command, file_name
from .explain import print_signs
from .subject import (
    as_if_imported,
    finish,
    kind,
    network,
    program_and_name,
    sizes,
    takes_nothing,
    told,
)

DTYPES = ("float32", "float64", "int64")
ROWS = 64  # that a network of given sizes is called with
PAGE = Path("summary.html")  # where there is no --out, and something is to be opened

DESCRIPTION = """\
Call a model once and print its layers: their inputs and outputs, how many numbers they train, how
often they multiply and add, and how many bytes they keep for the backward pass.
"""

EXAMPLES = """\
examples:
  tinygrad-nn summary --model 784-128-10
  tinygrad-nn summary my_model.py --input-size 8,1,28,28
  tinygrad-nn summary my_model.py:build --input-size 4,32 --dtype int64 --open
"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "summary",
        run,
        summary="list the layers of a model and what they need",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "file",
        nargs="?",
        metavar="FILE.py[:NAME]",
        help="a Python program: it is run as if imported, and then its variable NAME is looked at, "
        "a Module, or what its function or class NAME returns (default NAME: model)",
    )
    what.add_argument(
        "--model",
        type=sizes,
        metavar="784-10-10",
        default=[64, 10, 10],
        help="a network with layers of these sizes, ReLU between them (default: 64-10-10)",
    )
    parser.add_argument(
        "--input-size",
        type=_input_size,
        metavar="N,N,...",
        help=f"the shape of the input (default: {ROWS} rows for --model)",
    )
    parser.add_argument(
        "--dtype", choices=DTYPES, default=DTYPES[0], help="that of the input (default: float32)"
    )
    parser.add_argument(
        "--out",
        type=file_name(".txt", ".html"),
        metavar="FILE",
        help="the file to write, whose ending says what: .txt or .html (default: print the text; "
        "with --open, summary.html)",
    )
    parser.add_argument("--open", action="store_true", help="show what was written in the browser")


def _input_size(text: str) -> tuple[int, ...]:
    """Read a shape for argparse."""
    if not re.fullmatch(r"[0-9]{1,8}(,[0-9]{1,8}){0,7}", text):
        raise argparse.ArgumentTypeError(f"a shape expected, such as 8,1,28,28, got {text!r:.60}")
    return tuple(map(int, text.split(",")))


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code."""
    if arguments.file is None:
        model: nn.Module = network(arguments.model)
        title = f"A network of {'-'.join(map(str, arguments.model))} units"
        size = arguments.input_size or (ROWS, arguments.model[0])
    else:
        model, title = _of_program(arguments.file), arguments.file
        size = arguments.input_size
        if size is None:
            raise DataError(f"{title}: the shape of its input is needed, as --input-size 8,1,28,28")
    try:
        found = tnn.summary(model, size, dtypes=getattr(dtypes, arguments.dtype))
    except Exception as error:
        places = "".join(f" ({note})" for note in getattr(error, "__notes__", ()))
        raise DataError(f"{title}, called with {size}: {error}{places}") from error
    path: Path | None = arguments.out or (PAGE if arguments.open else None)
    if path is None:
        print_signs(str(found), "summary.txt")
        return 0
    found.save(path, title)
    finish(arguments, path, f"the summary of {len(found.layers)} calls")
    return 0


def _of_program(given: str) -> nn.Module:
    """Return the model that a program has under a name."""
    path, name = program_and_name(given, "model")
    with as_if_imported(path):
        try:
            variables = runpy.run_path(str(path), run_name=path.stem)
            value = variables.get(name)
            if takes_nothing(value) or (isinstance(value, type) and issubclass(value, nn.Module)):
                value = value()
        except Exception as error:
            raise DataError(told(error, path)) from error
    if not isinstance(value, nn.Module):
        there = [key for key, each in variables.items() if isinstance(each, nn.Module)]
        hint = f"what is one there: {', '.join(there)}" if there else "nothing there is one"
        wrong = (
            f"{name} is {kind(value)}, not a Module" if name in variables else f"there is no {name}"
        )
        raise DataError(f"{given}: {wrong}; {hint}")
    return value
