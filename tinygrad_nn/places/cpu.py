"""What newer programs ask of any device, asked of the CPU.
Read `no_gpu.py` next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def is_available() -> bool:
    """Return True."""
    return True


def is_initialized() -> bool:
    """Return True."""
    return True


def device_count() -> int:
    """Return 1."""
    return 1


def current_device() -> str:
    """Return "cpu"."""
    return "cpu"


def set_device(device: Any) -> None:
    """Do nothing."""


def synchronize(device: Any = None) -> None:
    """Do nothing: an operation is done when it returns."""


@contextmanager
def stream(stream: Any) -> Iterator[None]:
    """Do nothing."""
    yield
