"""`GradScaler` scales, unscales, leaves out and grows as PyTorch's does on a CPU.
Read `test_autocast.py` beside it.
"""

import math

import pytest

import tinygrad_nn as tnn

FACTORS = [1.0, 1.0, math.inf, 1.0, math.nan, 1.0, 1.0, 1.0, 1.0]  # of the losses, one a step


def training(f, **options):
    """The weights after each of these losses, the gradients unscaled, and the state."""
    w = f.nn.Parameter(f.tensor([1.0, 2.0]))
    optimizer = f.optim.SGD([w], lr=0.1, momentum=0.9)
    scaler = f.amp.GradScaler("cpu", init_scale=2.0**10, growth_interval=2, **options)
    numbers, states = [], []
    for step, factor in enumerate(FACTORS):
        optimizer.zero_grad()
        scaler.scale((w * w).sum() * factor).backward()
        if step % 2:
            scaler.unscale_(optimizer)
            numbers += w.grad.tolist()
        assert scaler.step(optimizer) is None
        scaler.update()
        numbers += w.tolist()
        states.append((scaler.get_scale(), scaler.state_dict()))
    return numbers, states


@pytest.mark.parametrize("options", [{}, {"growth_factor": 3.0, "backoff_factor": 0.25}])
def test_a_training_is_pytorch_s(options):
    torch = pytest.importorskip("torch")
    (ours, states), (theirs, expected) = training(tnn, **options), training(torch, **options)
    assert ours == pytest.approx(theirs, rel=1e-6, nan_ok=True)
    assert states == expected
    scales = [scale for scale, _ in states]
    assert max(scales) > 2.0**10
    assert min(scales) < max(scales)


def test_disabled_it_hands_on(library):
    scaler = library.amp.GradScaler("cpu", enabled=False)
    w = library.nn.Parameter(library.ones(1))
    optimizer = library.optim.SGD([w], lr=0.5)
    loss = w.sum()
    assert scaler.scale(loss) is loss
    loss.backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert w.tolist() == [0.5]
    assert (scaler.is_enabled(), scaler.get_scale(), scaler.state_dict()) == (False, 1.0, {})


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_without_a_gpu_it_is_disabled_with_a_warning(library):
    for make in (library.amp.GradScaler, library.cuda.amp.GradScaler):
        with pytest.warns(UserWarning, match="isabl"):
            assert not make().is_enabled()
        make(enabled=False)


def test_each_of_several_losses_is_scaled(library):
    scaler = library.amp.GradScaler("cpu", init_scale=4.0)
    first, rest = scaler.scale([library.ones(1), (library.ones(2), library.ones(1))])
    assert first.tolist() == [4.0]
    assert [each.tolist() for each in rest] == [[4.0, 4.0], [4.0]]


def test_float16_is_scaled_as_in_pytorch(library):
    scaler = library.amp.GradScaler("cpu")
    scalar, vector = library.ones((), dtype=library.float16), library.ones(1, dtype=library.float16)
    assert scaler.scale(scalar).dtype == library.float32
    assert scaler.scale(vector).tolist() == [math.inf]


def used(library):
    w = library.nn.Parameter(library.ones(1))
    optimizer = library.optim.SGD([w], lr=0.5)
    scaler = library.amp.GradScaler("cpu")
    scaler.scale(w.sum()).backward()
    return scaler, optimizer


def test_what_is_out_of_order_is_refused(library):
    scaler, optimizer = used(library)
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match="unscale_"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="step"):
        scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="step"):
        scaler.unscale_(optimizer)
    scaler.update()
    with pytest.raises((RuntimeError, AssertionError)):
        scaler.update()
    with pytest.raises(RuntimeError, match="losure"):
        scaler.step(optimizer, closure=lambda: 0.0)


def test_a_state_is_taken_up_again(library):
    scaler, optimizer = used(library)
    scaler.step(optimizer)
    scaler.update()
    other = library.amp.GradScaler("cpu", init_scale=2.0)
    other.load_state_dict(scaler.state_dict())
    assert other.state_dict() == scaler.state_dict()
    with pytest.raises(RuntimeError):
        other.load_state_dict({})


def test_a_scale_can_be_set(library):
    scaler, optimizer = used(library)
    scaler.step(optimizer)
    scaler.update(new_scale=8.0)
    assert scaler.get_scale() == 8.0
    scaler.set_growth_factor(4.0)
    scaler.set_backoff_factor(0.1)
    scaler.set_growth_interval(7)
    found = scaler.get_growth_factor(), scaler.get_backoff_factor(), scaler.get_growth_interval()
    assert found == (4.0, 0.1, 7)
