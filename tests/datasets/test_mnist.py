"""MNIST: which place is looked in, and what the files there must hold.
Read `test_download.py` next, for what happens where there are none.
"""

import gzip
import hashlib
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tinygrad_nn.datasets import download, mnist
from tinygrad_nn.errors import DataError

rng = np.random.default_rng(0)
TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
SMALL = {
    TRAIN_IMAGES: rng.integers(0, 256, (6, 28, 28), np.uint8),
    TRAIN_LABELS: np.array([5, 0, 4, 1, 9, 2], np.uint8),
    TEST_IMAGES: rng.integers(0, 256, (3, 28, 28), np.uint8),
    TEST_LABELS: np.array([7, 2, 1], np.uint8),
}


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write_set(folder, arrays=SMALL, *, rename=str, pack=bytes):
    """The four files in `folder`, each name and each content passed through a function."""
    folder.mkdir(exist_ok=True)
    for name, array in arrays.items():
        (folder / rename(name)).write_bytes(pack(idx(array)))
    return folder


# ---- files that the user names


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("before_idx", ["-", "."])
def test_a_folder_may_use_either_spelling_plain_or_packed(before_idx, ending, tmp_path):
    folder = write_set(
        tmp_path / "mine",
        rename=lambda name: name.replace("-idx", before_idx + "idx") + ending,
        pack=gzip.compress if ending else bytes,
    )
    train, test = mnist(folder), mnist(folder, split="test")
    np.testing.assert_array_equal(train.images, SMALL[TRAIN_IMAGES], strict=True)
    np.testing.assert_array_equal(train.labels, SMALL[TRAIN_LABELS].astype(np.int64), strict=True)
    np.testing.assert_array_equal(test.images, SMALL[TEST_IMAGES], strict=True)
    np.testing.assert_array_equal(test.labels, SMALL[TEST_LABELS].astype(np.int64), strict=True)
    assert [Path(source).parent for source in train.sources] == [folder, folder]
    assert [Path(source).name[:5] for source in test.sources] == ["t10k-", "t10k-"]
    assert Path(train.sources[1]).name == f"train-labels{before_idx}idx1-ubyte{ending}"


def test_without_a_path_the_environment_variable_is_the_path(tmp_path, monkeypatch):
    folder = write_set(tmp_path / "mine")
    monkeypatch.setenv("TINYGRAD_NN_DATA", str(folder))
    assert mnist().sources == (str(folder / TRAIN_IMAGES), str(folder / TRAIN_LABELS))


def test_a_path_goes_before_the_environment_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGRAD_NN_DATA", str(tmp_path / "nowhere"))
    folder = write_set(tmp_path / "mine")
    assert len(mnist(str(folder))) == 6


