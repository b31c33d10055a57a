"""The `.pt` files that PyTorch writes, of tensors and plain containers: the zip, and the old form.
Read `pickled_data.py` next, which carries out the few opcodes that they need, and
`pytorch_names.py`, which says what the names among them stand for.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np

from ..errors import CheckpointError
from .pickled_data import Machine, look_up
from .pytorch_names import NAMES, NO_VALUES, Kind, Storage
from .safetensors_file import bfloat16_of

ZIP = b"PK\x03\x04"
END_OF_ZIP = b"PK\x05\x06"  # and 18 bytes more: torch.save writes no comment
MAGIC = 0x1950A86A20F9469CFC6C  # the number that the old form opens with
OPENING = 10  # bytes tell what a file is
PROTOCOL = 1001
FAILURES = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError),
    *(RuntimeError, TypeError, ValueError),
    *(struct.error, zipfile.BadZipFile, zlib.error),
)


def read(file: BinaryIO, size: int) -> Any:
    """Return what a file of PyTorch's holds; raise CheckpointError for more than plain data."""
    opening = file.read(OPENING)
    file.seek(0)
    try:
        return _read_zip(file, size) if opening.startswith(ZIP) else _Legacy(file, size).read()
    except CheckpointError:
        raise
    except OSError as error:
        if error.errno is not None and error.errno != 22:  # a place before the file's beginning
            raise
        raise CheckpointError(f"not a whole file of PyTorch's: {error!s:.120}") from None
    except FAILURES as error:
        raise CheckpointError(f"not a whole file of PyTorch's: {error!s:.120}") from None


def is_pytorch(opening: bytes) -> bool:
    """Whether a file that opens so is one that PyTorch wrote, or a pickle of any kind."""
    if opening[8:9] == b"{":
        return False  # a safetensors header that has 640 bytes, the same first two
    return opening.startswith((ZIP, b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"))


def _read_zip(file: BinaryIO, size: int) -> Any:
    file.seek(max(size - len(END_OF_ZIP) - 18, 0))
    if not file.read().startswith(END_OF_ZIP):
        raise CheckpointError("a zip file that is cut off, or with something behind its end")
    with zipfile.ZipFile(file) as archive:
        members = {each.filename: each for each in archive.infolist()}
        if len(members) != len(archive.infolist()):
            raise CheckpointError("two members have one name")
        if sum(each.file_size for each in members.values()) > size:
            raise CheckpointError("its members claim more bytes than the file has")
        data = [each for each in members if each.endswith("/data.pkl")]
        if len(data) != 1:
            raise CheckpointError("a zip file without one data.pkl, not one that torch.save wrote")
        top = data[0].removesuffix("data.pkl")
        if f"{top}constants.pkl" in members:
            raise CheckpointError(
                "a TorchScript program; save its state_dict() with torch.save instead"
            )

        def member(name: str) -> bytes:
            found = members[f"{top}{name}"]
            if found.compress_type != zipfile.ZIP_STORED:
                raise CheckpointError(f"{name:.60} is compressed, which torch.save does not do")
            return archive.read(found)

        order = "<"
        if f"{top}byteorder" in members:
            order = {b"little": "<", b"big": ">"}[member("byteorder")]
        storages: dict[str, Storage] = {}

        def persistent(said: Any) -> Storage:
            kind, key, count = _storage_said(said)
            if key not in storages:
                content = np.frombuffer(member(f"data/{key}"), kind.stored(order))
                storages[key] = _filled(Storage(kind, None), content, count)
            return storages[key]

        return _interpreted(BytesIO(member("data.pkl")), persistent)


class _Legacy:
    """The form before PyTorch 1.6: pickles one behind the other, then all storages."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.size = size
        self.storages: dict[str, tuple[Storage, int]] = {}

    def read(self) -> Any:
        if not self._opens_with_magic():
            raise CheckpointError(
                "a pickle, which could be read only by running code of the file's choice; where it "
                "was saved, save a state_dict() with torch.save"
            )
        if self._next() != PROTOCOL:
            raise CheckpointError("a form of PyTorch's files that is not known")
        if self._next().get("little_endian") is not True:
            raise CheckpointError("it was written on a machine that has the high byte first")
        filled: set[str] = set()
        begin = self.file.tell()
        _interpreted(self.file, self._persistent)  # to learn which storages there are
        for key in self._next():
            storage, count = self.storages[key]
            (stated,) = struct.unpack("<q", self.file.read(8))
            kind = storage.kind.stored("<")
            if stated != count:
                raise CheckpointError(f"a storage of {stated} elements where {count} are used")
            content = self.file.read(count * kind.itemsize)
            _filled(storage, np.frombuffer(content, kind), count)
            filled.add(key)
        if filled != set(self.storages) or self.file.read(1):
            raise CheckpointError("its storages are not those that its tensors name")
        self.file.seek(begin)
        return _interpreted(self.file, self._persistent)

    def _opens_with_magic(self) -> bool:
        try:
            return bool(self._next() == MAGIC)
        except CheckpointError:
            return False

    def _next(self) -> Any:
        return _interpreted(self.file, _no_storage)

    def _persistent(self, said: Any) -> Storage:
        kind, key, count = _storage_said(said)
        if key not in self.storages:
            if count * kind.stored("<").itemsize > self.size:
                raise CheckpointError(f"a storage of {count} elements in {self.size} bytes")
            width = kind.name if kind.name != "bfloat16" else _bfloat16_here()
            self.storages[key] = Storage(kind, np.zeros(count, width)), count
        return self.storages[key][0]


def _bfloat16_here() -> Any:
    return bfloat16_of(np.zeros(0, np.uint16)).dtype


def _no_storage(said: Any) -> Any:
    raise CheckpointError("a tensor where none belongs")


def _storage_said(said: Any) -> tuple[Kind, str, int]:
    """Return the kind, the key and the length of a storage that a file names."""
    what, kind, key, _place, count, *view = said
    if what != "storage" or any(each is not None for each in view) or type(count) is not int:
        raise CheckpointError(f"it names {said!r:.60}, which is no storage of a tensor")
    if not isinstance(kind, Kind):
        raise CheckpointError(f"it names a storage of {kind!r:.40}")
    if count < 0:
        raise CheckpointError(f"it names a storage of {count} elements")
    return kind, str(key), count


def _filled(storage: Storage, content: Any, count: int) -> Storage:
    """Put into a storage what the file has for it."""
    if len(content) != count:
        raise CheckpointError(f"a storage of {len(content)} elements where {count} are named")
    content = content.astype(content.dtype.newbyteorder("="))
    if storage.kind.name == "bfloat16":
        content = bfloat16_of(content)
    if storage.elements is None:
        storage.elements = content
    else:
        storage.elements[...] = content
    return storage


def _interpreted(file: BinaryIO, persistent: Callable[[Any], Any]) -> Any:
    found = Machine(partial(look_up, NAMES), persistent).run(file)
    for each in _contents(found):
        if isinstance(each, NO_VALUES):
            raise CheckpointError(f"it holds {each}, which is no tensor and no plain data")
    return found


def _contents(found: Any) -> Iterator[Any]:
    """Yield all that stands in a nest, what stands there twice once."""
    seen: set[int] = set()
    waiting = [found]
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, (dict, list, tuple, set, frozenset)) and id(each) not in seen:
            seen.add(id(each))
            waiting.extend(each)
            if isinstance(each, dict):
                waiting.extend(each.values())
