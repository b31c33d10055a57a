"""`ModuleDict`, modules by name.
Read `parameter_containers.py` next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...arrays.refusing import shown
from ...errors import ArgumentError, DTypeError
from ...tensor import Tensor
from ..module import Module

__all__ = [
    "ModuleDict",
]


class ModuleDict(Module):
    """Modules by name, registered: look them up and call them in your `forward`.

    Takes a mapping, or pairs of a name and a module; a name cannot be that of a method, nor hold a
    dot.

    Example:
        >>> import tinygrad_nn as tnn
        >>> chosen = tnn.nn.ModuleDict({"relu": tnn.nn.ReLU(), "tanh": tnn.nn.Tanh()})
        >>> chosen["relu"](tnn.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take out all modules."""
        for key in self.keys():
            delattr(self, key)

    def pop(self, key: str) -> Any:
        """Take out a module and return it."""
        module = self[key]
        del self[key]
        return module

    def keys(self) -> Iterable[str]:
        """Return the names."""
        return self._modules.keys()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Return pairs of a name and its module."""
        return self._modules.items()

    def values(self) -> Iterable[Any]:
        """Return the modules."""
        return self._modules.values()

    def update(self, modules: Any) -> None:
        """Put in the modules of a mapping, or of pairs; those of the same name make way."""
        for key, module in pairs_of(modules, "ModuleDict"):
            self[key] = module


def pairs_of(given: Any, name: str) -> list[tuple[str, Any]]:
    """Return the items of a mapping, or a list of pairs as it is.

    Raises:
        DTypeError: neither of the two. ArgumentError: an element that is no pair.
    """
    if isinstance(given, (Mapping, Module)) and hasattr(given, "items"):
        return list(given.items())
    if isinstance(given, Tensor) or not isinstance(given, Iterable):
        raise DTypeError(f"{name}.update() takes a mapping or pairs, got {shown(given)}")
    listed = list(given)
    for i, pair in enumerate(listed):
        if not isinstance(pair, Iterable):
            raise DTypeError(f"{name}.update() takes pairs; element {i} is {shown(pair)}")
        if len(list(pair)) != 2:
            raise ArgumentError(f"{name}.update() takes pairs; element {i} is {shown(pair)}")
    return [(key, value) for key, value in listed]
