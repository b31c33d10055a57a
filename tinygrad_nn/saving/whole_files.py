"""A file that is written whole or not at all, whatever happens on the way.
Read `safetensors_file.py` next, which writes tensors so.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import ArgumentError, DTypeError

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed
    fcntl = None  # type: ignore[assignment]

DRAFT = re.compile(r"\.[0-9a-f]{16}\.part")
KINDS = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def as_path(path: str | os.PathLike[str], name: str) -> Path:
    """Return the path that `name`, a public function, was given, or say that it is none."""
    try:
        made = Path(path)
    except TypeError:
        raise DTypeError(
            f"{name}() takes a path, a str or a pathlib.Path, got {type(path).__name__} "
            f"{path!r:.60}"
        ) from None
    if "\0" in str(made):
        raise ArgumentError(f"{name}(): no path has a null character in it: {str(made)!r:.60}")
    return made


def write_file(
    path: str | os.PathLike[str], content: bytes | bytearray | Iterable[bytes | memoryview]
) -> None:
    """Write a file so that whoever opens it finds the old content or all of the new one.

    It is written beside its place under another name, forced to the disk, and then renamed. A
    symbolic link stays, and what it leads to is written; a file keeps its mode, a new one has what
    the umask leaves. What a writer that was killed left in the folder is removed. Raises OSError
    for `path`, and leaves nothing behind then: IsADirectoryError for a folder, PermissionError for
    a file that is read-only.
    """
    target = as_path(path, "write_file")
    draft = None
    try:
        place, mode = _place(target)
        _remove_drafts(place.parent)
        draft = place.with_name(f".{secrets.token_hex(8)}.part")  # as short as names may be long
        with _locked_draft(draft, mode) as f:
            if mode is not None:
                os.chmod(draft, mode)  # all of it, whatever the umask left out
            for piece in (content,) if isinstance(content, (bytes, bytearray)) else content:
                f.write(piece)
            f.flush()
            os.fsync(f.fileno())
            if fcntl is not None:
                os.replace(draft, place)  # while the lock is held: nobody takes it for a leftover
        if fcntl is None:
            os.replace(draft, place)
    except BaseException as error:
        if draft is not None:
            draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise type(error)(error.errno, error.strerror, str(target)) from None
        raise


def _locked_draft(draft: Path, mode: int | None) -> Any:
    """Open a new file that holds its own lock, which ends with the process."""
    while True:
        file = open(  # noqa: SIM115 - closed by who asked for it
            draft, "xb", opener=lambda name, flags: os.open(name, flags, mode or 0o666)
        )
        _lock(file)
        if draft.exists():
            return file
        file.close()  # taken for a leftover before it had its lock


def _lock(file: Any, wait: bool = True) -> bool:
    """Return whether this process holds the lock of a file now."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # another holds it, or the file system has no locks
        return False
    return True


def _remove_drafts(folder: Path) -> None:
    """Remove what writers that were killed left in a folder."""
    try:
        found = [each.path for each in os.scandir(folder) if DRAFT.fullmatch(each.name)]
    except OSError:
        return  # what is wrong with the folder is said when the file is written
    for draft in found:
        try:
            with open(draft, "rb") as file:
                if _lock(file, wait=False):
                    os.unlink(draft)
        except OSError:
            continue  # it is in its place by now, or somebody else's


def _place(target: Path) -> tuple[Path, int | None]:
    """Return where the links of a path lead, and the mode of the file there, if there is one."""
    try:
        found = os.stat(target)
    except FileNotFoundError:  # also of a link whose target is still to be written
        return Path(os.path.realpath(target)), None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory; name a file in it")
    if not stat.S_ISREG(found.st_mode):
        kind = next((kind for test, kind in KINDS if test(found.st_mode)), "no plain file")
        raise OSError(errno.EINVAL, f"Is {kind}, which cannot be replaced whole; name a plain file")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "Is read-only; make it writable or name another file")
    return Path(os.path.realpath(target)), stat.S_IMODE(found.st_mode)
