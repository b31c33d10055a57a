"""Nests are taken apart and made again as PyTorch's `torch.utils._pytree` does it.
Read `test_vmap.py` next, whose functions take such nests.
"""

from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass

import pytest

from tinygrad_nn.func import trees
from tinygrad_nn.utils import _pytree as ours

Pair = namedtuple("Pair", "left right")
NESTS = [
    *(3, None, "text", (), [], {}),
    *((1, (2, None)), [1, {"b": 2, "a": (3, [])}]),
    *(Pair(1, [2, 3]), OrderedDict(b=1, a=[2]), defaultdict(list, k=1), deque([1, 2], 3)),
    {"k": {"j": [1, 2], "l": 3}, "m": Pair(4, {})},
]


@pytest.fixture
def theirs():
    torch = pytest.importorskip("torch")
    return torch.utils._pytree


@pytest.fixture
def registered():
    """Classes registered in a test are forgotten after it."""
    before = dict(trees.SUPPORTED_NODES)
    yield
    trees.SUPPORTED_NODES.clear()
    trees.SUPPORTED_NODES.update(before)


def said_of(tree, nest):
    leaves, form = tree.tree_flatten(nest)
    lists = tree.tree_map(lambda x: [x], nest)
    return {
        "leaves": leaves,
        "iter": list(tree.tree_iter(nest)),
        "form": repr(form),
        "sizes": (form.num_nodes, form.num_leaves, form.num_children, form.is_leaf()),
        "again": tree.tree_unflatten(leaves, form),
        "paths": [(tree.keystr(path), x) for path, x in tree.tree_leaves_with_path(nest)],
        "of pairs": tree.tree_map(lambda x, y: (x, y), nest, lists),
        "with paths": tree.tree_map_with_path(lambda path, x: (tree.keystr(path), x), nest),
        "of ints": tree.tree_map_only(int, lambda x: -x, nest),
        "of those that": tree.tree_map_only(lambda x: x == 1, lambda x: "one", nest),
        "all": tree.tree_all(bool, nest),
        "any": tree.tree_any(bool, nest),
        "all ints": tree.tree_all_only(int, lambda x: x > 1, nest),
        "any int": tree.tree_any_only(int, lambda x: x > 1, nest),
        "until": tree.tree_flatten(nest, is_leaf=lambda x: isinstance(x, (dict, tuple)))[0],
        "spread": tree._broadcast_to_and_flatten(7, form),
        "is leaf": tree.tree_is_leaf(nest),
    }


@pytest.mark.parametrize("nest", NESTS, ids=repr)
def test_a_nest_is_to_pytorch_what_it_is_here(nest, theirs):
    assert said_of(ours, nest) == said_of(theirs, nest)


@pytest.mark.parametrize("tree", ["ours", "theirs"])
@pytest.mark.parametrize(
    ("first", "second"),
    [([1, 2], [1]), ([1], (1,)), ({"a": 1}, {"b": 1}), (Pair(1, 2), (1, 2)), ((1, 2), 3)],
)
def test_nests_of_another_form_are_not_gone_through_together(first, second, tree, request):
    library = ours if tree == "ours" else request.getfixturevalue("theirs")
    with pytest.raises(ValueError, match=r"expected|mismatch"):
        library.tree_map(lambda x, y: x, first, second)
    assert library.tree_structure(first) != library.tree_structure(second)
    assert library._broadcast_to_and_flatten(second, library.tree_structure(first)) is (
        None
    ) or library.tree_is_leaf(second)


def test_a_dict_s_order_is_free_in_what_goes_beside_it():
    beside = OrderedDict(b=20, a=10)
    assert ours.tree_map(lambda x, y: x + y, {"a": 1, "b": 2}, beside) == {"a": 11, "b": 22}


def test_a_form_asks_for_as_many_leaves_as_it_has():
    with pytest.raises(ValueError, match=r"1 leaves for a form that has 2: TreeSpec\(tuple"):
        ours.tree_unflatten([1], ours.tree_structure((1, 2)))
    with pytest.raises(TypeError, match="takes a TreeSpec, got"):
        ours.tree_unflatten([1], [1])


def test_equal_forms_hash_alike():
    first, second = (ours.tree_structure({"a": [each]}) for each in (1, 2))
    assert first == second
    assert hash(first) == hash(second)
    assert ours.tree_structure(1) == ours.LeafSpec() == ours.treespec_leaf()
    assert ours.treespec_dict(a=ours.treespec_tuple([ours.treespec_leaf()])) == (
        ours.tree_structure({"a": (1,)})
    )


def test_a_class_of_one_s_own_can_be_registered_once(registered):
    class Box:
        def __init__(self, held):
            self.held = held

    assert ours.tree_leaves([Box(1)]) != [1]
    ours.register_pytree_node(Box, lambda box: ([box.held], "context"), lambda x, _: Box(*x))
    assert ours.tree_leaves([Box((1, 2))]) == [1, 2]
    assert ours.tree_map(lambda x: x + 1, Box(1)).held == 2
    assert ours.tree_structure(Box(1)).context == "context"
    assert Box in ours.SUPPORTED_NODES
    with pytest.raises(ValueError, match="registered already"):
        ours.register_pytree_node(Box, None, None)
    with pytest.raises(ValueError, match=r"no paths in a Box.*flatten_with_keys_fn"):
        ours.tree_leaves_with_path(Box(1))


def test_a_dataclass_is_a_nest_of_its_fields(registered):
    @dataclass
    class Point:
        x: int
        y: int | None = None

    ours.register_dataclass(Point)
    assert ours.tree_map(lambda v: v * 2, [Point(1), Point(1, 2)]) == [Point(2), Point(2, 4)]
    ((path, leaf),) = ours.tree_leaves_with_path([Point(5)])
    assert (ours.keystr(path), leaf, ours.key_get([Point(5)], path)) == ("[0].x", 5, 5)
    with pytest.raises(ValueError, match=r"made with \['x', 'y'\], got field_names=\['x'\]"):
        ours.register_dataclass(Point, field_names=["x"])


def test_all_or_some_leaves_may_be_visited_in_place():
    seen = []
    nest = {"a": 1, "b": ["two"]}
    assert ours.tree_map_(seen.append, nest) is nest
    assert ours.tree_map_only_((str, float), seen.append, nest) is nest
    assert seen == [1, "two", "two"]
    assert ours.arg_tree_leaves(1, (2,), key=[3]) == [1, 2, 3]
    with pytest.raises(TypeError, match="a class, a tuple of classes or a function"):
        ours.tree_map_only(3, seen.append, nest)


def test_every_name_is_pytorch_s(theirs):
    assert [name for name in ours.__all__ if not hasattr(theirs, name)] == []
