"""What a layer trains and computes: its numbers, and its multiplications with additions.
Read `facts.py` next, what is told of each layer.

Multiply-adds follow the rule of torchinfo, so that its totals come out: each number of `weight` and
`bias` counts once per row of the output, in a convolution once per place of it too, and in a
recurrent layer once per row and step. Layers that contain others count nothing themselves.
"""

from __future__ import annotations

from math import prod
from typing import Any

from ...nn import Module
from .calls import Call


def own_parameters(module: Module) -> list[tuple[str, Any]]:
    """Return the parameters that stand in a module itself, by name."""
    return list(module.named_parameters(recurse=False))


def multiply_adds(call: Call) -> int:
    """Return how often one number is multiplied by another and added in one call of a layer."""
    if any(True for _ in call.module.children()) or not call.outputs:
        return 0
    output = call.outputs[0]
    is_convolution = "Conv" in type(call.module).__name__
    total = 0
    for name, parameter in own_parameters(call.module):
        if name in ("weight", "bias"):
            times = prod(output[:1] + output[2:]) if is_convolution else prod(output[:1])
        elif "weight" in name or "bias" in name:
            times = prod(output[:2])
        else:
            continue
        total += times * parameter.numel()
    return total


def kernel(module: Module) -> tuple[int, ...] | None:
    """Return the size of a layer's window, if it has one."""
    size = getattr(module, "kernel_size", None)
    if size is None:
        return None
    return tuple(size) if isinstance(size, (list, tuple)) else (int(size),)
