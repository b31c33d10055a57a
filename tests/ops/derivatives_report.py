"""A command: how many operations and cases gradcheck, gradgradcheck, jacobian and hessian hold for.
Read `test_ops_second_order.py` next, where the first two are tests.

    python tests/ops/derivatives_report.py
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent / "table"))

from jacobian_checks import (
    CASES,
    NO_HESSIAN_IN_PYTORCH,
    check_hessians,
    check_jacobians,
)
from op_checks import check_against_differences, check_second_against_differences
from op_rows import Case, cases
from op_table import COMPOSED, TABLE

torch = pytest.importorskip("torch")  # where this file is collected for its doctests

SMOOTH = [
    case
    for case in cases([row for row in TABLE + COMPOSED if row.differentiable])
    if "dtype" not in case.sample.attributes
]
CHECKS: dict[str, tuple[list[Case], Callable[[Case], Any]]] = {
    "gradcheck": (
        [
            case for case in SMOOTH if case.row.name != "ctc_loss"
        ],  # that of the logits, as PyTorch's
        check_against_differences,
    ),
    "gradgradcheck": (SMOOTH, check_second_against_differences),
    "jacobian, jacrev, jacfwd": (CASES, lambda case: check_jacobians(case, torch)),
    "hessian, func.hessian": (
        [case for case in CASES if case.row.name not in NO_HESSIAN_IN_PYTORCH],
        lambda case: check_hessians(case, torch),
    ),
}


def main() -> None:
    """Print a line for each check, and one for each case that it does not hold for."""
    print(f"{'':28}{'operations':>12}{'cases':>8}{'failing':>9}")
    for name, (tried, check) in CHECKS.items():
        failing = []
        for case in tried:
            try:
                check(case)
            except Exception as error:
                failing.append(f"  {case}: {type(error).__name__}: {error}".split("\n")[0])
        operations = {case.row.name for case in tried}
        print(f"{name:28}{len(operations):>12}{len(tried):>8}{len(failing):>9}")
        for line in failing:
            print(line)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
