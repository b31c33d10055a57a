"""Weight normalisation: a weight as a length times a direction.
Read `spectral_normalization.py` next.
"""

from __future__ import annotations

from typing import Any

from ...errors import GraphError
from ...linalg import vector_norm
from ...tensor import Tensor
from ...warn import warn_user
from ..module import Module
from ..parameter import Parameter
from .recomputed import Recomputed, hook_of, parameter_of, take_hook


def lengths(weight: Tensor, dim: int) -> Tensor:
    """Return the norm of each slice along `dim`, or of all where it is -1."""
    others = None if dim == -1 else [i for i in range(weight.ndim) if i != dim % weight.ndim]
    length: Tensor = vector_norm(weight, 2, others, keepdim=True)
    return length.reshape(()) if dim == -1 else length


class WeightNormalization(Module):
    """g v / |v|: the parametrization, with the norm of each slice along `dim`."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def _get_name(self) -> str:
        return "_WeightNorm"

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """Return the weight of this length and direction."""
        return weight_v * (weight_g / lengths(weight_v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return the length and a direction of a weight."""
        return lengths(weight, self.dim), weight


class _WeightNormHook(Recomputed):
    def __init__(self, name: str, dim: int | None) -> None:
        self.name, self.rule = name, WeightNormalization(dim)

    def compute(self, module: Any) -> Tensor:
        g, v = (getattr(module, f"{self.name}_{each}") for each in "gv")
        return self.rule.forward(g, v)


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Make a weight g v / |v|, of parameters weight_g and weight_v; return the module.

    The norm is that of each slice along `dim`, or of all if that is None (Salimans and Kingma
    2016). PyTorch calls this old: `parametrizations.weight_norm` does the same.
    """
    warn_user("weight_norm is the old form; call nn.utils.parametrizations.weight_norm")
    if hook_of(module, _WeightNormHook, name) is not None:
        raise GraphError(f"weight_norm: {type(module).__name__} has it for {name!r} already")
    weight, hook = parameter_of(module, name, "weight_norm"), _WeightNormHook(name, dim)
    delattr(module, name)
    length = lengths(weight.detach(), hook.rule.dim)
    module.register_parameter(f"{name}_g", Parameter(length))
    module.register_parameter(f"{name}_v", Parameter(weight.detach()))
    hook(module, None)
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """Make a weight that `weight_norm` parted one parameter again; return the module."""
    hook = take_hook(module, _WeightNormHook, name, "remove_weight_norm")
    weight = hook.compute(module).detach()
    for each in (name, f"{name}_g", f"{name}_v"):
        delattr(module, each)
    module.register_parameter(name, Parameter(weight))
    return module
