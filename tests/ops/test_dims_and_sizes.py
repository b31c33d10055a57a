"""A dim or size may be any kind of integer, and no bool, wherever one is taken.
Read `test_keyword_names.py` next.
"""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
import pytest
from beside_torch import assert_same, outcome, torch
from looping import looped
from op_checks import attribute, leaf
from op_rows import cases
from op_table import TABLE

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry

INTEGERS = {"Dim", "Dim | None", "Dims", "NamedDims", "Shape", "Integer"}  # annotations


class Counted:
    """Any object that Python takes for an index."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


KINDS = {
    "np.int64": np.int64,
    "np.int32": np.int32,
    "a 0-d tensor": lambda value: tnn.tensor(value),
    "a 0-d array": np.array,
    "an IntEnum": lambda value: enum.IntEnum("Dim", {"this": value}).this,
    "an object with __index__": Counted,
}
TAKING = [
    (row, case, key)
    for row in TABLE
    for case in cases([row])
    for key, value in case.sample.attributes.items()
    if any(p.name == key and p.annotation in INTEGERS for p in registry[row.name].signature)
    and value is not None and np.shape(value) != (0,)
]  # fmt: skip


def each(value: Any, change: Any) -> Any:
    return tuple(map(change, value)) if isinstance(value, tuple) else change(value)


def given_to(case: Any) -> dict[str, Any]:
    given = case.sample.attributes
    return {key: attribute(tnn, value, np.dtype(np.float64)) for key, value in given.items()}


def result_of(row: Any, case: Any, changed: dict[str, Any]) -> list[Any]:
    """Return what a call makes, and the gradients of its operands."""
    tensors = [leaf(tnn, operand) for operand in case.draw()]
    made = row.call(tnn)(*tensors, **{**given_to(case), **changed})
    several = made if isinstance(made, tuple) else (made,)
    ends = [y for y in several if y.requires_grad]
    wanting = [x for x in tensors if x.requires_grad]
    ones = [tnn.ones_like(y) for y in ends]
    found = tnn.autograd.grad(ends, wanting, ones, allow_unused=True) if ends else ()
    return [x.detach().array for x in (*several, *found) if x is not None]


@looped("row, case, key", TAKING)
def test_any_integer_is_a_dim_or_size(row, case, key):
    given = case.sample.attributes[key]
    expected = result_of(row, case, {})
    for name, kind in KINDS.items():
        found = result_of(row, case, {key: each(given, kind)})
        for ours, plain in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, plain, err_msg=name)


@looped("row, case, key", TAKING)
def test_a_bool_is_no_dim_nor_size(row, case, key):
    given = case.sample.attributes[key]
    for flag in (True, False):
        wrong = (flag, *given[1:]) if isinstance(given, tuple) else flag
        with pytest.raises(TypeError):
            result_of(row, case, {key: wrong})


def test_the_table_takes_dims_and_sizes_in_many_places():
    assert len({(row.name, key) for row, _, key in TAKING}) > 25
    annotated = {
        (name, p.name)
        for name, op in registry.items()
        for p in op.signature
        if p.annotation in INTEGERS
    }
    assert annotated - {(row.name, key) for row, _, key in TAKING} == set()


def matrix(f: Any) -> Any:
    return f.tensor([[1.0, 2.0], [3.0, 5.0]])


def methods(*names: str) -> dict[str, Any]:
    return {name: lambda f, d, name=name: getattr(matrix(f), name)(d) for name in names}


# Where a dim or size goes in that is no argument of an operation in the table.
PLACES = {
    **methods("sum", "mean", "var", "logsumexp", "amax", "amin", "max", "min", "argmax", "argmin"),
    **methods("sort", "argsort", "cumsum", "softmax", "log_softmax", "squeeze", "unsqueeze"),
    **methods("unbind", "flip", "size", "stride", "flatten", "chunk"),
    "max by name": lambda f, d: f.max(matrix(f), dim=d),
    "min by name": lambda f, d: f.min(matrix(f), dim=d),
    "var by name": lambda f, d: f.var(matrix(f), dim=d),
    "flatten to": lambda f, d: matrix(f).flatten(0, d),
    "transpose": lambda f, d: matrix(f).transpose(0, d),
    "swapaxes": lambda f, d: f.swapaxes(matrix(f), d, 0),
    "permute": lambda f, d: matrix(f).permute(d, 0),
    "reshape": lambda f, d: matrix(f).reshape(d, 4),
    "view": lambda f, d: matrix(f).view((d, 4)),
    "expand": lambda f, d: f.ones(1, 2).expand(d, 2),
    "chunk along": lambda f, d: matrix(f).chunk(2, d),
    "split along": lambda f, d: matrix(f).split(1, d),
    "gather": lambda f, d: matrix(f).gather(d, f.tensor([[0, 1], [1, 0]])),
    "index_select": lambda f, d: matrix(f).index_select(d, f.tensor([1])),
    "index_add_": lambda f, d: matrix(f).index_add_(d, f.tensor([1, 0]), matrix(f)),
    "scatter_add_": lambda f, d: matrix(f).scatter_add_(d, f.tensor([[0, 0]]), matrix(f)),
    "zeros": lambda f, d: f.zeros(d),
    "ones of a tuple": lambda f, d: f.ones((d, 2)),
    "full": lambda f, d: f.full((d, 2), 1.5),
    "rand": lambda f, d: tuple(f.rand(d, 2).shape),
    "randn": lambda f, d: tuple(f.randn((d, 2)).shape),
    "randint": lambda f, d: tuple(f.randint(3, (d, 2)).shape),
    "randperm": lambda f, d: tuple(f.randperm(d).shape),
    "eye": lambda f, d: f.eye(d),
    "eye's columns": lambda f, d: f.eye(2, d),
    "linspace": lambda f, d: f.linspace(0, 1, d),
    "nn.Linear": lambda f, d: tuple(f.nn.Linear(d, 2).weight.shape),
    "nn.Softmax": lambda f, d: f.nn.Softmax(d)(matrix(f)),
    "nn.Flatten": lambda f, d: f.nn.Flatten(d)(matrix(f)),
    "conv2d's stride": lambda f, d: f.nn.functional.conv2d(
        f.ones(1, 1, 4, 4), f.ones(1, 1, 2, 2), stride=d
    ),
    "conv2d's groups": lambda f, d: f.nn.functional.conv2d(
        f.ones(1, 1, 4, 4), f.ones(1, 1, 2, 2), groups=d
    ),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_any_integer_is_taken_where_an_int_is(place):
    plain = outcome(lambda f: place(f, 1), tnn)
    assert plain.error is None
    for kind in KINDS.values():
        by_position = isinstance(kind(1), tnn.Tensor) and place in (PLACES["max"], PLACES["min"])
        if not by_position:  # x.max(tensor) is the larger of two, as in PyTorch
            made = outcome(lambda f, kind=kind: place(f, kind(1)), tnn)
            assert made.error is None, kind
            assert repr(made.value) == repr(plain.value)
    for kind in (lambda f: 1, lambda f: np.int64(1), lambda f: f.tensor(1)):
        if outcome(lambda f, kind=kind: place(f, kind(f)), torch).error is None:
            assert_same(lambda f, kind=kind: place(f, kind(f)), rtol=1e-6)


@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_a_bool_is_taken_where_pytorch_takes_it(place, flag):
    assert_same(lambda f: place(f, flag), rtol=1e-6)


def test_one_bool_alone_says_whether_a_variance_is_unbiased():
    for flag in (True, False):
        assert_same(lambda f, flag=flag: f.var(matrix(f), flag), rtol=1e-6)
        assert_same(lambda f, flag=flag: matrix(f).var(flag), rtol=1e-6)


@pytest.mark.parametrize("wrong", ["a", 1.0, [0.5], (None,), np.float64(1.0)])
def test_what_is_no_integer_is_refused(wrong):
    for place in PLACES.values():
        assert isinstance(outcome(lambda f, place=place: place(f, wrong), tnn).error, TypeError)


def test_no_dims_are_none_for_squeeze_and_all_for_sums():
    for program in (
        lambda f: f.ones(1, 2, 1).squeeze(()),
        lambda f: f.ones(1, 2, 1).sum(()),
        lambda f: f.ones(1, 2, 1).amax([]),
    ):
        assert_same(program)
