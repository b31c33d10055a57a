"""A tuple, list or range inside an index is an array of integers or a mask, as in PyTorch.
Read `test_ops_indexing.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from beside_torch import assert_same
from hypothesis import given, settings
from hypothesis import strategies as st

import tinygrad_nn as tnn
from tinygrad_nn.errors import DimensionError

FORMS = [
    "x[:, (0, 2)]",
    "x[(0, 1),]",
    "x[(0, 1), (0, 2)]",
    "x[((0, 1), (1, 0))]",
    "x[[[0, 1], [1, 0]]]",
    "x[[(0, 1), (1, 0)]]",
    "x[[0, slice(None)]]",
    "x[[0, None]]",
    "x[[0, ...]]",
    "x[[library.tensor([0, 1]), library.tensor([1, 0])]]",
    "x[:, (True, False, True)]",
    "x[(True, 0)]",
    "x[:, (True, 0)]",
    "x[[True, 0]]",
    "x[[np.int32(1), 0]]",
    "x[[np.array([0, 1]), 0]]",
    "x[[library.tensor(0), 1]]",
    "x[:, (np.int64(1), 2)]",
    "x[:, (library.tensor(0), 2)]",
    "x[:, ((0, library.tensor(1)), (1, 2))]",
    "x[:, ()]",
    "x[:, []]",
    "x[:, ([0, 1],)]",
    "x[:, (range(2), (1, 2))]",
    "x[:, (np.array([0, 1]), np.array([1, 2]))]",
    "x[..., (1,)]",
    "x[None, (0,)]",
    "x[:, (0, None)]",
    "x[:, (slice(0, 1),)]",
    "x[:, ('a',)]",
    "x[:, (0, 7)]",
    "x[range(2), range(2)]",
    "x[::0]",
    "x[:, 1::0]",
    "x[library.tensor([0]), ::0]",
    "x[::library.tensor(-1)]",
]


def read_and_write(library, form):
    """Return what the index reads, and x after a write there."""
    x = library.arange(24).reshape(2, 3, 4)
    names = {"x": x, "library": library, "np": np}
    seen = eval(form, names) + 0
    exec(f"{form} = -1", names)
    return seen, x


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_an_index_reads_and_writes_what_it_does_in_pytorch(form):
    try:
        assert_same(lambda library: read_and_write(library, form))
    except AssertionError as wrong:
        if "PyTorch raises" not in str(wrong):
            raise
        with pytest.raises((IndexError, TypeError, ValueError)):  # the classes may differ
            read_and_write(tnn, form)


small = st.integers(-2, 1)
rows = st.lists(small, min_size=2, max_size=2)
kinds = st.sampled_from(["tuple", "list", "np.array", "library.tensor"])


@st.composite
def parts(draw):
    """One part of an index, as it is written."""
    kind = draw(st.sampled_from(["int", "slice", "None", "row", "rows", "range"]))
    if kind == "int":
        return str(draw(small))
    if kind == "row":
        return f"{draw(kinds)}({draw(rows)})"
    if kind == "rows":
        inner = draw(
            st.lists(rows.map(draw(st.sampled_from([tuple, list]))), min_size=2, max_size=2)
        )
        return f"{draw(kinds)}({inner})"
    return {"slice": "slice(0, 2)", "None": "None", "range": "range(2)"}[kind]


@settings(max_examples=200, deadline=None)
@given(st.lists(parts(), min_size=1, max_size=3), st.booleans())
def test_any_index_of_sequences_reads_what_it_does_in_pytorch(index, in_a_list):
    written = f"[{', '.join(index)}]" if in_a_list else f"({', '.join(index)},)"
    program = f"library.arange(16).reshape(2, 2, 2, 2)[{written}]"
    assert_same(lambda library: eval(program, {"library": library, "np": np}))


@pytest.mark.parametrize("far", [2**63, -(2**63) - 1, 2**70])
def test_an_index_beyond_64_bits_is_out_of_bounds(far):
    x = tnn.arange(6).reshape(2, 3)
    for program in (
        lambda: x[far],
        lambda: x[0, far],
        lambda: x.__setitem__(far, 1),
        lambda: x.__setitem__((slice(None), far), 1),
    ):
        with pytest.raises(DimensionError, match=f"{far} is out of bounds for dimension"):
            program()
