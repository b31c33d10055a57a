"""`tinygrad-nn train` as it goes on: its lines or its bar, and what Ctrl-C leaves.
Read `test_same_as_pytorch.py` next.
"""

import itertools
import os
import signal
import subprocess
import sys

import pytest
from training_runs import held_out_accuracy, history

import tinygrad_nn as tnn

# --- the progress --------------------------------------------------------------------------------


def test_without_a_terminal_progress_is_about_ten_lines(program, no_pictures):
    lines = program("train", "--iterations", 200).out.splitlines()
    shown = [line for line in lines if line.startswith("iteration ")]
    assert [int(line.split()[1].strip(":")) for line in shown] == list(range(0, 201, 20))
    assert "loss 2.3" in shown[0]
    assert "held-out accuracy 1" in shown[0]


def test_in_a_terminal_progress_is_a_bar(program, no_pictures, monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run = program("train", "--iterations", 20)
    assert "20/20" in run.err
    assert "held-out accuracy" in run.err
    assert "iteration  " not in run.out


def test_in_a_terminal_without_tqdm_progress_is_lines(program, no_pictures, monkeypatch, without):
    without("tqdm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run = program("train", "--iterations", 20)
    assert run.code == 0
    assert "\niteration     10: loss" in run.out


# --- Ctrl-C --------------------------------------------------------------------------------------


@pytest.mark.parametrize("terminal", [False, True])
def test_ctrl_c_saves_the_history_and_the_weights_reached(program, tmp_path, monkeypatch, terminal):
    step, calls = tnn.optim.SGD.step, itertools.count(1)

    def interrupted_step(self):
        step(self)
        if next(calls) == 25:
            raise KeyboardInterrupt

    monkeypatch.setattr(tnn.optim.SGD, "step", interrupted_step)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    run = program("train", "--iterations", 500, "--learning-rate", 1, "--out", "run")
    assert run.code == 130
    assert run.err.splitlines()[-1] == (
        "tinygrad-nn: stopped by Ctrl-C after 24 of 500 iterations; the history and the weights so "
        "far are in run"
    )
    rows = history(tmp_path / "run")
    assert [row["iteration"] for row in rows] == [0, 10, 20, 24]
    assert held_out_accuracy(tmp_path / "run") == rows[-1]["held_out_accuracy"]
    assert (tmp_path / "run/curve.png").exists()
    assert "Traceback" not in run.err


def test_ctrl_c_before_the_first_step_saves_the_fresh_network(program, tmp_path, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(tnn.optim.SGD, "zero_grad", interrupt)
    assert program("train", "--out", "run").code == 130
    rows = history(tmp_path / "run")
    assert [row["iteration"] for row in rows] == [0]
    assert held_out_accuracy(tmp_path / "run") == rows[0]["held_out_accuracy"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one other process")
def test_a_real_interrupt_ends_a_real_run(tmp_path):
    words = [
        "train",
        "--iterations",
        "1000000",
        "--batch-size",
        "8",
        "--out",
        str(tmp_path / "run"),
    ]
    heard = (  # a shell starts what it puts in the background deaf to Ctrl-C
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from tinygrad_nn.cli import main; sys.exit(main())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", heard, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stdout:
            if line.startswith("iteration"):
                break
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err
    said = err.splitlines()[-1]
    rows = history(tmp_path / "run")
    reached = int(rows[-1]["iteration"])
    assert said.startswith(
        f"tinygrad-nn: stopped by Ctrl-C after {reached} of 1000000 iterations; "
    )
    assert held_out_accuracy(tmp_path / "run") == rows[-1]["held_out_accuracy"]
