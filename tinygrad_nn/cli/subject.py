"""What `graph`, `play` and `explain` look at: a program, a network of given sizes, or digits.
Read `graph.py` next, which draws it.
"""

from __future__ import annotations

import argparse
import inspect
import re
import runpy
import shlex
import sys
import traceback
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeGuard

import tinygrad_nn as tnn
from tinygrad_nn import nn

from ..compat.aliasing import as_torch
from ..errors import DataError, GraphError
from ..viz.drawing.words import one_line
from ..viz.structure.computation import Computation
from ..viz.structure.failure import read_failure
from ..viz.structure.names import Names
from ..viz.structure.reading import read_nodes
from .arguments import add_experiment_options, called
from .experiment import prepare

IMAGES = 3  # that a network of given sizes is called with
MOST_WEIGHTS = 50_000_000  # 200 MB of them
MOST_NAMES = 10  # that a message lists
STEP = "How one training step computes the loss"
_SIZES = re.compile(r"[0-9]{1,8}(-[0-9]{1,8})+")
_FILE = re.compile(r"(?P<path>.*\.py)(?::(?P<name>[^\W\d]\w*))?", re.DOTALL)


@dataclass(frozen=True)
class Subject:
    """A computation to look at, what it is, and what went wrong if it did not come to its end."""

    computation: Computation
    title: str
    problem: str = ""
    hint: str = ""  # what else to look at where this has no backward pass
    variables: dict[str, Any] = field(default_factory=dict)  # alive: Nodes hold their data weakly

    def no_backward(self, error: GraphError) -> DataError:
        """Return what to say where the backward pass can not be gone through."""
        return DataError(f"{self.title}: {error}{self.hint}")


def add_subject_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what to look at."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "file",
        nargs="?",
        metavar="FILE.py[:NAME]",
        help="a Python program: it is run as if imported, and then its variable NAME is looked at, "
        "a tensor, or what its function NAME returns (default NAME: loss)",
    )
    what.add_argument(
        "--model",
        type=sizes,
        metavar="784-10-10",
        help=f"a network with layers of these sizes, ReLU between them, on {IMAGES} random rows: "
        "as many classes as the last layer has units, by cross-entropy; of one unit, such as "
        "2-3-1, a number, by its squared error",
    )
    parser.add_argument("--open", action="store_true", help="show what was written in the browser")
    add_experiment_options(parser)


def sizes(text: str) -> list[int]:
    """Read the sizes of a network's layers for argparse."""
    found = [int(part) for part in text.split("-")] if _SIZES.fullmatch(text) else []
    if not found or 0 in found:
        raise argparse.ArgumentTypeError(
            f"sizes of layers expected, such as 784-10-10 or 2-3-1, got {text!r:.60}"
        )
    weights = sum(inner * outer for inner, outer in pairwise(found))
    if weights > MOST_WEIGHTS:
        raise argparse.ArgumentTypeError(
            f"at most {MOST_WEIGHTS:,} weights, {text:.60} has {weights:,}"
        )
    return found


def find_subject(arguments: argparse.Namespace, images: int | None = None) -> Subject:
    """Return what the options name; of the digits, the first `images` to train on, or all."""
    if arguments.file is not None:
        return _of_program(arguments.file)
    if arguments.model is not None:
        return _of_sizes(arguments.model, arguments.seed)
    data, model = prepare(arguments)
    rows, labels = data.training_images[:images], data.training_labels[:images]
    return of_step(model, {"images": rows, "labels": labels}, STEP)


def _of_sizes(layer_sizes: list[int], seed: int) -> Subject:
    tnn.manual_seed(seed)
    model = network(layer_sizes)
    title = f"A network of {'-'.join(map(str, layer_sizes))} units"
    inputs, classes = tnn.rand(IMAGES, layer_sizes[0]), layer_sizes[-1]
    if classes == 1:
        data = {"inputs": inputs, "targets": tnn.rand(IMAGES, 1)}
        return of_step(model, data, title, nn.MSELoss())
    return of_step(model, {"images": inputs, "labels": tnn.randint(classes, (IMAGES,))}, title)


