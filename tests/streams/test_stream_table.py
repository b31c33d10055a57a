"""Every row of the table of random calls is PyTorch's, and no draw touches anyone else's stream.
Read `stream_calls.py` next, for the rows.
"""

import random

import numpy as np
import pytest
from stream_table import CALLS, difference, measured, run

import tinygrad_nn as tnn


def test_the_table_has_enough_calls():
    assert len(CALLS) >= 60
    assert sum(len(call.sizes) * len(call.dtypes) for call in CALLS) > 2000


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_a_call_draws_pytorchs_numbers(call):
    line = measured(call)
    assert line.out_of_step == 0
    assert line.largest <= call.tolerance
    if call.tolerance == 0.0:
        assert line.exact == line.cases


def test_other_numbers_are_seen():
    x, y = np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-15])
    assert difference([x], [x]) == 0
    assert 0 < difference([x], [y]) < 1e-15
    assert difference([x], [x.astype(np.float32)]) == np.inf
    assert difference([np.zeros(1)], [-np.zeros(1)]) > 0


def test_the_global_generators_of_python_and_numpy_are_never_touched():
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    for call in CALLS:
        run(tnn, call, 5, call.dtypes[0])
    tnn.random.seed()
    assert random.getstate() == python
    now = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(numpy, now, strict=True))
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    first = tnn.manual_seed(3).uniform((4,))
    random.seed(2)
    np.random.seed(2)  # noqa: NPY002
    assert np.array_equal(tnn.manual_seed(3).uniform((4,)), first)
