"""`tinygrad-nn run`: runs a program that was written for PyTorch, unchanged, on this package.
Read `../compat/aliasing.py` next, which has `import torch` find it.
"""

from __future__ import annotations

import argparse
import runpy
import sys
import traceback
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from ..compat.aliasing import HOMES, as_torch
from ..errors import (
    DataError,
    MissingExtraError,
    MissingImportError,
    MissingNameError,
    NotHereError,
)
from ..places.missing import missing
from .arguments import add_command

PACKAGE = Path(__file__).parents[1]
LACKING = (MissingNameError, MissingImportError, NotHereError, MissingExtraError)

DESCRIPTION = """\
Run a Python program in which import torch, and all below it, find this package: nothing in the
program is changed, and PyTorch need not be installed. Where the program needs something that is not
here, it ends with one line that says what, where, and the nearest thing that is.
"""

EXAMPLES = """\
examples:
  tinygrad-nn run train.py
  tinygrad-nn run train.py --epochs 3 --lr 0.1
  tinygrad-nn run -m my_package.train
"""


def add_parser(commands: Any) -> None:
    """Add the command and its options."""
    parser = add_command(
        commands,
        "run",
        run,
        summary="run a program that was written for PyTorch, unchanged",
        description=DESCRIPTION,
        examples=EXAMPLES,
    )
    parser.add_argument(
        "-m", dest="module", action="store_true", help="SCRIPT is a module, as in python -m"
    )
    parser.add_argument("script", metavar="SCRIPT", help="the program, a Python file")
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="ARGS", help="what the program is given"
    )


def run(arguments: argparse.Namespace) -> int:
    """Carry out the command; return its exit code: that of the program, 1 after an error of it."""
    script, words = arguments.script, arguments.words
    if not arguments.module and not Path(script).is_file():
        raise DataError(f"{script!r}: there is no such file in {Path.cwd()}")
    folder = Path.cwd() if arguments.module else Path(script).resolve().parent
    before = sys.argv, list(sys.path)
    sys.argv = [script, *words]
    sys.path.insert(0, str(folder))
    try:
        with as_torch():
            if arguments.module:
                runpy.run_module(script, run_name="__main__", alter_sys=True)
            else:
                runpy.run_path(script, run_name="__main__")
    except Exception as error:
        print(_said(error), file=sys.stderr)
        return 1
    finally:
        sys.argv, sys.path[:] = before
    return 0


def _said(error: Exception) -> str:
    """Return one line for what is missing here, and what Python prints for any other error."""
    frames = _of_the_program(error.__traceback__)
    lacking = what_is_missing(error)
    if lacking is None:
        shown = traceback.TracebackException(type(error), error, frames)
        while len(shown.stack) > 1 and PACKAGE in Path(shown.stack[-1].filename).parents:
            shown.stack.pop()  # as PyTorch's end at the line that called into it
        return "".join(shown.format()).rstrip()
    where = [
        f"{frame.filename}:{frame.lineno}: "
        for frame in traceback.extract_tb(frames)
        if not (frame.filename.startswith("<frozen") or PACKAGE in Path(frame.filename).parents)
    ]
    return f"tinygrad-nn: {where[-1] if where else ''}{' '.join(lacking.split())}"


def _of_the_program(frames: TracebackType | None) -> TracebackType | None:
    """Return a traceback from the program's first line on: without what called it."""
    start = frames
    while start is not None and (start.tb_frame.f_code.co_filename in (__file__, "<frozen runpy>")):
        start = start.tb_next
    return start or frames


def what_is_missing(error: Exception) -> str | None:
    """Say what a program needs that is not here, or return None for an error of another kind."""
    if isinstance(error, LACKING):
        return str(error)
    top, _, below = str(getattr(error, "name", "")).partition(".")
    if not isinstance(error, ModuleNotFoundError) or top not in HOMES or not below:
        return None
    place, _, name = below.rpartition(".")
    start = HOMES[top]
    owner = import_module(f"{start}.{place}" if place else start)
    return missing(f"{start}.{place}".partition(".")[2].rstrip("."), name, owner)
