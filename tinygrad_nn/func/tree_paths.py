"""The path of each leaf of a nest: by which keys, places and attributes it is reached.
Read `../utils/_pytree.py` next, which has all of it under PyTorch's names.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import ArgumentError
from .trees import (
    SUPPORTED_NODES,
    IsLeaf,
    TreeSpec,
    node_type,
    register_pytree_node,
    tree_flatten,
    tree_is_leaf,
)


@dataclass(frozen=True)
class SequenceKey:
    """A place in a list or a tuple."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx!r}]"

    def get(self, sequence: Any) -> Any:
        """Return what is in that place."""
        return sequence[self.idx]


@dataclass(frozen=True)
class MappingKey:
    """A key of a dict."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"

    def get(self, mapping: Any) -> Any:
        """Return what is under that key."""
        return mapping[self.key]


@dataclass(frozen=True)
class GetAttrKey:
    """An attribute."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"

    def get(self, obj: Any) -> Any:
        """Return that attribute."""
        return getattr(obj, self.name)


KeyPath = tuple[Any, ...]


def _with_keys(cls: Any, keys_of: Callable[[Any], Iterable[Any]]) -> None:
    """Have the children of a class come with the keys that a value of it has."""
    node = SUPPORTED_NODES[cls]

    def flatten_with_keys(value: Any) -> tuple[list[tuple[Any, Any]], Any]:
        children, context = node.flatten_fn(value)
        return list(zip(keys_of(value), children, strict=True)), context

    SUPPORTED_NODES[cls] = node._replace(flatten_with_keys_fn=flatten_with_keys)


for _sequence in (tuple, list, deque):
    _with_keys(_sequence, lambda value: map(SequenceKey, range(len(value))))
for _mapping in (dict, OrderedDict, defaultdict):
    _with_keys(_mapping, lambda value: map(MappingKey, value))
_with_keys(namedtuple, lambda value: map(GetAttrKey, value._fields))


def _leaves(path: KeyPath, tree: Any, is_leaf: IsLeaf) -> Iterator[tuple[KeyPath, Any]]:
    if tree_is_leaf(tree, is_leaf):
        yield path, tree
        return
    flatten = SUPPORTED_NODES[node_type(tree)].flatten_with_keys_fn
    if flatten is None:
        raise ArgumentError(
            f"leaves have no paths in a {type(tree).__name__}: give register_pytree_node a "
            "flatten_with_keys_fn"
        )
    for key, child in flatten(tree)[0]:
        yield from _leaves((*path, key), child, is_leaf)


def tree_leaves_with_path(tree: Any, is_leaf: IsLeaf = None) -> list[tuple[KeyPath, Any]]:
    """Return (path, leaf) for each leaf of a nest, in order.

    Example:
        >>> from tinygrad_nn.utils._pytree import keystr, tree_leaves_with_path
        >>> [(keystr(path), x) for path, x in tree_leaves_with_path({"a": [1, 2]})]
        [("['a'][0]", 1), ("['a'][1]", 2)]
    """
    return list(_leaves((), tree, is_leaf))


def tree_flatten_with_path(
    tree: Any, is_leaf: IsLeaf = None
) -> tuple[list[tuple[KeyPath, Any]], TreeSpec]:
    """Return (path, leaf) for each leaf of a nest, and the nest's form."""
    return tree_leaves_with_path(tree, is_leaf), tree_flatten(tree, is_leaf)[1]


def tree_map_with_path(
    func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: IsLeaf = None
) -> Any:
    """Return a nest of the same form with `func(path, leaf)`, and of what `rests` have there."""
    leaves, form = tree_flatten_with_path(tree, is_leaf)
    others = [form.flatten_up_to(each) for each in rests]
    rows = zip(leaves, *others, strict=True)
    return form.unflatten([func(path, leaf, *more) for (path, leaf), *more in rows])


def keystr(kp: KeyPath) -> str:
    """Return a path as it is written in Python, after the name of the nest."""
    return "".join(map(str, kp))


def key_get(obj: Any, kp: KeyPath) -> Any:
    """Return what a nest has at the end of a path."""
    for key in kp:
        obj = key.get(obj)
    return obj


def register_dataclass(
    cls: Any,
    *,
    field_names: list[str] | None = None,
    drop_field_names: list[str] | None = None,
    serialized_type_name: str | None = None,
) -> None:
    """Have values of a dataclass be nests of their fields; a field that is None is no part.

    Raises:
        ValueError: the names are not those that the class is made with, but for the dropped ones.
    """
    made_of = [each.name for each in dataclasses.fields(cls) if each.init]
    dropped = drop_field_names or []
    names = (
        [each for each in made_of if each not in dropped] if field_names is None else field_names
    )
    if set(names) != set(made_of) - set(dropped):
        raise ArgumentError(
            f"register_dataclass: {cls.__name__} is made with {made_of}, got field_names={names} "
            f"and drop_field_names={dropped}"
        )

    def flatten(value: Any) -> tuple[list[Any], list[list[str]]]:
        here = [name for name in names if getattr(value, name) is not None]
        absent = [name for name in names if name not in here]
        return [getattr(value, name) for name in here], [here, absent]

    def unflatten(values: Iterable[Any], context: Any) -> Any:
        here, absent = context
        return cls(**dict(zip(here, values, strict=True)), **dict.fromkeys(absent))

    register_pytree_node(cls, flatten, unflatten)
    _with_keys(cls, lambda value: map(GetAttrKey, flatten(value)[1][0]))
