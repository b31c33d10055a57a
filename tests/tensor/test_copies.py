"""Copying and pickling keep what a tensor is: its strides, its attributes, the memory it shares.
Read `test_python_protocol.py` next.
"""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_nn as tnn
from tinygrad_nn.errors import GraphError

try:
    import torch
except ImportError:
    torch = None


def through_pickle(protocol):
    return lambda value: pickle.loads(pickle.dumps(value, protocol))


WAYS = {"copy": copy.copy, "deepcopy": copy.deepcopy}
WAYS |= {f"pickle {n}": through_pickle(n) for n in range(pickle.HIGHEST_PROTOCOL + 1)}
APART = [way for way in WAYS if way != "copy"]


def leaf(L, *sizes):
    return L.arange(float(np.prod(sizes))).reshape(*sizes).requires_grad_()


TENSORS = {
    "plain": lambda L: L.ones(2, 3),
    "0-d": lambda L: L.tensor(5),
    "empty": lambda L: L.ones(2, 0, 3),
    "bool": lambda L: L.tensor([True, False]),
    "complex": lambda L: L.tensor([1 + 2j, 3j]),
    "transposed": lambda L: L.arange(6).reshape(2, 3).t(),
    "permuted": lambda L: L.arange(24).reshape(2, 3, 4).permute(2, 0, 1),
    "expanded": lambda L: L.arange(3).expand(4, 3),
    "every other": lambda L: L.arange(7)[1::2],
    "column": lambda L: L.arange(12).reshape(3, 4)[:, 2],
    "of NumPy": lambda L: L.from_numpy(np.arange(12.0).reshape(3, 4)[1:, ::2]),
    "leaf": lambda L: leaf(L, 2, 3),
    "transposed leaf": lambda L: leaf(L, 2, 3).detach().t().requires_grad_(),
    "detached": lambda L: leaf(L, 2, 3).detach()[0],
    "parameter": lambda L: L.nn.Parameter(L.ones(2, 3)),
    "frozen parameter": lambda L: L.nn.Parameter(L.ones(2, 3), requires_grad=False),
    "no_grad view": lambda L: leaf(L, 2, 3).detach().unbind(1)[1],
}


