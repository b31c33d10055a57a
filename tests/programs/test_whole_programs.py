"""Whole programs print the same losses as in PyTorch, from the same seed.
Read `whole_programs.py` beside it.
"""

import numpy as np
import pytest
from whole_programs import PROGRAMS, STEPS

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")
pytest.importorskip("torch.utils.data")  # a program asks for it by name

RTOL = {"float32": 1e-4, "float64": 1e-9}


def losses(f, name, dtype):
    before = f.get_default_dtype()
    f.set_default_dtype(getattr(f, dtype))
    try:
        return PROGRAMS[name](f)
    finally:
        f.set_default_dtype(before)


@pytest.mark.parametrize("dtype", RTOL)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_first_50_losses_are_pytorchs(name, dtype):
    ours, theirs = (losses(f, name, dtype) for f in (tnn, torch))
    assert len(ours) >= STEPS
    np.testing.assert_allclose(ours, theirs, RTOL[dtype])
    assert np.mean(ours[-10:]) < np.mean(ours[:10])  # it learns
