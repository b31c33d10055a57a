"""CIFAR-10 and CIFAR-100 from their binary versions: those for Python are pickles, which can run.
Read `folder.py` next.
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ...errors import DataError, MissingDataError
from ...saving.whole_files import write_file
from .dataset import SplitDataset
from .fetching import fetch

SHAPE = (3, 32, 32)


class CIFAR10(SplitDataset):
    """The 50,000 training or 10,000 test photographs of CIFAR-10: an image of Pillow's, and an int.

    The files of the binary version are looked for in `root/cifar-10-batches-bin`; `download`
    fetches them there. `data` is an ndarray uint8 (N, 32, 32, 3), `targets` a list.

    Raises:
        MissingDataError: there are no files. DataError: they are malformed. MissingExtraError:
        pooch is needed for a download, or Pillow for an image, and not installed.
    """

    mirrors = ("https://www.cs.toronto.edu/~kriz/",)
    archive = "cifar-10-binary.tar.gz"
    md5 = "c32a1d4ab5d03f1284b67883e8d87530"
    folder = "cifar-10-batches-bin"
    pickles = "cifar-10-batches-py"
    parts: ClassVar = {
        True: [f"data_batch_{i}.bin" for i in range(1, 6)],
        False: ["test_batch.bin"],
    }
    names = "batches.meta.txt"
    labels = 1  # bytes before an image; its class is the last

    def _read(self, download: bool) -> None:
        place = Path(self.root or ".", self.folder)
        if download and not all((place / name).is_file() for name in self._files()):
            fetch(self.mirrors, place.parent, {self.archive: self.md5}, type(self).__name__)
            self._unpack(place)
        lacking = [name for name in self._files() if not (place / name).is_file()]
        if lacking:
            raise self._not_found(place, lacking)
        rows = np.concatenate([self._rows(place / name) for name in self.parts[self.train]])
        images = rows[:, self.labels :].reshape(-1, *SHAPE)
        self.data = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
        self.targets = rows[:, self.labels - 1].tolist()
        self.classes = (place / self.names).read_text("ascii").split()  # type: ignore[misc]

    def _files(self) -> list[str]:
        return [*self.parts[True], *self.parts[False], self.names]

    def _unpack(self, place: Path) -> None:
        """Write the files that are needed, and no others, from the archive."""
        place.mkdir(exist_ok=True)
        with tarfile.open(place.parent / self.archive) as archive:
            for name in self._files():
                member = archive.extractfile(f"{self.folder}/{name}")
                if member is None:
                    raise DataError(f"{self.archive}: {name} is no file")
                write_file(place / name, member.read())

    def _not_found(self, place: Path, lacking: list[str]) -> MissingDataError:
        said = f"{type(self).__name__}: Dataset not found or corrupted. You can use download=True "
        if (place.parent / self.pickles).is_dir():
            said += f"to download its binary version: {self.pickles} holds pickles, not read here; "
        else:
            said += "to download it; "
        return MissingDataError(
            f"{said}or unpack {self.mirrors[0]}{self.archive} in {place.parent}: {place} lacks "
            f"{', '.join(lacking)}"
        )

    def _rows(self, path: Path) -> Any:
        values = np.fromfile(path, np.uint8)
        size = self.labels + int(np.prod(SHAPE))
        if len(values) == 0 or len(values) % size:
            raise DataError(f"{path}: expected rows of {size} bytes, found {len(values)} bytes")
        return values.reshape(-1, size)


class CIFAR100(CIFAR10):
    """As CIFAR10, with 100 classes, in `root/cifar-100-binary`."""

    archive = "cifar-100-binary.tar.gz"
    md5 = "03b5dce01913d631647c71ecec9e9cb8"
    folder = "cifar-100-binary"
    pickles = "cifar-100-python"
    parts: ClassVar = {True: ["train.bin"], False: ["test.bin"]}
    names = "fine_label_names.txt"
    labels = 2  # the coarse class, then the fine
