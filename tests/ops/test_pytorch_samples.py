"""The operations here do what PyTorch's do on the sample inputs of PyTorch's own database.
Read `pytorch_samples.py` next, which is also a command that lists what differs.
"""

import warnings

import pytest

pytest.importorskip("torch")
pytest.importorskip("expecttest", reason="PyTorch's database needs it")

from pytorch_samples import DIFFERENT, every_operation, here, tried

AGREE = 500  # names at least


@pytest.mark.slow
def test_every_operation_that_is_here_agrees_on_pytorchs_samples():
    agree, wrong = set(), {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for info in every_operation():
            if here(info.name) is None:
                continue
            made = tried(info)
            if made.differences or not made.samples:
                wrong[made.label] = (made.differences or made.untried)[:1]
            else:
                agree.add(made.name)
    unexpected = {name: says for name, says in wrong.items() if name not in DIFFERENT}
    assert not unexpected
    assert set(DIFFERENT) <= set(wrong), "these agree now: take them from the list"
    assert len(agree - {label.partition("/")[0] for label in wrong}) >= AGREE
