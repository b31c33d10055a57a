"""Computations for the player to step through: each makes its loss, with names for its leaves.
Read `test_player_frames.py` next, then `test_player_page.py`.
"""

import numpy as np

import tinygrad_nn as tnn
from tinygrad_nn import nn, viz

FLOAT64 = tnn.float64


def number(value, name=""):
    leaf = tnn.tensor(value, dtype=FLOAT64, requires_grad=True)
    leaf.name = name or None
    return leaf


def three_uses():
    """b is used three times."""
    a, b = number(2.0, "a"), number(-3.0, "b")
    return (a * b + b) * tnn.tanh(b), {"a": a, "b": b}


def xor():
    tnn.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()
    inputs = tnn.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=FLOAT64)
    target = tnn.tensor([[0], [1], [1], [0]], dtype=FLOAT64)
    return nn.MSELoss()(model(inputs), target), dict(model.named_parameters())


def write_up():
    """784-10-10 on three handwritten digits, made as large as MNIST's."""
    tnn.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 10), nn.ReLU(), nn.Linear(10, 10)).double()
    data = tnn.datasets.digits()
    images = np.zeros((3, 28, 28))
    images[:, 2:26, 2:26] = np.kron(data.images[:3], np.ones((3, 3))) / 16
    pixels, labels = tnn.from_numpy(images).flatten(1), tnn.from_numpy(data.labels[:3])
    return nn.CrossEntropyLoss()(model(pixels), labels), dict(model.named_parameters())


def attention_head():
    tnn.manual_seed(0)
    x = tnn.randn(4, 3, dtype=FLOAT64)
    weights = {name: tnn.randn(3, 2, dtype=FLOAT64, requires_grad=True) for name in "QKV"}
    Q, K, V = (x @ weight for weight in weights.values())
    scores = (Q @ K.T / 2**0.5).softmax(-1)
    return ((scores @ V) ** 2).mean(), {f"W{name}": weight for name, weight in weights.items()}


COMPUTATIONS = (three_uses, xor, write_up, attention_head)


def played(computation):
    """The player of one of these, with names for its leaves."""
    loss, leaves = computation()
    return viz.play(loss, params=leaves)
