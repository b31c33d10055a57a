"""Nests of tuples, lists and dicts, which functions take and return in place of one tensor.
Read `gradients.py` next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def leaves_of(tree: Any) -> list[Any]:
    """Return what stands at the ends of a nest, in order; a dict's in its own order."""
    if isinstance(tree, Mapping):
        return [leaf for each in tree.values() for leaf in leaves_of(each)]
    if isinstance(tree, (list, tuple)):
        return [leaf for each in tree for leaf in leaves_of(each)]
    return [] if tree is None else [tree]


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return a nest of the same form with `function` of every end."""
    if isinstance(tree, Mapping):
        return type(tree)((name, mapped(function, each)) for name, each in tree.items())  # type: ignore[call-arg]
    if isinstance(tree, (list, tuple)):
        made = [mapped(function, each) for each in tree]
        return type(tree)(*made) if hasattr(tree, "_fields") else type(tree)(made)
    return None if tree is None else function(tree)


def filled(tree: Any, values: list[Any]) -> Any:
    """Return a nest of the same form with these values at its ends, in order."""
    rest = iter(values)
    return mapped(lambda _: next(rest), tree)
