"""What shows how a training loop goes: a bar, and curves for TensorBoard.
Read `test_order_of_batches.py` beside it.
"""

import sys

import numpy as np
import pytest

import tinygrad_nn as tnn


def test_progress_gives_all_with_and_without_tqdm(monkeypatch, capsys):
    assert list(tnn.utils.progress([1, 2, 3], disable=True)) == [1, 2, 3]
    monkeypatch.setattr("tinygrad_nn.utils.progress_bar.find_spec", lambda name: None)
    assert list(tnn.utils.progress([1, 2, 3], desc="epoch")) == [1, 2, 3]
    assert capsys.readouterr().err == ""


def test_tensors_are_written_as_arrays(monkeypatch):
    """By a writer that notes what it is given."""
    given = []

    class Writer:
        def __init__(self, *args, **options):
            given.append((args, options))

        def add_scalars(self, *args, **options):
            given.append((args, options))

        def close(self):
            given.append("closed")

    module = type(sys)("tensorboardX")
    module.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "tensorboardX", module)
    with tnn.utils.tensorboard.SummaryWriter("runs", flush_secs=3) as writer:
        writer.add_scalars("loss", {"train": tnn.ones(2, requires_grad=True)}, global_step=4)
    assert given[0] == (("runs", ""), {"flush_secs": 3})
    (tag, values), options = given[1]
    assert (tag, options) == ("loss", {"global_step": 4})
    assert type(values["train"]) is np.ndarray
    assert given[2] == "closed"


def test_curves_are_in_the_file(tmp_path):
    pytest.importorskip("tensorboardX")
    with tnn.utils.tensorboard.SummaryWriter(tmp_path) as writer:
        for step in range(3):
            writer.add_scalar("loss", tnn.tensor(0.5) * step, step)
        writer.add_histogram("weights", tnn.arange(10.0))
        assert writer.logdir == str(tmp_path)
    (file,) = tmp_path.iterdir()
    written = file.read_bytes()
    assert written.count(b"loss") >= 3
    assert b"weights" in written


def test_without_tensorboardx_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError, match=r"pip install 'tinygrad_nn\[tensorboard\]'"):
        tnn.utils.tensorboard.SummaryWriter()
