"""`Sequential`, modules one after another, and `Flatten`, which often stands in one.
Read `../losses/` next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from operator import index
from typing import Any, Self

from ...ops.shape.sizes import flatten
from ...tensor import Tensor
from ..module import Module
from ..module.registration import MODULE


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

    def forward(self, input: Any) -> Any:
        """Return the last module's output."""
        modules, output = self.__dict__, input
        for name, kind in self._kinds.items():
            if kind == MODULE:
                output = modules[name](output)
        return output

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return type(self)(
                OrderedDict((name, self._modules[name]) for name in self._names(position))
            )
        return self._modules[self._names(position)[0]]

    def __setitem__(self, position: int, module: Module) -> None:
        self.add_module(self._names(position)[0], module)

    def __delitem__(self, position: Any) -> None:
        gone = self._names(position)
        self._renumber([module for name, module in self._modules.items() if name not in gone])

    def _names(self, position: Any) -> list[str]:
        names = list(self._modules)
        if isinstance(position, slice):
            return names[position]
        if not -len(names) <= index(position) < len(names):
            raise IndexError(f"Sequential has {len(names)} modules; there is none at {position}")
        return [names[index(position)]]

    def _renumber(self, modules: list[Module]) -> None:
        for name in self._modules:
            delattr(self, name)
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def append(self, module: Module) -> Self:
        """Add a module at the end; return this Sequential."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, sequential: Iterable[Module]) -> Self:
        """Add modules at the end; return this Sequential."""
        for module in list(sequential):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one at `index`, and number all anew; return this Sequential."""
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Sequential has {len(self)} modules; cannot insert at {index}")
        modules = list(self.append(module))
        modules.insert(index, modules.pop())
        self._renumber(modules)
        return self

    def pop(self, key: int | slice) -> Any:
        """Take out the module at `key` and return it."""
        module = self[key]
        del self[key]
        return module


class Flatten(Module):
    """The dimensions from start_dim to end_dim made into one: (N, C, H, W) to (N, C H W)."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the flattened input."""
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Return the dims."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
