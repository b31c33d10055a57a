"""Values and gradients at ties, kinks, zeros and infinities: the numbers themselves, no oracle.
Read `test_numerics.py` next. `table/convention_rows.py` says what a row is, and what a tag means.
"""

from collections import Counter

import numpy as np
import pytest
from convention_rows import MEANING
from convention_table import CONVENTIONS
from looping import looped

import tinygrad_nn as tnn


def rows(*tags):
    chosen = [row for row in CONVENTIONS if row.tag in tags]
    return looped("row", chosen, ids=map(str, chosen))


def test_the_table_is_complete():
    assert [row.number for row in CONVENTIONS] == [f"G{number:03}" for number in range(1, 207)]
    assert Counter(row.tag for row in CONVENTIONS) == dict(
        zip(MEANING, (129, 35, 37, 5), strict=True)
    )


@rows("must", "should")
def test_the_convention_holds(row):
    assert row.differences(row.run(tnn)) == []


@rows("free")
def test_what_is_left_open_fails_nowhere(row):
    assert all(one is None or one.dtype is not np.dtype(object) for one in row.run(tnn))


@rows("refused")
def test_the_call_is_refused(row):
    with pytest.raises(row.error):
        row.run(tnn)


@rows("must", "should", "free")
def test_pytorch_gives_the_numbers_of_the_table(row):
    assert row.differences(row.run(pytest.importorskip("torch"))) == []


@pytest.mark.parametrize("change", [1e-9, np.nan])
def test_a_wrong_gradient_is_found(change):
    row = next(row for row in CONVENTIONS if row.number == "G106")
    value, grad = row.run(tnn)
    assert row.differences([value, grad + change]) != []
    assert row.differences([value, None]) != []
