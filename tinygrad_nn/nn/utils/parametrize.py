"""Parameters that are computed from others: `register_parametrization`, and what undoes it.
Read `parametrizations.py` next, which has two that are often used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ...arrays.refusing import shown
from ...autograd.grad_mode import no_grad
from ...errors import ArgumentError, GraphError, ShapeError
from ...tensor import Tensor
from ..layers.container import ModuleList
from ..layers.module_dict import ModuleDict
from ..module import Module
from ..parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "type_before_parametrizations",
]

_computed: ContextVar[dict[tuple[int, str], Any] | None] = ContextVar("computed", default=None)


@contextmanager
def cached() -> Iterator[None]:
    """Compute each parametrized tensor once within the block, however often it is read."""
    token = _computed.set({} if _computed.get() is None else _computed.get())
    try:
        yield
    finally:
        _computed.reset(token)


class ParametrizationList(ModuleList):
    """The modules that compute one tensor, and the original, or originals, they start from."""

    def __init__(self, modules: Any, original: Tensor, unsafe: bool = False) -> None:
        listed = list(modules)
        if not listed:
            raise ArgumentError("ParametrizationList takes one module or more, got none")
        super().__init__(listed)
        self.unsafe = unsafe
        shape, dtype = original.array.shape, original.array.dtype
        with no_grad():
            new = self._inverse(original, must=False)
        self.is_tensor = isinstance(new, Tensor)
        starts = [original] if self.is_tensor else list(new)
        self.ntensors = len(starts)
        if self.is_tensor and new is not original:
            original.data = new.detach()
        for i, start in enumerate(starts):
            name = "original" if self.is_tensor else f"original{i}"
            if isinstance(original, Parameter) and not self.is_tensor:
                start = Parameter(start.detach(), original.requires_grad)
            _register(self, name, start)
        if not unsafe:
            self._check_computed(shape, dtype)

    def _check_computed(self, shape: Any, dtype: Any) -> None:
        """Raise where what is computed is no tensor of the shape and dtype that there were."""
        made = self()
        if not isinstance(made, Tensor):
            raise ArgumentError(f"a parametrization must return a Tensor, got {shown(made)}")
        if (made.array.shape, made.array.dtype) != (shape, dtype):
            raise ShapeError(
                f"a parametrization of a tensor of {dtype} and shape {shape} returns "
                f"{shown(made)}; pass unsafe=True if that is meant"
            )

    def _inverse(self, value: Any, must: bool) -> Any:
        for module in reversed(list(self)):
            invert = getattr(module, "right_inverse", None)
            if invert is None and must:
                raise GraphError(
                    f"{type(module).__name__} has no right_inverse, so the tensor that it computes "
                    "cannot be assigned"
                )
            if invert is not None:
                try:
                    value = invert(value)
                except NotImplementedError:
                    if must:
                        raise
        return value

    def _add_rule(self, module: Module, unsafe: bool) -> None:
        """Apply one more module; the originals stay as they are, as in PyTorch."""
        before = self()
        self.append(module)
        try:
            if not unsafe:
                self._check_computed(before.array.shape, before.array.dtype)
        except Exception:
            self.pop(-1)
            raise
        self.unsafe = self.unsafe or unsafe

    def _originals(self) -> list[Any]:
        names = ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]
        return [getattr(self, name) for name in names]

    def right_inverse(self, value: Tensor) -> None:
        """Set the originals so that `value` is computed from them, as assigning it does."""
        with no_grad():
            new = self._inverse(value, must=True)
            values = [new] if self.is_tensor else list(new)
            for original, each in zip(self._originals(), values, strict=True):
                original.data = each.detach()

    def forward(self) -> Any:
        """Return the tensor, computed from the originals."""
        first, *others = self
        made = first(*self._originals())
        for module in others:
            made = module(made)
        return made


def _register(module: Module, name: str, tensor: Tensor) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _property(name: str) -> property:
    def get(self: Any) -> Any:
        cache = _computed.get()
        if cache is None:
            return self.parametrizations[name]()
        key = (id(self), name)
        if key not in cache:
            cache[key] = self.parametrizations[name]()
        return cache[key]

    def put(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(get, put)


def _renew_class(module: Any) -> None:
    """Give a module a class of its own, with a property for each tensor that is parametrized."""
    names = list(module.parametrizations) if "parametrizations" in module._modules else []
    base = type_before_parametrizations(module)
    if not names:
        module.__class__ = base
        return
    members: dict[str, Any] = {name: _property(name) for name in names}
    members |= {"_before_parametrizations": base, "__module__": base.__module__}
    module.__class__ = type(f"Parametrized{base.__name__}", (base,), members)


def type_before_parametrizations(module: Any) -> Any:
    """Return the class that a module had before it was parametrized."""
    return getattr(type(module), "_before_parametrizations", type(module))


def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Return whether any tensor of a module, or the named one, is parametrized."""
    held = module._modules.get("parametrizations")
    if not isinstance(held, ModuleDict):
        return False
    return len(held) > 0 if tensor_name is None else tensor_name in held


def register_parametrization(
    module: Any, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Any:
    """Have a parameter or buffer computed by `parametrization` from what it was; return the module.

    The original stands under `module.parametrizations[tensor_name].original`, and is what is
    trained. Further parametrizations are applied one after another. Assigning the tensor sets the
    original by `right_inverse`, if the parametrization has it; it may return several originals.

    Raises:
        ValueError: no such tensor, or another shape or dtype, unless `unsafe`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> class Symmetric(tnn.nn.Module):
        ...     def forward(self, x):
        ...         return x.triu() + x.triu(1).T
        >>> layer = tnn.nn.Linear(3, 3)
        >>> _ = tnn.nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
        >>> tnn.equal(layer.weight, layer.weight.T)
        True
    """
    if is_parametrized(module, tensor_name):
        module.parametrizations[tensor_name]._add_rule(parametrization, unsafe)
        return module
    tensor = {**module._parameters, **module._buffers}.get(tensor_name)
    if tensor is None:
        raise ArgumentError(
            f"register_parametrization: {type(module).__name__} has no parameter or buffer "
            f"{tensor_name!r}"
        )
    parts = ParametrizationList([parametrization], tensor, unsafe)
    delattr(module, tensor_name)
    if "parametrizations" not in module._modules:
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = parts
    _renew_class(module)
    return module


def remove_parametrizations(module: Any, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """Make a parametrized tensor an ordinary one again; return the module.

    It keeps the value that was computed, or with `leave_parametrized=False` takes the original.

    Raises:
        ValueError: the tensor is not parametrized, or was made of several originals.
    """
    if not is_parametrized(module, tensor_name):
        raise ArgumentError(
            f"remove_parametrizations: {type(module).__name__} has no parametrization of "
            f"{tensor_name!r}"
        )
    parts = module.parametrizations[tensor_name]
    originals = parts._originals()
    if not (parts.is_tensor or leave_parametrized):
        raise ArgumentError(
            f"remove_parametrizations: {tensor_name!r} was made of {len(originals)} tensors; "
            "pass leave_parametrized=True"
        )
    tensor = originals[0]
    if leave_parametrized:
        with no_grad():
            value = getattr(module, tensor_name).detach()
        if parts.is_tensor:
            tensor.data = value
        else:
            tensor = Parameter(value) if isinstance(tensor, Parameter) else value
    del module.parametrizations[tensor_name]
    if not len(module.parametrizations):
        del module.parametrizations
    _renew_class(module)
    _register(module, tensor_name, tensor)
    return module
