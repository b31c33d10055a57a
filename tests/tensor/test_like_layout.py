"""Copies, casts and `*_like` lie in memory as their model does, an expanded one row by row.
Read `test_creation.py` next.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

import tinygrad_nn as tnn
from tests.beside_torch import torch

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
