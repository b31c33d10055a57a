"""An argument for every dimension, where a layer is given one for all.
Read `convolution.py` next.
"""

from __future__ import annotations

from typing import Any


def for_each(value: Any, count: int) -> tuple[Any, ...]:
    """Return a tuple or list as a tuple, and `count` times what is none."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * count
