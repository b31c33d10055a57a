"""Running one case of the table, in tinygrad_nn or in PyTorch by the same code, and comparing the two.
Read `ops/test_ops_against_torch.py` next, which does so for all of them.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from op_rows import Case

import tinygrad_nn as tnn


class Result(NamedTuple):
    """The output, and per float operand (and last, beyond the first order, the cotangent) its
    gradient; None where nothing flows."""

    output: Any
    gradients: list[Any]


def leaf(framework: Any, array: Any) -> Any:
    """A tensor over the array itself in tinygrad_nn, over a copy in PyTorch, which refuses some."""
    array = np.asarray(array)  # NumPy hands back scalars for 0-d
    tensor = framework.from_numpy(array if framework is tnn else array.copy())
    return tensor.requires_grad_(array.dtype.kind == "f")


def attribute(framework: Any, value: Any, dtype: Any) -> Any:
    """An argument in the framework's types: arrays as tensors, floats of them in the operands' dtype."""
    if isinstance(value, np.ndarray):
        value = value.astype(dtype) if value.dtype.kind == "f" and dtype.kind == "f" else value
        return framework.from_numpy(value.copy())
    if isinstance(value, type):
        return getattr(framework, np.dtype(value).name)
    if isinstance(value, tuple):
        return tuple(attribute(framework, each, dtype) for each in value)
    return value


def call(framework: Any, case: Case, tensors: list[Any]) -> Any:
    """The operation's output; float arrays among its attributes come in the first operand's dtype."""
    dtype = tensors[0].detach().numpy().dtype
    given = case.sample.attributes.items()
    attributes = {name: attribute(framework, value, dtype) for name, value in given}
    with warnings.catch_warnings():
        if framework is not tnn:
            warnings.simplefilter("ignore")  # PyTorch's, on targets that broadcast
        return case.row.call(framework)(*tensors, **attributes)


def run(framework: Any, case: Case, operands: list[Any], order: int = 1) -> Result:
    """Call the operation and differentiate it `order` times.

    The cotangent is random, and beyond the first order the gradient of a random combination of the
    gradients is taken; a sum of them would not see a sign that cancels.
    """
    tensors = [leaf(framework, operand) for operand in operands]
    output = call(framework, case, tensors)
    if not output.requires_grad:
        return Result(output, [])
    random = np.random.default_rng(order)
    dtype = output.detach().numpy().dtype
    cotangent = leaf(framework, random.standard_normal(tuple(output.shape)).astype(dtype))
    variables = [tensor for tensor in tensors if tensor.requires_grad]
    return Result(output, derivatives(framework, output, variables, cotangent, order))


def derivatives(
    framework: Any, output: Any, variables: list[Any], cotangent: Any, order: int
) -> list[Any]:
    random = np.random.default_rng(100 + order)
    grad = framework.autograd.grad
    found = grad(output, variables, cotangent, create_graph=order > 1, allow_unused=True)
    for remaining in range(order - 1, 0, -1):
        terms = []
        for gradient in found:
            if gradient is None:
                continue
            weight = random.standard_normal(tuple(gradient.shape))
            if gradient.requires_grad:
                terms.append((gradient * leaf(framework, weight).detach()).sum())
        if not terms:
            return []
        variables = [*variables, cotangent] if remaining == order - 1 else variables
        found = grad(sum(terms), variables, create_graph=remaining > 1, allow_unused=True)
    return list(found)


def array(tensor: Any) -> Any:
    return tensor.detach().numpy(force=True)


def assert_close(ours: Any, theirs: Any, what: object, rtol: float = 1e-10, atol: float = 1e-12) -> None:
    """Equal to `rtol`, and to `atol` of the largest finite element; inf and nan in the same places."""
    finite = np.abs(theirs[np.isfinite(theirs)]) if theirs.dtype.kind == "f" else np.abs(theirs)
    scale = max(1.0, float(finite.max(initial=0)))
    np.testing.assert_allclose(
        ours.astype(np.float64), theirs.astype(np.float64), rtol, atol * scale, err_msg=str(what)
    )


def assert_same(ours: Result, theirs: Result, case: Case, rtol: float = 1e-10) -> None:
    """The same value, shape, dtype and gradients; no gradient at all is a gradient of zeros."""
    assert tuple(ours.output.shape) == tuple(theirs.output.shape), case
    assert str(ours.output.dtype) == str(theirs.output.dtype), case
    assert_close(array(ours.output), array(theirs.output), case, rtol)
    for i in range(max(len(ours.gradients), len(theirs.gradients))):
        first, second = (each.gradients[i] if each.gradients else None for each in (ours, theirs))
        if first is None and second is None:
            continue
        first, second = (each if each is not None else like * 0 for each, like in ((first, second), (second, first)))
        what = f"{case}, gradient {i}"
        assert tuple(first.shape) == tuple(second.shape), what
        assert_close(array(first), array(second), what, rtol)
