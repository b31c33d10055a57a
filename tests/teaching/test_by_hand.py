"""The gradients by hand are those of autograd and of PyTorch; the write-up's biases are not.
Read `autograd/test_compare.py` next, where such gradients are compared.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tinygrad_nn as tnn
from tinygrad_nn.nn import functional as F
from tinygrad_nn.teaching import by_hand

SIZES = st.integers(1, 5)


def network(seed, pixels, hidden, classes, m):
    """Return X, the one-hot Y and the four parameters."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, m)
    shapes = ((hidden, pixels), (hidden, 1), (classes, hidden), (classes, 1))
    return (
        random.uniform(-1, 1, (pixels, m)),
        np.eye(classes)[labels].T,
        [random.uniform(-0.5, 0.5, shape) for shape in shapes],
    )


def close(ours, theirs, rtol=1e-12):
    return np.abs(ours - theirs).max() <= rtol * max(1.0, np.abs(theirs).max())


@given(st.integers(0, 99), SIZES, SIZES, SIZES, SIZES)
def test_the_gradients_are_those_of_autograd(seed, pixels, hidden, classes, m):
    X, Y, values = network(seed, pixels, hidden, classes, m)
    W1, b1, W2, b2 = parameters = [tnn.from_numpy(each).requires_grad_() for each in values]
    Z2 = W2 @ (W1 @ tnn.from_numpy(X) + b1).relu() + b2
    F.cross_entropy(Z2.T, tnn.from_numpy(Y.argmax(0))).backward()
    activations = by_hand.forward(X, *values)
    gradients = by_hand.backward(X, Y, values[2], activations)
    assert close(activations.Z2, Z2.detach().numpy())
    for gradient, parameter in zip(gradients, parameters, strict=True):
        assert gradient.shape == parameter.shape
        assert close(gradient, parameter.grad.numpy())


def test_the_activations_and_gradients_are_those_of_pytorch():
    torch = pytest.importorskip("torch")
    X, Y, values = network(0, 64, 10, 10, 100)
    W1, b1, W2, b2 = parameters = [torch.tensor(each, requires_grad=True) for each in values]
    Z1 = W1 @ torch.tensor(X) + b1
    Z2 = W2 @ Z1.relu() + b2
    expected = (Z1, Z1.relu(), Z2, Z2.softmax(0))
    activations = by_hand.forward(X, *values)
    for ours, theirs in zip(activations, expected, strict=True):
        assert close(ours, theirs.detach().numpy())
    torch.nn.functional.cross_entropy(Z2.T, torch.tensor(Y.argmax(0))).backward()
    gradients = by_hand.backward(X, Y, values[2], activations)
    for gradient, parameter in zip(gradients, parameters, strict=True):
        assert close(gradient, parameter.grad.numpy())


@given(st.integers(0, 99), SIZES, SIZES, SIZES, SIZES)
def test_the_write_ups_biases_are_the_sums_over_all_units(seed, pixels, hidden, classes, m):
    X, Y, values = network(seed, pixels, hidden, classes, m)
    activations = by_hand.forward(X, *values)
    right = by_hand.backward(X, Y, values[2], activations)
    wrong = by_hand.backward(X, Y, values[2], activations, by_hand.write_up_bias_gradient)
    assert np.array_equal(wrong.dW1, right.dW1)
    assert np.array_equal(wrong.dW2, right.dW2)
    assert np.shape(wrong.db1) == np.shape(wrong.db2) == ()
    assert close(wrong.db1, right.db1.sum())
    assert abs(wrong.db2) <= 1e-14


def test_scores_of_a_thousand_do_not_overflow():
    probabilities = by_hand.softmax(np.array([[1000.0, -1000.0], [0.0, 0.0]]))
    assert probabilities.tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("name", "position", "shape"),
    [("W1", 0, (4, 2)), ("b1", 1, (4,)), ("W2", 2, (2, 5)), ("b2", 3, (1, 2))],
)
def test_a_parameter_of_another_shape_is_named(name, position, shape):
    X, _, values = network(0, 3, 4, 2, 6)
    values[position] = np.zeros(shape)
    with pytest.raises(ValueError, match=rf"forward: {name} has shape \({shape[0]},"):
        by_hand.forward(X, *values)


def test_labels_of_another_shape_are_named():
    X, Y, values = network(0, 3, 4, 2, 6)
    activations = by_hand.forward(X, *values)
    with pytest.raises(ValueError, match=r"backward: Y has shape \(6, 2\), .* \(2, 6\)"):
        by_hand.backward(X, Y.T, values[2], activations)
