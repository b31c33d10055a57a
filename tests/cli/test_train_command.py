"""`tinygrad-nn train`: what it writes, and that a seed decides everything.
Read `test_train_progress.py` next.
"""

import importlib
import itertools
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from training_runs import held_out_accuracy, history

import tinygrad_nn as tnn
from tinygrad_nn.cli.experiment import split
from tinygrad_nn.datasets import LabelledImages
from tinygrad_nn.errors import DataError
from tinygrad_nn.saving import load_file

PNG = b"\x89PNG\r\n\x1a\n"
PICTURES = {"curve.png", "predictions.png", "confusion.png", "weights.png", "graph.svg"}
TEXTS = {"history.csv", "model.safetensors", "graph.dot"}
HIDDEN = {".gitignore"}


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
    assert {path.name for path in folder.iterdir()} == PICTURES | TEXTS | HIDDEN
    for name in PICTURES | TEXTS:
        assert name in printed
    assert str(folder) in printed


@pytest.mark.slow
def test_the_next_command_can_be_pasted(trained):
    folder, printed = trained
    (command,) = re.findall(r"^next: +(.*?)  #", printed, re.M)
    done = subprocess.run(
        [*command.split(), "--iterations", "1", "--out", str(folder / "next")],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_the_pictures_are_whole(trained):
    folder, _ = trained
    for name in PICTURES - {"graph.svg"}:
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


def test_the_environment_may_name_a_folder_that_holds_mnist(program, tmp_path, monkeypatch):
    (tmp_path / "data/mnist").mkdir(parents=True)
    for name, shape in (("images-idx3", (12, 28, 28)), ("labels-idx1", (12,))):
        header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
        content = np.arange(np.prod(shape)) % 10
        path = tmp_path / f"data/mnist/train-{name}-ubyte"
        path.write_bytes(header + content.astype(np.uint8).tobytes())
    monkeypatch.setenv("TINYGRAD_NN_DATA", str(tmp_path / "data"))
    run = program("train", "--data", "mnist", "--iterations", 1)
    assert run.code == 0
    assert "10 images to train on, 2 held out" in run.out


@pytest.mark.parametrize("command", ["graph", "play", "explain"])
def test_what_cannot_be_written_is_named_as_it_was_asked_for(program, monkeypatch, command):
    def refuse(source, target):
        raise PermissionError(13, "Permission denied", source, None, target)

    monkeypatch.setattr(os, "replace", refuse)
    run = program(command, "--model", "3-2", "--out", "mine.html")
    assert run.code == 1
    assert run.err == "tinygrad-nn: mine.html: Permission denied\n"


def test_without_a_network_mnist_is_one_sentence_that_ends_in_the_way_out(program, monkeypatch):
    def refuse(*arguments, **keywords):
        raise DataError("mnist: no usable copy of train-images-idx3-ubyte:\n  many places tried")

    module = importlib.import_module("tinygrad_nn.datasets.mnist")
    monkeypatch.setattr(module, "cached_or_downloaded", refuse)
    run = program("train", "--data", "mnist")
    assert run.code == 1
    assert run.err == (
        "tinygrad-nn: MNIST is not on this machine, and cannot be downloaded now: no mirror "
        "answers; name a folder that holds its four files, plain or gzip: --data FOLDER\n"
    )


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
    assert run.err.startswith("tinygrad-nn: the training diverged: the loss went from 2.32 to nan")
    assert "try --learning-rate 1e+29" in run.err
    assert run.err.count("\n") == 1
    assert [row["iteration"] for row in history(tmp_path / "run")] == [0, 10]


@pytest.mark.parametrize("rate", [50, 1000])
def test_a_loss_that_grew_and_is_finite_diverged_too(program, tmp_path, rate):
    run = program("train", "--iterations", 10, "--learning-rate", rate, "--out", "run")
    assert run.code == 1
    assert re.fullmatch(
        r"tinygrad-nn: the training diverged: the loss went from 2\.32 to \S+ in 10 iterations, .*"
        rf"try --learning-rate {rate / 10:g}\n",
        run.err,
    )
    assert "next:" not in run.out
    assert (tmp_path / "run/curve.png").exists()


def test_git_ignores_a_folder_that_a_run_made_and_leaves_one_of_the_users(
    program, no_pictures, tmp_path
):
    (tmp_path / "mine").mkdir()
    for name in ("made", "mine"):
        assert program("train", "--iterations", 1, "--out", name).code == 0
    assert (tmp_path / "made/.gitignore").read_text() == "*\n"
    assert not (tmp_path / "mine/.gitignore").exists()


# --- what is not there ---------------------------------------------------------------------------


def test_without_the_extras_it_trains_and_says_what_is_missing(program, without, tmp_path):
    without("matplotlib", "pygraphviz", "tqdm")
    run = program("train", "--iterations", 10, "--out", "run")
    assert run.code == 0
    assert {path.name for path in (tmp_path / "run").iterdir()} == TEXTS | HIDDEN
    lines = run.err.splitlines()
    assert {line.split()[1] for line in lines} == PICTURES
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
    assert run.err.endswith(": --data FOLDER\n")
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
