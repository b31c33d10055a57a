"""What a checkpoint is a nest of, as JSON: every container and number, and tensors by their names.
Read `checkpoint.py` next, which puts both into one file.

A list, a string, true, false, null, a whole number and a finite float stand for themselves. All
else is an object of one key, which says what it is: {"tuple": [...]}, {"tensor": "weight"}.
"""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..arrays import dtypes
from ..arrays.size import Size
from ..autograd.tensor_base import new
from ..errors import ArgumentError, CheckpointError, DTypeError
from ..nn import Module, functional
from ..nn.parameter import Parameter
from ..tensor import Tensor
from ..tensor.device import device
from .safe_classes import class_named, function_name
from .stored_arrays import StoredArrays

DEEPEST = 150  # a nest; Python's own bound is near 1,000 calls
LARGEST_PLAIN = 2**53  # a whole number that every reader of JSON keeps
SEQUENCES: dict[str, Callable[[Any], Any]] = {
    "tuple": tuple,
    "Size": Size,
    "set": set,
    "frozenset": frozenset,
}
MAPPINGS: dict[str, Callable[[Any], Any]] = {
    "dict": dict,
    "OrderedDict": OrderedDict,
    "Counter": lambda pairs: Counter(dict(pairs)),
}
TENSORS = {"tensor": Tensor, "parameter": Parameter}
DTYPES = {name: value for name, value in vars(dtypes).items() if isinstance(value, dtypes.dtype)}


