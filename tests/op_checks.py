"""Running one case of the table, in tinygrad_nn or PyTorch by the same code, and what is checked.
Read `ops/test_ops_against_torch.py` next, which does so for all of them.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
from op_rows import Case, Row

import tinygrad_nn as tnn
from tinygrad_nn.autograd import gradcheck, gradgradcheck, registry

# --- one run --------------------------------------------------------------------------------------


class Result(NamedTuple):
    """The output, and the gradient of each float operand; None where nothing flows.

    Beyond the first order the cotangent's comes last.
    """

    output: Any
    gradients: list[Any]


def leaf(framework: Any, array: Any) -> Any:
    """A tensor over the array itself in tinygrad_nn, over a copy in PyTorch, which refuses some."""
    array = np.asarray(array)  # NumPy hands back scalars for 0-d
    tensor = framework.from_numpy(array if framework is tnn else array.copy())
    return tensor.requires_grad_(array.dtype.kind == "f")


def array(tensor: Any) -> Any:
    return tensor.detach().numpy(force=True)


def attribute(framework: Any, value: Any, dtype: Any) -> Any:
    """An argument in the framework's types: arrays as tensors, of floats in the operands' dtype."""
    if isinstance(value, np.ndarray):
        value = value.astype(dtype) if value.dtype.kind == "f" and dtype.kind == "f" else value
        return framework.from_numpy(value.copy())
    if isinstance(value, type):
        return getattr(framework, np.dtype(value).name)
    if isinstance(value, tuple):
        return tuple(attribute(framework, each, dtype) for each in value)
    return value


def call(framework: Any, case: Case, tensors: list[Any]) -> Any:
    """The operation's output; arrays of floats among its attributes have the operands' dtype."""
    dtype = array(tensors[0]).dtype
    given = case.sample.attributes.items()
    attributes = {name: attribute(framework, value, dtype) for name, value in given}
    with warnings.catch_warnings():
        if framework is not tnn:
            warnings.simplefilter("ignore")  # PyTorch's, on targets that broadcast
        return case.row.call(framework)(*tensors, **attributes)


def run(framework: Any, case: Case, operands: list[Any], order: int = 1) -> Result:
    """Call the operation and differentiate it `order` times, from a random cotangent."""
    tensors = [leaf(framework, operand) for operand in operands]
    output = call(framework, case, tensors)
    if not output.requires_grad:
        return Result(output, [])
    random = np.random.default_rng(order)
    drawn = random.standard_normal(tuple(output.shape))
    cotangent = leaf(framework, np.asarray(drawn).astype(array(output).dtype))
    variables = [tensor for tensor in tensors if tensor.requires_grad]
    return Result(output, derivatives(framework, output, variables, cotangent, order))


def derivatives(
    framework: Any, output: Any, variables: list[Any], cotangent: Any, order: int
) -> list[Any]:
    """The gradients; beyond the first order, those of a random combination of the gradients before.

    Of their sum it would not be seen that two errors cancel.
    """
    random = np.random.default_rng(100 + order)
    grad = framework.autograd.grad
    found = grad(output, variables, cotangent, create_graph=order > 1, allow_unused=True)
    for remaining in range(order - 1, 0, -1):
        terms = []
        for gradient in found:
            if gradient is None:
                continue
            weight = leaf(framework, random.standard_normal(tuple(gradient.shape))).detach()
            if gradient.requires_grad:
                terms.append((gradient * weight).sum())
        if not terms:
            return []
        if remaining == order - 1:
            variables = [*variables, cotangent]
        found = grad(sum(terms), variables, create_graph=remaining > 1, allow_unused=True)
    return list(found)


# --- what is checked of it ------------------------------------------------------------------------


def assert_close(
    ours: Any, theirs: Any, what: object, rtol: float = 1e-10, atol: float = 1e-12
) -> None:
    """Equal to `rtol`, and to `atol` of the largest element; inf and nan in the same places."""
    expected = theirs.astype(np.float64)
    scale = max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0))
    np.testing.assert_allclose(
        ours.astype(np.float64), expected, rtol, atol * scale, err_msg=str(what)
    )


def assert_same(ours: Result, theirs: Result, case: Case) -> None:
    """The same value, shape, dtype and gradients; where one has no gradient the other's is zero."""
    assert tuple(ours.output.shape) == tuple(theirs.output.shape), case
    assert str(ours.output.dtype) == str(theirs.output.dtype), case
    assert_close(array(ours.output), array(theirs.output), case)
    for i in range(max(len(ours.gradients), len(theirs.gradients))):
        pair = [None if not each.gradients else each.gradients[i] for each in (ours, theirs)]
        there = [array(each) for each in pair if each is not None]
        if there:
            one, other = (np.zeros_like(there[0]) if each is None else array(each) for each in pair)
            assert one.shape == other.shape, f"{case}, gradient {i}"
            assert_close(one, other, f"{case}, gradient {i}")


def check_against_torch(case: Case, operands: list[Any] | None = None, order: int = 1) -> None:
    torch = pytest.importorskip("torch")
    operands = case.draw() if operands is None else operands
    assert_same(run(tnn, case, operands, order), run(torch, case, operands, order), case)


def on_a_grid(operands: list[Any], step: float = 1.0) -> list[Any]:
    """Operands cut off until they tie, and hit 0 where |x| has its kink and 1 / x its pole."""
    return [np.trunc(x / step) * step if x.dtype.kind == "f" else x for x in operands]


def check_against_differences(case: Case) -> None:
    """Every entry of the gradient against (f(x + h) - f(x - h)) / 2h."""
    operands = [leaf(tnn, operand) for operand in case.draw()]
    assert gradcheck(lambda *given: call(tnn, case, list(given)), operands)


def check_second_against_differences(case: Case, fast_mode: bool = True) -> None:
    operands = [leaf(tnn, operand) for operand in case.draw()]
    assert gradgradcheck(lambda *given: call(tnn, case, list(given)), operands, fast_mode=fast_mode)


def check_against_parts(case: Case, order: int = 1) -> None:
    """A fused operation against the composition of simpler ones that defines it."""
    composite = registry[case.row.name].composite
    parts = Row(
        case.row.name,
        *case.row.operands,
        spelling=lambda _, *given, **named: composite(*given, **named),
    )
    operands = case.draw()
    fused = run(tnn, case, operands, order)
    assert_same(fused, run(tnn, Case(parts, case.sample), operands, order), case)
    assert any(gradient is not None for gradient in fused.gradients)
