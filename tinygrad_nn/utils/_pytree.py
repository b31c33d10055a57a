"""PyTorch's names for nests of lists, dicts, tuples and registered classes, which it has here.
Read `../func/trees.py` first, where nests are taken apart and made.
"""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Any

from ..arrays.refusing import shown
from ..errors import DTypeError
from ..func.tree_paths import (
    GetAttrKey,
    KeyPath,
    MappingKey,
    SequenceKey,
    key_get,
    keystr,
    register_dataclass,
    tree_flatten_with_path,
    tree_leaves_with_path,
    tree_map_with_path,
)
from ..func.trees import (
    LEAF,
    SUPPORTED_NODES,
    IsLeaf,
    LeafSpec,
    NodeDef,
    TreeSpec,
    flatten_defaultdict,
    flatten_deque,
    flatten_dict,
    flatten_list,
    flatten_namedtuple,
    flatten_tuple,
    is_namedtuple_class,
    node_type,
    register_pytree_node,
    tree_flatten,
    tree_is_leaf,
    tree_iter,
    tree_map,
    tree_unflatten,
    unflatten_defaultdict,
    unflatten_deque,
    unflatten_dict,
    unflatten_list,
    unflatten_namedtuple,
    unflatten_ordered_dict,
    unflatten_tuple,
)

__all__ = [
    "Context",
    "GetAttrKey",
    "KeyEntry",
    "KeyPath",
    "LeafSpec",
    "MappingKey",
    "NodeDef",
    "PyTree",
    "PyTreeSpec",
    "SequenceKey",
    "TreeSpec",
    "arg_tree_leaves",
    "key_get",
    "keystr",
    "register_dataclass",
    "register_pytree_node",
    "tree_all",
    "tree_all_only",
    "tree_any",
    "tree_any_only",
    "tree_flatten",
    "tree_flatten_with_path",
    "tree_is_leaf",
    "tree_iter",
    "tree_leaves",
    "tree_leaves_with_path",
    "tree_map",
    "tree_map_",
    "tree_map_only",
    "tree_map_only_",
    "tree_map_with_path",
    "tree_structure",
    "tree_unflatten",
    "treespec_dict",
    "treespec_leaf",
    "treespec_tuple",
]

PyTree = Context = KeyEntry = Any
PyTreeSpec = TreeSpec
FlattenFunc = UnflattenFunc = FlattenWithKeysFunc = Callable[..., Any]

_get_node_type = node_type
_is_leaf = tree_is_leaf
_register_pytree_node = _private_register_pytree_node = register_pytree_node
_tuple_flatten, _tuple_unflatten = flatten_tuple, unflatten_tuple
_list_flatten, _list_unflatten = flatten_list, unflatten_list
_dict_flatten, _dict_unflatten = flatten_dict, unflatten_dict
_odict_flatten, _odict_unflatten = flatten_dict, unflatten_ordered_dict
_ordereddict_flatten, _ordereddict_unflatten = flatten_dict, unflatten_ordered_dict
_defaultdict_flatten, _defaultdict_unflatten = flatten_defaultdict, unflatten_defaultdict
_deque_flatten, _deque_unflatten = flatten_deque, unflatten_deque
_namedtuple_flatten, _namedtuple_unflatten = flatten_namedtuple, unflatten_namedtuple
_list_flatten_with_keys = SUPPORTED_NODES[list].flatten_with_keys_fn
_tuple_flatten_with_keys = SUPPORTED_NODES[tuple].flatten_with_keys_fn
_dict_flatten_with_keys = SUPPORTED_NODES[dict].flatten_with_keys_fn


def tree_leaves(tree: Any, is_leaf: IsLeaf = None) -> list[Any]:
    """Return the leaves of a nest, in order."""
    return list(tree_iter(tree, is_leaf))


def tree_structure(tree: Any, is_leaf: IsLeaf = None) -> TreeSpec:
    """Return the form of a nest."""
    return tree_flatten(tree, is_leaf)[1]


def arg_tree_leaves(*args: Any, **kwargs: Any) -> list[Any]:
    """Return the leaves of all the arguments, in order."""
    return tree_leaves([*args, *kwargs.values()])


