"""Pruning: elements or slices of a parameter that are held at 0 by a mask.
Read `clipping.py` next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...arrays.refusing import refuses
from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError, DTypeError
from ...tensor import Tensor
from ...tensor.creation_like import ones_like
from .pruning_methods import (
    BasePruningMethod,
    CustomFromMask,
    Identity,
    L1Unstructured,
    LnStructured,
    PruningContainer,
    RandomStructured,
    RandomUnstructured,
    hooks_of,
)
from .vectors import parameters_to_vector

__all__ = [
    "BasePruningMethod",
    "CustomFromMask",
    "Identity",
    "L1Unstructured",
    "LnStructured",
    "PruningContainer",
    "RandomStructured",
    "RandomUnstructured",
    "custom_from_mask",
    "global_unstructured",
    "identity",
    "is_pruned",
    "l1_unstructured",
    "ln_structured",
    "random_structured",
    "random_unstructured",
    "remove",
]


@refuses
def identity(module: Any, name: str) -> Any:
    """Set up a mask of ones for a parameter; return the module."""
    Identity.apply(module, name)
    return module


@refuses
def random_unstructured(module: Any, name: str, amount: float) -> Any:
    """Hold elements of a parameter at 0 that are drawn at random; return the module."""
    RandomUnstructured.apply(module, name, amount)
    return module


@refuses
def l1_unstructured(
    module: Any, name: str, amount: float, importance_scores: Tensor | None = None
) -> Any:
    """Hold the elements of a parameter of the least magnitude at 0; return the module.

    `amount` is a number of elements, or a share as a float. The parameter is now `name_orig`, the
    mask the buffer `name_mask`, and `name` their product, made anew before each call. Magnitudes of
    `importance_scores` may be looked at instead.

    Example:
        >>> import tinygrad_nn as tnn
        >>> norm = tnn.nn.utils.prune.l1_unstructured(tnn.nn.LayerNorm(3), "bias", amount=1)
        >>> norm.bias_mask.sum()
        tensor(2.)
    """
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


@refuses
def random_structured(module: Any, name: str, amount: float, dim: int) -> Any:
    """Hold slices of a parameter along `dim` at 0 that are drawn at random; return the module."""
    RandomStructured.apply(module, name, amount, dim)
    return module


@refuses
def ln_structured(
    module: Any,
    name: str,
    amount: float,
    n: Any,
    dim: int,
    importance_scores: Tensor | None = None,
) -> Any:
    """Hold the slices of a parameter along `dim` of the least n-norm at 0; return the module."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


@refuses
def custom_from_mask(module: Any, name: str, mask: Tensor) -> Any:
    """Hold a parameter at 0 where a mask is; return the module."""
    CustomFromMask.apply(module, name, mask)
    return module


@refuses
def global_unstructured(
    parameters: Iterable[tuple[Any, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: Mapping[Any, Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Prune several parameters, (module, name) each, by one method that looks at all of them."""
    listed, scores = list(parameters), importance_scores or {}
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise DTypeError(
            f"global_unstructured takes an unstructured method, got {pruning_method.__name__}"
        )
    tensors = [getattr(module, name) for module, name in listed]
    given = [scores.get(each, x) for each, x in zip(listed, tensors, strict=True)]
    before = [
        getattr(module, f"{name}_mask") if hooks_of(module, name) else ones_like(x)
        for (module, name), x in zip(listed, tensors, strict=True)
    ]
    with no_grad():
        values, masks = parameters_to_vector(given), parameters_to_vector(before)
        mask, start = method._next_mask(values.detach(), masks), 0
    for (module, name), x in zip(listed, tensors, strict=True):
        custom_from_mask(module, name, mask[start : start + x.numel()].reshape(x.shape))
        start += x.numel()


@refuses
def remove(module: Any, name: str) -> Any:
    """Make a pruned parameter an ordinary one, with its zeros; return the module."""
    keys = hooks_of(module, name)
    if not keys:
        raise ArgumentError(f"remove: {type(module).__name__} has not pruned {name!r}")
    hook = module._forward_pre_hooks.pop(keys[0])
    with no_grad():
        value = hook.compute(module).detach()
    original = getattr(module, f"{name}_orig")
    for each in (name, f"{name}_orig", f"{name}_mask"):
        delattr(module, each)
    original.data = value
    module.register_parameter(name, original)
    return module


@refuses
def is_pruned(module: Any) -> bool:
    """Return whether any parameter of a module, or of one inside it, is pruned."""
    return any(hooks_of(each) for each in module.modules())
