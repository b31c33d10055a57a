"""Nests of tuples, lists, dicts and registered classes, taken apart into their leaves and a form.
Read `tree_paths.py` next, where leaves have paths, or `gradients.py`, which takes such nests.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from ..arrays.refusing import shown
from ..errors import ArgumentError, DTypeError, ShapeError

IsLeaf = Callable[[Any], bool] | None


class NodeDef(NamedTuple):
    """How the values of one class are taken apart, and made again of their children."""

    type: Any  # the class; of named tuples, `namedtuple`
    flatten_fn: Callable[[Any], tuple[Any, Any]]  # the children, and a context: the rest
    unflatten_fn: Callable[[Iterable[Any], Any], Any]
    flatten_with_keys_fn: Callable[[Any], tuple[Any, Any]] | None = None


SUPPORTED_NODES: dict[Any, NodeDef] = {}
"""By class: how its values are taken apart. What is of no class listed here is a leaf."""


def register_pytree_node(
    cls: Any,
    flatten_fn: Callable[[Any], tuple[Any, Any]],
    unflatten_fn: Callable[[Iterable[Any], Any], Any],
    *,
    serialized_type_name: str | None = None,
    to_dumpable_context: Callable[[Any], Any] | None = None,
    from_dumpable_context: Callable[[Any], Any] | None = None,
    flatten_with_keys_fn: Callable[[Any], tuple[Any, Any]] | None = None,
) -> None:
    """Have values of a class be nests: `flatten_fn(value)` returns their children and a context.

    `unflatten_fn(children, context)` makes one again; `flatten_with_keys_fn` returns pairs of a key
    and a child in place of the children. Forms are not written to files: the other three arguments
    are PyTorch's, and change nothing.

    Raises:
        ValueError: the class is registered already.
    """
    if cls in SUPPORTED_NODES:
        raise ArgumentError(f"register_pytree_node: {cls} is registered already")
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn, flatten_with_keys_fn)


# --- the classes that Python has ------------------------------------------------------------------


def flatten_list(d: list[Any]) -> tuple[list[Any], None]:
    """Return the items of a list."""
    return d, None


def unflatten_list(values: Iterable[Any], context: Any) -> list[Any]:
    """Return a list of these items."""
    return list(values)


def flatten_tuple(d: tuple[Any, ...]) -> tuple[list[Any], None]:
    """Return the items of a tuple."""
    return list(d), None


def unflatten_tuple(values: Iterable[Any], context: Any) -> tuple[Any, ...]:
    """Return a tuple of these items."""
    return tuple(values)


def flatten_namedtuple(d: Any) -> tuple[list[Any], type]:
    """Return the items, and the class."""
    return list(d), type(d)


def unflatten_namedtuple(values: Iterable[Any], context: Any) -> Any:
    """Return such a tuple of these items."""
    return context(*values)


def flatten_dict(d: Any) -> tuple[list[Any], list[Any]]:
    """Return the values of a dict in its order, and the keys."""
    return list(d.values()), list(d)


def unflatten_dict(values: Iterable[Any], context: Any) -> dict[Any, Any]:
    """Return a dict of these values under the keys."""
    return dict(zip(context, values, strict=True))


def unflatten_ordered_dict(values: Iterable[Any], context: Any) -> OrderedDict[Any, Any]:
    """Return an OrderedDict of these values under the keys."""
    return OrderedDict(zip(context, values, strict=True))


def flatten_defaultdict(d: defaultdict[Any, Any]) -> tuple[list[Any], list[Any]]:
    """Return the values, and what makes a missing one with the keys."""
    return list(d.values()), [d.default_factory, list(d)]


def unflatten_defaultdict(values: Iterable[Any], context: Any) -> defaultdict[Any, Any]:
    """Return a defaultdict of these values under the keys."""
    return defaultdict(context[0], unflatten_dict(values, context[1]))


def flatten_deque(d: deque[Any]) -> tuple[list[Any], int | None]:
    """Return the items, and how many there may be."""
    return list(d), d.maxlen


def unflatten_deque(values: Iterable[Any], context: Any) -> deque[Any]:
    """Return a deque of these items."""
    return deque(values, context)


DICTS = (dict, OrderedDict, defaultdict)  # one may stand where another was
_PYTHON: dict[Any, tuple[Callable[..., Any], Callable[..., Any]]] = {
    tuple: (flatten_tuple, unflatten_tuple),
    list: (flatten_list, unflatten_list),
    dict: (flatten_dict, unflatten_dict),
    namedtuple: (flatten_namedtuple, unflatten_namedtuple),  # all classes of them
    OrderedDict: (flatten_dict, unflatten_ordered_dict),
    defaultdict: (flatten_defaultdict, unflatten_defaultdict),
    deque: (flatten_deque, unflatten_deque),
}
for _class, _functions in _PYTHON.items():
    register_pytree_node(_class, *_functions)


def is_namedtuple_class(cls: Any) -> bool:
    """Whether a class is one of named tuples."""
    return isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")


def node_type(tree: Any) -> Any:
    """Return the class under which a value's parts are looked up."""
    kind = type(tree)
    if kind not in SUPPORTED_NODES and is_namedtuple_class(kind):
        return namedtuple
    return kind


