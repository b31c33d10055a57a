"""Running one case of the table, in tinygrad_nn or PyTorch by the same code, and what is checked.
Read `../test_ops_against_torch.py` next, which does so for all of them.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from bfloat16_arrays import as_array as array
from bfloat16_arrays import as_tensor
from op_rows import Case, Row

import tinygrad_nn as tnn
from tinygrad_nn.autograd import gradcheck, gradgradcheck, registry

# --- one run --------------------------------------------------------------------------------------


class Result(NamedTuple):
    """The outputs, and the gradient of each float operand; None where nothing flows.

    Beyond the first order those of the cotangents come last.
    """

    outputs: list[Any]
    gradients: list[Any]


def leaf(framework: Any, array: Any) -> Any:
    """A tensor over the array itself in tinygrad_nn, over a copy in PyTorch, which refuses some."""
    array = np.asarray(array)  # NumPy hands back scalars for 0-d
    return as_tensor(framework, array).requires_grad_(array.dtype.kind in "fcV")


def attribute(framework: Any, value: Any, dtype: Any) -> Any:
    """An argument in the framework's types: arrays as tensors, of floats in the operands' dtype."""
    if isinstance(value, np.ndarray):
        value = value.astype(dtype) if value.dtype.kind == "f" and dtype.kind in "fV" else value
        return as_tensor(framework, value.copy())
    if isinstance(value, type):
        return getattr(framework, np.dtype(value).name)
    if isinstance(value, tuple):
        return tuple(attribute(framework, each, dtype) for each in value)
    return value


def call(framework: Any, case: Case, tensors: list[Any]) -> Any:
    """What the operation returns; floats among its attributes get the operands' dtype."""
    dtype = array(tensors[0]).dtype
    given = case.sample.attributes.items()
    attributes = {name: attribute(framework, value, dtype) for name, value in given}
    with warnings.catch_warnings():
        if framework is not tnn:
            warnings.simplefilter("ignore")  # PyTorch's, on targets that broadcast
        return case.row.call(framework)(*tensors, **attributes)


def outputs_of(framework: Any, case: Case, tensors: list[Any]) -> list[Any]:
    """The operation's outputs, in a list also if there is one."""
    made = call(framework, case, tensors)
    return list(made) if isinstance(made, (tuple, list)) else [made]


def drawn_like(random: Any, y: Any) -> Any:
    """Random numbers of a tensor's shape and dtype, each with an imaginary part if it has one."""
    drawn = random.standard_normal(tuple(y.shape))
    kind = array(y).dtype
    if kind.kind == "c":
        drawn = drawn + 1j * random.standard_normal(tuple(y.shape))
    return np.asarray(drawn).astype(kind)


def cotangents_for(framework: Any, outputs: list[Any], order: int = 1) -> list[Any]:
    """A random cotangent for each output, its own for each."""
    random = np.random.default_rng(order)
    return [leaf(framework, drawn_like(random, y)) for y in outputs]


def run(framework: Any, case: Case, operands: list[Any], order: int = 1) -> Result:
    """Call the operation and differentiate it `order` times, from random cotangents."""
    tensors = [leaf(framework, operand) for operand in operands]
    outputs = outputs_of(framework, case, tensors)
    roots = [y for y in outputs if y.requires_grad]
    if not roots:
        return Result(outputs, [])
    variables = [tensor for tensor in tensors if tensor.requires_grad]
    cotangents = cotangents_for(framework, roots, order)
    return Result(outputs, derivatives(framework, roots, variables, cotangents, order))


def derivatives(
    framework: Any, outputs: list[Any], variables: list[Any], cotangents: list[Any], order: int
) -> list[Any]:
    """The gradients; beyond the first order, those of a random combination of the gradients before.

    Of their sum it would not be seen that two errors cancel.
    """
    random = np.random.default_rng(100 + order)
    grad = framework.autograd.grad
    found = grad(outputs, variables, cotangents, create_graph=order > 1, allow_unused=True)
    for remaining in range(order - 1, 0, -1):
        terms = []
        for gradient in found:
            if gradient is None:
                continue
            weight = leaf(framework, drawn_like(random, gradient)).detach()
            if gradient.requires_grad:
                terms.append((gradient * weight).sum().real)
        if not terms:
            return []
        if remaining == order - 1:
            variables = [*variables, *cotangents]
        found = grad(sum(terms), variables, create_graph=remaining > 1, allow_unused=True)
    return list(found)


# --- what is checked of it ------------------------------------------------------------------------


@cache
def pytorch() -> Any:
    """PyTorch; where it is not installed the test is skipped."""
    return pytest.importorskip("torch")


def widest(x: Any) -> Any:
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)


