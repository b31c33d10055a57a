"""`tinygrad-nn train`: what it writes, that a seed decides everything, and how it stops.
Read `test_same_as_pytorch.py` next.
"""

import csv
import itertools
import os
import re
import signal
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.cli.experiment import load, make_network, split
from tinygrad_nn.cli.training import accuracy
from tinygrad_nn.datasets import LabelledImages
from tinygrad_nn.saving import load_file

PNG = b"\x89PNG\r\n\x1a\n"
PICTURES = {"curve.png", "predictions.png", "graph.svg"}
TEXTS = {"history.csv", "model.safetensors", "graph.dot"}


def history(folder) -> list[dict[str, float]]:
    with open(folder / "history.csv", newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def held_out_accuracy(folder, seed=0) -> float:
    """What the saved weights make of the images that `seed` holds out."""
    tnn.manual_seed(seed)
    data = split(load("digits"), brightest=16)
    model = make_network(64, 10, "default")
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return accuracy(model(data.held_out_images), data.held_out_labels)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder that one run of 25 iterations on the digits left, and what it printed."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("pygraphviz")
    folder = tmp_path_factory.mktemp("trained")
    words = ["train", "--iterations", "25", "--learning-rate", "1", "--out", str(folder / "run")]
    done = subprocess.run(
        [sys.executable, "-m", "tinygrad_nn", *words], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return folder / "run", done.stdout


def test_a_run_leaves_its_history_weights_and_pictures_and_says_so(trained):
    folder, printed = trained
    assert {path.name for path in folder.iterdir()} == PICTURES | TEXTS
    for name in PICTURES | TEXTS:
        assert name in printed
    assert str(folder) in printed
    assert "\nnext:    tinygrad-nn " in printed


def test_the_pictures_are_whole(trained):
    folder, _ = trained
    for name in ("curve.png", "predictions.png"):
        content = (folder / name).read_bytes()
        assert content.startswith(PNG)
        assert b"IEND" in content[-12:]
    texts = ElementTree.parse(folder / "graph.svg").iter("{http://www.w3.org/2000/svg}text")
    assert {"images", "(1498, 64) float32", "0.weight", "relu", "cross_entropy"} <= {
        text.text for text in texts
    }


def test_the_history_has_a_row_every_ten_iterations_and_for_the_first_and_the_last(trained):
    rows = history(trained[0])
    assert list(rows[0]) == ["iteration", "loss", "training_accuracy", "held_out_accuracy"]
    assert [row["iteration"] for row in rows] == [0, 10, 20, 25]
    assert rows[-1]["loss"] < 0.8 * rows[0]["loss"]
    assert all(0 <= row["training_accuracy"] <= 1 for row in rows)
    assert rows[-1]["held_out_accuracy"] > 0.5 > rows[0]["held_out_accuracy"]


def test_the_saved_weights_read_the_held_out_images_as_well_as_the_history_says(trained):
    folder, printed = trained
    reached = history(folder)[-1]["held_out_accuracy"]
    assert held_out_accuracy(folder) == reached
    assert f"held-out accuracy {reached:.1%} after 25 iterations" in printed


def test_the_same_seed_gives_the_same_files_and_another_seed_others(program, no_pictures, tmp_path):
    for folder, seed in (("first", 3), ("again", 3), ("other", 4)):
        assert program("train", "--iterations", 10, "--seed", seed, "--out", folder).code == 0
    for name in ("history.csv", "model.safetensors"):
        first, again, other = (
            (tmp_path / folder / name).read_bytes() for folder in ("first", "again", "other")
        )
        assert first == again
        assert first != other


def test_a_second_run_replaces_the_files_of_the_first(program, no_pictures, tmp_path):
    for iterations in (20, 10):
        assert program("train", "--iterations", iterations, "--out", "run").code == 0
    assert history(tmp_path / "run")[-1]["iteration"] == 10


def test_a_csv_file_like_kaggles_can_be_trained_on(program, kaggle_csv, tmp_path):
    path = kaggle_csv(30)
    run = program("train", "--data", path, "--iterations", 2, "--hidden", 3, "--out", "run")
    assert run.code == 0
    assert f"25 images to train on, 5 held out, of 28 x 28 pixels, from {path}" in run.out
    assert "784 pixels, 3 hidden units (ReLU), 10 digits: 2,395 weights and biases" in run.out
    assert load_file(tmp_path / "run/model.safetensors")["0.weight"].shape == (3, 784)


def test_the_environment_says_where_mnist_is(program, kaggle_csv, monkeypatch):
    monkeypatch.setenv("TINYGRAD_NN_DATA", str(kaggle_csv(12)))
    run = program("train", "--data", "mnist", "--iterations", 1)
    assert run.code == 0
    assert "10 images to train on, 2 held out" in run.out


def test_the_write_ups_weights_lie_within_a_half_and_have_no_gap(program, no_pictures, tmp_path):
    words = ("--init", "write-up", "--iterations", 1, "--learning-rate", 1e-9)
    assert program("train", *words, "--out", "run").code == 0
    weights = load_file(tmp_path / "run/model.safetensors")
    for values in weights.values():
        assert abs(values.array).max() <= 0.5
    assert abs(weights["0.weight"].array).max() > 0.49
    assert weights["0.bias"].array.std() > 0.1


@pytest.mark.parametrize(
    ("count", "trained_on", "held_out"),
    [(6, 5, 1), (100, 84, 16), (7000, 6000, 1000), (42_005, 41_000, 1000)],
)
def test_a_thousand_or_a_sixth_are_held_out_of_42_000_at_most(count, trained_on, held_out):
    images = np.arange(count, dtype=np.uint32).view(np.uint8).reshape(count, 1, 4)
    data = LabelledImages(images, np.arange(count), ("made up",))
    tnn.manual_seed(0)
    parts = split(data, brightest=255)
    assert parts.training_images.shape == (trained_on, 4)
    assert parts.held_out_images.shape == (held_out, 4)
    labels = np.concatenate([parts.training_labels.array, parts.held_out_labels.array])
    assert sorted(labels) == list(range(trained_on + held_out))
    assert (
        not np.array_equal(np.sort(parts.held_out_labels.array), np.arange(held_out)) or count == 6
    )
    together = np.concatenate([parts.training_images.array, parts.held_out_images.array])
    np.testing.assert_array_equal(
        together, images[labels].reshape(-1, 4).astype(np.float32) / np.float32(255)
    )


def test_batches_show_every_image_once_a_round_in_a_new_order():
    from tinygrad_nn.cli.training import batches

    images, labels = tnn.arange(10).reshape(10, 1), tnn.arange(10)
    taken = list(itertools.islice(batches(images, labels, 4), 6))
    assert [len(part) for _, part in taken] == [4, 4, 2, 4, 4, 2]
    assert all((x[:, 0] == y).array.all() for x, y in taken)
    first, second = (tnn.cat([y for _, y in taken[i : i + 3]]).tolist() for i in (0, 3))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_a_long_run_is_measured_a_hundred_times(program, no_pictures, tmp_path):
    run = program("train", "--iterations", 1990, "--batch-size", 1, "--out", "run")
    assert run.code == 0
    iterations = [row["iteration"] for row in history(tmp_path / "run")]
    assert iterations == [*range(0, 1990, 19), 1990]


def test_steps_that_are_too_large_are_one_line_with_the_way_out(program, tmp_path):
    run = program("train", "--iterations", 50, "--learning-rate", 1e30, "--out", "run")
    assert run.code == 1
    assert run.err.startswith("tinygrad-nn: the loss became nan within 10 iterations")
    assert "try --learning-rate 1e+29" in run.err
    assert run.err.count("\n") == 1
    assert [row["iteration"] for row in history(tmp_path / "run")] == [0, 10]


# --- what is not there ---------------------------------------------------------------------------


def test_without_the_extras_it_trains_and_says_what_is_missing(program, without, tmp_path):
    without("matplotlib", "pygraphviz", "tqdm")
    run = program("train", "--iterations", 10, "--out", "run")
    assert run.code == 0
    assert {path.name for path in (tmp_path / "run").iterdir()} == TEXTS
    lines = run.err.splitlines()
    assert [line.split()[1] for line in lines] == ["graph.svg", "curve.png", "predictions.png"]
    for line in lines:
        assert line.startswith("tinygrad-nn: ")
        assert re.search(r'pip install "tinygrad_nn\[(cli|viz)\]"', line)
    assert "wrote:   graph.dot, history.csv, model.safetensors in run" in run.out


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the cache is in another place")
def test_mnist_without_files_nor_the_means_to_download_them_is_one_line(
    program, without, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    without("pooch")
    run = program("train", "--data", "mnist")
    assert run.code == 1
    assert 'pip install "tinygrad_nn[cli]"' in run.err
    assert "TINYGRAD_NN_DATA" in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("out", ["file", "file/run"])
def test_a_file_in_the_way_of_the_folder_is_one_line(program, tmp_path, out):
    (tmp_path / "file").write_text("not a folder")
    run = program("train", "--iterations", 10, "--out", out)
    assert run.code == 1
    assert run.err == (
        f"tinygrad-nn: --out must name a folder, and a file is in the way of {str(out)!r}\n"
    )
    assert "iteration" not in run.out


@pytest.mark.skipif(
    os.name == "nt" or getattr(os, "geteuid", int)() == 0, reason="root may write anywhere"
)
def test_a_folder_that_cannot_be_written_to_is_found_before_training(program, tmp_path):
    (tmp_path / "run").mkdir(mode=0o500)
    run = program("train", "--iterations", 10, "--out", "run")
    assert run.code == 1
    assert "Permission denied" in run.err
    assert "iteration" not in run.out


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