class Writer:
    """Describes a nest, and gathers its arrays by the names that they get in the file."""

    def __init__(self, function: str = "save") -> None:
        self.function = function
        self.arrays = StoredArrays()
        self.modules: dict[int, int] = {}  # the number of each, by its id

    def describe(self, value: Any, path: tuple[Any, ...] = ()) -> Any:
        """Return what stands in the JSON for a value, found at `path` in the nest."""
        if len(path) > DEEPEST:
            raise ArgumentError(
                f"{self.function}: more than {DEEPEST} containers within each other at "
                f"{place(path[:4])}...; does one contain itself?"
            )
        kind = type(value)
        if value is None or kind in (bool, str):
            return value
        if kind is int:
            return value if abs(value) < LARGEST_PLAIN else {"int": hex(value)}
        if kind is float:
            return value if math.isfinite(value) else {"float": str(value)}
        if kind is complex:
            return {"complex": [self.describe(part, path) for part in (value.real, value.imag)]}
        if kind is list:
            return [self.describe(each, (*path, i)) for i, each in enumerate(value)]
        for name, made in SEQUENCES.items():
            if kind is made:
                each_place = [(*path, i) for i in range(len(value))]
                parts = map(self.describe, value, each_place)
                return {name: list(parts)}
        for name in MAPPINGS:
            if kind.__name__ == name and kind in (dict, OrderedDict, Counter):
                return {name: self._items(value, path)}
        return self._leaf(value, kind, path)

    def _items(self, value: Mapping[Any, Any], path: tuple[Any, ...]) -> Any:
        if all(type(key) is str for key in value):
            return {key: self.describe(each, (*path, key)) for key, each in value.items()}
        return [
            [self._key(key, path), self.describe(each, (*path, key))] for key, each in value.items()
        ]

    def _key(self, key: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(key, Tensor):
            raise DTypeError(
                f"{self.function}: a key of {place(path)} is a Tensor, which is found by its "
                "identity only; use its name"
            )
        return self.describe(key, (*path, key))

    def _leaf(self, value: Any, kind: type, path: tuple[Any, ...]) -> Any:
        if kind in (Tensor, Parameter):
            what = "parameter" if kind is Parameter else "tensor"
            said = self.arrays.add(value.array, path)
            return {what: [said, value.requires_grad]}
        if kind is np.ndarray or isinstance(value, np.generic):
            self._check_array(value, path)
            what = "ndarray" if kind is np.ndarray else "number"
            return {what: self.arrays.add(np.asarray(value), path)}
        if kind in (bytes, bytearray):
            return {kind.__name__: self.arrays.add(np.frombuffer(value, np.uint8), path)}
        if kind is dtypes.dtype:
            return {"dtype": value.name}
        if kind is device:
            return {"device": str(value)}
        if isinstance(value, Module):
            return {"module": self._module(value, kind, path)}
        if name := function_name(value):
            return {"function": name}
        raise DTypeError(f"{self.function}: {place(path)} is {self._refusal(value)}")

    def _module(self, value: Module, kind: type, path: tuple[Any, ...]) -> list[Any]:
        """Return a module's number, and where it is met first its class and its attributes."""
        if id(value) in self.modules:
            return [self.modules[id(value)]]
        number = self.modules[id(value)] = len(self.modules)
        return [number, kind.__module__, kind.__qualname__, self._items(vars(value), path)]

    def _check_array(self, array: Any, path: tuple[Any, ...]) -> None:
        if not self.arrays.holds(array.dtype):
            raise DTypeError(
                f"{self.function}: {place(path)} is an ndarray of {array.dtype}, which a file of "
                "tensors has no place for; save it as numbers, or as a list of strings"
            )

    def _refusal(self, value: Any) -> str:
        """Say what a value is, and what is saved of it."""
        kind = type(value)
        name = f"a whole object of {kind.__module__}.{kind.__qualname__}"
        if isinstance(value, type) or (callable(value) and not hasattr(value, "state_dict")):
            return f"{value!r:.60}, code that no file holds; leave it out, or save its name"
        if callable(getattr(value, "state_dict", None)):
            return f"{name}, which no file holds; save its .state_dict() and load that into it"
        if callable(getattr(value, "get_state", None)):
            return f"{name}, which no file holds; save its .get_state() and .set_state() that"
        for base in (dict, list, tuple, set, frozenset, str, int, float, bytes, Tensor):
            if isinstance(value, base):
                way = ".detach()" if base is Tensor else f"{base.__name__}(...) of it"
                return f"{name}, a kind of {base.__name__}; save {way}"
        if hasattr(value, "__fspath__"):
            return f"{name}; save str(...) of it"
        return (
            f"{name}; a file holds tensors, arrays, numbers, strings, bytes, dicts, lists and "
            "tuples: save those that it is made of"
        )


def place(path: tuple[Any, ...]) -> str:
    """Return how a value is reached in the nest that is saved: obj["model"][0]."""
    return "obj" + "".join(f"[{key!r:.60}]" for key in path)


class Reader:
    """Makes the nest again that a Writer described; of anything else it raises CheckpointError."""

    def __init__(self, arrays: Mapping[str, np.ndarray[Any, Any]], any_class: bool = False) -> None:
        self.stored = StoredArrays(arrays)
        self.any_class = any_class
        self.tensors: dict[Any, Any] = {}
        self.modules: dict[int, Module] = {}

    def make(self, said: Any) -> Any:
        """Return the value that something in the JSON stands for."""
        if isinstance(said, list):
            return [self.make(each) for each in said]
        if not isinstance(said, dict):
            return said
        if len(said) != 1:
            raise CheckpointError(f"the structure has {said!r:.60}, which stands for nothing")
        ((kind, content),) = said.items()
        try:
            return self._made(kind, content)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            if isinstance(error, CheckpointError):
                raise
            raise CheckpointError(f"the structure has {said!r:.60}: {error!s:.100}") from None

    def _made(self, kind: str, content: Any) -> Any:
        if kind in SEQUENCES:
            return SEQUENCES[kind](self.make(each) for each in content)
        if kind in MAPPINGS:
            if isinstance(content, dict):
                pairs = [(key, self.make(each)) for key, each in content.items()]
            else:
                pairs = [(self.make(key), self.make(each)) for key, each in content]
            return MAPPINGS[kind](pairs)
        if kind in TENSORS:
            return self._tensor(kind, content)
        if kind == "ndarray":
            return self.stored.get(content)
        if kind == "number":
            return self.stored.get(content)[()]
        if kind in ("bytes", "bytearray"):
            content = self.stored.get(content).tobytes()
            return bytearray(content) if kind == "bytearray" else content
        if kind == "int":
            return int(content, 16)
        if kind == "float":
            return float(content)
        if kind == "complex":
            real, imaginary = map(self.make, content)
            return complex(real, imaginary)
        if kind == "module":
            return self._module(*content)
        if kind == "function":
            return vars(functional)[content]
        if kind == "dtype":
            return DTYPES[content]
        if kind == "device":
            return device(content)
        raise ValueError("which is not of this version of the format")

    def _module(self, number: int, *said: Any) -> Module:
        """Return one module for all places where one was saved; its __init__ is not called."""
        if said:
            module, name, attributes = said
            kind = class_named(module, name, self.any_class)
            self.modules[number] = made = kind.__new__(kind)
            made.__setstate__({key: self.make(each) for key, each in attributes.items()})
        return self.modules[number]

    def _tensor(self, kind: str, content: Any) -> Any:
        """Return one tensor for all places where one was saved."""
        key = json.dumps([kind, content])
        if key not in self.tensors:
            content, requires_grad = content
            array = self.stored.get(content)
            dtypes.from_numpy(array.dtype)
            made = new(TENSORS[kind])
            made.array, made.node = array, None
            made.version = self.stored.version(content)
            self.tensors[key] = made.requires_grad_(requires_grad)
        return self.tensors[key]