def test_an_empty_environment_variable_counts_as_not_set(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGRAD_NN_DATA", "")
    with pytest.raises(DataError, match="TINYGRAD_NN_DATA not set"):
        mnist()


def test_a_named_path_is_the_only_place_looked_in(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGRAD_NN_DATA", str(write_set(tmp_path / "mine")))
    with pytest.raises(DataError, match=r"path .*nowhere' is not there; put the four MNIST files"):
        mnist(tmp_path / "nowhere")


def test_a_wrong_environment_variable_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TINYGRAD_NN_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"TINYGRAD_NN_DATA .*nowhere' is not there"):
        mnist()


def test_an_idx_file_is_not_a_path_to_a_set(tmp_path):
    folder = write_set(tmp_path / "mine")
    with pytest.raises(DataError, match=r"is not a folder or a \.csv file"):
        mnist(folder / TRAIN_IMAGES)


def test_a_missing_file_is_named_with_its_spellings_and_the_way_out(tmp_path):
    folder = write_set(tmp_path / "mine")
    (folder / TEST_LABELS).unlink()
    with pytest.raises(DataError) as refusal:
        mnist(folder, split="test")
    for words in (str(folder), TEST_LABELS, "t10k-labels.idx1-ubyte.gz", "TINYGRAD_NN_DATA"):
        assert words in str(refusal.value)
    assert len(mnist(folder, split="train")) == 6


def test_another_split_is_refused(tmp_path):
    with pytest.raises(ValueError, match="split must be 'train' or 'test', got 'valid'"):
        mnist(write_set(tmp_path / "mine"), split="valid")


STRUCTURE = {
    "images and labels swapped": (
        {TRAIN_IMAGES: SMALL[TRAIN_LABELS], TRAIN_LABELS: SMALL[TRAIN_IMAGES]},
        rf"{TRAIN_IMAGES}: dtype and dimensions: expected uint8 \(N, 28, 28\), found uint8 \(6,\)",
    ),
    "images in both": (
        {TRAIN_LABELS: SMALL[TRAIN_IMAGES]},
        rf"{TRAIN_LABELS}: dtype and dimensions: expected uint8 \(N,\), found uint8 \(6, 28, 28\)",
    ),
    "images not 28 x 28": (
        {TRAIN_IMAGES: np.zeros((6, 28, 27), np.uint8)},
        r"expected uint8 \(N, 28, 28\), found uint8 \(6, 28, 27\)",
    ),
    "colour images": (
        {TRAIN_IMAGES: np.zeros((6, 28, 28, 3), np.uint8)},
        r"expected uint8 \(N, 28, 28\), found uint8 \(6, 28, 28, 3\)",
    ),
    "one label fewer": (
        {TRAIN_LABELS: SMALL[TRAIN_LABELS][:-1]},
        rf"{TRAIN_LABELS}: number of labels: expected 6, one for each image in .*, found 5",
    ),
    "the labels of the other split": (
        {TRAIN_LABELS: SMALL[TEST_LABELS]},
        "number of labels: expected 6, one for each image in .*, found 3",
    ),
    "label 10": (
        {TRAIN_LABELS: np.array([0, 1, 9, 10, 2, 3], np.uint8)},
        rf"{TRAIN_LABELS}: label 3: expected 0 to 9, found 10",
    ),
    "no images": (
        {TRAIN_IMAGES: np.zeros((0, 28, 28), np.uint8), TRAIN_LABELS: np.zeros(0, np.uint8)},
        "number of labels: expected at least 1, found 0",
    ),
}


@pytest.mark.parametrize(("changes", "message"), STRUCTURE.values(), ids=STRUCTURE.keys())
def test_files_that_do_not_belong_together_are_refused(changes, message, tmp_path):
    folder = write_set(tmp_path / "mine", SMALL | changes)
    with pytest.raises(DataError, match=message):
        mnist(folder)


def test_labels_of_another_dtype_are_refused(tmp_path):
    folder = write_set(tmp_path / "mine")
    content = bytearray(idx(SMALL[TRAIN_LABELS]))
    content[2] = 0x09
    (folder / TRAIN_LABELS).write_bytes(content)
    with pytest.raises(DataError, match=r"expected uint8 \(N,\), found int8 \(6,\)"):
        mnist(folder)


def test_the_refusals_do_not_depend_on_assert(tmp_path):
    for number, (changes, _) in enumerate(STRUCTURE.values()):
        write_set(tmp_path / str(number), SMALL | changes)
    program = f"""
import pathlib, sys
from tinygrad_nn.datasets import mnist
from tinygrad_nn.errors import DataError
for folder in pathlib.Path({str(tmp_path)!r}).iterdir():
    try:
        mnist(folder)
    except DataError:
        print("refused", sys.flags.optimize)
"""
    run = subprocess.run(
        [sys.executable, "-O", "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == len(STRUCTURE) * ["refused 1"]


# ---- CSV files


def write_csv(path, *, labelled=True, pack=bytes):
    header = ["label"][: int(labelled)] + [f"pixel{index}" for index in range(784)]
    rows = np.column_stack([SMALL[TRAIN_LABELS], SMALL[TRAIN_IMAGES].reshape(6, 784)])
    lines = [header, *rows[:, 0 if labelled else 1 :].tolist()]
    path.write_bytes(pack("".join(",".join(map(str, line)) + "\n" for line in lines).encode()))
    return path


@pytest.mark.parametrize(
    ("name", "split", "pack"),
    [
        ("train.csv", "train", bytes),
        ("train.csv.gz", "train", gzip.compress),
        ("mnist_test.csv", "test", bytes),
        ("digits.csv", "train", bytes),
        ("digits.csv", "test", bytes),
        ("train-and-test.csv", "test", bytes),
    ],
)
def test_a_csv_file_is_one_split(name, split, pack, tmp_path):
    path = write_csv(tmp_path / name, pack=pack)
    data = mnist(path, split=split)
    np.testing.assert_array_equal(data.images, SMALL[TRAIN_IMAGES], strict=True)
    np.testing.assert_array_equal(data.labels, SMALL[TRAIN_LABELS].astype(np.int64), strict=True)
    assert data.sources == (str(path),)


@pytest.mark.parametrize(("name", "split"), [("train.csv", "test"), ("mnist_test.csv", "train")])
def test_a_csv_file_named_for_one_split_is_not_the_other(name, split, tmp_path):
    other = "train" if split == "test" else "test"
    with pytest.raises(DataError, match=f"is named '{other}'; pass split='{other}'"):
        mnist(write_csv(tmp_path / name), split=split)


def test_a_csv_file_without_labels_points_to_its_reader(tmp_path):
    path = write_csv(tmp_path / "test.csv", labelled=False)
    with pytest.raises(DataError, match=r"a column 'label', found none; read_kaggle_csv reads"):
        mnist(path, split="test")


def test_a_folder_of_csv_files_is_told_what_is_missing(tmp_path):
    write_csv(tmp_path / "train.csv")
    with pytest.raises(DataError, match=f"expected one of {TRAIN_IMAGES}"):
        mnist(tmp_path)


# ---- the real files, where they are at hand


REAL = Path(os.environ.get("TINYGRAD_NN_DATA") or "mnist")


@pytest.mark.skipif(
    not REAL.is_dir() or not list(REAL.glob("t10k-images*")),
    reason="MNIST is not here: set TINYGRAD_NN_DATA to a folder with its files",
)
def test_the_real_mnist_is_read_whole():
    train, test = mnist(REAL), mnist(REAL, split="test")
    assert train.images.shape == (60_000, 28, 28)
    assert test.images.shape == (10_000, 28, 28)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    for name, array in zip(
        [TRAIN_IMAGES, TEST_IMAGES, TRAIN_LABELS, TEST_LABELS],
        [train.images, test.images, train.labels.astype(np.uint8), test.labels.astype(np.uint8)],
        strict=True,
    ):
        size, md5 = download.ORIGINALS[name]
        assert len(idx(array)) == size
        assert hashlib.md5(idx(array)).hexdigest() == md5
