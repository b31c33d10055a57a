"""What `graph`, `play` and `explain` look at: a program, a network of given sizes, or digits.
Read `graph.py` next, which draws it.
"""

from __future__ import annotations

import argparse
import re
import runpy
import sys
import traceback
import webbrowser
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import tinygrad_nn as tnn
from tinygrad_nn import nn

from ..errors import DataError
from ..viz.structure.computation import Computation
from ..viz.structure.failure import read_failure
from ..viz.structure.names import Names
from ..viz.structure.reading import read_nodes
from .arguments import add_experiment_options
from .experiment import prepare

IMAGES = 3  # that a network of given sizes is called with
MOST_UNITS = 100_000
STEP = "How one training step computes the loss"
_FILE = re.compile(r"(?P<path>.*\.py)(?::(?P<name>[^\W\d]\w*))?", re.DOTALL)


@dataclass(frozen=True)
class Subject:
    """A computation to look at, what it is, and what went wrong if it did not come to its end."""

    computation: Computation
    title: str
    problem: str = ""


def add_subject_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what to look at."""
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE.py[:NAME]",
        help="a Python program: it is run as if imported, and then its variable NAME is looked at, "
        "a tensor, or what its function NAME returns (default NAME: loss)",
    )
    parser.add_argument(
        "--model",
        type=sizes,
        metavar="784-10-10",
        help="a network with layers of these sizes, ReLU between them and a cross-entropy loss, on "
        f"{IMAGES} random rows",
    )
    parser.add_argument("--open", action="store_true", help="show what was written in the browser")
    add_experiment_options(parser)


def sizes(text: str) -> list[int]:
    """Read the sizes of a network's layers for argparse."""
    found = [int(part) for part in text.split("-")] if re.fullmatch(r"\d+(-\d+)+", text) else []
    if not found or not all(1 <= size <= MOST_UNITS for size in found):
        raise argparse.ArgumentTypeError(
            f"sizes of layers expected, such as 784-10-10, each up to {MOST_UNITS:,}, got {text!r}"
        )
    return found


def find_subject(arguments: argparse.Namespace, images: int | None = None) -> Subject:
    """Return what the options name; of the digits, the first `images` to train on, or all."""
    if arguments.file is not None and arguments.model is not None:
        raise DataError("look at a file or at --model, not at both")
    if arguments.file is not None:
        return _of_program(arguments.file)
    if arguments.model is not None:
        return _of_sizes(arguments.model, arguments.seed)
    data, model = prepare(arguments)
    rows, labels = data.training_images[:images], data.training_labels[:images]
    return of_step(model, {"images": rows, "labels": labels}, STEP)


def _of_sizes(layer_sizes: list[int], seed: int) -> Subject:
    tnn.manual_seed(seed)
    layers: list[nn.Module] = []
    for inner, outer in pairwise(layer_sizes):
        layers += [nn.Linear(inner, outer), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    images = tnn.rand(IMAGES, layer_sizes[0])
    labels = tnn.randint(layer_sizes[-1], (IMAGES,))
    title = f"A network of {'-'.join(map(str, layer_sizes))} units"
    return of_step(model, {"images": images, "labels": labels}, title)


def of_step(model: nn.Sequential, data: dict[str, tnn.Tensor], title: str) -> Subject:
    """Return how a model's loss on images and labels, so called in `data`, is computed."""
    loss = nn.CrossEntropyLoss()(model(data["images"]), data["labels"])
    names = Names(data, model, {"loss": loss})
    return Subject(read_nodes([loss], names), title)


def _of_program(given: str) -> Subject:
    found = _FILE.fullmatch(given)
    if found is None or not Path(found["path"]).is_file():
        raise DataError(f"{given!r} is no Python file; expected FILE.py or FILE.py:NAME")
    path, name = Path(found["path"]), found["name"] or "loss"
    title = f"{name} of {path.name}"
    try:
        variables = _run(path)
        tensor = _pick(variables, name, given)
    except DataError:
        raise
    except Exception as error:
        return Subject(read_failure(error), f"{path.name} failed", _in_one_line(error, path))
    return Subject(read_nodes([tensor], Names(None, None, variables)), title)


def _run(path: Path) -> dict[str, Any]:
    """Run a program as if it were imported, from its own folder; return its variables."""
    arguments, search = sys.argv, list(sys.path)
    sys.argv = [str(path)]
    sys.path.insert(0, str(path.resolve().parent))
    try:
        variables = runpy.run_path(str(path), run_name=path.stem)
    except SystemExit as end:
        raise DataError(
            f"{path} ended itself ({end}) before there was anything to look at"
        ) from None
    finally:
        sys.argv, sys.path[:] = arguments, search
    return {key: value for key, value in variables.items() if not key.startswith("_")}


def _pick(variables: dict[str, Any], name: str, given: str) -> tnn.Tensor:
    value = variables.get(name)
    if callable(value) and not isinstance(value, (type, nn.Module)):
        value = value()
    if isinstance(value, tnn.Tensor) and value.requires_grad:
        return value
    there = [
        key
        for key, each in variables.items()
        if isinstance(each, tnn.Tensor) and each.grad_fn is not None
    ]
    what = (
        "is not there" if value is None else f"is a {type(value).__name__}, not a tensor that was"
    )
    what += "" if value is None else " computed from one that requires a gradient"
    hint = f"; there are {', '.join(there)}" if there else "; no variable there is such a tensor"
    raise DataError(f"{given}: {name} {what}{hint}")


def _in_one_line(error: Exception, path: Path) -> str:
    """Say what a program raised, and on which of its own lines."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == path
    ]
    where = f"{path}:{lines[-1]}" if lines else str(path)
    return f"{where}: {type(error).__name__}: {' '.join(str(error).split())}"


def show(path: Path) -> None:
    """Open a file in the browser."""
    webbrowser.open(path.resolve().as_uri())
