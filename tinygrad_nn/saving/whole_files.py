"""A file that is written whole or not at all, whatever happens on the way.
Read `safetensors_file.py` next, which writes tensors so.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file so that whoever opens it finds the old content or all of the new one.

    It is written beside its place under another name, forced to the disk, and then renamed; its
    mode is what the umask leaves. Raises OSError for `path`, and leaves nothing behind then.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with open(draft, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise type(error)(error.errno, error.strerror, str(target)) from None
        raise
