"""The calls of a model's modules, one by one: which module, with what shapes, and when.
Read `kept_bytes.py` next, which tells what the operations in each call kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...autograd.node import clock
from ...nn import Module
from ...tensor import Tensor

Shape = tuple[int, ...]


@dataclass
class Call:
    """One call of a module; operations in it have serial numbers between `begin` and `end`."""

    module: Module
    name: str
    depth: int
    parent: int  # the place of the call around it; -1 of the outermost
    begin: int
    end: int = 0
    inputs: list[Shape] = field(default_factory=list)
    outputs: list[Shape] = field(default_factory=list)
    is_first: bool = True  # of this module


def watched(model: Module, run: Callable[[], Any]) -> tuple[list[Call], Any]:
    """Return the calls of all modules of a model while `run` calls it, and what that returned."""
    calls: list[Call] = []
    around: list[int] = []
    called: set[int] = set()
    paths = {id(module): path for path, module in model.named_modules()}

    def enter(module: Module, args: Any, kwargs: Any) -> None:
        is_first = id(module) not in called
        called.add(id(module))
        parent = around[-1] if around else -1
        name = paths[id(module)].rpartition(".")[2]
        call = Call(module, name, len(around), parent, clock(), is_first=is_first)
        call.inputs = [tensor.array.shape for tensor in tensors_in((args, kwargs))]
        around.append(len(calls))
        calls.append(call)

    def leave(module: Module, args: Any, kwargs: Any, output: Any) -> None:
        call = calls[around.pop()]
        call.end = clock()
        call.outputs = [tensor.array.shape for tensor in tensors_in(output)]

    handles = []
    try:
        for module in model.modules():
            handles.append(module.register_forward_pre_hook(enter, prepend=False, with_kwargs=True))
            handles.append(module.register_forward_hook(leave, prepend=True, with_kwargs=True))
        result = run()
    except Exception as error:
        for place in around[-1:]:
            failed = calls[place]
            given = ", ".join(map(str, failed.inputs)) or "nothing"
            where = f"{paths[id(failed.module)]}: {type(failed.module).__name__}".removeprefix(": ")
            error.add_note(f"in {where}, which was given {given}")
        raise
    finally:
        for handle in handles:
            handle.remove()
    return calls, result


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in a nest of tuples, lists and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from tensors_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from tensors_in(each)
