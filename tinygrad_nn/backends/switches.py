"""How a library's switches are set for a while: what all of PyTorch's `backends.*.flags` do.
Read `cudnn.py` next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def set_for_a_while(module: ModuleType, **values: Any) -> Iterator[None]:
    """Set these switches of a module inside a block; they change nothing."""
    before = {name: getattr(module, name) for name in values}
    vars(module).update(values)
    try:
        yield
    finally:
        vars(module).update(before)
