"""Where an operation did not use an element, its gradient is 0, whatever comes in: inf and nan too.
Read `test_planted_faults.py` next.

One distance that rounding puts below 0 has an infinite gradient behind the clamp that hides it; a
mask that is multiplied by makes nan of it, and one step later of every parameter.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from beside_torch import torch
from looping import looped
from op_checks import array, assert_close, leaf, outputs_of
from op_rows import cases, for_each_case
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn

DIFFERENTIABLE = [row for row in (*TABLE, *COMPOSED) if row.differentiable and not row.is_complex]
CASES = cases(DIFFERENTIABLE)
OTHER_ORDER = (  # inf and -inf meet, or not, by which is added first
    "einsum (2,3),(5,3,4),(2,4)",
    "fft_r2c",
    *("solve_triangular", "cholesky_solve"),
    "eig ",  # and PyTorch refuses a gradient of nan
)
UNKNOWN_AT_NAN = {
    "det": "of a matrix with a nan nothing is known",
    "cdist": "whether the largest is found beside a nan depends on its place in PyTorch",
    "binary_cross_entropy": "it refuses what is no probability, as in PyTorch",
    "renorm": "of a slice with a nan its norm is not known",
    **dict.fromkeys(
        ("svd", "pinv", "linalg_cholesky", "eig", "eigh", "solve_triangular"),
        "of a matrix with a nan nothing is known",
    ),
}


def gradients(framework, case, operands, choose):
    """The gradients of the operands, from cotangents some of whose elements are inf or nan."""
    tensors = [leaf(framework, operand) for operand in operands]
    roots = [y for y in outputs_of(framework, case, tensors) if y.requires_grad]
    if not roots:
        return []
    random = np.random.default_rng(7)
    cotangents = [
        framework.from_numpy(np.asarray(choose(random, np.ones(tuple(y.shape), array(y).dtype))))
        for y in roots
    ]
    wanted = [x for x in tensors if x.requires_grad]
    found = framework.autograd.grad(roots, wanted, cotangents, allow_unused=True)
    return [None if each is None else array(each) for each in found]


def some(value):
    def choose(random, ones):
        return np.where(random.random(ones.shape) < 0.5, value, ones)

    return choose


def spoilt(random, operands):
    """Operands with a nan among the elements of each, and with ties."""
    for operand in operands:
        if operand.dtype.kind == "f" and operand.size:
            np.round(operand, out=operand)
            operand.reshape(-1)[random.integers(operand.size)] = np.nan
    return operands


def compare(case, operands, choose):
    here, there = (
        gradients(framework, case, [x.copy() for x in operands], choose)
        for framework in (tnn, torch)
    )
    for one, other in zip(here, there, strict=True):
        if other is None or one is None:
            assert not np.any(one if other is None else other)
            continue
        known = ~np.isnan(other)  # where PyTorch has nan, 0 is as good
        assert_close(np.where(known, one, 0), np.where(known, other, 0), case)


@looped("value", [np.inf, np.nan])
@for_each_case([case for case in CASES if not str(case).startswith(OTHER_ORDER)])
def test_what_was_not_used_gets_no_gradient_of_inf_or_nan(case, value):
    if np.isnan(value) and case.row.name == "logcumsumexp":
        return  # PyTorch takes a gradient of nan for 0
    compare(case, case.draw(), some(value))


@for_each_case(
    [case for case in CASES if case.row.name not in UNKNOWN_AT_NAN and case.row.has_ties]
)
def test_the_gradient_beside_a_nan_is_pytorchs(case):
    compare(case, spoilt(np.random.default_rng(3), case.draw()), lambda random, ones: ones)


# --- as users meet it -----------------------------------------------------------------------------

F = tnn.nn.functional
HIDDEN = {
    "clamp": lambda x: x.clamp(min=0).sqrt(),
    "relu": lambda x: x.relu().sqrt(),
    "where": lambda x: tnn.where(x > 0, x, 0.0).sqrt(),
    "maximum": lambda x: tnn.maximum(x, tnn.zeros(2)).sqrt(),
    "x[mask] = 0": lambda x: overwritten(x).sqrt(),
    "max": lambda x: tnn.stack([x.max(), x.max()]).log(),
}


def overwritten(x):
    y = x.clone()
    y[x < 0] = 0.0
    return y


@pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN)
def test_an_element_that_was_hidden_does_not_spoil_the_others(hide):
    x = tnn.tensor([-1.0, 4.0], requires_grad=True)
    hide(x).sum().backward()
    assert x.grad[0] == 0
    assert np.isfinite(x.grad[1].item())


@pytest.mark.parametrize(
    ("loss", "smoothing"),
    [(F.nll_loss, {}), (F.cross_entropy, {}), (F.cross_entropy, {"label_smoothing": 0.1})],
)
def test_an_ignored_prediction_gets_no_gradient_of_an_infinite_loss(loss, smoothing):
    x = tnn.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    losses = loss(x, tnn.tensor([-100, 1]), reduction="none", **smoothing)
    losses.backward(tnn.tensor([np.inf, 1.0]))
    assert x.grad[0].tolist() == [0, 0]
    assert x.grad[1].isnan().sum() == 0


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("loss", [F.nll_loss, F.cross_entropy])
def test_predictions_that_are_all_ignored_get_no_gradient(loss, reduction, create_graph):
    for weight in (None, tnn.tensor([0.5, 2.0])):
        for smoothing in ({}, {"label_smoothing": 0.1}) if loss is F.cross_entropy else ({},):
            x = tnn.tensor([[1.0, 2.0], [-np.inf, 4.0]], requires_grad=True)
            given = {"weight": weight, "reduction": reduction, **smoothing}
            y = loss(x, tnn.tensor([-100, -100]), **given)
            (g,) = tnn.autograd.grad(y, x, tnn.ones_like(y), create_graph=create_graph)
            assert g.tolist() == [[0, 0], [0, 0]], given


def test_a_unit_that_dropout_drew_out_gets_no_gradient_of_inf():
    x = tnn.ones(100, requires_grad=True)
    y = F.dropout(x)
    y.backward(tnn.full((100,), np.inf))
    assert (x.grad[y == 0] != 0).sum() == 0


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("name", ["abs", "angle", "sgn", "sign"])
def test_the_turn_and_the_sign_have_pytorchs_gradient_at_0_and_nan(name, dtype):
    if name == "sign" and dtype.startswith("complex"):
        return  # complex numbers have none
    for value, g in itertools.product((0.0, np.nan, -2.0), (0.0, 1.0, np.inf, -np.inf, np.nan)):
        found = []
        for framework in (tnn, torch):
            x = framework.tensor([value], dtype=getattr(framework, dtype), requires_grad=True)
            y = getattr(framework, name)(x)
            (dx,) = framework.autograd.grad(y, x, framework.tensor([g], dtype=y.dtype))
            found.append((array(y), array(dx)))
        for one, other in zip(*found, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6, err_msg=f"at {value}, of {g}")
