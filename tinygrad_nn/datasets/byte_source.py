"""The bytes of a file, plain or gzip, never more of them in memory than the caller asked for.
Read `idx.py` next, which asks for exactly what a file's header promises.
"""

import zlib
from typing import IO

from ..errors import DataError

GZIP_MAGIC = b"\x1f\x8b"
BLOCK = 2**16


def malformed(name: str, field: str, expected: object, found: object) -> DataError:
    """The error for a file that breaks its format: which file, where in it, and what is wrong."""
    return DataError(f"{name}: {field}: expected {expected}, found {found}")


class ByteSource:
    """A binary file read from front to back; gzip, known by its first two bytes, is unpacked.

    A file of two gzip members one after the other is refused: Python's `gzip` joins them silently,
    and the second one is not what the file's name promises.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.name = name
        self._file = file
        self._waiting = file.read(len(GZIP_MAGIC))  # read from the file, not handed out yet
        packed = self._waiting == GZIP_MAGIC
        self._inflater = zlib.decompressobj(wbits=31) if packed else None  # 31: gzip, with its CRC
        if name.endswith(".gz") and not packed:
            raise malformed(name, "gzip magic", GZIP_MAGIC.hex(" "), _hex(self._waiting))

    def read(self, count: int) -> bytearray:
        """`count` bytes, or all that are left; memory grows only as bytes arrive."""
        data = bytearray()
        while len(data) < count:
            piece = self._piece(min(count - len(data), 2**20))
            if not piece:
                break
            data += piece
        return data

    def read_exactly(self, count: int, field: str) -> bytearray:
        """`count` bytes; DataError naming `field` where the file ends before them."""
        data = self.read(count)
        if len(data) < count:
            raise malformed(self.name, field, f"{count} bytes", f"the end after {len(data)}")
        return data

    def expect_end(self, field: str) -> None:
        """Refuse any byte more; for gzip, its checksum and length are checked here too."""
        if self._piece(1):
            raise malformed(self.name, field, "the end of the file", "more bytes")

    def _piece(self, limit: int) -> bytes:
        """Some bytes, `limit` at most; none at the end."""
        if self._inflater is not None:
            return self._unpacked_piece(self._inflater, limit)
        block = self._waiting or self._file.read(BLOCK)
        self._waiting = block[limit:]
        return block[:limit]

    def _unpacked_piece(self, inflater: "zlib._Decompress", limit: int) -> bytes:
        while not inflater.eof:
            packed = self._waiting or self._file.read(BLOCK)
            try:
                piece = inflater.decompress(packed, limit)
            except zlib.error as error:
                raise malformed(self.name, "gzip data", "an intact stream", error) from error
            self._waiting = inflater.unconsumed_tail
            if piece:
                return piece
            if not packed and not inflater.eof:
                raise malformed(self.name, "gzip data", "an intact stream", "it cut short")
        after = inflater.unused_data or self._file.read(BLOCK)
        if after:
            what = "another gzip member" if after.startswith(GZIP_MAGIC) else "more bytes"
            raise malformed(self.name, "after the gzip stream", "the end of the file", what)
        return b""


def _hex(data: bytes) -> str:
    return data.hex(" ") or "an empty file"
