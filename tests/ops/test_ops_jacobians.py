"""Jacobians and Hessians of every operation are PyTorch's, by `autograd.functional` and by `func`.
Read `derivatives_report.py` next, a command that counts them and the checks against differences.
"""

from __future__ import annotations

import pytest
from jacobian_checks import (
    CASES,
    NO_HESSIAN_IN_PYTORCH,
    WITHOUT_CASE,
    check_hessians,
    check_jacobians,
    is_large,
)
from op_table import COMPOSED, TABLE

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # PyTorch's, on complex numbers


def for_cases(but=()):
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(case, marks=[pytest.mark.slow] if is_large(case) else [], id=str(case))
            for case in CASES
            if case.row.name not in but
        ],
    )


def test_every_operation_has_a_small_case_or_is_known_to_have_none():
    with_case = {case.row.name for case in CASES}
    names = {row.name for row in TABLE + COMPOSED if row.differentiable}
    assert names - with_case == WITHOUT_CASE


@for_cases()
def test_jacobians_are_pytorchs(case):
    assert check_jacobians(case, torch) > 0


@for_cases(but=NO_HESSIAN_IN_PYTORCH)
def test_hessians_are_pytorchs(case):
    assert check_hessians(case, torch) > 0
