"""Wrong gradient rules planted on purpose: the checks that the other tests run refuse each.
Read `../op_checks.py` next: these checks.
"""

from collections.abc import Callable
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pytest
from op_checks import (
    check_against_differences,
    check_against_parts,
    check_against_torch,
    check_second_against_differences,
    on_a_grid,
)
from op_rows import cases
from op_table import TABLE

from tinygrad_nn.autograd import GradcheckError, registry
from tinygrad_nn.ops.dims import kept_shape
from tinygrad_nn.ops.index import _along, as_index, put
from tinygrad_nn.ops.linalg import _right_rule
from tinygrad_nn.ops.loss import _cross_entropy_rule, _mse_rule, _nll_rule
from tinygrad_nn.ops.shape import expand, permute

ROWS = {row.name: row for row in TABLE}


class Fault(NamedTuple):
    """A wrong rule per operand, and the checks that have to refuse it."""

    op: str
    rules: dict[str, Callable]
    checks: tuple[str, ...]


def fault(op, *checks, **rules):
    return Fault(op, rules, checks or ("torch", "differences"))


@contextmanager
def planted(op, rules):
    """The operation with these rules instead of its own for the same operands."""
    own = op.rules
    op.rules = tuple(rule for rule in own if op.parameters[rule.position] not in rules)
    op.add_rules(rules)
    try:
        yield
    finally:
        op.rules = own
        op.add_rules({})  # forgets what the planted rules kept


def at_ties(case):
    check_against_torch(case, on_a_grid(case.draw()))


def at_second_order(case):
    check_against_torch(case, order=2)


CHECKS = {
    "torch": check_against_torch,
    "differences": check_against_differences,
    "ties": at_ties,
    "second order": at_second_order,
    "second differences": check_second_against_differences,
    "parts": check_against_parts,
}
HIGHER = ("second order", "second differences")

FAULTS = {
    "sub gives b the sign of a": fault("sub", b=lambda g: g),
    "mul gives a its own value": fault("mul", a=lambda g, a: g * a),
    "div forgets to divide b's gradient once more": fault("div", b=lambda g, y, b: -g * y),
    "div is 1e-3 off": fault("div", "torch", a=lambda g, b: g / b * 1.001),
    "pow does not lower the exponent": fault("pow", a=lambda g, a, b: g * b * a**b),
    "exp takes the operand for the output": fault("exp", x=lambda g, x: g * x),
    "sqrt forgets the 2": fault("sqrt", x=lambda g, y: g / y),
    "tanh forgets the square": fault("tanh", x=lambda g, y: g * (1.0 - y)),
    "tanh takes the operand for the output": fault("tanh", x=lambda g, x: g * (1.0 - x * x)),
    "sigmoid is 1e-3 off": fault("sigmoid", "torch", x=lambda g, y: g * y * (1.0 - y) * 1.001),
    "exp treats its output as a constant": fault(
        "exp", *HIGHER, x=lambda g, y: g * np.exp(0.0 * g) * getattr(y, "detach", lambda: y)()
    ),
    "relu passes everything on": fault("relu", x=lambda g: g),
    "relu passes the gradient at 0": fault("relu", "ties", x=lambda g, x: g * (x >= 0)),
    "abs has a gradient of 1 at 0": fault(
        "abs", "ties", x=lambda g, x: g * np.where(x < 0, -1.0, 1.0)
    ),
    "maximum gives a tie to the first": fault(
        "maximum", "ties", a=lambda g, a, b: g * (a >= b), b=lambda g, a, b: g * (b > a)
    ),
    "clamp stops the gradient at its bounds": fault(
        "clamp", "ties",
        x=lambda g, x, min, max: g
        * ((x > (-np.inf if min is None else min)) & (x < (np.inf if max is None else max))),
    ),
    "where mixes up its branches": fault(
        "where", x=lambda g, condition: np.where(condition, 0.0, g)
    ),
    "sum divides as a mean": fault(
        "sum", x=lambda g, x_shape, dim: expand(g.reshape(kept_shape(x_shape, dim)), x_shape) / 2
    ),
    "mean divides by all elements": fault(
        "mean",
        x=lambda g, x_shape, dim: expand(
            g.reshape(kept_shape(x_shape, dim)) / (np.prod(x_shape) or 1), x_shape
        ),
    ),
    "var forgets the mean": fault(
        "var",
        x=lambda g, x, x_shape, dim: g.reshape(kept_shape(x_shape, dim)) * 2.0 * x / 3,
    ),
    "amax gives a tie to all": fault(
        "amax", "ties",
        x=lambda g, x, y, x_shape, dim: (x == y.reshape(kept_shape(x_shape, dim)))
        * g.reshape(kept_shape(x_shape, dim)),
    ),
    "softmax leaves out the sum": fault("softmax", x=lambda g, y, dim: y * g),
    "log_softmax leaves out the sum": fault("log_softmax", x=lambda g, y, dim: g - np.exp(y) * g),
    "logsumexp forgets the softmax": fault(
        "logsumexp", x=lambda g, x_shape, dim: expand(g.reshape(kept_shape(x_shape, dim)), x_shape)
    ),
    "permute applies its dims again": fault("permute", x=lambda g, dims: permute(g, dims)),
    "cat hands the pieces out in reverse": fault(
        "cat",
        tensors=lambda g, tensors_shape, dim: [g.sum() * np.ones(shape) for shape in tensors_shape],
    ),
    "getitem does not add up repeats": fault(
        "getitem", x=lambda g, x_shape, index: _set_at(g, index, x_shape)
    ),
    "gather does not add up repeats": fault(
        "gather",
        x=lambda g, x_shape, dim, index: _set_at(
            g, _along(dim, np.asarray(index)) if x_shape else (), x_shape
        ),
    ),
    "matmul forgets the transpose": fault(
        "matmul",
        b=lambda g, a, b_shape: a @ g
        if tuple(a.shape) == b_shape == (3, 3)
        else _right_rule(g, a, b_shape),
    ),
    "linear forgets the weight": fault(
        "linear", weight=lambda g, input, weight_shape: np.ones_like(g, shape=weight_shape)
    ),
    "mse_loss forgets the 2": fault(
        "mse_loss", "torch", "differences", "parts",
        input=lambda g, input, target, reduction: _mse_rule(g, input, target, reduction) / 2,
    ),
    "mse_loss divides a sum": fault(
        "mse_loss", "torch", "differences", "parts",
        input=lambda g, input, target, reduction: _mse_rule(
            g, input, target, "mean" if reduction == "sum" else reduction
        ),
    ),
    "nll_loss ignores the weights": fault(
        "nll_loss", "torch", "differences", "parts",
        input=lambda g, input_shape, target, ignore_index, reduction: _nll_rule(
            g, input_shape, target, None, ignore_index, reduction
        ),
    ),
    "cross_entropy forgets label smoothing": fault(
        "cross_entropy", "torch", "differences", "parts",
        input=lambda g, input, target, weight, ignore_index, reduction: _cross_entropy_rule(
            g, input, target, weight, ignore_index, reduction, 0.0
        ),
    ),
    "cross_entropy counts the ignored": fault(
        "cross_entropy", "torch", "differences", "parts",
        input=lambda g, input, target, weight, reduction, label_smoothing: _cross_entropy_rule(
            g, input, np.maximum(target, 0), weight, -100, reduction, label_smoothing
        ),
    ),
    "binary cross-entropy leaves the target's gradient out": fault(
        "binary_cross_entropy_with_logits", "torch", "differences", "parts",
        target=lambda g, input: 0.0 * g * input,
    ),
}  # fmt: skip


