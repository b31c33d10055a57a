"""`save` and `load`: a nest of tensors and plain data in one file, where nothing can be run.
Read `structure.py` next, then `pytorch_file.py`, which reads the files that PyTorch wrote.

The file is safetensors, so that others read its tensors; the nest stands in its metadata as JSON.
A CRC-32 of the header and one of each tensor tell damage of any kind.
"""

from __future__ import annotations

import io
import json
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from ..arrays.refusing import shown
from ..errors import ArgumentError, CheckpointError, DTypeError
from ..tensor.creation import from_numpy
from ..tensor.device import check_device
from . import pytorch_file
from .safetensors_file import bfloat16_of, tensor_array
from .safetensors_format import (
    LENGTH,
    LONGEST_HEADER,
    Header,
    as_array,
    in_file_order,
    laid_out,
    raw,
    read_bytes,
    read_header,
)
from .structure import Reader, Writer
from .whole_files import as_path, write_file

MARK = "tinygrad_nn."
OF_HEADER, OF_TENSORS, STRUCTURE = (
    MARK + each for each in ("header_crc32", "tensors_crc32", "structure")
)
OPENING = f'{{"__metadata__":{{"{OF_HEADER}":"'.encode("ascii")
UNKNOWN = "00000000"  # what stands for the header's own CRC-32 while that is computed


def save(obj: Any, f: Any) -> None:
    """Write an object to one file: tensors, plain data and modules, in dicts, lists and tuples.

    `f` is a path, or a file that is open for writing bytes. A tensor may have any dtype and shape;
    numbers, strings, bytes, ndarrays, dtypes and sizes come back as they were, parameters as
    parameters. Tensors that share memory share it again when they are loaded. A file of that name
    is replaced whole or not at all, and keeps its mode. It is a safetensors file too: its tensors
    bear the names of their places, "model.0.weight".

    Raises:
        DTypeError: something that is no plain data, such as a hook of a module or an optimizer; it
            is said where in the nest it stands, and what to save instead: `optimizer.state_dict()`.
        ArgumentError: a nest too deep, such as a list that contains itself.
        OSError: the file cannot be written.

    Example:
        >>> import io
        >>> import tinygrad_nn as tnn
        >>> file = io.BytesIO()
        >>> tnn.save({"weight": tnn.ones(2), "epoch": 3, "betas": (0.9, 0.999)}, file)
        >>> tnn.load(io.BytesIO(file.getvalue()))
        {'weight': tensor([1., 1.]), 'epoch': 3, 'betas': (0.9, 0.999)}
    """
    writes_to_file = callable(getattr(f, "write", None))
    target = None if writes_to_file else as_path(f, "save")
    content = _content(obj)
    if target is not None:
        write_file(target, content)
        return
    for piece in content:
        f.write(piece)


def _content(obj: Any) -> Iterator[bytes | memoryview]:
    """Return what a file of an object is made of."""
    writer = Writer()
    said = writer.describe(obj)
    arrays = in_file_order(writer.arrays.named())
    metadata = {
        OF_HEADER: UNKNOWN,
        OF_TENSORS: json.dumps({name: _crc32(raw(each)) for name, each in arrays.items()}),
        STRUCTURE: json.dumps(said, separators=(",", ":"), allow_nan=False),
    }
    header = bytearray(laid_out(arrays, metadata))
    if len(header) > LONGEST_HEADER:
        raise ArgumentError(
            f"save: {len(header)} bytes of numbers, strings and names; a file holds "
            f"{LONGEST_HEADER} besides its tensors: save long lists of numbers as tensors"
        )
    place = LENGTH.size + len(OPENING)
    header[place : place + len(UNKNOWN)] = _crc32(header).encode("ascii")
    return iter((bytes(header), *map(raw, arrays.values())))


def _crc32(content: Any) -> str:
    return format(zlib.crc32(content), "08x")


