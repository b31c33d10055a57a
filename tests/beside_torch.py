"""Running one program here and in PyTorch, and comparing its value or the class of its error.
Read `autograd/test_engine.py` next, where programs are a few lines; `fuzz/` draws them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pytest
from bfloat16_arrays import as_array

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

Step = TypeVar("Step")


def leaf(library: Any, *values: float) -> Any:
    """Return a float64 vector that requires a gradient."""
    return library.tensor(values, dtype=library.float64, requires_grad=True)


class Outcome(NamedTuple):
    """What a program came to: the plain form of its value, or its exception."""

    value: Any
    error: Exception | None


def plain(value: Any) -> Any:
    """Return a value with tensors as arrays, so that both libraries' values compare."""
    if isinstance(value, tnn.Tensor | torch.Tensor):
        return as_array(value).copy()
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def outcome(program: Callable[[Any], Any], library: Any) -> Outcome:
    """Run `program(library)`; the libraries' own errors are an outcome, others are not caught."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # PyTorch's, on what it will change one day
        try:
            return Outcome(plain(program(library)), None)
        except (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError) as error:
            return Outcome(None, error)


def differences(ours: Any, theirs: Any, rtol: float, atol: float, path: str = "value") -> list[str]:
    """Return where two plain values differ, each in a line."""
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [
            line for i, (a, b) in pairs for line in differences(a, b, rtol, atol, f"{path}[{i}]")
        ]
    if isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray):
        if (ours.shape, ours.dtype) != (theirs.shape, theirs.dtype):
            return [f"{path}: {ours.dtype}{ours.shape} is {theirs.dtype}{theirs.shape} in PyTorch"]
        numbers = [x.astype(float) if x.dtype.name == "bfloat16" else x for x in (ours, theirs)]
        same = np.allclose(*numbers, rtol, atol, equal_nan=True)
        return [] if same else [f"{path}: {ours.tolist()} is {theirs.tolist()} in PyTorch"]
    same = type(ours) is type(theirs) and (ours == theirs or repr(ours) == repr(theirs))  # nan
    return [] if same else [f"{path}: {ours!r} is {theirs!r} in PyTorch"]


def assert_same(program: Callable[[Any], Any], rtol: float = 1e-12, atol: float = 1e-12) -> Any:
    """Assert that both libraries return the same value, or raise the same class; return ours."""
    ours, theirs = outcome(program, tnn), outcome(program, torch)
    if theirs.error is not None:
        assert isinstance(ours.error, type(theirs.error)), (
            f"PyTorch raises {theirs.error!r}, here: {ours.error or ours.value!r}"
        )
        return ours.error
    if ours.error is not None:
        raise ours.error
    found = differences(ours.value, theirs.value, rtol, atol)
    assert not found, "\n".join(found)
    return ours.value


def shrunk(steps: Sequence[Step], fails: Callable[[list[Step]], bool]) -> list[Step]:
    """Return a part of a failing program that fails too: its tail goes first, then single steps."""
    kept = list(steps)
    while len(kept) > 1 and fails(kept[:-1]):
        kept = kept[:-1]
    for i in reversed(range(len(kept))):
        if len(kept) > 1 and fails(kept[:i] + kept[i + 1 :]):
            kept = kept[:i] + kept[i + 1 :]
    return kept
