"""`functional_call`: a module called with other tensors in the place of its own.
Read `../autograd/functional.py` next, the older functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError
from ..ops.shape.joining import stack


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Return module(*args, **kwargs) with the tensors given by name in the place of its own.

    `args` is a tuple, or the one argument. What is not named stays the module's own, unless
    `strict`. A tensor registered under several names is replaced under all of them if
    `tie_weights`. The module is as it was afterwards, also after an error.

    Raises:
        ArgumentError: a name that the module has not, or, with `strict`, one that is not given.

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.Linear(1, 1, bias=False)
        >>> tnn.func.functional_call(layer, {"weight": tnn.ones(1, 1) * 3}, tnn.ones(1, 1))
        tensor([[3.]])
    """
    given = _in_one(parameter_and_buffer_dicts)
    own = {
        **dict(module.named_parameters(remove_duplicate=False)),
        **dict(module.named_buffers(remove_duplicate=False)),
    }
    unknown = given.keys() - own.keys()
    if unknown:
        raise ArgumentError(
            f"functional_call: {type(module).__name__} has no {', '.join(sorted(unknown))}; it has "
            f"{', '.join(own)}"
        )
    if tie_weights:
        tied = {id(own[name]): value for name, value in given.items()}
        given = {name: tied[id(each)] for name, each in own.items() if id(each) in tied} | given
    if strict and own.keys() - given.keys():
        lacking = ", ".join(sorted(own.keys() - given.keys()))
        raise ArgumentError(f"functional_call: strict=True, and nothing is given for {lacking}")
    arguments = () if args is None else args if isinstance(args, tuple) else (args,)
    places = [(_registry(module, name), name.rpartition(".")[2]) for name in given]
    before = [registry[name] for registry, name in places]
    try:
        for (registry, name), value in zip(places, given.values(), strict=True):
            registry[name] = value
        return module(*arguments, **(kwargs or {}))
    finally:
        for (registry, name), value in zip(places, before, strict=True):
            registry[name] = value


def _in_one(dicts: Any) -> dict[str, Any]:
    if isinstance(dicts, Mapping):
        return dict(dicts)
    if not isinstance(dicts, (list, tuple)) or not all(isinstance(d, Mapping) for d in dicts):
        raise DTypeError(f"functional_call: takes a dict of tensors or several, got {shown(dicts)}")
    merged: dict[str, Any] = {}
    for each in dicts:
        twice = merged.keys() & each.keys()
        if twice:
            raise ArgumentError(f"functional_call: {', '.join(sorted(twice))} is given twice")
        merged.update(each)
    return merged


def _registry(module: Any, name: str) -> dict[str, Any]:
    """Return the attributes of the inner module that a dotted name leads to."""
    return vars(module.get_submodule(name.rpartition(".")[0]))


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (parameters, buffers) of models of one kind, each stacked along a new dim 0.

    With `vmap` over dim 0 and `functional_call` they run as an ensemble.

    Raises:
        ArgumentError: no model, or models of several classes.

    Example:
        >>> import tinygrad_nn as tnn
        >>> models = [tnn.nn.Linear(2, 1) for _ in range(3)]
        >>> parameters, buffers = tnn.func.stack_module_state(models)
        >>> parameters["weight"].shape
        torch.Size([3, 1, 2])
    """
    if len({type(model) for model in models}) != 1:
        raise ArgumentError(f"stack_module_state: takes models of one class, got {shown(models)}")
    stacked = []
    for members in ("named_parameters", "named_buffers"):
        each = [dict(getattr(model, members)()) for model in models]
        joined = {name: stack([own[name] for own in each]).detach() for name in each[0]}
        for name, made in joined.items():
            made.requires_grad_(all(own[name].requires_grad for own in each))
        stacked.append(joined)
    return stacked[0], stacked[1]
