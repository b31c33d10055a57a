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