def tree_is_leaf(tree: Any, is_leaf: IsLeaf = None) -> bool:
    """Whether a value has no parts: its class isn't registered, or `is_leaf` says so. None is one.

    Example:
        >>> from tinygrad_nn.utils._pytree import tree_is_leaf
        >>> tree_is_leaf(None), tree_is_leaf([1]), tree_is_leaf([1], is_leaf=bool)
        (True, False, True)
    """
    return bool(is_leaf and is_leaf(tree)) or node_type(tree) not in SUPPORTED_NODES


# --- the form -------------------------------------------------------------------------------------


class TreeSpec:
    """The form of a nest: its class, the context of that, and the forms of its children."""

    __slots__ = ("_children", "_context", "num_children", "num_leaves", "num_nodes", "type")

    def __init__(self, type: Any, context: Any, children_specs: list[TreeSpec]) -> None:
        self.type, self._context, self._children = type, context, children_specs
        self.num_children = len(children_specs)
        self.num_nodes: int = 1 + sum(each.num_nodes for each in children_specs)
        self.num_leaves: int = sum(each.num_leaves for each in children_specs)
        if type is None:
            self.num_leaves = 1

    @property
    def context(self) -> Any:
        """What the class keeps besides its children, such as a dict's keys."""
        return self._context

    @property
    def children_specs(self) -> list[TreeSpec]:
        """The forms of the children."""
        return self._children

    def children(self) -> list[TreeSpec]:
        """Return the forms of the children."""
        return list(self._children)

    def child(self, index: int) -> TreeSpec:
        """Return the form of one child."""
        return self._children[index]

    def is_leaf(self) -> bool:
        """Whether it is the form of a leaf."""
        return self.type is None

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """Return a nest of this form with these leaves.

        Raises:
            ValueError: there are not as many as the form has.
        """
        given = list(leaves)
        if len(given) != self.num_leaves:
            raise ShapeError(
                f"TreeSpec.unflatten: {len(given)} leaves for a form that has {self.num_leaves}: "
                f"{self}"
            )
        return self._made(iter(given))

    def _made(self, leaves: Iterator[Any]) -> Any:
        if self.type is None:
            return next(leaves)
        children = [each._made(leaves) for each in self._children]
        return SUPPORTED_NODES[self.type].unflatten_fn(children, self._context)

    def flatten_up_to(self, tree: Any) -> list[Any]:
        """Return the parts of another nest that stand where the leaves of this form are.

        Raises:
            ValueError: it has another form there.
        """
        if self.type is None:
            return [tree]
        parts = zip(self._children, self._parts_of(tree), strict=True)
        return [part for spec, child in parts for part in spec.flatten_up_to(child)]

    def _parts_of(self, tree: Any) -> list[Any]:
        kind = node_type(tree)
        if self.type in DICTS and kind in DICTS:
            keys = self._context[1] if self.type is defaultdict else self._context
            if set(keys) == set(tree):
                return [tree[key] for key in keys]
            raise ShapeError(f"a nest with keys {keys} expected, got {list(tree)}")
        if kind is not self.type:
            raise ShapeError(f"a nest of {self.type.__name__} expected, got {shown(tree)}")
        children, context = SUPPORTED_NODES[kind].flatten_fn(tree)
        fits = context == self._context or kind is deque
        if len(children) != self.num_children or not fits:
            raise ShapeError(
                f"a {self.type.__name__} of {self.num_children} parts with {self._context} "
                f"expected, got {len(children)} with {context}"
            )
        return list(children)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TreeSpec):
            return NotImplemented
        ours = (self.type, self._context, self._children)
        return ours == (other.type, other._context, other._children)

    def __hash__(self) -> int:
        return hash((self.type, self.num_nodes, tuple(self._children)))

    def __repr__(self, indent: int = 0) -> str:
        if self.type is None:
            return "*"
        between = ",\n" + " " * (indent + 2)
        inner = between.join(each.__repr__(indent + 2) for each in self._children)
        return f"TreeSpec({self.type.__name__}, {self._context}, [{inner}])"