def assert_close(
    ours: Any, theirs: Any, what: object, rtol: float = 1e-10, atol: float = 1e-12
) -> None:
    """Equal to `rtol`, and to `atol` of the largest element; inf and nan in the same places."""
    found, expected = widest(ours), widest(theirs)
    size, is_finite = np.abs(expected), np.isfinite(expected)
    if found.shape == expected.shape and is_finite.all():  # as NumPy below, which takes its time
        scale = max(1.0, size.max(initial=0))
        if (np.abs(found - expected) <= atol * scale + rtol * size).all():
            return
    scale = max(1.0, size[is_finite].max(initial=0))
    np.testing.assert_allclose(found, expected, rtol, atol * scale, err_msg=str(what))


def assert_same(ours: Result, theirs: Result, case: Case, rtol: float = 1e-10) -> None:
    """The same values, shapes, dtypes and gradients; where one has no gradient the other's is 0."""
    assert len(ours.outputs) == len(theirs.outputs), case
    for one, other in zip(ours.outputs, theirs.outputs, strict=True):
        assert tuple(one.shape) == tuple(other.shape), case
        assert str(one.dtype) == str(other.dtype), case
        assert_close(array(one), array(other), case, rtol)
    for i in range(max(len(ours.gradients), len(theirs.gradients))):
        pair = [None if not each.gradients else each.gradients[i] for each in (ours, theirs)]
        there = [array(each) for each in pair if each is not None]
        if there:
            one, other = (np.zeros_like(there[0]) if each is None else array(each) for each in pair)
            assert one.shape == other.shape, f"{case}, gradient {i}"
            assert one.dtype == other.dtype, f"{case}, gradient {i}"
            assert_close(one, other, f"{case}, gradient {i}", rtol)


def check_against_torch(case: Case, operands: list[Any] | None = None, order: int = 1) -> None:
    torch = pytorch()
    operands = case.draw() if operands is None else operands
    assert_same(run(tnn, case, operands, order), run(torch, case, operands, order), case)


def check_what_requires_a_gradient(case: Case, but: int | None = None) -> None:
    """Each gradient under create_graph=True requires one exactly where PyTorch's does.

    That of the operand at the place `but` may be an exception.
    """
    torch = pytorch()
    found = [[] for _ in range(2)]
    for framework, requires in zip((tnn, torch), found, strict=True):
        tensors = [leaf(framework, operand) for operand in case.draw()]
        roots = [y for y in outputs_of(framework, case, tensors) if y.requires_grad]
        variables = [tensor for tensor in tensors if tensor.requires_grad]
        cotangents = [each.detach() for each in cotangents_for(framework, roots)]
        given = {"create_graph": True, "allow_unused": True}
        for gradient in (
            framework.autograd.grad(roots, variables, cotangents, **given) if roots else ()
        ):
            requires.append(gradient is not None and gradient.requires_grad)
    for requires in found:
        if but is not None:
            del requires[but : but + 1]
    assert found[0] == found[1], f"{case}: gradients require a gradient: {found[0]}, not {found[1]}"


def on_a_grid(operands: list[Any], step: float = 1.0) -> list[Any]:
    """Operands cut off until they tie, and hit 0 where |x| has its kink and 1 / x its pole."""

    def cut(x: Any) -> Any:
        if x.dtype.kind == "c":
            return cut(x.real) + 1j * cut(x.imag)
        return np.trunc(x / step) * step if x.dtype.kind == "f" else x

    return [cut(x) for x in operands]


def as_function(case: Case) -> tuple[Any, list[Any]]:
    """The case as a function of tensors that returns tensors, and its operands."""
    return lambda *tensors: tuple(outputs_of(tnn, case, list(tensors))), [
        leaf(tnn, operand) for operand in case.draw()
    ]


def check_against_differences(case: Case, fast_mode: bool = False) -> None:
    """Every entry of the gradient against (f(x + h) - f(x - h)) / 2h; or a sum of them, drawn."""
    assert gradcheck(*as_function(case), fast_mode=fast_mode)


def check_second_against_differences(case: Case, fast_mode: bool = True) -> None:
    assert gradgradcheck(*as_function(case), fast_mode=fast_mode)


def check_against_parts(case: Case, order: int = 1) -> None:
    """A fused operation against the composition of simpler ones that defines it."""
    composite = registry[case.row.name].composite
    parts = Row(
        case.row.name,
        *case.row.operands,
        samples=case.row.samples,
        spelling=lambda _, *given, **named: case.row.by_name(composite)(*given, **named),
    )
    operands = case.draw()
    fused = run(tnn, case, operands, order)
    assert_same(fused, run(tnn, Case(parts, case.sample), operands, order), case)
    assert any(gradient is not None for gradient in fused.gradients)
