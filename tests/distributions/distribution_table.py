"""Each row's numbers and gradients, here and in PyTorch: how many there are, and how far apart.
Read `test_distribution_table.py` next; `python tests/distributions/distribution_table.py` prints.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pytest
from distribution_rows import ROWS, Row

import tinygrad_nn as tnn

FACTS = ("mean", "variance", "stddev", "mode")
FUNCTIONS = ("log_prob", "cdf", "icdf", "entropy", "perplexity", "enumerate_support")
torch = pytest.importorskip("torch")

ALLOWED = 1e-10
# Gradients through trigamma: PyTorch's is right to 1e-9 only (SciPy and ours agree to 1e-16).
OF_TRIGAMMA = dict.fromkeys(
    ("Beta", "Dirichlet", "Gamma", "StudentT", "Chi2", "InverseGamma", "Wishart"), 2e-9
)
REFUSALS = (NotImplementedError, ValueError, RuntimeError, TypeError)


@contextmanager
def in_doubles(f: Any) -> Iterator[None]:
    """Have numbers made float64, which PyTorch's GeneralizedPareto needs of its zeros."""
    f.set_default_dtype(f.float64)
    try:
        yield
    finally:
        f.set_default_dtype(f.float32)


class Compared(NamedTuple):
    """What one question came to: the largest difference, or what was refused by both."""

    question: str
    difference: float
    is_refused: bool = False


def leaves(f: Any, parameters: Any) -> list[Any]:
    return [f.tensor(np.array(x), dtype=f.float64, requires_grad=True) for x in parameters]


def answer(question: str, d: Any, value: Any, other: Any, f: Any) -> Any:
    if question in FACTS:
        return getattr(d, question)
    if question in ("entropy", "perplexity", "enumerate_support"):
        return getattr(d, question)()
    if question == "kl":
        return f.distributions.kl_divergence(d, other)
    if question == "icdf":
        return d.icdf(value.sigmoid())
    return getattr(d, question)(value)


def asked(f: Any, row: Row, question: str) -> Any:
    """Return the answer and its gradients, or the refusal."""
    inputs = leaves(f, row.parameters)
    others = leaves(f, row.others or ())
    value = f.tensor(row.values, dtype=f.float64, requires_grad=not row.discrete)
    with warnings.catch_warnings(), in_doubles(f):
        warnings.simplefilter("ignore")
        try:
            d = row.make(f.distributions, *inputs)
            other = row.make(f.distributions, *others) if others else None
            y = answer(question, d, value, other, f)
        except REFUSALS as error:
            return error
        wanted = [x for x in (*inputs, *others, value) if x.requires_grad]
        found = [y.detach().numpy()]
        if y.requires_grad and y.dtype == f.float64:
            weights = f.tensor(np.random.default_rng(0).normal(size=tuple(y.shape)))
            try:
                gradients = f.autograd.grad((y * weights).sum(), wanted, allow_unused=True)
            except (NotImplementedError, RuntimeError) as error:
                return found, error
            found += [np.zeros(1) if g is None else g.numpy() for g in gradients]
    return found


def difference(ours: Any, theirs: Any) -> float:
    """Return the largest difference of two answers, of 1 or of the value where that is larger."""
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        refused = [type(x) for x in (ours, theirs) if isinstance(x, Exception)]
        return 0.0 if len(refused) == 2 and issubclass(refused[0], refused[1]) else np.inf
    if isinstance(theirs, tuple) or isinstance(ours, tuple):  # a gradient that is not there
        return difference(*(x[0] if isinstance(x, tuple) else x[:1] for x in (ours, theirs)))
    largest = 0.0
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if i == 0 and (a.shape, a.dtype) != (b.shape, b.dtype):
            return np.inf
        with np.errstate(all="ignore"):
            off = np.abs(a - b) / np.maximum(np.abs(b), 1.0)
            same = (a == b) | (np.isnan(a) & np.isnan(b))
        largest = max(
            largest, float(np.where(same, 0.0, np.nan_to_num(off, nan=np.inf)).max(initial=0))
        )
    return largest


def compared(row: Row) -> Iterator[Compared]:
    for question in (*FACTS, *FUNCTIONS, *(("kl",) if row.others else ())):
        ours, theirs = asked(tnn, row, question), asked(torch, row, question)
        yield Compared(question, difference(ours, theirs), isinstance(theirs, Exception))


def report() -> Iterator[str]:
    yield f"{'distribution':42}{'answers':>8}{'refused':>8}{'largest':>10}"
    answers = refused = 0
    for row in ROWS:
        found = list(compared(row))
        largest = max(found, key=lambda each: each.difference)
        refusals = sum(each.is_refused for each in found)
        answers, refused = answers + len(found) - refusals, refused + refusals
        yield (
            f"{row.name:42}{len(found) - refusals:8}{refusals:8}{largest.difference:10.1e}"
            f" {largest.question if largest.difference > ALLOWED else ''}"
        )
    yield f"{f'{len(ROWS)} rows':42}{answers:8}{refused:8}"


if __name__ == "__main__":
    torch.set_num_threads(1)
    for text in report():
        print(text, flush=True)
