"""The memory of a tensor as an object of its own: where it begins, and what is in it.
Read `facts.py` next, where a tensor gives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class Storage:
    """Memory that tensors are views of."""

    __slots__ = ("_memory",)

    def __init__(self, memory: Any) -> None:
        self._memory = memory

    def data_ptr(self) -> int:
        """Return the address of the first byte."""
        return self._memory.ctypes.data

    def nbytes(self) -> int:
        """Return how many bytes there are."""
        return self._memory.nbytes


class UntypedStorage(Storage):
    """The memory of a tensor, counted in bytes."""

    __slots__ = ()

    def size(self) -> int:
        """Return how many bytes there are."""
        return self._memory.nbytes

    __len__ = size


class TypedStorage(Storage):
    """The memory of a tensor, element by element: an older form of `UntypedStorage`.

    Reading and writing an element goes to the memory; nothing is recorded.
    """

    __slots__ = ()

    def size(self) -> int:
        """Return how many elements there are."""
        return self._memory.size

    __len__ = size

    def element_size(self) -> int:
        """Return the bytes per element."""
        return self._memory.itemsize

    def untyped(self) -> UntypedStorage:
        """Return the same memory, counted in bytes."""
        return UntypedStorage(self._memory)

    def tolist(self) -> list[Any]:
        """Return all elements as Python numbers."""
        return list(self._memory.tolist())

    def __getitem__(self, i: Any) -> Any:
        return self._memory[i].tolist()

    def __setitem__(self, i: Any, value: Any) -> None:
        self._memory[i] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def __repr__(self) -> str:
        kind = f"dtype=torch.{self._memory.dtype}, device=cpu"
        elements = "\n ".join(map(str, self))
        return f" {elements}\n[torch.storage.TypedStorage({kind}) of size {self.size()}]"
