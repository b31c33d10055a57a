"""The safetensors format: a header in JSON that says where the bytes of each tensor lie.
Read `safetensors_file.py` next, which has tensors written and read so.

The rules are those of https://huggingface.co/docs/safetensors: eight bytes that tell how long the
header is, the header, and then the tensors, one behind the other without a gap.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ..errors import CheckpointError

METADATA = "__metadata__"
LENGTH = struct.Struct("<Q")
LONGEST_HEADER = 100_000_000  # the format's own bound
MOST_BRACKETS = 4_000_000  # two a tensor; each takes 64 bytes and more when it is read
ALIGNMENT = 8
HELD = {  # what the format calls a dtype: NumPy's, in the order of bytes that the format has
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "<i1",
    "U8": "<u1",
    "BOOL": "?",
    "C64": "<c8",
}
FOR_ARRAYS = {"U16": "<u2", "U32": "<u4", "U64": "<u8"}  # an ndarray has these, a Tensor has not
KNOWN = {**HELD, **FOR_ARRAYS, "BF16": "<u2"}  # bfloat16 as its bits
NARROW = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8}
BITS = {**{kind: 8 * np.dtype(held).itemsize for kind, held in KNOWN.items()}, **NARROW}
NAMES = {np.dtype(held): kind for kind, held in {**HELD, **FOR_ARRAYS}.items()}


class Entry(NamedTuple):
    """Where one tensor lies, in bytes behind the header, and what it is."""

    kind: str
    shape: tuple[int, ...]
    begin: int
    end: int


class Header(NamedTuple):
    """What a header says, and its text as it stands in the file."""

    metadata: dict[str, str]
    entries: dict[str, Entry]  # in the order in which they lie in the file
    text: bytes


def kind_of(dtype: np.dtype[Any]) -> str | None:
    """Return what the format calls NumPy's dtype, or None where it has no word for it."""
    return "BF16" if dtype.name == "bfloat16" else NAMES.get(dtype.newbyteorder("<"))