def network(layer_sizes: list[int]) -> nn.Sequential:
    """Return layers of these sizes, with ReLU between them."""
    layers: list[nn.Module] = []
    for inner, outer in pairwise(layer_sizes):
        layers += [nn.Linear(inner, outer), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def of_step(
    model: nn.Sequential,
    data: dict[str, tnn.Tensor],
    title: str,
    criterion: nn.Module | None = None,
) -> Subject:
    """Return how a model's loss is computed on two tensors, given by the names to draw.

    `criterion` compares what the model makes of the first with the second: the cross-entropy.
    """
    inputs, wanted = data.values()
    loss = (criterion or nn.CrossEntropyLoss())(model(inputs), wanted)
    names = Names(data, model, {"loss": loss})
    return Subject(read_nodes([loss], names), title)


def _of_program(given: str) -> Subject:
    path, name = program_and_name(given, "loss")
    with as_if_imported(path):
        try:
            variables = runpy.run_path(str(path), run_name=path.stem)
            value = named = variables.get(name)
            if takes_nothing(value):
                value = value()
        except Exception as error:
            return Subject(_read_failure(error, path), f"{path.name} failed", told(error, path))
    if not isinstance(value, tnn.Tensor) or not value.requires_grad:
        raise DataError(f"{given}: {_why_not(name, value, variables, path)}")
    seen = {key: each for key, each in variables.items() if not key.startswith("_")}
    computation = read_nodes([value], Names(None, None, seen))
    hint = "" if callable(named) else f"; a function that returns it can be named, too: {path}:NAME"
    return Subject(computation, f"{name} of {path.name}", hint=hint, variables=variables)


def program_and_name(given: str, usual: str) -> tuple[Path, str]:
    """Return what FILE.py or FILE.py:NAME says; the `usual` name where it says none."""
    found = _FILE.fullmatch(given)
    if found is not None and not Path(found["path"]).exists():
        raise DataError(f"{given!r}: there is no such file in {Path.cwd()}")
    if found is None or not Path(found["path"]).is_file():
        raise DataError(f"{given!r} is no Python file; expected FILE.py or FILE.py:NAME")
    return Path(found["path"]), found["name"] or usual


@contextmanager
def as_if_imported(path: Path) -> Iterator[None]:
    """Let a program find its neighbours, no arguments, and this package as torch; undo it all."""
    arguments, search = sys.argv, list(sys.path)
    sys.argv = [str(path)]
    sys.path.insert(0, str(path.resolve().parent))
    try:
        with as_torch(), chdir("."):  # and back, wherever the program went
            yield
    except SystemExit as end:
        raise DataError(
            f"{path} ended itself, sys.exit({end.code!r}), before there was anything to look at; "
            'put that line under if __name__ == "__main__":'
        ) from None
    finally:
        sys.argv, sys.path[:] = arguments, search


def takes_nothing(value: Any) -> TypeGuard[Callable[[], Any]]:
    """Return whether a value is a function that can be called without arguments."""
    if not callable(value) or isinstance(value, (type, nn.Module)):
        return False
    try:
        inspect.signature(value).bind()
    except (TypeError, ValueError):  # it takes some, or Python cannot tell
        return False
    return True


def _why_not(name: str, value: Any, variables: dict[str, Any], path: Path) -> str:
    """Say what NAME is instead of a tensor with a graph, and the way to one."""
    file = shlex.quote(str(path))
    tensors = [
        key
        for key, each in variables.items()
        if isinstance(each, tnn.Tensor) and each.grad_fn is not None
    ]
    module = variables["__name__"]
    functions = [
        f"{key} (a function)"
        for key, each in variables.items()
        if getattr(each, "__module__", None) == module and key != name and takes_nothing(each)
    ]
    there = ", ".join([*tensors, *functions][:MOST_NAMES])
    models = [key for key, each in variables.items() if isinstance(each, nn.Module)]
    if models and not there:
        return (
            f"{models[0]} is a model, and there is no {name} that was computed with it; add one, "
            f"such as {name} = nn.MSELoss()({models[0]}(inputs), targets), or list the layers: "
            f"{called()} summary {file}:{models[0]} --input-size 1,2"
        )
    hint = f"what can be drawn there: {there}" if there else "nothing there can be drawn"
    if takes_nothing(variables.get(name)) and value is None:
        return f"{name}() returns None; have it return the loss, as its last line: return loss"
    if name not in variables:
        return f"{name} is not there after the file ran as if imported; {hint}"
    if takes_nothing(variables[name]):
        said = f"what {name}() returns is {kind(value)}"
    elif callable(value) and not isinstance(value, (type, nn.Module)):
        said = f"{name} is a function that takes arguments"
    else:
        said = f"{name} is {kind(value)}"
    return f"{said}, not a tensor that was computed from one that requires a gradient; {hint}"


def kind(value: Any) -> str:
    """Say what a value is."""
    if isinstance(value, tnn.Tensor):
        return "a tensor without a graph"
    if value is None:
        return "None"
    of = type(value)
    place = "" if of.__module__ == "builtins" else f"{of.__module__}."
    return f"of type {place}{of.__qualname__}"


def _read_failure(error: Exception, path: Path) -> Computation:
    """Return the computation up to an error of a program, if a line of it ran."""
    if _line(error, path) is None:
        raise DataError(told(error, path)) from error
    return read_failure(error)


def _line(error: Exception, path: Path) -> int | None:
    """Return the last line of the program's own that led to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return lines[-1] if lines else None


def told(error: Exception, path: Path) -> str:
    """Say what a program raised, and where."""
    line = _line(error, path)
    where = str(path) if line is None else f"{path}:{line}"
    said = f"{where}: {type(error).__name__}: {error}"
    return " ".join(said.split())


def whole(arguments: argparse.Namespace) -> Subject:
    """Return what the options name, few rows of it, for a backward pass: raise if it failed."""
    subject = find_subject(arguments, IMAGES)
    if subject.problem:
        raise DataError(f"{subject.problem}; see: {called()} graph {shlex.quote(arguments.file)}")
    return subject


def finish(arguments: argparse.Namespace, path: Path, said: str) -> None:
    """Say that a file is written and what it is, and show it in the browser if asked to."""
    print(f"wrote {one_line(str(path))}: {said}")
    if arguments.open and not webbrowser.open(path.resolve().as_uri()):
        raise DataError(f"{path} is written, but no browser was found to show it in")
