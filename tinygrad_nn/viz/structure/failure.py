"""What was computed up to an error: read off the traceback, so that nothing has to be recorded.
Read `../shown_graph.py` next, where `on_error` draws it.
"""

from __future__ import annotations

from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import Any, NamedTuple

import numpy as np

from ...autograd import engine, recorder
from ...autograd.node import Node
from ...autograd.tensor_base import TensorBase
from .computation import Computation
from .names import Names, visible
from .reading import Failed, read_nodes

_RECORDING = str(Path(recorder.__file__).with_suffix(""))  # where the functions written there lie
_NOT_THE_PROGRAM = (str(Path(recorder.__file__).parents[1]), str(Path(np.__file__).parent))


class ProgramLine(NamedTuple):
    """What stands in the place of an operation where a line of the program raised the error."""

    public: str
    latex: str = ""


def read_failure(error: BaseException) -> Computation:
    """Return the computation that led to an error, and at its end the operation that raised it.

    An error inside backward() marks the operation that it was going back through. Where no
    operation failed, but a line of the program, that line stands in its place.
    """
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    while isinstance(error, BaseExceptionGroup):  # the first of several errors
        error = error.exceptions[0]
        frames += [frame for frame, _ in walk_tb(error.__traceback__)]
    problem = f"{type(error).__name__}: {error}"
    holders = [frame.f_locals.get("self") for frame in frames]
    modules = [each for each in holders if hasattr(type(each), "named_modules")]
    outermost: Any = modules[0] if modules else None
    paths = {id(each): path for path, each in outermost.named_modules()} if modules else {}
    module = paths.get(id(modules[-1]), "") if modules else ""
    variables: dict[str, Any] = {}
    for frame in reversed([f for f in frames if _is_program(f)]):
        for name, value in visible(frame).items():
            variables.setdefault(name, value)
    names = Names(None, outermost, variables)
    calls = [found for frame in frames if (found := _operation_in(frame)) is not None]
    walk = _backward_in(frames)
    if calls:
        operation, arguments = calls[-1]
    elif walk is not None:
        roots, node = walk
        computation = read_nodes(roots, names)
        for step in computation.steps:  # of a user's Function, whose Node has no shape, the outputs
            if node in (step.node, step.call):
                step.problem = problem
        return computation
    else:
        operation, arguments = _line_of_program(frames)
    roots = [value for _, value in arguments if getattr(value, "node", None) is not None]
    return read_nodes(roots, names, failed=Failed(operation, arguments, problem, module))


def _is_program(frame: FrameType) -> bool:
    return not frame.f_code.co_filename.startswith(_NOT_THE_PROGRAM)


def _operation_in(frame: FrameType) -> tuple[Any, list[tuple[str, Any]]] | None:
    """Return the operation that a frame of recording was in, with its arguments by parameter."""
    if not frame.f_code.co_filename.startswith(_RECORDING) or frame.f_code.co_name == "pull":
        return None
    operation, seen = frame.f_globals["op"], frame.f_locals
    arguments: list[tuple[str, Any]] = []
    for parameter in operation.signature:
        name, value = parameter.name, seen[parameter.name]
        if parameter.is_sequence and isinstance(value, (list, tuple)):
            arguments += [(f"{name}[{i}]", each) for i, each in enumerate(value)]
        else:
            arguments.append((name, value))
    holds_tensor = any(isinstance(value, TensorBase) for _, value in arguments)
    return (operation, arguments) if holds_tensor else None


def _backward_in(frames: list[FrameType]) -> tuple[list[TensorBase], Node] | None:
    """Return what the innermost walk of the engine started from, and the Node that it was at."""
    roots, found = None, None
    for frame in frames:
        seen, function = frame.f_locals, frame.f_code.co_name
        if frame.f_code.co_filename != engine.__file__:
            continue
        if function in ("backward", "grad"):
            roots = seen["tensors" if function == "backward" else "outputs"]
            roots = list(roots) if isinstance(roots, (list, tuple)) else [roots]
        elif function == "_visit" and roots and "leaf" not in seen and seen.get("g") is not None:
            found = roots, seen["node"]  # neither before nor after all operations
    return found


def _line_of_program(frames: list[FrameType]) -> tuple[Any, list[tuple[str, Any]]]:
    """Return the innermost line of the user's program, with the tensors that it could see."""
    frame = next((f for f in reversed(frames) if _is_program(f)), frames[-1])
    code = frame.f_code
    name = f"{code.co_qualname}, {Path(code.co_filename).name}"
    tensors = [(k, v) for k, v in frame.f_locals.items() if isinstance(v, TensorBase)]
    return ProgramLine(name), tensors
