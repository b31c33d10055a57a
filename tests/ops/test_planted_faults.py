"""Wrong gradient rules planted on purpose: the checks that the other tests run refuse each.
Read `table/op_checks.py` next: these checks.
"""

import inspect

import pytest
from op_checks import (
    check_against_differences,
    check_against_parts,
    check_against_torch,
    check_second_against_differences,
    check_what_requires_a_gradient,
    on_a_grid,
)
from op_faults import FAULTS, planted
from op_rows import cases
from op_table import COMPOSED, TABLE

from tinygrad_nn.autograd import GradcheckError, registry
from tinygrad_nn.errors import ShapeError

ROWS = {row.name: row for row in TABLE}
COMPOSED_ROWS = {row.name.partition("(")[0]: row for row in COMPOSED}
FLAT = {("sign", "input"), ("threshold_backward", "input")}  # their gradient is 0
FLAT |= {("fill", "input"), ("drawn", "input"), ("div_rounded", "input"), ("div_rounded", "other")}
FLAT |= {(name, "input") for name in ("floor", "ceil", "trunc", "round", "heaviside")}
FLAT |= {(name, "other") for name in ("div_rounded", "floor_divide", "copysign", "nextafter")}
FLAT |= {("div_rounded", "input"), ("floor_divide", "input")}
FLAT |= {("heaviside", "values")}  # but at 0, where its row has no number but at ties
FLAT |= {("leaky_relu_backward", "input"), ("hardtanh_backward", "input")}
FLAT |= {("shrink_backward", "input")}
FLAT |= {("div_rounded", "input"), ("div_rounded", "other")}


def at_ties(case):
    check_against_torch(case, on_a_grid(case.draw()))


def at_second_order(case):
    check_against_torch(case, order=2)


CHECKS = {
    "torch": check_against_torch,
    "composed": check_against_torch,
    "requires": check_what_requires_a_gradient,
    "differences": check_against_differences,
    "ties": at_ties,
    "second order": at_second_order,
    "second differences": check_second_against_differences,
    "parts": check_against_parts,
}
WITH_TORCH = ("torch", "composed", "requires", "ties", "second order")


def refusals(op, check):
    """The errors with which a check refuses the operation at the samples of its row, as they come.

    The rule that is wrong is refused where the first of them comes: `any(refusals(...))`.
    """
    rows = [ROWS[op]] if check != "composed" else [COMPOSED_ROWS[op]]
    for case in cases(rows):
        if "differences" in check and "dtype" in case.sample.attributes:
            continue  # float32 is too coarse for them
        try:
            CHECKS[check](case)
        except (AssertionError, GradcheckError, ShapeError) as error:
            yield error


@pytest.mark.parametrize(
    ("name", "check"), [(name, check) for name in FAULTS for check in FAULTS[name].checks]
)
def test_a_wrong_rule_is_refused(name, check):
    if check in WITH_TORCH:
        pytest.importorskip("torch")
    op, rules, _ = FAULTS[name]
    with planted(registry[op], rules):
        assert any(refusals(op, check))


@pytest.mark.parametrize(
    ("op", "check"), sorted({(each.op, check) for each in FAULTS.values() for check in each.checks})
)
def test_the_right_rule_passes_the_same_check(op, check):
    if check in WITH_TORCH:
        pytest.importorskip("torch")
    assert list(refusals(op, check)) == []


@pytest.mark.parametrize(
    ("op", "operand"),
    [
        (row.name, operand)
        for row in TABLE
        for rule in registry[row.name].rules
        for operand in rule.operands
        if (row.name, operand) not in FLAT
    ],
)
def test_no_rule_may_be_off_by_a_thousandth(op, operand):
    pytest.importorskip("torch")
    op_ = registry[op]
    (rule,) = (rule for rule in op_.rules if operand in rule.operands)
    place = rule.operands.index(operand) if len(rule.operands) > 1 else None

    def scaled(*arguments):
        answer = rule.formula(*arguments)
        if not isinstance(answer, (list, tuple)):
            return answer * 1.001
        return [
            each if each is None or place not in (None, i) else each * 1.001
            for i, each in enumerate(answer)
        ]

    scaled.__signature__ = inspect.signature(rule.formula)
    with planted(op_, {operand: scaled}):
        assert any(refusals(op, "torch"))


def test_a_wrong_composite_is_refused():
    """It is what runs where the backward pass of a joint rule is itself recorded."""
    pytest.importorskip("torch")
    op = registry["cross_entropy"]
    own = op.composite
    op.composite = lambda *given, **named: own(*given, **named) * 1.001
    try:
        assert any(refusals("cross_entropy", "second order"))
        assert any(refusals("cross_entropy", "parts"))
    finally:
        op.composite = own
    assert list(refusals("cross_entropy", "second order")) == []


def test_a_gradient_of_the_wrong_output_is_refused(monkeypatch):
    """Each of several outputs has a cotangent of its own, so that two exchanged are seen."""
    pytest.importorskip("torch")
    for name, operand in (("unbind", "input"), ("split", "tensor")):
        (rule,) = registry[name].rules

        def turned(g, dim, formula=rule.formula):
            return formula([*g[1:], g[0]] if len({x.shape for x in g}) == 1 else g, dim)

        turned.__signature__ = inspect.signature(rule.formula)
        with planted(registry[name], {operand: turned}):
            assert any(refusals(name, "torch"))
            assert any(refusals(name, "differences"))


def test_planting_leaves_no_trace():
    op = registry["tanh"]
    before = op.rules
    with planted(op, FAULTS["tanh forgets the square"].rules):
        assert op.rules != before
    assert op.rules == before
    assert list(refusals("tanh", "differences")) == []
