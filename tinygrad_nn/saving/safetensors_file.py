"""Tensors in a file: written whole or not at all, as safetensors, where nothing can be run.
Read `../nn/module/state.py` next: the names and the tensors that a model saves and loads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..arrays.bfloat16 import load
from ..arrays.dtypes import COMPLEX128
from ..errors import ArgumentError, CheckpointError, DTypeError, MissingExtraError
from ..tensor import Tensor
from ..tensor.creation import from_numpy
from .safetensors_format import (
    HELD,
    METADATA,
    Entry,
    as_array,
    in_file_order,
    laid_out,
    raw,
    read_bytes,
    read_header,
)
from .whole_files import as_path, write_file

WIDER = {"U16": "int32", "U32": "int64"}  # holds all of its values; a U64 has nothing that does


def save_file(
    tensors: Mapping[str, Tensor],
    path: str | os.PathLike[str],
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write tensors under their names to one safetensors file, such as a model's `state_dict()`.

    `metadata` is text for whoever reads the file, such as what the tensors are. Shapes and dtypes
    are kept, gradients are not. A file of that name is replaced, whole or not at all; a link stays,
    and so does the file's mode. Raises TypeError for what is no Tensor or no name, ValueError for a
    name that the format has no place for, such as "__metadata__", DTypeError for complex128, which
    it does not have, and OSError where the file cannot be written.

    Example:
        >>> import tempfile, pathlib
        >>> import tinygrad_nn as tnn
        >>> from tinygrad_nn.saving import load_file, save_file
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "model.safetensors")
        ...     save_file({"weight": tnn.ones(2)}, path)
        ...     load_file(path)
        {'weight': tensor([1., 1.])}
    """
    target = as_path(path, "save_file")
    if not isinstance(tensors, Mapping):
        raise DTypeError(
            f"save_file() takes a dict of Tensors by name, such as model.state_dict(), got "
            f"{type(tensors).__name__} {tensors!r:.60}"
        )
    arrays = {name: _array(name, tensor) for name, tensor in tensors.items()}
    write_file(target, pieces(arrays, metadata or {}))


def pieces(
    arrays: Mapping[str, np.ndarray[Any, Any]], metadata: Mapping[str, str]
) -> Iterator[bytes | memoryview]:
    """Yield what a file of these arrays is made of."""
    ordered = in_file_order(arrays)
    yield laid_out(ordered, metadata)
    yield from map(raw, ordered.values())


def _array(name: str, tensor: Tensor) -> np.ndarray[Any, Any]:
    """Return what is written of a tensor, if the format has a place for it."""
    if not isinstance(name, str):
        raise DTypeError(f"save_file: names are strings, got {type(name).__name__} {name!r:.60}")
    if not isinstance(tensor, Tensor):
        raise DTypeError(f"save_file: {name!r} is no Tensor but {type(tensor).__name__}")
    if name == METADATA or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise ArgumentError(f"save_file: safetensors has no place for a tensor named {name!r}")
    if tensor.array.dtype == COMPLEX128:
        raise DTypeError(
            f"save_file: {name!r} is complex128, which safetensors does not have; save its .real "
            "and .imag, or .to(tnn.complex64)"
        )
    return tensor.array


def load_file(path: str | os.PathLike[str]) -> dict[str, Tensor]:
    """Read the tensors of a safetensors file, by name: what `load_state_dict()` takes.

    Where ml_dtypes is not installed, bfloat16 comes as float32, which holds each of its numbers
    exactly. Raises DataError for a file that is damaged or of another format, DTypeError for a
    dtype that a Tensor cannot hold, and OSError where there is no file to read.
    """
    source = as_path(path, "load_file")
    with opened(source) as (file, size), naming(source):
        read = read_bytes(file, read_header(file, size))
        return {each[0]: from_numpy(tensor_array(*each, source)) for each in read}


@contextmanager
def opened(source: Path) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file to read it, and tell how many bytes it has."""
    with open(source, "rb") as file:
        yield file, os.fstat(file.fileno()).st_size


@contextmanager
def naming(source: object) -> Iterator[None]:
    """Have what is said of a damaged file name the file."""
    try:
        yield
    except CheckpointError as error:
        raise CheckpointError(f"{source}: not a whole safetensors file: {error}") from None


def tensor_array(
    name: str, entry: Entry, content: Any, source: object, function: str = "load_file"
) -> np.ndarray[Any, Any]:
    """Return what a Tensor is made of, or say that it cannot hold the dtype."""
    kind = entry.kind
    if kind != "BF16" and kind not in HELD:
        wider = WIDER.get(kind, "float32" if kind.startswith("F") else "int64")
        raise DTypeError(
            f"{function}: {name!r} in {source} is {kind}, a dtype that a Tensor cannot hold; save "
            f"it as {wider} where it comes from, with tensor.to(torch.{wider}) in PyTorch"
        )
    array = as_array(name, entry, content)
    return bfloat16_of(array) if kind == "BF16" else array


def bfloat16_of(bits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the numbers of these bits, which are the upper half of a float32's."""
    try:
        return bits.view(load())
    except MissingExtraError:
        return (bits.astype(np.uint32) << 16).view(np.float32)
