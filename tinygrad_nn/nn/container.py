"""`Sequential`, modules one after another, and `Flatten`, which often stands in one.
Read `loss.py` next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from operator import index
from typing import Any

from ..ops.shape import flatten
from ..tensor import Tensor
from .module import Module


class Sequential(Module):
    """The modules, each fed the output of the one before.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Sequential(tnn.nn.Linear(2, 3), tnn.nn.Tanh())
        Sequential(
          (0): Linear(in_features=2, out_features=3, bias=True)
          (1): Tanh()
        )
    """

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], OrderedDict):
            named = list(modules[0].items())
        else:
            named = [(str(i), module) for i, module in enumerate(modules)]
        for name, module in named:
            self.add_module(name, module)

    def _list(self) -> list[Module]:
        return [value for value in self.__dict__.values() if isinstance(value, Module)]

    def _names(self) -> list[str]:
        return [name for name, value in self.__dict__.items() if isinstance(value, Module)]

    def forward(self, input: Any) -> Any:
        """Return the last module's output."""
        for module in self._list():
            input = module(input)
        return input

    def __len__(self) -> int:
        return len(self._list())

    def __iter__(self) -> Iterator[Module]:
        return iter(self._list())

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            names = self._names()[position]
            return type(self)(OrderedDict((name, self.__dict__[name]) for name in names))
        return self.__dict__[self._name(position)]

    def __setitem__(self, position: int, module: Module) -> None:
        self.add_module(self._name(position), module)

    def __delitem__(self, position: Any) -> None:
        names = self._names()[position] if isinstance(position, slice) else [self._name(position)]
        kept = [module for name, module in self.named_children() if name not in names]
        for name in self._names():
            delattr(self, name)
        for i, module in enumerate(kept):
            self.add_module(str(i), module)

    def _name(self, position: Any) -> str:
        names = self._names()
        if not -len(names) <= index(position) < len(names):
            raise IndexError(f"Sequential has {len(names)} modules; there is none at {position}")
        return names[index(position)]

    def append(self, module: Module) -> Sequential:
        """Add a module at the end; return this Sequential."""
        self.add_module(str(len(self)), module)
        return self


class Flatten(Module):
    """The dimensions from start_dim to end_dim made into one: (N, C, H, W) to (N, C H W)."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the flattened input."""
        return flatten(input, self.start_dim, self.end_dim)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        """Return the dims."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