def _set_at(g, index, shape):
    made = np.zeros_like(g, shape=shape)
    put(made, as_index(index), g)
    return made


def refusals(op, check):
    """The errors with which a check refuses the operation at the samples of its row."""
    found = []
    for case in cases([ROWS[op]]):
        if "differences" in check and "dtype" in case.sample.attributes:
            continue  # float32 is too coarse for them
        try:
            CHECKS[check](case)
        except (AssertionError, GradcheckError) as error:
            found.append(error)
    return found


@pytest.mark.parametrize(
    ("name", "check"), [(name, check) for name in FAULTS for check in FAULTS[name].checks]
)
def test_a_wrong_rule_is_refused(name, check):
    if check in ("torch", "ties", "second order"):
        pytest.importorskip("torch")
    op, rules, _ = FAULTS[name]
    with planted(registry[op], rules):
        assert refusals(op, check)


@pytest.mark.parametrize(
    ("op", "check"), sorted({(each.op, check) for each in FAULTS.values() for check in each.checks})
)
def test_the_right_rule_passes_the_same_check(op, check):
    if check in ("torch", "ties", "second order"):
        pytest.importorskip("torch")
    assert refusals(op, check) == []


@pytest.mark.parametrize(
    ("op", "operand"),
    [
        (row.name, registry[row.name].parameters[rule.position])
        for row in TABLE
        for rule in registry[row.name].rules
        if row.name != "sign"  # whose gradient is 0
    ],
)
def test_no_rule_may_be_off_by_a_thousandth(op, operand, monkeypatch):
    pytest.importorskip("torch")

    def scaled(rule):
        def formula(*arguments):
            answer = rule.formula(*arguments)
            return [each * 1.001 for each in answer] if type(answer) is list else answer * 1.001

        return rule._replace(formula=formula)

    own = registry[op].rules
    position = registry[op].parameters.index(operand)
    planted = tuple(scaled(rule) if rule.position == position else rule for rule in own)
    monkeypatch.setattr(registry[op], "rules", planted)
    assert refusals(op, "torch")


def test_planting_leaves_no_trace():
    op = registry["tanh"]
    before = op.rules
    with planted(op, FAULTS["tanh forgets the square"].rules):
        assert op.rules != before
    assert op.rules == before
    assert refusals("tanh", "differences") == []
