"""The three mistakes of the table that PyTorch lets pass, and what is done here instead.
Read `test_further_reports.py` next.
"""

from __future__ import annotations

import warnings

import graph_mistakes
import pytest
import training_mistakes
from silent_mistakes import SILENT

import tinygrad_nn as tnn


@pytest.mark.parametrize("number", SILENT)
def test_pytorch_is_silent_and_wrong(number):
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of anomaly mode
        assert SILENT[number].program(torch) == SILENT[number].in_pytorch


@pytest.mark.parametrize("number", ["S045", "S046"])
def test_the_same_program_is_refused_here(number):
    with pytest.raises(RuntimeError, match=r"in place|NumPy alias"):
        SILENT[number].program(tnn)


def test_s112_the_same_program_changes_nothing_here():
    assert SILENT["S112"].program(tnn) == [False] * 4


def test_s045_a_write_through_data_is_seen_by_backward():
    y = graph_mistakes.leaf(tnn).exp()
    y.data.zero_()
    with pytest.raises(RuntimeError, match=r"exp.*in place"):
        y.sum().backward()


@pytest.mark.parametrize("alias", ["from_numpy", "detach().numpy()"])
def test_s046_a_write_through_numpy_is_found_in_anomaly_mode(alias):
    def program():
        w = graph_mistakes.leaf(tnn)
        if alias == "from_numpy":
            array = tnn.ones(2, dtype=tnn.float64).numpy()
            x = tnn.from_numpy(array)
        else:
            x = w.detach().clone()
            array = x.detach().numpy()
        y = (w * x).sum()
        array[:] = 7.0
        y.backward()
        return w.grad.tolist()

    assert program() == [7.0, 7.0], "outside anomaly mode nothing watches the arrays"
    with tnn.autograd.detect_anomaly(), pytest.raises(RuntimeError) as caught:
        program()
    for fact in ("mul", "test_where_pytorch_is_silent.py:", "NumPy alias", ".copy()"):
        assert fact in str(caught.value)


@pytest.mark.parametrize("strict", [True, False])
def test_s112_a_failed_load_changes_nothing(strict):
    loaded = training_mistakes.model(tnn)
    before = {name: value.numpy().tobytes() for name, value in loaded.state_dict().items()}
    versions = [p._version for p in loaded.parameters()]
    state = {name: tnn.zeros(*value.shape) for name, value in loaded.state_dict().items()}
    state["1.weight"] = tnn.zeros(7, 7)
    with pytest.raises(RuntimeError, match=r"1\.weight"):
        loaded.load_state_dict(state, strict=strict)
    assert {name: value.numpy().tobytes() for name, value in loaded.state_dict().items()} == before
    assert [p._version for p in loaded.parameters()] == versions
