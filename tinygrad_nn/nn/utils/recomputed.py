"""A tensor of a module that a hook computes anew before each call: what older functions do.
Read `weight_normalization.py` next.
"""

from __future__ import annotations

from typing import Any

from ...errors import ArgumentError
from ...tensor import Tensor


class Recomputed:
    """A hook before forward that sets an attribute of its module to what it computes."""

    name: str

    def compute(self, module: Any) -> Tensor:
        """Return the tensor."""
        raise NotImplementedError(f"{type(self).__name__} needs a method compute")

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.compute(module))


def hook_of(module: Any, kind: type, name: str) -> Any:
    """Return the hook of a kind for the tensor of this name, or None."""
    hooks = module._forward_pre_hooks.values()
    return next((h for h in hooks if isinstance(h, kind) and getattr(h, "name", "") == name), None)


def take_hook(module: Any, kind: type, name: str, what: str) -> Any:
    """Take the hook of a kind for the tensor of this name from a module, and return it."""
    for key, hook in list(module._forward_pre_hooks.items()):
        if isinstance(hook, kind) and getattr(hook, "name", "") == name:
            del module._forward_pre_hooks[key]
            return hook
    raise ArgumentError(f"{what}: {type(module).__name__} has none for {name!r}")


def parameter_of(module: Any, name: str, what: str) -> Any:
    """Return a parameter of a module by its name."""
    found = module._parameters.get(name)
    if found is None:
        raise ArgumentError(f"{what}: {type(module).__name__} has no parameter {name!r}")
    return found
