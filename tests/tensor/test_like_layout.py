"""Copies, casts and `*_like` lie in memory as their model does, an expanded one row by row.
Read `test_creation.py` next.
"""

from __future__ import annotations

import copy
import pickle
import random

import numpy as np
import pytest

import tinygrad_nn as tnn
from tests.beside_torch import assert_same, torch

COPIES = [
    *("zeros_like", "ones_like", "empty_like"),
    lambda f, x: f.full_like(x, 2),
    lambda f, x: x.clone(),
    lambda f, x: x.contiguous(),
    lambda f, x: x.double(),
    lambda f, x: x.to(f.int64),
    lambda f, x: x.to(f.float32, copy=True),
    lambda f, x: x.type_as(f.zeros(1, dtype=f.float16)),
]


def _fill(name):
    def fill(f, x):
        return getattr(f.nn.init, name)(x.clone())

    return fill


DRAWN = [
    *("rand_like", "randn_like"),
    lambda f, x: f.randint_like(x, 0, 9),
    lambda f, x: f.nn.functional.dropout(x, 0.4),
    *map(_fill, ("uniform_", "normal_")),
]


def _strides(tensor):
    return tuple(s for s, n in zip(tensor.stride(), tensor.shape, strict=True) if n > 1)


def _layouts(count):
    """Slices of tensors with their dimensions in any order, some of them expanded."""
    drawn = random.Random(0)
    for _ in range(count):
        sizes = [drawn.choice([1, 2, 3, 4]) for _ in range(drawn.randint(1, 4))]
        steps = [drawn.choice([1, 1, 2]) for _ in sizes]
        is_expanded = [drawn.random() < 0.2 for _ in sizes]
        order = drawn.sample(range(len(sizes)), len(sizes))

        def make(f, parts=(sizes, steps, is_expanded, order)):
            sizes, steps, is_expanded, order = parts
            held = zip(sizes, steps, is_expanded, strict=True)
            x = f.ones(tuple(1 if expanded else n * step for n, step, expanded in held))
            x = x[tuple(slice(None, None, step) for step in steps)]
            return x.expand(*sizes).permute(*order)

        yield make


@pytest.mark.parametrize("call", COPIES)
def test_the_strides_are_pytorchs(call):
    for make in _layouts(60):
        made = [
            getattr(f, call)(make(f)) if isinstance(call, str) else call(f, make(f))
            for f in (tnn, torch)
        ]
        assert _strides(made[0]) == _strides(made[1]), make(torch).stride()


@pytest.mark.parametrize("call", DRAWN)
def test_numbers_are_drawn_in_pytorchs_order(call):
    for make in _layouts(60):
        made, following = [], []
        for f in (tnn, torch):
            f.manual_seed(3)
            made.append(getattr(f, call)(make(f)) if isinstance(call, str) else call(f, make(f)))
            following.append(f.rand(2).numpy())
        assert _strides(made[0]) == _strides(made[1]), make(torch).stride()
        np.testing.assert_array_equal(made[0].numpy(), made[1].numpy())
        np.testing.assert_array_equal(*following)


def test_an_optimizers_state_and_a_loaded_one_lie_as_the_parameter():
    found = []
    for f in (tnn, torch):
        w = f.nn.Parameter(f.ones(3, 4).t())
        model = f.nn.Linear(4, 3)
        model.weight = f.nn.Parameter(f.ones(4, 3).t())
        optimizer = f.optim.SGD([w, model.weight], lr=0.1, momentum=0.9, weight_decay=0.1)
        ((w * w).sum() + (model.weight @ w).sum()).backward()
        optimizer.step()
        state = optimizer.state_dict()
        other = f.optim.SGD([w, model.weight], lr=0.1, momentum=0.9)
        other.load_state_dict(state)
        optimizer.step()
        buffers = [each["momentum_buffer"] for o in (optimizer, other) for each in o.state.values()]
        saved = model.state_dict()
        rows = {"weight": f.zeros(3, 4), "bias": f.zeros(3)}
        strides = [tuple(each.stride()) for each in [*buffers, saved["weight"], model.weight.grad]]
        model.load_state_dict(rows)
        strides.append(tuple(model.weight.stride()))
        model.load_state_dict(rows, assign=True)
        found.append([*strides, tuple(model.weight.stride())])
    assert found[0] == found[1]


FORMATTED = {
    "clone": lambda f, x, form: x.clone(memory_format=form),
    "contiguous": lambda f, x, form: x.contiguous(memory_format=form),
    "to": lambda f, x, form: x.to(f.float64, memory_format=form),
    "to(copy)": lambda f, x, form: x.to(f.float32, copy=True, memory_format=form),
    "is_contiguous": lambda f, x, form: x.is_contiguous(memory_format=form),
    **{
        f"{name}_like": lambda f, x, form, n=f"{name}_like": getattr(f, n)(x, memory_format=form)
        for name in ("zeros", "ones", "rand", "randn")
    },
    "full_like": lambda f, x, form: f.full_like(x, 2.0, memory_format=form),
    "randint_like": lambda f, x, form: f.randint_like(x, 9, memory_format=form),
    "empty_like": lambda f, x, form: f.empty_like(x, memory_format=form).zero_(),
}
SOURCES = {
    "rows": lambda f: f.arange(24.0).reshape(1, 2, 3, 4),
    "turned": lambda f: f.arange(24.0).reshape(4, 3, 2, 1).permute(3, 2, 1, 0),
    "expanded": lambda f: f.ones(1, 2, 1, 4).expand(1, 2, 3, 4),
    "channels last": lambda f: f.arange(24.0).reshape(1, 3, 4, 2).permute(0, 3, 1, 2),
    "a matrix": lambda f: f.arange(6.0).reshape(2, 3).t(),
}


@pytest.mark.parametrize("name", FORMATTED)
def test_a_memory_format_is_pytorchs_and_anything_else_is_refused(name):
    for source in SOURCES.values():
        for form in ("contiguous_format", "preserve_format", "channels_last", None, 5, "x"):

            def program(f, source=source, form=form):
                f.manual_seed(0)
                named = isinstance(form, str) and form != "x"
                y = FORMATTED[name](f, source(f), getattr(f, form) if named else form)
                return y if isinstance(y, bool) else [y, y.stride()]

            error = assert_same(program)
            assert not isinstance(error, Exception) or name.partition("(")[0] in str(error)


def test_a_memory_format_is_one_object_with_pytorchs_name():
    for form in (tnn.contiguous_format, tnn.preserve_format, tnn.channels_last):
        assert copy.deepcopy(form) is pickle.loads(pickle.dumps(form)) is form
        assert isinstance(form, tnn.memory_format)
        assert repr(form) == repr(getattr(torch, repr(form).removeprefix("torch.")))
