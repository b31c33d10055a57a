"""What programs say to PyTorch's compiler before they use it; there is none here.
Read `compiler.py` next.
"""

from types import SimpleNamespace
from typing import Any

from .compiler import allow_in_graph, disable, reset

__all__ = ["allow_in_graph", "config", "disable", "mark_dynamic", "optimize", "reset"]

config = SimpleNamespace(suppress_errors=False, cache_size_limit=8, verbose=False)
"""Switches that can be set, any of them, and change nothing."""


def optimize(backend: Any = "inductor", **options: Any) -> Any:
    """Return a decorator that returns the function as it is."""
    return lambda fn: fn


def mark_dynamic(t: Any, index: Any, **options: Any) -> None:
    """Do nothing: every shape may change."""