class LeafSpec(TreeSpec):
    """The form of a leaf."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None, None, [])


LEAF = LeafSpec()


# --- taking apart, and making again ---------------------------------------------------------------


def tree_flatten(tree: Any, is_leaf: IsLeaf = None) -> tuple[list[Any], TreeSpec]:
    """Return the leaves of a nest, in order, and its form.

    Example:
        >>> from tinygrad_nn.utils._pytree import tree_flatten, tree_unflatten
        >>> leaves, form = tree_flatten({"a": 1, "b": (2, None)})
        >>> leaves, tree_unflatten([5, 6, 7], form)
        ([1, 2, None], {'a': 5, 'b': (6, 7)})
    """
    leaves: list[Any] = []

    def form_of(node: Any) -> TreeSpec:
        if tree_is_leaf(node, is_leaf):
            leaves.append(node)
            return LEAF
        kind = node_type(node)
        children, context = SUPPORTED_NODES[kind].flatten_fn(node)
        return TreeSpec(kind, context, [form_of(child) for child in children])

    form = form_of(tree)
    return leaves, form


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> Any:
    """Return a nest of a form with these leaves, as `TreeSpec.unflatten` does."""
    if not isinstance(treespec, TreeSpec):
        raise DTypeError(
            f"tree_unflatten(leaves, treespec) takes a TreeSpec, got {shown(treespec)}"
        )
    return treespec.unflatten(leaves)


def tree_iter(tree: Any, is_leaf: IsLeaf = None) -> Iterator[Any]:
    """Yield the leaves of a nest, in order."""
    if tree_is_leaf(tree, is_leaf):
        yield tree
        return
    for child in SUPPORTED_NODES[node_type(tree)].flatten_fn(tree)[0]:
        yield from tree_iter(child, is_leaf)


def tree_map(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: IsLeaf = None) -> Any:
    """Return a nest of the same form with `func` of every leaf, and of what `rests` have there.

    Example:
        >>> from tinygrad_nn.utils._pytree import tree_map
        >>> tree_map(lambda x, y: x + y, {"a": 1, "b": (2, 3)}, {"a": 10, "b": (20, 30)})
        {'a': 11, 'b': (22, 33)}
    """
    leaves, form = tree_flatten(tree, is_leaf)
    others = [form.flatten_up_to(each) for each in rests]
    return form.unflatten([func(*each) for each in zip(leaves, *others, strict=True)])


# --- as functions take and return them: None is no leaf there ------------------------------------


def leaves_of(tree: Any) -> list[Any]:
    """Return the leaves of a nest but None."""
    return [leaf for leaf in tree_iter(tree) if leaf is not None]


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return a nest of the same form with `function` of every leaf but None."""
    return tree_map(lambda leaf: None if leaf is None else function(leaf), tree)


def filled(tree: Any, values: list[Any]) -> Any:
    """Return a nest of the same form with these values for its leaves but None, in order."""
    rest = iter(values)
    return mapped(lambda _: next(rest), tree)
