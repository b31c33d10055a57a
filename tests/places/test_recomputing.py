"""What `checkpoint` computes again has the values and the gradients of what was kept.
Read `../autograd/` for the Function that it is.
"""

import importlib

import numpy as np
import pytest

import tinygrad_nn as tnn


def run(f, use, **options):
    """Loss and gradients of a net with dropout, its first part through `checkpoint` if `use`."""
    f.manual_seed(3)
    first = f.nn.Sequential(f.nn.Linear(4, 8), f.nn.Tanh(), f.nn.Dropout(0.5))
    last = f.nn.Linear(8, 2)
    x = f.linspace(-1.0, 1.0, 12).reshape(3, 4).requires_grad_()
    checkpoint = importlib.import_module(f"{f.__name__}.utils.checkpoint").checkpoint
    hidden = checkpoint(first, x, **options) if use else first(x)
    after = f.rand(2)
    loss = (last(hidden) * after).sum()
    loss.backward()
    parameters = [*first.parameters(), *last.parameters()]
    return [loss.item(), after.tolist(), x.grad.tolist(), *(p.grad.tolist() for p in parameters)]


def flat(nest):
    return [each for part in nest for each in flat(part)] if isinstance(nest, list) else [nest]


@pytest.mark.parametrize("reentrant", [True, False])
def test_values_gradients_and_random_numbers_are_the_same(reentrant):
    torch = pytest.importorskip("torch")
    options = {"use_reentrant": reentrant}
    ours = flat(run(tnn, True, **options))
    np.testing.assert_allclose(ours, flat(run(tnn, False)), rtol=1e-6)
    np.testing.assert_allclose(ours, flat(run(torch, True, **options)), rtol=1e-5, atol=1e-6)


def test_it_is_computed_again_and_not_kept():
    calls = []

    def square(x):
        calls.append(x.requires_grad)
        return x * x

    x = tnn.tensor([3.0], requires_grad=True)
    y = tnn.utils.checkpoint.checkpoint(square, x, use_reentrant=True)
    assert len(calls) == 1
    y.backward()
    assert len(calls) == 2
    assert x.grad.tolist() == [6.0]


def test_other_random_numbers_are_drawn_where_the_stream_is_not_kept():
    same = [run(tnn, True, use_reentrant=True, preserve_rng_state=keeps) for keeps in (True, False)]
    assert same[0][0] == same[1][0]
    assert same[0][2] != same[1][2]


@pytest.mark.parametrize("reentrant", [True, False])
def test_several_tensors_and_keywords_go_through(library, reentrant):
    checkpoint = importlib.import_module(f"{library.__name__}.utils.checkpoint").checkpoint

    def mixed(x, number, y):
        return x * number, y + 1

    x, y = library.ones(2, requires_grad=True), library.ones(2)
    first, second = checkpoint(mixed, x, 3.0, y, use_reentrant=reentrant)
    (first * second).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]


@pytest.mark.parametrize("segments", [1, 2, 3])
def test_a_sequential_goes_in_segments(library, segments):
    module = importlib.import_module(f"{library.__name__}.utils.checkpoint")
    layers = library.nn.Sequential(*(library.nn.Linear(2, 2) for _ in range(5)))
    x = library.ones(3, 2, requires_grad=True)
    y = module.checkpoint_sequential(layers, segments, x, use_reentrant=True)
    y.sum().backward()
    got = x.grad.tolist()
    x.grad = None
    layers(x).sum().backward()
    np.testing.assert_allclose(got, x.grad.tolist(), rtol=1e-6)
