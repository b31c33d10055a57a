"""Whether PyTorch would compute with oneDNN: NumPy has libraries of its own.
Read `cpu.py` next.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager

from .switches import set_for_a_while

enabled = True
deterministic = False
allow_tf32: bool | None = None


def is_available() -> bool:
    """Return False."""
    return False


def flags(
    enabled: bool = False,
    deterministic: bool = False,
    allow_tf32: bool = True,
    fp32_precision: str = "none",
) -> AbstractContextManager[None]:
    """Set the switches inside a block; they change nothing."""
    return set_for_a_while(
        sys.modules[__name__], enabled=enabled, deterministic=deterministic, allow_tf32=allow_tf32
    )
