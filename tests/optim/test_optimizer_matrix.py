"""A sample of the matrix of optimizers beside PyTorch; all of it is marked slow.
Read `optimizer_matrix.py` first.
"""

import pytest
from rules import GRIDS, cases

matrix = pytest.importorskip("optimizer_matrix", reason="could not import 'torch'")

SAMPLE = [case for name in GRIDS for case in list(cases(name))[:: len(list(cases(name))) // 3]]


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_a_set_of_options_is_pytorch_s(case):
    assert matrix.disagreements(case, steps=30) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", GRIDS)
def test_every_set_of_options_is_pytorch_s(name):
    assert matrix.main([name]) == 0


def test_a_rule_that_is_wrong_in_a_place_is_found(monkeypatch):
    from tinygrad_nn.optim import RMSprop

    right = RMSprop.update

    def wrong(self, p, g, group, state):
        right(self, p, g, {**group, "eps": group["eps"] + 1e-9}, state)

    monkeypatch.setattr(RMSprop, "update", wrong)
    assert matrix.disagreements(next(iter(cases("RMSprop"))), steps=30) != []
