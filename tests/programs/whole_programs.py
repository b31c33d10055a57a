"""Programs written once, for PyTorch and for this package: a model, its data, its first 50 losses.
Read `test_whole_programs.py` next, which runs them with both.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

STEPS = 50


def batches(f: Any, *arrays: np.ndarray, size: int = 16) -> Any:
    """Yield shuffled batches for ever, epoch after epoch."""
    data = f.utils.data.TensorDataset(*(f.from_numpy(each) for each in arrays))
    loader = f.utils.data.DataLoader(data, batch_size=size, shuffle=True, drop_last=True)
    while True:
        yield from loader


def floats(f: Any, *shape: int, seed: int) -> np.ndarray:
    """Draw normal numbers in the default dtype; the same for both packages."""
    wide = f.get_default_dtype() == f.float64
    drawn = np.random.default_rng(seed).standard_normal(shape)
    return drawn if wide else drawn.astype(np.float32)


def gpt(f: Any) -> list[float]:
    """A small GPT: blocks of causal attention and a feed-forward part, on sequences that repeat."""
    nn, F = f.nn, f.nn.functional
    letters, context, width, heads = 17, 12, 32, 4

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.mlp = nn.Sequential(
                nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(0.1)
            )

        def forward(self, x: Any) -> Any:
            b, t, c = x.shape
            q, k, v = self.qkv(self.ln_1(x)).split(width, dim=2)
            q, k, v = (y.view(b, t, heads, c // heads).transpose(1, 2) for y in (q, k, v))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.proj(y.transpose(1, 2).contiguous().view(b, t, c))
            return x + self.mlp(self.ln_2(x))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.letters = nn.Embedding(letters, width)
            self.places = nn.Embedding(context, width)
            self.drop = nn.Dropout(0.1)
            self.blocks = nn.ModuleList([Block() for _ in range(2)])
            self.ln, self.head = nn.LayerNorm(width), nn.Linear(width, letters, bias=False)

        def forward(self, x: Any) -> Any:
            x = self.drop(self.letters(x) + self.places(f.arange(x.shape[1])))
            for block in self.blocks:
                x = block(x)
            return self.head(self.ln(x))

    text = np.cumsum(np.random.default_rng(1).integers(0, 3, (200, context + 1)), 1) % letters
    f.manual_seed(0)
    model = GPT()
    optimizer = f.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0.1)
    schedule = f.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    losses = []
    for _, (rows,) in zip(range(STEPS), batches(f, text), strict=False):
        logits = model(rows[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, letters), rows[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def cnn(f: Any) -> list[float]:
    """A convolutional network with batch normalisation and dropout, by SGD with momentum."""
    nn = f.nn
    images = floats(f, 128, 1, 12, 12, seed=2)
    labels = (images[:, 0, :6].mean((1, 2)) > images[:, 0, 6:].mean((1, 2))).astype(np.int64)
    f.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Dropout2d(0.2)),
        *(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.3), nn.Linear(64, 2)),
    )
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = f.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    losses = []
    for _, (x, y) in zip(range(STEPS), batches(f, images, labels), strict=False):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    with f.no_grad():
        losses.append(criterion(model(f.from_numpy(images)), f.from_numpy(labels)).item())
    return losses


def lstm(f: Any) -> list[float]:
    """A classifier of sequences: an embedding, a bidirectional LSTM of two layers, RMSprop."""
    nn = f.nn

    class Classifier(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(20, 12)
            self.lstm = nn.LSTM(12, 16, 2, batch_first=True, bidirectional=True, dropout=0.2)
            self.head = nn.Linear(32, 3)

        def forward(self, x: Any) -> Any:
            y, (h, _) = self.lstm(self.embedding(x))
            return self.head(f.cat([h[-2], h[-1]], dim=1) + y.mean(1))

    words = np.random.default_rng(3).integers(0, 20, (160, 9))
    labels = words.sum(1) % 3
    f.manual_seed(0)
    model = Classifier()
    optimizer = f.optim.RMSprop(model.parameters(), lr=3e-3)
    losses = []
    for _, (x, y) in zip(range(STEPS), batches(f, words, labels), strict=False):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        nn.utils.clip_grad_value_(model.parameters(), 0.5)
        optimizer.step()
        losses.append(loss.item())
    return losses


def vae(f: Any) -> list[float]:
    """A variational autoencoder: rsample of a Normal, a divergence, Adam."""
    nn, distributions = f.nn, f.distributions

    class VAE(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(20, 32), nn.Tanh(), nn.Linear(32, 8))
            self.decoder = nn.Sequential(nn.Linear(4, 32), nn.SiLU(), nn.Linear(32, 20))

        def forward(self, x: Any) -> Any:
            mean, spread = self.encoder(x).chunk(2, dim=-1)
            posterior = distributions.Normal(mean, nn.functional.softplus(spread) + 1e-3)
            return self.decoder(posterior.rsample()), posterior

    points = floats(f, 160, 20, seed=4)
    f.manual_seed(0)
    model = VAE()
    prior = distributions.Normal(f.zeros(4), f.ones(4))
    optimizer = f.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    for _, (x,) in zip(range(STEPS), batches(f, points), strict=False):
        made, posterior = model(x)
        divergence = distributions.kl_divergence(posterior, prior).sum(-1)
        loss = ((made - x) ** 2).sum(-1).mean() / math.sqrt(2) + divergence.mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def transformer(f: Any) -> list[float]:
    """PyTorch's own transformer layers, on sequences of numbers of which some are padding."""
    nn = f.nn
    layer = {"d_model": 16, "nhead": 2, "dim_feedforward": 32, "dropout": 0.1, "batch_first": True}
    x = floats(f, 96, 6, 16, seed=5)
    lengths = np.random.default_rng(6).integers(2, 7, 96)
    hidden = np.arange(6)[None] >= lengths[:, None]
    f.manual_seed(0)
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(**layer), 2, enable_nested_tensor=False
    )
    head = nn.Linear(16, 1)
    optimizer = f.optim.NAdam([*encoder.parameters(), *head.parameters()], lr=1e-3)
    losses = []
    for _, (rows, mask) in zip(range(STEPS), batches(f, x, hidden), strict=False):
        made = head(encoder(rows, src_key_padding_mask=mask)).squeeze(-1)
        loss = nn.functional.smooth_l1_loss(made[~mask], rows.sum(-1)[~mask])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


PROGRAMS = {each.__name__: each for each in (gpt, cnn, lstm, vae, transformer)}
