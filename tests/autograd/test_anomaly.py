"""Anomaly mode: the operation that first makes a nan, its line, and writes that no version counts.
Read `test_interrupts.py` next.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from looping import looped

import tinygrad_nn as tnn
from tinygrad_nn import nn

detect_anomaly = tnn.autograd.detect_anomaly


def here() -> str:
    """The file and line of the caller."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return f"{frame.f_back.f_code.co_filename}:{frame.f_back.f_lineno}"


def test_the_first_operation_that_makes_nan_is_named_with_its_line():
    x = tnn.tensor([4.0, 0.0], requires_grad=True)
    with detect_anomaly():
        y = x.exp() * 2
        root, line = tnn.sqrt(x), here()
        loss = (y + root * tnn.tensor([1.0, 0.0])).sum()
        with pytest.raises(RuntimeError) as caught:
            loss.backward()
    assert "sqrt" in str(caught.value)
    assert line in str(caught.value)
    assert "exp" not in str(caught.value)
    assert x.grad is None


def test_the_line_is_the_users_also_inside_a_layer():
    layer = nn.Linear(2, 2)
    with detect_anomaly():
        y, line = layer(tnn.ones(1, 2)), here()
    assert str(y.grad_fn.line) == line


def test_nan_passes_outside_and_where_it_is_not_looked_for():
    def gradient(x: Any) -> Any:
        (tnn.sqrt(x) * 0).sum().backward()
        return x.grad.item()

    assert np.isnan(gradient(tnn.zeros(1, requires_grad=True)))
    with detect_anomaly(check_nan=False):
        assert np.isnan(gradient(tnn.zeros(1, requires_grad=True)))


def test_infinity_is_no_nan():
    with detect_anomaly():
        x = tnn.zeros(1, requires_grad=True)
        tnn.sqrt(x).sum().backward()
    assert x.grad.item() == np.inf


def test_a_nan_of_forward_that_no_gradient_holds_is_none_of_its_business():
    with detect_anomaly():
        x = tnn.tensor([-1.0, 4.0], requires_grad=True)
        (x + tnn.log(x.detach()))[1].backward()
    assert x.grad.tolist() == [0.0, 1.0]


def test_a_nan_under_create_graph_is_found():
    x = tnn.zeros(1, requires_grad=True)
    with detect_anomaly(), pytest.raises(RuntimeError, match="nan"):
        tnn.autograd.grad((x**2).sqrt().sum(), x, create_graph=True)


def train(steps: int) -> list[float]:
    tnn.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    optimizer = tnn.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x, t = tnn.rand(6, 3), tnn.randint(0, 2, (6,))
    losses = []
    for _ in range(steps):
        hidden = model(x)
        hidden[:, 0].mul_(0.5).tanh_()
        hidden[0] = hidden[1] * 2
        loss = nn.functional.cross_entropy(hidden, t)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_a_clean_training_run_is_not_disturbed():
    expected = train(20)
    with detect_anomaly():
        assert train(20) == expected


@looped("seed", range(200))
def test_a_write_through_any_numpy_alias_is_found(seed):
    random = np.random.default_rng(seed)
    arrays = [random.standard_normal((3, 4)) for _ in range(3)]
    constants = [tnn.from_numpy(array) for array in arrays]
    x = tnn.tensor(random.standard_normal((3, 4)), requires_grad=True)
    with detect_anomaly():
        y = x
        used = random.permutation(3)[: random.integers(1, 4)]
        for i in used:
            y = [lambda a, b: a * b, lambda a, b: a.maximum(b), lambda a, b: a / b][
                random.integers(3)
            ](y, constants[i])
        written = arrays[random.choice(used)].reshape(-1)
        written[random.integers(12)] += 1e-9
        with pytest.raises(RuntimeError, match=r"test_anomaly\.py:\d+.*NumPy alias.*copy"):
            y.sum().backward()
    assert x.grad is None


def test_a_write_before_an_operation_is_no_write_since():
    array = np.ones(3)
    x = tnn.ones(3, dtype=tnn.float64, requires_grad=True)
    with detect_anomaly():
        constant = tnn.from_numpy(array)
        array[:] = 5.0
        (x * constant).sum().backward()
        array[:] = 7.0
    assert x.grad.tolist() == [5.0] * 3


def test_anomaly_mode_as_a_decorator():
    @detect_anomaly()
    def loss(x: Any) -> None:
        (tnn.sqrt(x) * 0).sum().backward()

    with pytest.raises(RuntimeError, match="sqrt"):
        loss(tnn.zeros(1, requires_grad=True))
    assert tnn.is_grad_enabled()
    assert (tnn.ones(1, requires_grad=True) * 2).grad_fn.extra is None


def test_set_detect_anomaly_lasts_from_the_call_on():
    assert not tnn.is_anomaly_enabled()
    tnn.autograd.set_detect_anomaly(True)
    try:
        assert tnn.is_anomaly_enabled()
        assert tnn.is_anomaly_check_nan_enabled()
        x = tnn.tensor([0.0], requires_grad=True)
        with pytest.raises(RuntimeError, match="the backward of sqrt made nan"):
            (tnn.sqrt(x) * 0).sum().backward()
    finally:
        tnn.autograd.set_detect_anomaly(False)
    assert not tnn.is_anomaly_enabled()
    assert tnn.autograd.grad_mode.mode() is True


@pytest.mark.parametrize("inner", [True, False])
@pytest.mark.parametrize("outer", [True, False])
def test_set_detect_anomaly_in_a_block_puts_back_what_was(outer, inner):
    with tnn.autograd.set_detect_anomaly(outer, check_nan=False):
        with tnn.autograd.set_detect_anomaly(inner):
            assert tnn.is_anomaly_enabled() is tnn.is_anomaly_check_nan_enabled() is inner
        assert tnn.is_anomaly_enabled() is outer
        assert not tnn.is_anomaly_check_nan_enabled()
    assert not tnn.is_anomaly_enabled()
