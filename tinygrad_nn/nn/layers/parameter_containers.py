"""`ParameterList` and `ParameterDict`: parameters by number and by name.
Read `../losses/` next.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from operator import index
from typing import Any, Self

from ...arrays.refusing import shown
from ...errors import DTypeError, GraphError
from ...tensor import Tensor
from ..module import Module
from ..parameter import Parameter
from .module_dict import pairs_of

__all__ = [
    "ParameterDict",
    "ParameterList",
]


def _described(value: Any, kind: str) -> str:
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    what = "Parameter" if isinstance(value, Parameter) else "Tensor"
    return f"{what} containing: [{kind} of size {'x'.join(map(str, value.array.shape))}]"


class Held(Module):
    """Tensors that become parameters, and what else is put in: no layer to be called."""

    def _put(self, name: str, value: Any) -> None:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        setattr(self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        name = type(self).__name__
        raise GraphError(f"{name} holds parameters and computes nothing; call a layer that uses it")


class ParameterList(Held):
    """Parameters in a list, registered; a tensor that is put in becomes a parameter.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.ParameterList([tnn.ones(2), tnn.ones(2, 3)])
        ParameterList(
            (0): Parameter containing: [torch.float32 of size 2]
            (1): Parameter containing: [torch.float32 of size 2x3]
        )
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _name(self, position: int) -> str:
        if not -self._size <= index(position) < self._size:
            raise IndexError(f"ParameterList has {self._size} values; there is none at {position}")
        return str(index(position) % self._size)

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return type(self)(self[i] for i in range(self._size)[position])
        return getattr(self, self._name(position))

    def __setitem__(self, position: int, param: Any) -> None:
        self._put(self._name(position), param)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(self._size))

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not name.isdigit()]

    def append(self, value: Any) -> Self:
        """Add a value at the end; return this list."""
        self._put(str(self._size), value)
        self._size += 1
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add values at the end; return this list."""
        if isinstance(values, Tensor) or not isinstance(values, Iterable):
            raise DTypeError(f"ParameterList.extend() takes a list of values, got {shown(values)}")
        for value in list(values):
            self.append(value)
        return self

    __iadd__ = extend

    def extra_repr(self) -> str:
        """Return a line for each value."""
        lines = [
            f"  ({i}): {_described(each, str(getattr(each, 'dtype', '')))}"
            for i, each in enumerate(self)
        ]
        return "\n".join(lines)


class ParameterDict(Held):
    """Parameters by name, registered; a tensor that is put in becomes a parameter.

    Takes a mapping, or pairs of a name and a value.

    Example:
        >>> import tinygrad_nn as tnn
        >>> held = tnn.nn.ParameterDict({"scale": tnn.ones(2)})
        >>> held["scale"]
        Parameter containing:
        tensor([1., 1.], requires_grad=True)
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, self._name(key))

    def __setitem__(self, key: str, value: Any) -> None:
        self._put(self._name(key), value)
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def _name(self, key: str) -> str:
        if not isinstance(key, str):
            raise DTypeError(f"ParameterDict: a key must be a string, got {shown(key)}")
        return key

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def copy(self) -> ParameterDict:
        """Return another ParameterDict of the same parameters."""
        return ParameterDict(OrderedDict(self.items()))

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, which becomes `default` if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """Take out all values."""
        for key in list(self._keys):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take out a value and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take out the last value and return (key, value)."""
        if not self._keys:
            raise KeyError("popitem(): the ParameterDict is empty")
        key = next(reversed(self._keys))
        return key, self.pop(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, or `default` if there is none."""
        return self[key] if key in self else default  # noqa: SIM401

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """Return a ParameterDict with the same value for each key."""
        return ParameterDict([(key, default) for key in keys])

    def keys(self) -> Iterable[str]:
        """Return the names."""
        return self._keys.keys()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Return pairs of a name and its value."""
        return ((key, self[key]) for key in self._keys)

    def values(self) -> Iterable[Any]:
        """Return the values."""
        return (self[key] for key in self._keys)

    def update(self, parameters: Any) -> None:
        """Put in the values of a mapping (a plain one in the order of its keys), or of pairs."""
        pairs = pairs_of(parameters, "ParameterDict")
        is_plain = isinstance(parameters, dict) and not isinstance(parameters, OrderedDict)
        for key, value in sorted(pairs, key=lambda pair: pair[0]) if is_plain else pairs:
            self[key] = value

    def extra_repr(self) -> str:
        """Return a line for each value."""
        lines = [
            f"  ({key}): {_described(each, each.type() if isinstance(each, Tensor) else '')}"
            for key, each in self.items()
        ]
        return "\n".join(lines)

    def __or__(self, other: Any) -> ParameterDict:
        joined = self.copy()
        joined.update(other)
        return joined

    def __ror__(self, other: Any) -> ParameterDict:
        joined = ParameterDict(OrderedDict(other.items()))
        joined.update(self)
        return joined

    def __ior__(self, other: Any) -> Self:
        self.update(other)
        return self
