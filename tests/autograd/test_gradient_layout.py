"""Gradients lie in memory as their tensors do, so that views of `.grad` write into it.
Read `tinygrad_nn/autograd/gradients.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest

import tinygrad_nn as tnn
from tests.beside_torch import torch


def _row_major(library):
    return library.ones(4, 3)


def _transposed(library):
    return library.ones(3, 4).t()


def _sliced(library):
    return library.ones(4, 6)[:, ::2]


PROGRAMS = [
    lambda w: (w.t() * w.t()).sum(),
    lambda w: (w.t() @ w).sum(),
    lambda w: w.sum(),
    lambda w: (w * w).sum(),
    lambda w: w.t().exp().sum(),
    lambda w: w.softmax(0).sum(),
]


@pytest.mark.parametrize("make", [_row_major, _transposed, _sliced])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_leafs_gradient_has_pytorchs_strides(make, program):
    found = []
    for library in (tnn, torch):
        w = make(library).detach().requires_grad_()
        program(w).backward()
        found.append(tuple(w.grad.stride()))
    assert found[0] == found[1]


def test_a_flat_view_of_a_gradient_writes_into_it():
    w = tnn.ones(4, 3, requires_grad=True)
    (tnn.ones(2, 3) @ w.t()).sum().backward()
    w.grad.flatten().zero_()
    assert not w.grad.array.any()
    assert w.grad.view(-1).shape == (12,)
    (result,) = tnn.autograd.grad((tnn.ones(2, 3) @ w.t()).sum(), w)
    assert np.asarray(result).flags.c_contiguous


RECORDED = {  # as a gradient penalty asks: view(len(x), -1).norm(dim=1)
    "conv1d": lambda F, x: F.conv1d(x.flatten(2), x.new_ones(2, 3, 3), padding=1),
    "conv2d": lambda F, x: F.conv2d(x, x.new_ones(2, 3, 3, 3), padding=1),
    "conv_transpose2d": lambda F, x: F.conv_transpose2d(x, x.new_ones(3, 2, 3, 3), padding=1),
    "max_pool2d": lambda F, x: F.max_pool2d(x, 3, 2, 1),
    "pad": lambda F, x: F.pad(x, (1, 2, 1, 2)),
    "interpolate": lambda F, x: F.interpolate(x, scale_factor=2, mode="bilinear"),
    "cumsum": lambda F, x: x.cumsum(1),
    "flip": lambda F, x: x.flip(1),
}


@pytest.mark.parametrize("program", RECORDED.values(), ids=RECORDED)
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_gradient_that_is_asked_for_can_be_viewed_as_rows(library, program, create_graph):
    x = library.arange(96.0).reshape(2, 3, 4, 4).requires_grad_()
    loss = program(library.nn.functional, x).pow(2).sum()
    (gradient,) = library.autograd.grad(loss, x, create_graph=create_graph)
    assert gradient.view(2, -1).shape == (2, 48)
