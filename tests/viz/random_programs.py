"""Random computations over the registry's operations: what `test_views_fuzz.py` looks at.
Read it next. A program is a list of seeds; what each does depends on the shapes that are there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import tinygrad_nn as tnn

F = tnn.nn.functional
SHAPES = [(), (3,), (2, 3), (1, 3), (1, 1), (2, 1), (3, 3), (0, 3), (2, 1, 3)]
LARGEST = 50.0  # its square is still a float16
DTYPES = [tnn.float64, tnn.float64, tnn.float32, tnn.float16]


class Swap(tnn.autograd.Function):
    """Two outputs, and a backward that is no formula."""

    @staticmethod
    def forward(ctx, x, u):
        ctx.save_for_backward(x, u)
        return x * 2, u * 3

    @staticmethod
    def backward(ctx, g, h):
        return g * 2, h * 3


UNARY = {
    "neg": lambda x: -x,
    "exp": lambda x: x.clamp(-3, 3).exp(),
    "log": lambda x: (x.abs() + 0.5).log(),
    "sqrt": lambda x: (x * x + 0.5).sqrt(),
    "abs": lambda x: x.abs(),
    "sign": lambda x: x.sign(),
    "tanh": lambda x: x.tanh(),
    "sigmoid": lambda x: x.sigmoid(),
    "softplus": F.softplus,
    "relu": lambda x: x.relu(),
    "clamp": lambda x: x.clamp(-1, 1),
    "pow": lambda x: x.clamp(-2, 2) ** 3,
    "half": lambda x: 1 - x * 0.5,
    "clone": lambda x: x.clone(),
    "cast": lambda x: x.double().to(x.dtype),
    "retained": lambda x: _retained(x * 1.5),
    "hooked": lambda x: _hooked(x * 0.5),
    "written": lambda x: _written(x + 1),
    "written through a view": lambda x: _written_through_a_view(x * 2),
    "dead data": lambda x: x * tnn.full_like(x, 2) + tnn.zeros(1, dtype=x.dtype),
    "detached": lambda x: x * x.detach(),
}
BINARY = {
    "add": lambda x, u: x + u,
    "sub": lambda x, u: x - u,
    "mul": lambda x, u: x * u,
    "div": lambda x, u: x / (u.abs() + 1),
    "pow": lambda x, u: (x.abs() + 0.5) ** u.clamp(-2, 2),
    "maximum": lambda x, u: x.maximum(u),
    "minimum": lambda x, u: x.minimum(u),
    "where": lambda x, u: tnn.where(x > u, x, u * 2),
    "clamp between": lambda x, u: x.clamp(u, u + 1),
    "mse_loss": lambda x, u: F.mse_loss(*broadcast(x, u)),
    "bce": lambda x, u: F.binary_cross_entropy_with_logits(*broadcast(x, u.detach().sigmoid())),
    "Swap": lambda x, u: sum(Swap.apply(x, u)),
    "first of Swap": lambda x, u: Swap.apply(x, u)[0],
}
ALONG = {
    "sum": lambda x, dim: x.sum(dim),
    "mean": lambda x, dim: x.mean(dim, keepdim=True),
    "max": lambda x, dim: x.max(dim).values,
    "amax": lambda x, dim: x.amax((dim,)),
    "amin": lambda x, dim: x.amin(dim, keepdim=True),
    "softmax": lambda x, dim: x.softmax(dim),
    "log_softmax": lambda x, dim: x.log_softmax(dim),
    "logsumexp": lambda x, dim: x.logsumexp(dim, keepdim=True),
    "var": lambda x, dim: x.var(dim, correction=0),
    "unsqueeze": lambda x, dim: x.unsqueeze(dim),
    "transpose": lambda x, dim: x.transpose(dim, 0),
    "permute": lambda x, dim: x.permute(tuple(reversed(range(x.ndim)))),
    "view": lambda x, dim: x.reshape(-1).view(1, -1),
    "stack": lambda x, dim: tnn.stack([x, x * 2], dim),
    "cat": lambda x, dim: tnn.cat([x, tnn.ones_like(x), x], dim),
    "getitem": lambda x, dim: x[1:],
    "picked": lambda x, dim: x[tnn.tensor([-1] * len(x))],
    "gather": lambda x, dim: x.gather(dim, tnn.zeros(x.shape, dtype=tnn.int64)),
    "cross_entropy": lambda x, dim: F.cross_entropy(*classified(x)),
    "nll_loss": lambda x, dim: F.nll_loss(*classified(x), reduction="sum"),
}
PRODUCTS = {
    "matmul": lambda x, u: x @ u.transpose(0, 1),
    "linear": lambda x, u: F.linear(x, u),
    "linear with bias": lambda x, u: F.linear(x, u, u[:, 0]),
}


def broadcast(x: Any, u: Any) -> Any:
    """Return both in the shape that they have together."""
    shape = np.broadcast_shapes(x.shape, u.shape)
    return x.expand(shape), u.expand(shape)


def classified(x: Any) -> Any:
    """Return rows of logits, and a class for each."""
    rows = x.reshape(-1, x.shape[-1])
    return rows, tnn.zeros(len(rows), dtype=tnn.int64)


def _retained(x: Any) -> Any:
    if x.requires_grad:
        x.retain_grad()
    return x


def _hooked(x: Any) -> Any:
    if x.requires_grad:
        x.register_hook(lambda g: None)
    return x


def _written(x: Any) -> Any:
    x *= 2
    return x


def _written_through_a_view(x: Any) -> Any:
    if x.ndim and x.shape[0]:
        x[0] += 1
    return x


def matrices(x: Any, u: Any) -> bool:
    return x.ndim == u.ndim == 2 and x.shape[1] == u.shape[1] > 0


def extend(random: Any, tensors: list[Any]) -> None:
    """Append what one random operation makes of the tensors."""
    i = len(tensors) - 1 - int(random.integers(min(len(tensors), 4)))
    x = tensors[i]
    others = [u for u in tensors if _broadcast(x, u) and u.numel() * x.numel() < 500]
    partners = [u for u in tensors if matrices(x, u)]
    kind = random.random()
    if kind < 0.4 or (not others and kind < 0.6):
        made = _pick(random, UNARY)(x)
    elif kind < 0.7 and others:
        made = _pick(random, BINARY)(x, others[random.integers(len(others))])
    elif kind < 0.85 and partners:
        made = _pick(random, PRODUCTS)(x, partners[random.integers(len(partners))])
    elif x.ndim and x.ndim < 4 and x.numel():
        made = _pick(random, ALONG)(x, int(random.integers(x.ndim)))
    else:
        made = x.sum()
    largest = np.abs(made.array).max(initial=0)
    tensors.append(made if largest < LARGEST else made.clamp(-LARGEST, LARGEST))


def _broadcast(x: Any, u: Any) -> bool:
    try:
        np.broadcast_shapes(x.shape, u.shape)
    except ValueError:
        return False
    return True


def _pick(random: Any, table: dict[str, Any]) -> Any:
    return list(table.values())[random.integers(len(table))]


def run(seeds: list[int]) -> list[Any]:
    """Return all tensors of a program; the last one is one number."""
    random = np.random.default_rng(seeds[0])
    dtype = DTYPES[random.integers(len(DTYPES))]
    tensors = []
    for number in range(1 + random.integers(4)):
        shape = SHAPES[random.integers(len(SHAPES))]
        x = tnn.tensor(random.uniform(-1, 1, shape), dtype=dtype)
        if number == 0 or random.random() < 0.7:
            x.requires_grad_()
        if random.random() < 0.5:
            x.name = f"x{number}"
        tensors.append(x)
    for seed in seeds[1:]:
        extend(np.random.default_rng(seed), tensors)
    last = next(x for x in reversed(tensors) if x.requires_grad)
    tensors.append(last.mean() if random.random() < 0.5 and last.numel() else last.sum())
    return tensors