def little(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return an array row by row in the format's order of bytes, without a copy if it lies so."""
    array = np.asarray(array, order="C")
    return array if array.dtype.name == "bfloat16" else _in_order(array, "<")


def _in_order(array: np.ndarray[Any, Any], order: Any) -> np.ndarray[Any, Any]:
    return array.astype(array.dtype.newbyteorder(order), copy=False)


def raw(array: np.ndarray[Any, Any]) -> memoryview:
    """Return the bytes of an array that lies row by row."""
    return array.reshape(-1).view(np.uint8).data


def laid_out(arrays: Mapping[str, np.ndarray[Any, Any]], metadata: Mapping[str, str]) -> bytes:
    """Return the header for arrays in `in_file_order`, with the eight bytes of its length."""
    header: dict[str, Any] = {METADATA: dict(metadata)} if metadata else {}
    end = 0
    for name, array in arrays.items():
        begin, end = end, end + array.nbytes
        header[name] = {
            "dtype": kind_of(array.dtype),
            "shape": list(array.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % ALIGNMENT)
    return LENGTH.pack(len(text)) + text


def in_file_order(
    arrays: Mapping[str, np.ndarray[Any, Any]],
) -> dict[str, np.ndarray[Any, Any]]:
    """Return arrays as they are written: the widest dtype first, so that each begins aligned."""
    order = sorted(arrays, key=lambda name: -arrays[name].itemsize)
    return {name: little(arrays[name]) for name in order}


def read_header(file: BinaryIO, size: int) -> Header:
    """Read the header of a file of so many bytes, and check all that it says.

    Raises CheckpointError for whatever the format does not allow, before anything is allocated for
    a tensor.
    """
    if size < LENGTH.size:
        raise CheckpointError(f"{size} bytes, fewer than the {LENGTH.size} that every file has")
    length = LENGTH.unpack(_exactly(file, LENGTH.size))[0]
    if length > min(LONGEST_HEADER, size - LENGTH.size):
        raise CheckpointError(
            f"a header of {length} bytes in a file of {size}; it may have {LONGEST_HEADER}"
        )
    text = _exactly(file, length)
    if not text.startswith(b"{"):
        raise CheckpointError("the header does not begin with a brace")
    if text.count(b"[") > MOST_BRACKETS or text.count(b"{") > MOST_BRACKETS:
        raise CheckpointError("the header has more brackets than any number of tensors needs")
    try:
        found = json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_float=_no_float)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"the header is no JSON of the format: {error!s:.200}") from None
    metadata = found.pop(METADATA, {})
    if not isinstance(metadata, dict) or any(type(each) is not str for each in metadata.values()):
        raise CheckpointError(f"{METADATA} is not a dict of strings")
    entries = {name: _entry(name, said) for name, said in found.items()}
    entries = dict(sorted(entries.items(), key=lambda each: each[1][2:]))
    at = 0
    for name, entry in entries.items():
        if entry.begin != at:
            raise CheckpointError(
                f"{name!r:.60} begins at byte {entry.begin}; what lies before it ends at {at}"
            )
        at = entry.end
    if LENGTH.size + length + at != size:
        raise CheckpointError(
            f"{size} bytes where the header says {LENGTH.size + length + at}: cut off, or with "
            "something behind the last tensor"
        )
    return Header(metadata, entries, text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands there twice")
    return made


def _no_float(text: str) -> Any:
    raise ValueError(f"{text:.40} where a whole number belongs")


def _entry(name: str, said: Any) -> Entry:
    """Return what the header says of one tensor, if it can be so."""
    if not isinstance(said, dict) or set(said) != {"dtype", "shape", "data_offsets"}:
        raise CheckpointError(
            f"{name!r:.60} is described by {said!r:.80}, not by a dtype, shape and data_offsets"
        )
    kind, shape, offsets = said["dtype"], said["shape"], said["data_offsets"]
    if not isinstance(kind, str) or kind not in BITS:
        raise CheckpointError(f"{name!r:.60} has the dtype {kind!r:.40}, which is none")
    if not _are_sizes(shape) or not _are_sizes(offsets) or len(offsets) != 2:
        raise CheckpointError(
            f"{name!r:.60} has the shape {shape!r:.60} and the data_offsets {offsets!r:.60}"
        )
    begin, end = offsets
    if (end - begin) * 8 != prod(shape) * BITS[kind]:
        raise CheckpointError(
            f"{name!r:.60}, {kind} of shape {shape!r:.60}, has {end - begin} bytes"
        )
    return Entry(kind, tuple(shape), begin, end)


def _are_sizes(given: Any) -> bool:
    """Whether it is a list of what a size or a place in a file may be, each below 2**63."""
    if not isinstance(given, list) or len(given) > 64:
        return False
    return all(type(each) is int and 0 <= each < 2**63 for each in given)


def read_bytes(file: BinaryIO, header: Header) -> Iterator[tuple[str, Entry, Any]]:
    """Yield each tensor's name, entry and bytes, as an array of uint8 of its own."""
    for name, entry in header.entries.items():
        content = np.empty(entry.end - entry.begin, np.uint8)
        _fill(file, content.data)
        yield name, entry, content


def as_array(name: str, entry: Entry, content: Any) -> np.ndarray[Any, Any]:
    """Return bytes as an array of this machine's order of bytes; bfloat16 as its bits."""
    try:
        array = content.view(KNOWN[entry.kind]).reshape(entry.shape)
    except ValueError as error:
        raise CheckpointError(f"{name!r:.60} has the shape {entry.shape!r:.60}: {error}") from None
    return _in_order(array, "=")


def _exactly(file: BinaryIO, count: int) -> bytes:
    content = file.read(count)
    if len(content) != count:
        raise CheckpointError(f"the file ends {count - len(content)} bytes early")
    return content


def _fill(file: BinaryIO, place: memoryview) -> None:
    while place:
        count = file.readinto(place)  # type: ignore[attr-defined]
        if not count:
            raise CheckpointError(f"the file ends {len(place)} bytes early")
        place = place[count:]
