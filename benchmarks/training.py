"""One step (forward, loss, backward, SGD) of the models people learn with, on every side.
Read `../README.md` for the figures that came out.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from .measure import Comparison, Step
from .peers import peers


def _step(library: ModuleType, model: Any, loss_function: Any, x: Any, t: Any, lr: float) -> Step:
    """The loop body of every tutorial."""
    optimizer = library.optim.SGD(model.parameters(), lr=lr)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_function(model(x), t)
        loss.backward()
        optimizer.step()
        return loss

    return step


def _xor(library: ModuleType) -> Step:
    nn = library.nn
    library.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Tanh())
    x = library.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    t = library.tensor([[0.0], [1.0], [1.0], [0.0]])
    return _step(library, model, nn.MSELoss(), x, t, 0.1)


def _two_moons(library: ModuleType) -> Step:
    nn = library.nn
    library.manual_seed(0)
    model = nn.Sequential(
        *[nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1)]
    )
    angle = np.linspace(0, np.pi, 50)
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    points = np.concatenate([upper, [1.0, 0.5] - upper]).astype(np.float32)
    classes = np.repeat(np.float32([0, 1]), 50)[:, None]
    x, t = library.from_numpy(points), library.from_numpy(classes)
    return _step(library, model, nn.BCEWithLogitsLoss(), x, t, 0.1)


def _chain(library: ModuleType) -> Step:
    """200 products one after another, too small for their arithmetic to matter."""
    library.manual_seed(0)
    x, w = (library.rand(4, 4).requires_grad_() for _ in range(2))

    def step() -> None:
        y = x
        for _ in range(200):
            y = y * w
        y.sum().backward()
        x.grad = w.grad = None

    return step


def _classifier(library: ModuleType) -> Any:
    nn = library.nn
    library.manual_seed(0)
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def _one_answer(library: ModuleType) -> Step:
    model, x = _classifier(library), library.rand(1, 784)

    def step() -> Any:
        with library.no_grad():
            return model(x)

    return step


def _mlp(library: ModuleType) -> Step:
    nn = library.nn
    model = _classifier(library)
    x, t = library.rand(64, 784), library.randint(0, 10, (64,))
    return _step(library, model, nn.CrossEntropyLoss(), x, t, 0.1)


def _images() -> tuple[Any, Any]:
    """Random numbers in the place of the 41,000 images that the write-up trains on."""
    random = np.random.default_rng(0)
    x = random.random((41_000, 784), np.float32) * (random.random((41_000, 784)) < 0.2)
    return x.astype(np.float32), random.integers(0, 10, 41_000)


def _write_up(library: ModuleType, x: Any, t: Any) -> Step:
    nn = library.nn
    library.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 10), nn.ReLU(), nn.Linear(10, 10))
    images, labels = library.from_numpy(x), library.from_numpy(t)
    return _step(library, model, nn.CrossEntropyLoss(), images, labels, 0.1)


def _write_up_by_hand(x: Any, t: Any) -> Step:
    """The write-up's own program: NumPy, its formulas, images as columns."""
    random = np.random.default_rng(0)
    images, m = np.ascontiguousarray(x.T), len(x)
    wanted = np.zeros((10, m), np.float32)
    wanted[t, np.arange(m)] = 1
    w1, b1, w2, b2 = (
        random.random(shape, np.float32) - np.float32(0.5)
        for shape in ((10, 784), (10, 1), (10, 10), (10, 1))
    )

    def step() -> Any:
        nonlocal w1, b1, w2, b2
        z1 = w1 @ images + b1
        a1 = np.maximum(z1, 0)
        z2 = w2 @ a1 + b2
        e = np.exp(z2 - z2.max(0))
        a2 = e / e.sum(0)
        dz2 = a2 - wanted
        dw2, db2 = dz2 @ a1.T / m, dz2.sum(1, keepdims=True) / m
        dz1 = w2.T @ dz2 * (z1 > 0)
        dw1, db1 = dz1 @ images.T / m, dz1.sum(1, keepdims=True) / m
        rate = np.float32(0.1)
        w1, b1, w2, b2 = w1 - rate * dw1, b1 - rate * db1, w2 - rate * dw2, b2 - rate * db2

    return step


def comparisons(libraries: dict[str, ModuleType]) -> list[Comparison]:
    """From XOR to the write-up's network on all its images at once."""

    def sides(make: Callable[[ModuleType], Step]) -> dict[str, Step]:
        return {name: make(library) for name, library in libraries.items()}

    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    xor = sides(_xor) | peers(
        (2, 3, 1), "squared error", corners, corners.sum(1, keepdims=True) % 2, 0.1
    )
    random = np.random.default_rng(0)
    batch, labels = random.random((64, 784), np.float32), random.integers(0, 10, 64)
    mlp = sides(_mlp) | peers((784, 128, 10), "cross-entropy", batch, labels, 0.1)
    x, t = _images()
    write_up = sides(lambda library: _write_up(library, x, t))
    write_up["NumPy by hand"] = _write_up_by_hand(x, t)
    return [
        Comparison("XOR 2-3-1, tanh, SGD", xor, "at most 0.30 of PyTorch", rounds=100),
        Comparison("two moons 2-16-16-1, tanh, 100 rows, SGD", sides(_two_moons), rounds=100),
        Comparison("a chain of 200 products, 4 x 4, and back", sides(_chain)),
        Comparison("784-128-10, one row, under no_grad", sides(_one_answer)),
        Comparison("784-128-10, batch of 64, SGD", mlp, "at most 0.75 of PyTorch", rounds=100),
        Comparison("784-10-10, full batch of 41,000", write_up, rounds=15, seconds_a_turn=0.0),
    ]
