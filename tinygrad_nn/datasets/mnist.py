"""MNIST: where its files are (named by the user, in the cache, or on a mirror), and what they hold.
Read `idx.py` and `kaggle.py` for the two file formats, and `download.py` for the mirrors.
"""

import os
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, DataError
from .byte_source import malformed
from .download import WAY_OUT, cached_or_downloaded
from .idx import read_idx
from .kaggle import SIDE, read_kaggle_csv
from .labelled_images import LabelledImages

IMAGES_AND_LABELS = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}


def mnist(
    path: str | os.PathLike[str] | None = None,
    *,
    split: Literal["train", "test"] = "train",
    progress: bool = True,
) -> LabelledImages:
    """The 60,000 training or 10,000 test images of MNIST, or of a set in the same files.

    `path` is a folder with the four IDX files (plain or gzip, `train-images-idx3-ubyte` or
    `train-images.idx3-ubyte`), a folder that holds it as `mnist`, or one CSV file like Kaggle's.
    Without it the environment variable TINYGRAD_NN_DATA is the path; without that the files come
    from the cache, or are downloaded to it and their MD5 checked, with a bar on standard error if
    `progress`. A path that was named is the only place looked in, so that a mistyped one never
    turns into other data. A CSV file is one split, whole.

    Returns uint8 images (N, 28, 28), 0 (paper) to 255 (ink), and int64 labels (N,), 0 to 9. Raises
    DataError for files that are missing or malformed, ValueError for another split, and
    MissingExtraError where a download is needed and pooch is not installed. Y. LeCun, C. Cortes,
    C. Burges, "The MNIST database of handwritten digits".

    >>> import tinygrad_nn as tnn
    >>> data = tnn.datasets.mnist("data/mnist", split="test")  # doctest: +SKIP
    >>> data.images.shape  # doctest: +SKIP
    (10000, 28, 28)
    """
    if split not in IMAGES_AND_LABELS:
        raise ArgumentError(f"mnist: split must be 'train' or 'test', got {split!r}")
    named = os.environ.get("TINYGRAD_NN_DATA") if path is None else path
    if not named:
        images, labels = (
            cached_or_downloaded(name, progress=progress) for name in IMAGES_AND_LABELS[split]
        )
        return _read_pair(images, labels)
    place = Path(named)
    if (place / "mnist").is_dir():
        place /= "mnist"
    if place.is_dir():
        images, labels = (_find(place, name) for name in IMAGES_AND_LABELS[split])
        return _read_pair(images, labels)
    if place.name.endswith((".csv", ".csv.gz")):
        return _read_csv(place, split)
    origin = "TINYGRAD_NN_DATA" if path is None else "path"
    what = "not a folder or a .csv file" if place.exists() else "not there"
    raise DataError(f"mnist: {origin} {str(place)!r} is {what}; {WAY_OUT}")


def _find(folder: Path, name: str) -> Path:
    spellings = (name, name.replace("-idx", ".idx"))
    candidates = [folder / f"{spelling}{end}" for spelling in spellings for end in ("", ".gz")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    names = ", ".join(candidate.name for candidate in candidates)
    raise malformed(str(folder), "file", f"one of {names}", f"none of them; {WAY_OUT}")


def _read_pair(images_path: Path, labels_path: Path) -> LabelledImages:
    """Read an image file and its label file, and check that they are that and belong together."""
    images, labels = read_idx(images_path), read_idx(labels_path)
    _expect_bytes(images_path, images, f"(N, {SIDE}, {SIDE})", images.shape[1:] == (SIDE, SIDE))
    _expect_bytes(labels_path, labels, "(N,)", labels.ndim == 1)
    if len(images) != len(labels):
        expected = f"{len(images)}, one for each image in {images_path}"
        raise malformed(str(labels_path), "number of labels", expected, len(labels))
    if len(labels) == 0:
        raise malformed(str(labels_path), "number of labels", "at least 1", 0)
    if labels.max() > 9:
        first = int((labels > 9).argmax())
        raise malformed(str(labels_path), f"label {first}", "0 to 9", labels[first])
    return LabelledImages(images, labels.astype(np.int64), (str(images_path), str(labels_path)))


def _expect_bytes(path: Path, array: NDArray[Any], shape: str, fits: bool) -> None:
    if array.dtype != np.uint8 or not fits:
        found = f"{array.dtype} {array.shape}"
        raise malformed(str(path), "dtype and dimensions", f"uint8 {shape}", found)


def _read_csv(path: Path, split: str) -> LabelledImages:
    other = "test" if split == "train" else "train"
    if other in path.name and split not in path.name:  # or a model is tested on what it learnt
        raise DataError(f"mnist: {path} is named {other!r}; pass split={other!r} to read it")
    images, labels = read_kaggle_csv(path)
    if labels is None:
        found = "none; read_kaggle_csv reads the images alone"
        raise malformed(str(path), "line 1, column 1", "a column 'label'", found)
    return LabelledImages(images, labels, (str(path),))
