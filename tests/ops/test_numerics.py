"""Accuracy: far-out logits, long sums, spreads, float16, rounding, branches not taken, ties.
Read `numerics_report.py` next, a command that prints each figure beside PyTorch's.
"""

from __future__ import annotations

import numpy as np
import pytest
from numeric_figures import FIGURES, measured
from op_checks import run
from op_rows import cases
from op_table import COMPOSED, TABLE
from rounding_figures import FUNCTIONS, TAIL, off_in_the_tail, units_off

import tinygrad_nn as tnn

SAMPLES = {"float16": 0, "float32": 100_000, "float64": 300}
MANY = {"float32": 1_000_000, "float64": 100_000}


@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_the_figure_is_within_its_limit(figure):
    assert measured(figure, tnn) <= figure.limit


@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_the_figure_is_not_worse_than_pytorchs(figure):
    """Or hardly worse, where both are next to nothing."""
    torch = pytest.importorskip("torch")
    assert measured(figure, tnn) <= max(measured(figure, torch), figure.limit / 2)


def test_n2_nothing_raises_where_numpy_is_told_to_raise():
    with np.errstate(all="raise"):
        for case in cases(TABLE + COMPOSED):
            run(tnn, case, case.draw())


@pytest.mark.parametrize("dtype", SAMPLES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_n6_units_in_the_last_place(name, dtype):
    pytest.importorskip("torch")
    pytest.importorskip("mpmath")
    assert units_off(tnn, name, dtype, SAMPLES[dtype]) <= FUNCTIONS[name].limit


@pytest.mark.slow
@pytest.mark.parametrize("dtype", MANY)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_n6_units_in_the_last_place_of_many_numbers(name, dtype):
    pytest.importorskip("torch")
    pytest.importorskip("mpmath")
    assert units_off(tnn, name, dtype, MANY[dtype]) <= FUNCTIONS[name].limit


@pytest.mark.parametrize("x", TAIL)
def test_n6_the_tail_of_gelu(x):
    assert off_in_the_tail(tnn, x, "float64") < 1e-13
    if x > -5:
        assert off_in_the_tail(tnn, x, "float32") < 1e-6
