"""The calls of a model's modules, one by one: with what shapes, and what each trains and computes.
Read `model_summary.py` next, which tells what the operations in each call kept.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from math import prod
from typing import Any

from ...autograd.node import clock
from ...nn import Module
from ..structure.subject import tensors_in

Shape = tuple[int, ...]


@dataclass
class Layer:
    """One call of a module; operations in it have serial numbers between `begin` and `end`."""

    path: str
    kind: str
    depth: int
    inputs: tuple[Shape, ...]
    is_repeated: bool  # called before: its parameters are counted there
    parent: Layer | None  # the call around it
    begin: int
    end: int = 0
    outputs: tuple[Shape, ...] = ()
    kernel: Shape | None = None
    parameters: int = 0  # of its own, not of the layers in it
    trainable: bool | None = None  # None: only some of them, or there are none
    multiply_adds: int = 0
    saved_bytes: int = 0  # that its own operations keep for the backward pass

    @property
    def name(self) -> str:
        """What it is called in the module that holds it."""
        return self.path.rpartition(".")[2]


def watched(model: Module, run: Callable[[], Any]) -> tuple[list[Layer], Any]:
    """Return the calls of all modules of a model while `run` calls it, and what that returned."""
    calls: list[Layer] = []
    around: list[Layer] = []
    called: set[str] = set()
    paths = {id(module): path for path, module in model.named_modules()}

    def enter(module: Module, args: Any, kwargs: Any) -> None:
        path = paths[id(module)]
        call = Layer(
            path,
            type(module).__name__,
            len(around),
            _shapes((args, kwargs)),
            is_repeated=path in called,
            parent=around[-1] if around else None,
            begin=clock(),
        )
        called.add(path)
        around.append(call)
        calls.append(call)

    def leave(module: Module, args: Any, kwargs: Any, output: Any) -> None:
        call = around.pop()
        call.end = clock()
        call.kind = type(module).__name__  # what was lazy has a class by now
        call.outputs = _shapes(output)
        size = getattr(module, "kernel_size", None)
        if size is not None:
            call.kernel = tuple(size) if isinstance(size, (list, tuple)) else (int(size),)
        own = [parameter for _, parameter in module.named_parameters(recurse=False)]
        call.parameters = sum(parameter.numel() for parameter in own)
        trainable = {parameter.requires_grad for parameter in own}
        call.trainable = trainable.pop() if len(trainable) == 1 else None
        call.multiply_adds = _multiply_adds(module, call.outputs)

    with ExitStack() as hooks:
        for module in model.modules():
            before = module.register_forward_pre_hook(enter, with_kwargs=True)
            after = module.register_forward_hook(leave, prepend=True, with_kwargs=True)
            for hook in (before, after):
                hooks.enter_context(hook)
        try:
            return calls, run()
        except Exception as error:
            for failed in around[-1:]:
                given = ", ".join(map(str, failed.inputs)) or "nothing"
                where = f"{failed.path}: {failed.kind}".removeprefix(": ")
                error.add_note(f"in {where}, which was given {given}")
            raise


def _multiply_adds(module: Module, outputs: tuple[Shape, ...]) -> int:
    """Return how often one number is multiplied by another and added in one call of a layer.

    By the rule of torchinfo, so that its totals come out: each number of `weight` and `bias` counts
    once per row of the output, in a convolution once per place of it too, and in a recurrent layer
    once per row and step. Layers that contain others count nothing themselves.
    """
    if next(module.children(), None) is not None or not outputs:
        return 0
    output = outputs[0]
    is_convolution = "Conv" in type(module).__name__
    total = 0
    for name, parameter in module.named_parameters(recurse=False):
        if name in ("weight", "bias"):
            times = prod(output[:1] + output[2:]) if is_convolution else prod(output[:1])
        elif "weight" in name or "bias" in name:
            times = prod(output[:2])
        else:
            continue
        total += times * parameter.numel()
    return total


def _shapes(value: Any) -> tuple[Shape, ...]:
    return tuple(tensor.array.shape for tensor in tensors_in(value))