def tree_map_(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: IsLeaf = None) -> Any:
    """Call `func` of every leaf, as `tree_map`, and return the nest itself."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


# --- of some leaves only --------------------------------------------------------------------------


def _chooser(wanted: Any) -> Callable[[Any], bool]:
    """Return what asks whether a leaf is of a class, of one of several, or as a function says."""
    if isinstance(wanted, (type, tuple, UnionType)):
        return lambda leaf: isinstance(leaf, wanted)
    if callable(wanted):
        return lambda leaf: bool(wanted(leaf))
    raise DTypeError(f"a class, a tuple of classes or a function is expected, got {shown(wanted)}")


def map_only(type_or_types_or_pred: Any, /) -> Callable[[Callable[[Any], Any]], Any]:
    """Return a decorator: the function then leaves as it is what is not of the class.

    Example:
        >>> from tinygrad_nn.utils._pytree import map_only
        >>> double = map_only(int)(lambda x: 2 * x)
        >>> double(2), double("a")
        (4, 'a')
    """
    chosen = _chooser(type_or_types_or_pred)
    return lambda func: lambda leaf: func(leaf) if chosen(leaf) else leaf


def tree_map_only(
    type_or_types_or_pred: Any, func: Callable[[Any], Any], tree: Any, is_leaf: IsLeaf = None
) -> Any:
    """Return a nest of the same form with `func` of the leaves of a class; the others are kept."""
    return tree_map(map_only(type_or_types_or_pred)(func), tree, is_leaf=is_leaf)


def tree_map_only_(
    type_or_types_or_pred: Any, func: Callable[[Any], Any], tree: Any, is_leaf: IsLeaf = None
) -> Any:
    """Call `func` of the leaves of a class, and return the nest itself."""
    return tree_map_(map_only(type_or_types_or_pred)(func), tree, is_leaf=is_leaf)


def tree_all(pred: Callable[[Any], bool], tree: Any, is_leaf: IsLeaf = None) -> bool:
    """Whether `pred` holds for every leaf."""
    return all(map(pred, tree_iter(tree, is_leaf)))


def tree_any(pred: Callable[[Any], bool], tree: Any, is_leaf: IsLeaf = None) -> bool:
    """Whether `pred` holds for some leaf."""
    return any(map(pred, tree_iter(tree, is_leaf)))


def tree_all_only(
    type_or_types: Any, pred: Callable[[Any], bool], tree: Any, is_leaf: IsLeaf = None
) -> bool:
    """Whether `pred` holds for every leaf of a class."""
    return all(map(pred, filter(_chooser(type_or_types), tree_iter(tree, is_leaf))))


def tree_any_only(
    type_or_types: Any, pred: Callable[[Any], bool], tree: Any, is_leaf: IsLeaf = None
) -> bool:
    """Whether `pred` holds for some leaf of a class."""
    return any(map(pred, filter(_chooser(type_or_types), tree_iter(tree, is_leaf))))


# --- forms ----------------------------------------------------------------------------------------


def treespec_leaf() -> LeafSpec:
    """Return the form of a leaf."""
    return LEAF


def treespec_tuple(iterable: Any = (), /) -> TreeSpec:
    """Return the form of a tuple whose items have these forms."""
    return TreeSpec(tuple, None, list(iterable))


def treespec_dict(mapping: Any = (), /, **kwargs: TreeSpec) -> TreeSpec:
    """Return the form of a dict whose values have these forms."""
    forms = dict(mapping, **kwargs)
    return TreeSpec(dict, list(forms), list(forms.values()))


def _broadcast_to_and_flatten(
    tree: Any, treespec: TreeSpec, is_leaf: IsLeaf = None
) -> list[Any] | None:
    """Return a leaf for each of a form's, of a nest that may end earlier; None if it differs."""
    leaves, form = tree_flatten(tree, is_leaf)
    try:
        parts = form.flatten_up_to(treespec.unflatten(range(treespec.num_leaves)))
    except ValueError:
        return None
    return [x for x, part in zip(leaves, parts, strict=True) for _ in tree_iter(part, is_leaf)]


def is_namedtuple(obj: Any) -> bool:
    """Whether something is a named tuple, or a class of them."""
    return is_namedtuple_class(obj if isinstance(obj, type) else type(obj))


def is_namedtuple_instance(obj: Any) -> bool:
    """Whether something is a named tuple."""
    return is_namedtuple_class(type(obj))


def is_structseq_class(cls: Any) -> bool:
    """Whether a class is of tuples with named fields that C makes, as `time.struct_time`."""
    fields = ("n_fields", "n_sequence_fields", "n_unnamed_fields")
    return (
        isinstance(cls, type) and cls.__bases__ == (tuple,) and all(hasattr(cls, f) for f in fields)
    )


def is_structseq(obj: Any) -> bool:
    """Whether something is such a tuple, or a class of them."""
    return is_structseq_class(obj if isinstance(obj, type) else type(obj))


def is_structseq_instance(obj: Any) -> bool:
    """Whether something is such a tuple."""
    return is_structseq_class(type(obj))
