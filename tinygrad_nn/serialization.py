"""`torch.serialization`: `save` and `load`, and the classes that files may hold: none.
Read `saving/checkpoint.py` next.
"""

from __future__ import annotations

from typing import Any

from .saving import load, save

__all__ = [
    "add_safe_globals",
    "clear_safe_globals",
    "get_safe_globals",
    "load",
    "safe_globals",
    "save",
]

_allowed: list[Any] = []


def add_safe_globals(safe_globals: list[Any]) -> None:
    """Note classes that PyTorch's `load` may make; ours makes tensors and plain data alone."""
    _allowed.extend(safe_globals)


def get_safe_globals() -> list[Any]:
    """Return the classes that were noted."""
    return [*_allowed]


def clear_safe_globals() -> None:
    """Forget the classes that were noted."""
    _allowed.clear()


class safe_globals:  # noqa: N801 - PyTorch's spelling
    """A context in which classes are noted; `load` makes tensors and plain data alone."""

    def __init__(self, safe_globals: list[Any]) -> None:
        self.safe_globals = safe_globals

    def __enter__(self) -> None:
        self._before = get_safe_globals()
        add_safe_globals(self.safe_globals)

    def __exit__(self, *error: object) -> None:
        _allowed[:] = self._before
