"""An argument for every dimension, where a layer is given one for all.
Read `convolution.py` next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def for_each(value: Any, count: int) -> tuple[Any, ...]:
    """Return a tuple or list as a tuple, and `count` times what is none."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * count


def ntuple(count: int) -> Callable[[Any], tuple[Any, ...]]:
    """Return the function that gives an iterable as a tuple, and `count` times what is none.

    Example:
        >>> pair(3), pair([1, 2])
        ((3, 3), (1, 2))
    """
    return lambda value: for_each(tuple(value) if isinstance(value, Iterable) else value, count)


single, pair, triple, quadruple = map(ntuple, (1, 2, 3, 4))
