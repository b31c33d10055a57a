"""Figures of accuracy, N1 to N8: far-out logits, long sums, spreads, float16, ties.
Read `rounding_figures.py` next, N6: how many units in the last place each function is off.

A figure is measured by the same code here and in PyTorch. `../numerics_report.py` prints both.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Figure(NamedTuple):
    """What is measured in a library, and the largest that it may be here."""

    number: str
    title: str
    measure: Callable[[Any], float]
    limit: float

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


def array(tensor: Any) -> Any:
    return tensor.detach().numpy()


def value_and_gradient(library: Any, call: Any, logits: Any, dtype: str) -> list[Any]:
    x = library.tensor(logits, dtype=getattr(library, dtype), requires_grad=True)
    y = call(library, x)
    y.sum().backward()
    return [array(y), array(x.grad)]


# --- N1: logits far out ---------------------------------------------------------------------------

FAR = {
    "softmax": lambda f, x: f.softmax(x, -1),
    "log_softmax": lambda f, x: f.log_softmax(x, -1),
    "logsumexp": lambda f, x: f.logsumexp(x, -1),
    "cross_entropy": lambda f, x: f.nn.functional.cross_entropy(x, f.zeros(len(x)).long()),
    "cross_entropy, sum": lambda f, x: f.nn.functional.cross_entropy(
        x, f.ones(len(x)).long(), reduction="sum"
    ),
    "binary cross-entropy": lambda f, x: f.nn.functional.binary_cross_entropy_with_logits(
        x, f.zeros_like(x), reduction="none"
    ),
    "sigmoid": lambda f, x: x.sigmoid(),
    "softplus": lambda f, x: f.nn.functional.softplus(x),
    "logsigmoid": lambda f, x: f.nn.functional.logsigmoid(x),
}
LOGITS = [[1.0, -1.0, 0.0], [1.0, 1.0, 1.0], [-1.0, -1.0, -1.0], [-1.0, 1.0, 0.5]]


def not_finite(call: Any) -> Callable[[Any], float]:
    """Count the numbers that are inf or nan although the dtype can hold them."""

    def measure(library: Any) -> float:
        count = 0
        for dtype, largest in (("float64", 1e4), ("float32", 1e4), ("float16", 6e4)):
            logits = np.array(LOGITS) * largest
            found = value_and_gradient(library, call, logits, dtype)
            exact = value_and_gradient(library, call, logits, "float64")
            for one, other in zip(found, exact, strict=True):
                with np.errstate(over="ignore"):
                    held = np.isfinite(other.astype(dtype))
                count += np.sum(held & ~np.isfinite(one))
        return float(count)

    return measure


# --- N3 and N4: many rows of float32, and spreads -------------------------------------------------


def relative(found: Any, exact: Any) -> float:
    return float(np.max(np.abs(array(found) / exact - 1.0)))


TENTH = float(np.float32(0.1))


def sum_of_rows(library: Any) -> float:
    return relative(library.full((1_000_000, 2), 0.1).sum(0), 1e6 * TENTH)


def mean_of_rows(library: Any) -> float:
    return relative(library.full((1_000_000, 2), 0.1).mean(0), TENTH)


def gradient_of_a_bias(library: Any) -> float:
    bias = library.zeros(10, requires_grad=True)
    y = library.nn.functional.linear(library.ones(60_000, 4), library.ones(10, 4), bias)
    y.backward(library.full((60_000, 10), 0.1))
    return relative(bias.grad, 6e4 * TENTH)


def far_from_0(rows: int, columns: int) -> Any:
    return np.random.default_rng(0).normal(1e4, 1.0, (rows, columns)).astype(np.float32)


def variance(library: Any) -> float:
    x = far_from_0(10_000, 4)
    return relative(library.from_numpy(x).var(0), x.astype(np.float64).var(0, ddof=1))


def standardised(library: Any, call: Any, x: Any, axis: int) -> float:
    """Return the largest error of what ought to have mean 0 and variance 1, of its largest."""
    wide = x.astype(np.float64)
    exact = (wide - wide.mean(axis, keepdims=True)) / np.sqrt(wide.var(axis, keepdims=True) + 1e-5)
    found = array(call(library.nn.functional, library.from_numpy(x)))
    return float(np.abs(found - exact).max() / np.abs(exact).max())


def batch_norm(library: Any) -> float:
    return standardised(
        library, lambda F, x: F.batch_norm(x, None, None, training=True), far_from_0(10_000, 4), 0
    )


def layer_norm(library: Any) -> float:
    return standardised(library, lambda F, x: F.layer_norm(x, (1000,)), far_from_0(4, 1000), 1)


# --- N5: float16 adds up in float32 ---------------------------------------------------------------


def drawn(*shape: int) -> Any:
    return np.random.default_rng(1).normal(0, 1, shape).astype(np.float16)


HALVES = {
    "sum": (lambda f, x: x.sum(), [4e4, 4e4, -4e4]),
    "mean": (lambda f, x: x.mean(), [6e4] * 4),
    "var": (lambda f, x: x.var(), [200.0, -200.0, 100.0]),
    "std": (lambda f, x: x.std(unbiased=False), [300.0, -300.0]),
    "norm": (lambda f, x: x.norm(), [300.0, 400.0]),
    "sum of 4096": (lambda f, x: x.sum(), drawn(4096)),
    "matmul": (lambda f, x: x @ x.T, drawn(32, 512)),
    "softmax": (lambda f, x: x.softmax(-1), drawn(8, 1000)),
    "cross-entropy": (
        lambda f, x: f.nn.functional.cross_entropy(x, f.zeros(len(x)).long()),
        drawn(64, 100),
    ),
}


def units(found: Any, exact: Any) -> Any:
    """Return how many units in the last place of its dtype a result is off."""
    rounded = exact.astype(found.dtype)
    unit = np.spacing(np.abs(rounded)).astype(np.float64)
    return np.abs(found.astype(np.float64) - exact) / unit


def of_halves(name: str) -> Callable[[Any], float]:
    call, numbers = HALVES[name]

    def measure(library: Any) -> float:
        x = np.asarray(numbers, np.float16)
        found = array(call(library, library.tensor(x)))
        exact = array(call(library, library.tensor(x.astype(np.float64))))
        return float(units(found, exact).max())

    return measure


# --- N7 and N8: branches that are not taken, and very many ties -----------------------------------


def chosen(f: Any, call: Any, x: Any) -> Any:
    """Choose twice: what `call` is given where it is not wanted is 1."""
    wanted = x > 0
    return f.where(wanted, call(f.where(wanted, x, f.ones_like(x))), f.zeros_like(x))


BRANCHES = {
    "log, chosen twice": lambda f, x: chosen(f, lambda x: x.log(), x),
    "sqrt, chosen twice": lambda f, x: chosen(f, lambda x: x.sqrt(), x),
    "1/x, chosen twice": lambda f, x: chosen(f, lambda x: 1 / x, x),
    "power, chosen twice": lambda f, x: chosen(f, lambda x: x**-0.5, x),
    "xlogy": lambda f, x: f.xlogy(x.detach() * 0, x.abs() + 1),
    "norm": lambda f, x: (x * 0).norm(),
    "norm of rows": lambda f, x: (x * 0).reshape(2, 2).norm(dim=1),
    "distance": lambda f, x: (x - x.detach()).norm(),
    "std": lambda f, x: (x * 0).std(),
    "var": lambda f, x: (x * 0).var(),
    "normalize": lambda f, x: f.nn.functional.normalize((x * 0).reshape(2, 2)),
    "cosine_similarity": lambda f, x: f.nn.functional.cosine_similarity(x * 0, x, dim=0),
    "prod": lambda f, x: (x * 0).prod(),
    "pow": lambda f, x: (x * 0) ** 2,
    "logsumexp, one is -inf": lambda f, x: x.masked_fill(x < 0, -np.inf).logsumexp(0),
    "softmax, one is -inf": lambda f, x: x.masked_fill(x < 0, -np.inf).softmax(0)[1:3],
    "clamp": lambda f, x: x.clamp(min=1e-6).log(),
    "relu": lambda f, x: f.relu(x).sum().sqrt(),
}
BRANCH = [0.0, 1.0, 2.0, -3.0]


def nan_gradients(call: Any) -> Callable[[Any], float]:
    return lambda library: float(
        np.isnan(value_and_gradient(library, call, BRANCH, "float64")[1]).sum()
    )


def share_of_a_tie(library: Any) -> float:
    """Return how far the gradient of one of 70,000 equal float16 numbers is from its share."""
    x = library.ones(70_000, dtype=library.float16).requires_grad_()
    x.amax().backward()
    return float(np.abs(array(x.grad).astype(np.float64) * 70_000 - 1.0).max())


FIGURES = [
    *[Figure("N1", f"inf or nan: {name}", not_finite(call), 0) for name, call in FAR.items()],
    Figure("N3", "relative error: sum of 10^6 rows", sum_of_rows, 1e-5),
    Figure("N3", "relative error: mean of 10^6 rows", mean_of_rows, 1e-5),
    Figure("N3", "relative error: bias gradient of 60,000 rows", gradient_of_a_bias, 1e-5),
    Figure("N4", "relative error: var of N(10^4, 1)", variance, 1e-5),
    Figure("N4", "relative error: batch_norm of N(10^4, 1)", batch_norm, 1e-5),
    Figure("N4", "relative error: layer_norm of N(10^4, 1)", layer_norm, 1e-5),
    *[Figure("N5", f"units of float16: {name}", of_halves(name), 1) for name in HALVES],
    *[
        Figure("N7", f"nan gradients: {name}", nan_gradients(call), 0)
        for name, call in BRANCHES.items()
    ],
    Figure("N8", "relative error: share of 70,000 float16 ties", share_of_a_tie, 1e-2),
]


def measured(figure: Figure, library: Any) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return figure.measure(library)