def load(f: Any, map_location: Any = None, *, weights_only: Any = None, mmap: Any = None) -> Any:
    """Return the object that `save` wrote, the tensors of a safetensors file, or of PyTorch's.

    `f` is a path, or a file that is open for reading bytes. A safetensors file of others is a dict
    of tensors by name; of a `.pt` file, tensors and plain containers are read. No file has
    anything run. A whole module that `save` wrote is made if its class is a layer of this package,
    is named in `torch.serialization.safe_globals`, or, with `weights_only=False`, is imported; its
    `__init__` is not called. `map_location` may be said and changes nothing, since every tensor is
    on the CPU, and so may `mmap`.

    Raises:
        CheckpointError: a file that is damaged, of another format, or that holds more than tensors
            and plain data, such as a whole model saved by PyTorch, or of a class not allowed.
        ArgumentError: `map_location` is another device than the CPU.
        OSError: there is no file to read.
    """
    _check_location(map_location)
    for name, given in (("weights_only", weights_only), ("mmap", mmap)):
        if given is not None and not isinstance(given, bool):
            raise DTypeError(f"load: {name} must be True, False or None, got {shown(given)}")
    with _opened(f) as (file, size, name):
        try:
            return _read(file, size, name, weights_only is False)
        except CheckpointError as error:
            raise CheckpointError(f"load: {name}: {error}") from None


def _check_location(given: Any) -> None:
    if isinstance(given, dict) or callable(given):
        return  # from other places to this: there is one place only
    check_device(given, "load")


@contextmanager
def _opened(f: Any) -> Iterator[tuple[BinaryIO, int, str]]:
    """Give what `load` reads, how many bytes there are, and what to call it in errors."""
    if callable(getattr(f, "read", None)):
        content = f.read()
        if not isinstance(content, bytes):
            raise DTypeError(
                f"load: a file that gives bytes expected, this one gives {type(content).__name__}; "
                "open it with mode 'rb'"
            )
        yield io.BytesIO(content), len(content), "the file"
        return
    path = as_path(f, "load")
    with open(path, "rb") as file:
        found = os.fstat(file.fileno())
        if stat.S_ISREG(found.st_mode):
            yield file, found.st_size, str(path)
            return
        content = file.read()
    yield io.BytesIO(content), len(content), str(path)


def _read(file: BinaryIO, size: int, name: str, any_class: bool) -> Any:
    opening = file.read(pytorch_file.OPENING)
    file.seek(0)
    if pytorch_file.is_pytorch(opening):
        return pytorch_file.read(file, size)
    header = read_header(file, size)
    if any(key.startswith(MARK) for key in header.metadata):
        return _read_own(file, header, any_class)
    try:
        read = read_bytes(file, header)
        return {each[0]: from_numpy(tensor_array(*each, name, "load")) for each in read}
    except DTypeError as error:
        raise CheckpointError(str(error).removeprefix("load: ")) from None


def _read_own(file: BinaryIO, header: Header, any_class: bool) -> Any:
    """Return the object that `save` wrote, if not one bit has changed."""
    place = len(OPENING)
    stated = header.text[place : place + len(UNKNOWN)]
    text = bytearray(LENGTH.pack(len(header.text)) + header.text)
    text[LENGTH.size + place : LENGTH.size + place + len(UNKNOWN)] = UNKNOWN.encode("ascii")
    if not header.text.startswith(OPENING) or stated != _crc32(text).encode("ascii"):
        raise CheckpointError("the header is damaged: its CRC-32 is another than what it states")
    try:
        said, sums = json.loads(header.metadata[STRUCTURE]), json.loads(header.metadata[OF_TENSORS])
    except (KeyError, ValueError, RecursionError) as error:
        raise CheckpointError(f"the structure is no JSON of ours: {error!s:.100}") from None
    arrays = {}
    for name, entry, content in read_bytes(file, header):
        if not isinstance(sums, dict) or sums.get(name) != _crc32(content):
            raise CheckpointError(
                f"the tensor {name!r:.60} is damaged: its CRC-32 is {_crc32(content)}, not what "
                "was saved"
            )
        array = as_array(name, entry, content)
        arrays[name] = bfloat16_of(array) if entry.kind == "BF16" else array
    try:
        return Reader(arrays, any_class).make(said)
    except RecursionError:
        raise CheckpointError("the structure is nested too deep") from None
