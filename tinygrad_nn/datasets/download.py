"""The original MNIST files from public mirrors, their checksums verified, kept in a cache folder.
Read `mnist.py` next, which turns to this when it was given no files.
"""

import hashlib
import io
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NamedTuple

from ..errors import DataError, MissingExtraError
from ..saving.whole_files import write_file
from .byte_source import ByteSource, malformed

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


class Original(NamedTuple):
    """What a file holds once unpacked; mirrors pack the same bytes differently."""

    size: int
    md5: str


ORIGINALS = {
    "train-images-idx3-ubyte": Original(47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": Original(60_008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": Original(7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": Original(10_008, "27ae3e4e09519cfbb04c329615203637"),
}

WAY_OUT = (
    "put the four MNIST files, plain or gzip, in a folder and pass it as mnist(path) "
    "or set TINYGRAD_NN_DATA to it"
)


def cache_folder() -> Path:
    """Where this platform keeps files that can be fetched again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "tinygrad_nn", "mnist")


def cached_or_downloaded(name: str, *, progress: bool) -> Path:
    """The path of one original file in the cache, downloaded into it if it is not there.

    Raises DataError with every place tried and the reason that each failed, and MissingExtraError
    where a download is needed and pooch is not installed.
    """
    cached = cache_folder() / name
    try:
        with open(cached, "rb") as file:
            _read_original(file, str(cached), ORIGINALS[name])
        return cached
    except (OSError, DataError) as error:
        tried = [f"cache: {error}"]
    for mirror in MIRRORS:
        url = f"{mirror}{name}.gz"
        try:
            content = _download(url, ORIGINALS[name], progress=progress)
        except (OSError, DataError) as error:  # what requests raises is an OSError
            tried.append(f"{url}: {error}")
        else:
            cached.parent.mkdir(parents=True, exist_ok=True)
            write_file(cached, content)
            return cached
    places = "\n  ".join(["no path given, TINYGRAD_NN_DATA not set", *tried])
    raise DataError(f"mnist: no usable copy of {name}:\n  {places}\nThe way out: {WAY_OUT}.")


def _download(url: str, original: Original, *, progress: bool) -> bytearray:
    try:
        import pooch
    except ImportError as error:
        raise MissingExtraError(
            f'mnist: a download needs pooch: pip install "tinygrad_nn[cli]", or {WAY_OUT}'
        ) from error
    if progress:
        print(f"mnist: downloading {url}", file=sys.stderr)
    reply = _Reply(original.size)
    bar = progress and find_spec("tqdm") is not None
    pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=30)(url, reply, None)
    reply.seek(0)
    return _read_original(reply, "reply", original)


class _Reply(io.BytesIO):
    """What a mirror sends, in memory: refused once it is longer than the file that it promises."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._most = size + size // 100 + 1000  # gzip adds less than 1 % to what it cannot shrink

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self.tell() + len(data) > self._most:
            raise malformed("reply", "size", f"at most {self._most} bytes", "more")
        return super().write(data)


def _read_original(file: IO[bytes], name: str, original: Original) -> bytearray:
    source = ByteSource(file, name)
    content = source.read_exactly(original.size, "unpacked file")
    source.expect_end("unpacked file")
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != original.md5:
        raise malformed(name, "MD5 of the unpacked file", original.md5, found)
    return content
