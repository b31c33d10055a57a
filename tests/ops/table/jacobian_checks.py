"""Jacobians and Hessians of the operations of the table, one small case of each.
Read `../test_ops_jacobians.py` next, which compares them with PyTorch's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from op_checks import array, assert_close, drawn_like, leaf, outputs_of
from op_rows import Case, Row, cases
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn

# Elements of all operands; a Jacobian has a row for each of the output, and the most are slow.
LARGEST, SLOW = 180, 24
# PyTorch has no second derivative of these.
NO_HESSIAN_IN_PYTORCH = {"ctc_loss", "hardsigmoid"}


class Prepared:
    """A case as a function of real tensors: the operands that are differentiated by.

    A complex operand is given, and a complex output returned, as its real and imaginary parts.
    """

    def __init__(self, framework: Any, case: Case) -> None:
        self.framework, self.case = framework, case
        self.tensors = [leaf(framework, operand) for operand in case.draw()]
        self.places = [i for i, each in enumerate(self.tensors) if each.requires_grad]
        self.inputs = tuple(self.in_parts(self.tensors[i].detach()) for i in self.places)

    def in_parts(self, x: Any) -> Any:
        return self.framework.view_as_real(x.resolve_conj()) if x.is_complex() else x

    def outputs(self, *inputs: Any) -> tuple[Any, ...]:
        """Return the outputs that depend on the inputs."""
        tensors = list(self.tensors)
        for place, x in zip(self.places, inputs, strict=True):
            was_complex = self.tensors[place].is_complex()
            tensors[place] = self.framework.view_as_complex(x) if was_complex else x
        made = outputs_of(self.framework, self.case, tensors)
        return tuple(self.in_parts(y) for y in made if y.is_floating_point() or y.is_complex())

    def number(self, *inputs: Any) -> Any:
        """Return a weighed sum of the outputs' squares, so that a linear one has a Hessian too."""
        random, total = np.random.default_rng(5), 0.0
        for y in self.outputs(*inputs):
            weight = leaf(self.framework, drawn_like(random, y)).detach()
            total = total + (weight * y * y).sum()
        return total


def small_case(row: Row) -> Case | None:
    """Return the smallest case of a row that has several elements, and has outputs."""
    found = []
    for case in cases([row]):
        sizes = [int(np.prod(shape)) for shape in case.sample.shapes]
        if min(sizes) and sum(sizes) <= LARGEST and "dtype" not in case.sample.attributes:
            found.append((sum(sizes) < 4, sum(sizes), len(found), case))
    for *_, case in sorted(found):
        prepared = Prepared(tnn, case)
        outputs = prepared.outputs(*prepared.inputs)
        if outputs and all(y.numel() for y in outputs):
            return case
    return None


def is_large(case: Case) -> bool:
    return sum(int(np.prod(shape)) for shape in case.sample.shapes) > SLOW


# Their samples are large, or take other dtypes: the checks against differences hold them.
WITHOUT_CASE = {"argsort", "cast", "conv3d", "fold()", "gather(nowhere)"}

CASES = [
    case for row in TABLE + COMPOSED if row.differentiable and (case := small_case(row)) is not None
]


def flat(made: Any) -> list[Any]:
    """Return the tensors of nested tuples, one after the other."""
    if isinstance(made, (tuple, list)):
        return [each for part in made for each in flat(part)]
    return [made]


def compare(ours: Any, theirs: Any, what: object, rtol: float = 1e-9) -> int:
    """Hold the one to the other; return how many numbers were compared."""
    ours, theirs = flat(ours), flat(theirs)
    assert len(ours) == len(theirs), what
    for one, other in zip(ours, theirs, strict=True):
        assert tuple(one.shape) == tuple(other.shape), what
        assert_close(array(one), array(other), what, rtol, atol=1e-11)
    return sum(one.numel() for one in ours)


def _all(transform: Callable[..., Any], of: Callable[..., Any], inputs: Any) -> Any:
    return transform(of, argnums=tuple(range(len(inputs))))(*inputs)


def check_jacobians(case: Case, torch: Any) -> int:
    """Hold `autograd.functional.jacobian`, `func.jacrev` and `func.jacfwd` to PyTorch's first."""
    ours, theirs = Prepared(tnn, case), Prepared(torch, case)
    expected = torch.autograd.functional.jacobian(theirs.outputs, theirs.inputs)
    count = compare(
        tnn.autograd.functional.jacobian(ours.outputs, ours.inputs), expected, f"jacobian of {case}"
    )
    for name in ("jacrev", "jacfwd"):
        made = _all(getattr(tnn.func, name), ours.outputs, ours.inputs)
        compare(made, expected, f"{name} of {case}")
    return count


def check_hessians(case: Case, torch: Any) -> int:
    """Hold `autograd.functional.hessian` and `func.hessian` to PyTorch's first."""
    ours, theirs = Prepared(tnn, case), Prepared(torch, case)
    expected = torch.autograd.functional.hessian(theirs.number, theirs.inputs)
    count = compare(
        tnn.autograd.functional.hessian(ours.number, ours.inputs), expected, f"hessian of {case}"
    )
    compare(_all(tnn.func.hessian, ours.number, ours.inputs), expected, f"func.hessian of {case}")
    return count
