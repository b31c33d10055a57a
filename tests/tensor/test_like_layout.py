"""`zeros_like` and its kin lie in memory as their model does, an expanded one row by row.
Read `test_creation.py` next.
"""

from __future__ import annotations

import pytest

import tinygrad_nn as tnn
from tests.beside_torch import torch


@pytest.mark.parametrize("name", ["zeros_like", "ones_like", "empty_like"])
def test_the_strides_are_pytorchs(name):
    for make in (lambda t: t.ones(3, 4).t(), lambda t: t.ones(4, 1).expand(4, 3).t()):
        ours, theirs = (tuple(getattr(t, name)(make(t)).stride()) for t in (tnn, torch))
        assert ours == theirs
