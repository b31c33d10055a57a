"""Modules beside PyTorch's: the same initial values, repr, outputs, gradients and state_dict.
Read `test_recurrent.py` next, a table of such modules.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import tinygrad_nn as tnn


class ModuleCase(NamedTuple):
    """A module by its name and arguments, and what it is called with: arrays, in any nest."""

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: tuple[Any, ...]
    options: dict[str, Any]  # more of the call, by name
    prepare: Callable[..., Any] | None  # (library, *inputs) to what the module is called with

    def __str__(self) -> str:
        told = [*map(repr, self.args), *(f"{k}={v}" for k, v in self.kwargs.items())]
        given = [*map(shapes, self.inputs), *(f"{k}={shapes(v)}" for k, v in self.options.items())]
        how = "" if self.prepare is None else f" {self.prepare.__name__}"
        return f"{self.name}({', '.join(told)}) of {', '.join(given)}{how}"


def module_case(name: str, *args: Any, **kwargs: Any) -> Callable[..., ModuleCase]:
    """Return a function of the inputs that makes the case."""

    def called(*inputs: Any, prepare: Any = None, **options: Any) -> ModuleCase:
        return ModuleCase(name, args, kwargs, inputs, options, prepare)

    return called


def shapes(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{'' if value.dtype.kind == 'f' else value.dtype}{value.shape}".replace(" ", "")
    if isinstance(value, tuple):
        return f"[{' '.join(map(shapes, value))}]"
    return repr(value)


def as_tensors(library: Any, value: Any, leaves: list[Any]) -> Any:
    """Return arrays as tensors, in the same nest; floats require a gradient, and are listed."""
    if isinstance(value, tuple):
        return tuple(as_tensors(library, each, leaves) for each in value)
    if not isinstance(value, np.ndarray):
        return value
    made = library.from_numpy(value.copy())
    if value.dtype.kind == "f":
        leaves.append(made.requires_grad_())
    return made


def tensors_in(value: Any) -> Iterator[Any]:
    """Yield the tensors of a nest of tuples, packed sequences among them."""
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from tensors_in(each)
    elif value is not None:
        yield value


def made(library: Any, case: ModuleCase, seed: int = 0, **more: Any) -> Any:
    library.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(library.nn, case.name)(*case.args, **case.kwargs, **more)


def results(library: Any, case: ModuleCase, training: bool, module: Any = None) -> Any:
    """Return outputs, then gradients of inputs and parameters for random weights of the outputs."""
    module = made(library, case, dtype=library.float64) if module is None else module
    module.train(training)
    leaves: list[Any] = []
    inputs = as_tensors(library, case.inputs, leaves)
    options = {name: as_tensors(library, each, leaves) for name, each in case.options.items()}
    if case.prepare is not None:
        inputs = case.prepare(library, *inputs)
    library.manual_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's, of masks of two dtypes
        outputs = list(tensors_in(module(*inputs, **options)))
    random = np.random.default_rng(1)
    total = sum(
        (y * library.from_numpy(np.asarray(random.standard_normal(tuple(y.shape))))).sum()
        for y in outputs
        if y.requires_grad
    )
    leaves += module.parameters()
    gradients = library.autograd.grad(total, leaves, allow_unused=True)
    return [None if x is None else x.detach().numpy() for x in (*outputs, *gradients)]


def assert_close(ours: list[Any], theirs: list[Any], tolerance: float = 1e-10) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        if one is None or other is None:  # no gradient, or one of zeros
            given = other if one is None else one
            assert given is None or not given.any()
            continue
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def check_initial_values(torch: Any, case: ModuleCase) -> None:
    """The same numbers from one seed, bit for bit, in the same order, and the same repr."""
    ours, theirs = (made(library, case) for library in (tnn, torch))
    assert [name for name, _ in ours.named_parameters()] == [
        n for n, _ in theirs.named_parameters()
    ]
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert one.shape == other.shape
        np.testing.assert_array_equal(one.detach().numpy(), other.detach().numpy())
    assert repr(ours) == repr(theirs)


def check_results(torch: Any, case: ModuleCase, training: bool) -> None:
    assert_close(*(results(library, case, training) for library in (tnn, torch)))


def check_state_dict(torch: Any, case: ModuleCase) -> None:
    """A state_dict of either loads into the other, which then computes the same."""
    for one, other in ((tnn, torch), (torch, tnn)):
        source = made(one, case, 1, dtype=one.float64)
        target = made(other, case, 2, dtype=other.float64)
        state = {k: other.from_numpy(v.numpy().copy()) for k, v in source.state_dict().items()}
        target.load_state_dict(state)
        assert_close(results(one, case, False, source), results(other, case, False, target))