def facts(t):
    return (
        *(type(t).__name__, str(t.dtype), tuple(t.shape), t.stride(), t.tolist()),
        *(t.requires_grad, t.is_leaf, t.grad_fn is None, t.grad is None),
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", TENSORS)
def test_a_copy_is_what_the_tensor_was(name, way):
    made = TENSORS[name](tnn)
    made.anything = {"a list": [1, 2]}
    made.name = "w"
    copied = WAYS[way](made)
    assert copied is not made
    assert facts(copied) == facts(made)
    assert copied.anything == {"a list": [1, 2]}
    assert (copied.anything is made.anything) == (way == "copy")
    assert copied.name == "w"
    assert np.shares_memory(copied.detach().numpy(), made.detach().numpy()) == (
        way == "copy" and made.numel() > 0
    )
    if torch is not None:
        theirs = WAYS[way](TENSORS[name](torch))
        assert facts(copied) == facts(theirs)


@pytest.mark.parametrize("way", APART)
def test_a_copy_apart_can_be_written_and_leaves_the_original(way):
    base = tnn.zeros(3, 4)
    array = np.zeros(3)
    array.flags.writeable = False
    for made in (base.t(), base[1:], base[:, ::2], tnn.from_numpy(array)):
        copied = WAYS[way](made)
        copied.fill_(7)
        assert copied.tolist() == tnn.full(tuple(copied.shape), 7.0).tolist()
        assert made.tolist() == tnn.zeros(*made.shape).tolist()


def test_copies_and_their_original_count_the_same_writes():
    x = tnn.ones(2)
    y = (x.clone().requires_grad_() * x).sum()
    copy.copy(x).mul_(2)
    with pytest.raises(GraphError, match="modified in place"):
        y.backward()


@pytest.mark.parametrize("way", ["copy", *(w for w in APART if w != "deepcopy")])
def test_a_computed_tensor_becomes_a_leaf(way):
    y = leaf(tnn, 3) * 2
    y.name = "y"
    copied = WAYS[way](y)
    assert copied.is_leaf
    assert copied.requires_grad
    assert copied.name == "y"
    assert copied.tolist() == [0.0, 2.0, 4.0]


def test_a_deepcopy_of_a_computed_tensor_is_refused():
    with pytest.raises(GraphError, match="detach"):
        copy.deepcopy([leaf(tnn, 3) * 2])


@pytest.mark.parametrize("requires_grad", [True, False])
def test_a_deepcopy_has_its_gradient_and_a_parameters_none(requires_grad):
    x = tnn.ones(2, 3).t().requires_grad_(requires_grad)
    x.grad = tnn.full((2, 3), 5.0).t()
    both = copy.deepcopy([x, x.grad])
    assert both[0].grad is both[1] is not x.grad
    assert both[1].stride() == (1, 3)
    assert both[1].tolist() == [[5.0, 5.0]] * 3
    parameter = tnn.nn.Parameter(tnn.ones(2))
    parameter.grad = tnn.ones(2)
    assert copy.deepcopy(parameter).grad is None
    assert pickle.loads(pickle.dumps(x)).grad is None


VIEWS = {
    "row": lambda t: t[1],
    "column": lambda t: t[:, 1],
    "transposed": lambda t: t.t(),
    "flat": lambda t: t.view(-1),
    "expanded": lambda t: t[0].expand(5, 4),
    "integers": lambda t: t.view(tnn.int32),
    "detached": lambda t: t.detach(),
    "step": lambda t: t[::2, 1::2],
    "ndarray": lambda t: tnn.from_numpy(t.numpy()[1:, ::-1]),
    "parameter": lambda t: tnn.nn.Parameter(t.detach()),
    "unbound": lambda t: t.unbind(0)[2],
}


@given(st.lists(st.sampled_from(list(VIEWS)), min_size=1, max_size=4), st.integers(0, 4))
def test_deep_copies_share_the_memory_that_their_originals_share(names, place):
    base = tnn.zeros(3, 4)
    tensors = [VIEWS[name](base) for name in names]
    tensors.insert(place, base)
    copies = copy.deepcopy(tensors)
    copied_base = copies[min(place, len(names))]
    copied_base.fill_(3)
    assert base.tolist() == tnn.zeros(3, 4).tolist()
    base.fill_(3)
    assert [copied.tolist() for copied in copies] == [each.tolist() for each in tensors]
    assert {copied._version for copied in copies} == {copied_base._version}


def test_a_tensor_that_refers_to_itself_is_copied():
    x = tnn.ones(1)
    x.me = x
    for way in ("deepcopy", "pickle 2", "pickle 5"):
        copied = WAYS[way](x)
        assert copied.me is copied


def test_a_copied_model_keeps_what_is_tied_and_what_is_shared():
    model = tnn.nn.Linear(2, 2)
    model.weight.note = "tied"
    model.tied = model.weight
    model.register_buffer("window", model.weight.detach()[0])
    copied = copy.deepcopy(model)
    assert copied.tied is copied.weight is not model.weight
    assert copied.weight.note == "tied"
    with tnn.no_grad():
        copied.weight.fill_(9)
    assert copied.window.tolist() == [9.0, 9.0]
    assert 9.0 not in model.window.tolist()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("frozen", [False, True])
def test_a_copy_has_no_hooks(way, frozen):
    x = tnn.ones(2, requires_grad=True)
    x.hooks = "an attribute of the user's"
    x.register_hook(lambda g: g * 2)
    copied = WAYS[way](x.requires_grad_(not frozen))
    (copied.requires_grad_() * 3).sum().backward()
    assert copied.grad.tolist() == [3.0, 3.0]
    (x.requires_grad_() * 3).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]
    assert copied.hooks == x.hooks


class Tagged(tnn.Tensor):
    """A user's own tensor."""


@pytest.mark.parametrize("way", WAYS)
def test_a_class_of_its_own_stays_one(way):
    made = Tagged([1.0, 2.0])
    made.tag = 5
    copied = WAYS[way](made)
    assert type(copied) is Tagged
    assert copied.tag == 5


@pytest.mark.parametrize("way", WAYS)
def test_small_values_are_copied_by_every_protocol(way):
    generator = tnn.Generator().manual_seed(3)
    expected = copy.deepcopy(generator).uniform((3,)).tolist()
    assert WAYS[way](generator).uniform((3,)).tolist() == expected
    for value in (tnn.device("cpu"), tnn.device("cpu", 0), tnn.Size((1, 2)), tnn.float32):
        copied = WAYS[way](value)
        assert copied == value
        assert type(copied) is type(value)


def test_a_part_of_a_large_tensor_is_pickled_as_a_part():
    assert len(pickle.dumps(tnn.zeros(100_000)[5:7])) < 1_000
