"""One training step of the models that people go on to, and an epoch of a DataLoader.
Read `training.py` for the small ones, `measure.py` for how all are timed.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from .measure import Comparison, Step

Draw = np.random.Generator


def _step(library: ModuleType, model: Any, loss_of: Callable[[], Any]) -> Step:
    """The loop body of every tutorial, with Adam."""
    optimizer = library.optim.Adam(model.parameters(), lr=1e-3)

    def step() -> Any:
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss

    return step


def _classifier(library: ModuleType, model: Any, *shape: int, classes: int = 10) -> Step:
    random = np.random.default_rng(0)
    x = library.from_numpy(random.standard_normal(shape, np.float32))
    t = library.from_numpy(random.integers(0, classes, shape[0]))
    return _step(library, model, lambda: library.nn.functional.cross_entropy(model(x), t))


def _mlp(library: ModuleType) -> Step:
    nn = library.nn
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    return _classifier(library, model, 64, 784)


def _lenet(library: ModuleType) -> Step:
    nn = library.nn
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    return _classifier(library, model, 64, 1, 28, 28)


def _residual(library: ModuleType) -> Step:
    nn = library.nn

    class Block(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = (nn.Conv2d(16, 16, 3, padding=1, bias=False) for _ in "ab")
            self.norms = nn.ModuleList([nn.BatchNorm2d(16), nn.BatchNorm2d(16)])

        def forward(self, x: Any) -> Any:
            y = nn.functional.relu(self.norms[0](self.first(x)))
            return nn.functional.relu(x + self.norms[1](self.second(y)))

    model = nn.Sequential(Block(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
    return _classifier(library, model, 32, 16, 16, 16)


def _recurrent(library: ModuleType, kind: str) -> Step:
    nn = library.nn
    model = getattr(nn, kind)(64, 64, batch_first=True)
    random = np.random.default_rng(0)
    x, t = (library.from_numpy(random.standard_normal((32, 32, 64), np.float32)) for _ in "xt")
    return _step(library, model, lambda: nn.functional.mse_loss(model(x)[0], t))


def _tagger(library: ModuleType) -> Step:
    nn = library.nn

    class Tagger(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(1000, 32)
            self.gru = nn.GRU(32, 48, batch_first=True, bidirectional=True)
            self.head = nn.Linear(96, 12)

        def forward(self, x: Any) -> Any:
            return self.head(self.gru(self.embedding(x))[0])

    model, random = Tagger(), np.random.default_rng(0)
    x, t = (library.from_numpy(random.integers(0, n, (32, 24))) for n in (1000, 12))
    loss = nn.functional.cross_entropy
    return _step(library, model, lambda: loss(model(x).reshape(-1, 12), t.reshape(-1)))


def _encoder(library: ModuleType) -> Step:
    nn = library.nn
    model = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True)
    random = np.random.default_rng(0)
    x, t = (library.from_numpy(random.standard_normal((16, 64, 64), np.float32)) for _ in "xt")
    return _step(library, model, lambda: nn.functional.mse_loss(model(x), t))


def _gpt(library: ModuleType) -> Step:
    """makemore's transformer: 4 blocks of 4 heads, 64 wide, names of up to 16 letters."""
    nn, F = library.nn, library.nn.functional

    class Block(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.ln_1, self.ln_2 = nn.LayerNorm(64), nn.LayerNorm(64)
            self.qkv, self.out = nn.Linear(64, 192), nn.Linear(64, 64)
            self.up, self.down = nn.Linear(64, 256), nn.Linear(256, 64)

        def forward(self, x: Any) -> Any:
            b, t, c = x.shape
            q, k, v = (
                y.view(b, t, 4, c // 4).transpose(1, 2)
                for y in self.qkv(self.ln_1(x)).split(c, dim=2)
            )
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).contiguous().view(b, t, c))
            return x + self.down(F.gelu(self.up(self.ln_2(x)), approximate="tanh"))

    class GPT(nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.letters, self.places = nn.Embedding(27, 64), nn.Embedding(16, 64)
            self.blocks = nn.Sequential(*(Block() for _ in range(4)))
            self.ln, self.head = nn.LayerNorm(64), nn.Linear(64, 27, bias=False)

        def forward(self, x: Any) -> Any:
            y = self.letters(x) + self.places(library.arange(x.shape[1]))
            return self.head(self.ln(self.blocks(y)))

    model, random = GPT(), np.random.default_rng(0)
    x, t = (library.from_numpy(random.integers(0, 27, (32, 16))) for _ in "xt")
    return _step(library, model, lambda: F.cross_entropy(model(x).view(-1, 27), t.view(-1)))


def _epoch(library: ModuleType, workers: int) -> Step:
    random = np.random.default_rng(0)
    images = library.from_numpy(random.random((60_000, 784), np.float32))
    data = library.utils.data.TensorDataset(images, library.arange(60_000))
    loader = library.utils.data.DataLoader(data, 64, shuffle=True, num_workers=workers)

    def step() -> None:
        for _ in loader:
            pass

    return step


def comparisons(libraries: dict[str, ModuleType]) -> list[Comparison]:
    """From a multilayer perceptron to a GPT, and the data's way into them."""
    rows: list[tuple[str, Callable[[ModuleType], Step], str, int]] = [
        ("784-128-10, batch of 64, Adam", _mlp, "at most 0.65 of PyTorch", 60),
        ("LeNet, batch of 64", _lenet, "at most 1.0 of PyTorch", 15),
        ("a residual block of 16 channels, 16 x 16", _residual, "", 15),
        (
            "LSTM, 32 rows of 32 steps, 64 wide",
            lambda library: _recurrent(library, "LSTM"),
            "at most 1.0 of PyTorch",
            15,
        ),
        ("a GRU that tags words", _tagger, "", 15),
        ("a transformer encoder layer, 16 x 64 x 64", _encoder, "at most 1.0 of PyTorch", 15),
        ("a GPT of makemore's size", _gpt, "at most 0.9 of PyTorch", 15),
        ("an epoch of 60,000 digits", lambda library: _epoch(library, 0), "", 3),
        ("an epoch of 60,000 digits, 2 workers", lambda library: _epoch(library, 2), "", 3),
    ]
    made = []
    for title, make, limit, rounds in rows:
        sides = {}
        for name, library in libraries.items():
            library.manual_seed(0)
            sides[name] = make(library)
        made.append(Comparison(title, sides, limit, rounds, seconds_a_turn=0.05))
    return made
