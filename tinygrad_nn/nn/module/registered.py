"""`Registered`: what a Module holds of one kind, `_parameters`, as the dict that it is in PyTorch.
Read `registration.py` next, where the values stand.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any


class Registered(MutableMapping[str, Any]):
    """{name: value} of a Module's parameters, buffers or modules; a write registers, unchecked.

    It holds nothing of its own: programs of meta-learning put tensors that have a history in the
    place of parameters, and read them as attributes.
    """

    __slots__ = ("_kind", "_module")

    def __init__(self, module: Any, kind: str) -> None:
        self._module, self._kind = module, kind

    def __getitem__(self, name: str) -> Any:
        if name not in self:
            raise KeyError(name)
        return self._module.__dict__[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._module._register(name, value, self._kind)

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        del self._module._kinds[name], self._module.__dict__[name]

    def __contains__(self, name: object) -> bool:
        return bool(self._module._kinds.get(name) == self._kind)

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, kind in self._module._kinds.items() if kind == self._kind])

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def __len__(self) -> int:
        return list(self._module._kinds.values()).count(self._kind)

    def __repr__(self) -> str:
        return repr(self.copy())

    def copy(self) -> dict[str, Any]:
        """Return a dict of what is registered now."""
        return dict(self)

    def popitem(self) -> tuple[str, Any]:
        """Remove what was registered last and return (name, value), as a dict does."""
        for name in reversed(self):
            return name, self.pop(name)
        raise KeyError(f"there is no {self._kind} to remove")
