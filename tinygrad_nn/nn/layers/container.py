"""`Sequential`, modules one after another, and `ModuleList`, modules to be called as you like.
Read `module_dict.py` next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import index
from typing import Any, Self

from ...arrays.refusing import shown
from ...errors import ArgumentError, DTypeError
from ...tensor import Tensor
from ..module import Module
from ..module.registration import MODULE

__all__ = [
    "ModuleList",
    "Sequential",
]


class Numbered(Module):
    """Modules under the names "0", "1", ...: what Sequential and ModuleList share."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __setitem__(self, position: int, module: Module) -> None:
        setattr(self, self._names(position)[0], module)

    def __delitem__(self, position: Any) -> None:
        gone = self._names(position)
        self._renumber([module for name, module in self._modules.items() if name not in gone])

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.isdigit()]

    def _names(self, position: Any) -> list[str]:
        names = list(self._modules)
        if isinstance(position, slice):
            return names[position]
        if not -len(names) <= index(position) < len(names):
            kind = type(self).__name__
            raise IndexError(f"{kind} has {len(names)} modules; there is none at {position}")
        return [names[index(position)]]

    def _renumber(self, modules: list[Module]) -> None:
        for name in self._modules:
            delattr(self, name)
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def append(self, module: Module) -> Self:
        """Add a module at the end; return this container."""
        self.add_module(str(len(self)), module)
        return self

    def _extend(self, modules: Any) -> None:
        if isinstance(modules, Tensor) or not isinstance(modules, Iterable):
            raise DTypeError(f"{type(self).__name__}.extend() takes modules, got {shown(modules)}")
        for module in list(modules):
            self.append(module)

    def _insert(self, place: int, module: Module) -> None:
        if not -len(self) <= place <= len(self):
            kind = type(self).__name__
            raise IndexError(f"{kind} has {len(self)} modules; cannot insert at {place}")
        modules = list(self.append(module))
        modules.insert(place, modules.pop())
        self._renumber(modules)

    def pop(self, key: int | slice) -> Any:
        """Take out the module at `key` and return it."""
        module = self[key]
        del self[key]
        return module

    def __getitem__(self, position: Any) -> Any:
        names = self._names(position)
        return self._part(names) if isinstance(position, slice) else self._modules[names[0]]

    def _part(self, names: list[str]) -> Any:
        """Return a container of the modules of these names."""
        return type(self)(*(self._modules[name] for name in names))


class Sequential(Numbered):
    """The modules, each fed the output of the one before.

    Takes modules, or one OrderedDict of them by name. Two can be added, and one repeated, sharing
    the modules.

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

    def _part(self, names: list[str]) -> Any:
        return type(self)(OrderedDict((name, self._modules[name]) for name in names))

    def extend(self, sequential: Iterable[Module]) -> Self:
        """Add modules at the end; return this Sequential."""
        self._extend(sequential)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one at `index`, and number all anew; return this Sequential."""
        self._insert(index, module)
        return self

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self).__iadd__(other)

    def __iadd__(self, other: Sequential) -> Self:
        if not isinstance(other, Sequential):
            raise ArgumentError(f"a Sequential can be added to a Sequential, not {shown(other)}")
        return self.extend(other)

    def __mul__(self, times: int) -> Sequential:
        return Sequential(*self).__imul__(times)

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        if not isinstance(times, int):
            raise DTypeError(f"a Sequential can be repeated an int of times, got {shown(times)}")
        if times < 1:
            raise ArgumentError(f"a Sequential can be repeated 1 time or more, got {times}")
        return self.extend(list(self) * (times - 1))


class ModuleList(Numbered):
    """Modules in a list, registered: iterate over it, index it, and call them in your `forward`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.ModuleList(tnn.nn.Linear(2, 2) for _ in range(3))
        ModuleList(
          (0-2): 3 x Linear(in_features=2, out_features=2, bias=True)
        )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _part(self, names: list[str]) -> Any:
        return type(self)([self._modules[name] for name in names])

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end; return this list."""
        self._extend(modules)
        return self

    __iadd__ = extend

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(self).extend(other)

    def insert(self, index: int, module: Module) -> None:
        """Put a module before the one at `index`."""
        self._insert(index, module)

    def __repr__(self) -> str:
        """Show equal neighbours once: "(0-2): 3 x Linear(...)"."""
        lines, start = [], 0
        for text, alike in groupby(map(repr, self)):
            end = start + len(list(alike))
            label = f"({start}): " if end == start + 1 else f"({start}-{end - 1}): {end - start} x "
            lines.append(label + text.replace("\n", "\n  "))
            start = end
        inner = "\n  ".join(lines)
        return f"{self._get_name()}(\n  {inner}\n)" if lines else f"{self._get_name()}()"
