"""The arrays of a checkpoint: each memory once, under a name, and what is a view of which.
Read `structure.py` next, which says where in the nest each of them belongs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds
from numpy.lib.stride_tricks import as_strided

from ..arrays import dtypes
from ..errors import CheckpointError
from .safetensors_format import METADATA, NAMES, kind_of

Array = np.ndarray[Any, Any]
COMPLEX128 = dtypes.COMPLEX128  # the format has none: float64 with a last dimension of two
VIEWED = {dtype.name for dtype in NAMES} | {"complex128", "bfloat16"}


class StoredArrays:
    """Gathers arrays, to be written each once, and gives back what was read."""

    def __init__(self, read: Mapping[str, Array] | None = None) -> None:
        self.read = read or {}
        self._found: dict[Any, Any] = {}
        self._versions: dict[str, list[int]] = {}
        self._added: list[tuple[Array, str, dict[str, Any]]] = []
        self._names: set[str] = {METADATA}

    # --- to write them ----------------------------------------------------------------------------

    def holds(self, dtype: np.dtype[Any]) -> bool:
        """Whether the file has a place for arrays of that dtype."""
        return kind_of(dtype) is not None or dtype.newbyteorder("=") == COMPLEX128

    def add(self, array: Array, path: tuple[Any, ...]) -> dict[str, Any]:
        """Take an array, and return what will say where it is as soon as all are `named`."""
        said: dict[str, Any] = {}
        self._added.append((array, self._name(path), said))
        return said

    def _name(self, path: tuple[Any, ...]) -> str:
        """Return the place in the nest, dotted as in a state dict; a number tells equal ones."""
        dotted = ".".join(map(str, path)) or "tensor"
        dotted = name = dotted.encode("utf-8", "backslashreplace").decode("utf-8")
        count = 1
        while name in self._names:
            count += 1
            name = f"{dotted}#{count}"
        self._names.add(name)
        return name

    def named(self) -> dict[str, Array]:
        """Return the arrays to be written by name, now that all were added."""
        written: dict[str, Array] = {}
        for together in _sharing(self._added):
            if len({_layout(array) for array, _, _ in together}) == 1:
                array, name, _ = together[0]
                written[name] = _storable(array)
                for _, _, said in together:
                    said.update(_told(array, name))
                continue
            array, name = _whole(together)
            written[name] = _storable(array)
            low = byte_bounds(array)[0]
            for each, _, said in together:
                said.update(_told(each, name) if each is array else _view(each, name, low))
        return {name: written[name] for _, name, _ in self._added if name in written}

    # --- to read them -----------------------------------------------------------------------------

    def get(self, said: Any) -> Array:
        """Return the array that was added; what was one memory is one again."""
        key = repr(sorted(said.items()))
        if key not in self._found:
            self._found[key] = self._read(**said)
        return self._found[key]

    def version(self, said: Any) -> list[int]:
        """Return the version cell of all tensors in one memory."""
        return self._versions.setdefault(said["name"], [0])

    def _read(
        self, name: str, dtype: str = "", shape: Any = None, strides: Any = (), offset: int = 0
    ) -> Array:
        if name not in self.read:
            raise CheckpointError(f"the structure names {name!r:.60}, which is not in the file")
        array = self.read[name]
        if not dtype:
            return array
        if dtype not in VIEWED:
            raise CheckpointError(f"the structure has {name!r:.60} as {dtype!r:.40}")
        found = dtypes.to_numpy(dtypes.bfloat16) if dtype == "bfloat16" else np.dtype(dtype)
        if shape is None:
            return array.view(found).reshape(array.shape[:-1])
        memory = array.reshape(-1).view(np.uint8)
        return np.ndarray(tuple(shape), found, memory, offset, tuple(strides))


def _layout(array: Array) -> Any:
    return array.__array_interface__["data"][0], array.shape, array.strides, array.dtype


def _sharing(added: list[Any]) -> Iterator[list[Any]]:
    """Yield those together that lie in one stretch of memory."""
    alone = [each for each in added if not each[0].size or not each[0].dtype.isnative]
    for each in alone:
        yield [each]
    apart = {id(each[2]) for each in alone}
    rest = [(*byte_bounds(each[0]), each) for each in added if id(each[2]) not in apart]
    together: list[Any] = []
    end = 0
    for low, high, each in sorted(rest, key=lambda found: found[:2]):
        if together and low >= end:
            yield together
            together = []
        together.append(each)
        end = max(end, high)
    if together:
        yield together


def _whole(together: list[Any]) -> tuple[Array, str]:
    """Return the array that the others are views of, or all of the bytes that they lie in."""
    bounds = [byte_bounds(array) for array, _, _ in together]
    low, high = min(each[0] for each in bounds), max(each[1] for each in bounds)
    for (array, name, _), found in zip(together, bounds, strict=True):
        if found == (low, high) and array.flags.c_contiguous:
            return array, name
    first, name, _ = next(
        each for each, found in zip(together, bounds, strict=True) if found[0] == low
    )
    corner = first[tuple([slice(-1, None) if step < 0 else slice(1) for step in first.strides])]
    return as_strided(corner.reshape(1).view(np.uint8), (high - low,), (1,)), name


def _storable(array: Array) -> Array:
    if array.dtype.newbyteorder("=") != COMPLEX128:
        return array
    parts = np.asarray(array, COMPLEX128, order="C").reshape(-1).view(np.float64)
    return parts.reshape(*array.shape, 2)


def _told(array: Array, name: str) -> dict[str, Any]:
    is_complex128 = array.dtype.newbyteorder("=") == COMPLEX128
    return {"name": name, "dtype": "complex128"} if is_complex128 else {"name": name}


def _view(array: Array, name: str, low: int) -> dict[str, Any]:
    return {
        "name": name,
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "strides": list(array.strides),
        "offset": array.__array_interface__["data"][0] - low,
    }
