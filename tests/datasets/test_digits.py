"""The digits in the package: the shapes, the values and the origin they claim.
Read `test_idx.py` next, for files that come from elsewhere.
"""

import gzip
from importlib import resources

import numpy as np
import pytest

from tinygrad_nn import datasets
from tinygrad_nn.errors import DataError

PACKAGED = resources.files("tinygrad_nn.datasets").joinpath("digits.csv.gz")


def test_the_shapes_dtypes_and_ranges_are_the_documented_ones():
    data = datasets.digits()
    assert data.images.shape == (1797, 8, 8)
    assert data.images.dtype == np.uint8
    assert (data.images.min(), data.images.max()) == (0, 16)
    assert data.labels.shape == (1797,)
    assert data.labels.dtype == np.int64
    assert len(data) == 1797


def test_each_digit_occurs_as_often_as_its_authors_counted():
    counts = np.bincount(datasets.digits().labels)
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_first_image_looks_like_a_zero():
    image = datasets.digits().images[0]
    drawn = ["".join("#" if ink > 4 else "." for ink in row) for row in image]
    assert drawn == [
        "..###...",
        "..#####.",
        "..#..##.",
        "..#..##.",
        ".##..##.",
        "..#..##.",
        "..####..",
        "..###...",
    ]


def test_the_images_are_those_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.datasets").load_digits()
    ours = datasets.digits()
    np.testing.assert_array_equal(ours.images, theirs.images)
    np.testing.assert_array_equal(ours.labels, theirs.target)


def test_two_calls_share_no_memory():
    first = datasets.digits()
    first.images[:] = 0
    assert datasets.digits().images.max() == 16


def test_the_packaged_file_names_its_authors_and_licence_and_stays_small():
    packed = PACKAGED.read_bytes()
    assert len(packed) < 80_000
    comments = [
        line for line in gzip.decompress(packed).decode().splitlines() if line.startswith("#")
    ]
    for words in ("E. Alpaydin", "C. Kaynak", "CC BY 4.0", "scikit-learn", "BSD-3-Clause"):
        assert any(words in line for line in comments)


def test_the_repr_says_how_many_images_and_where_they_came_from():
    assert repr(datasets.digits()) == (
        "LabelledImages(1797 images of 8 x 8, from tinygrad_nn/datasets/digits.csv.gz)"
    )


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"1,2,3\n4,5,6\n"),
        gzip.compress(b"1,2,x\n"),
        b"not gzip",
        PACKAGED.read_bytes()[:-9],
    ],
    ids=["short table", "text", "not gzip", "cut short"],
)
def test_a_damaged_installed_file_is_a_data_error(content, tmp_path, monkeypatch):
    (tmp_path / "digits.csv.gz").write_bytes(content)
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    with pytest.raises(DataError, match=r"digits\.csv\.gz"):
        datasets.digits()
