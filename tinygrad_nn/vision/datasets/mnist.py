"""MNIST and the sets in the same files, from where torchvision leaves them, or downloaded there.
Read `../../datasets/mnist.py` next, which reads them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ...datasets import LabelledImages, digits, mnist
from ...datasets.download import MIRRORS
from ...errors import MissingDataError
from ...nn import functional as F
from ...tensor import Tensor
from ...tensor.creation import from_numpy
from ...warn import warn_user
from .dataset import SplitDataset
from .fetching import fetch

STAND_IN = "digits"  # of TINYGRAD_NN_DATA
TRAINING = 1500  # of the 1,797


def _files(*md5s: str) -> dict[str, str]:
    """Return the MD5s of the images and labels, those for training first, by the files' names."""
    parts = (
        (split, kind) for split in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
    )
    names = (f"{split}-{kind}-ubyte.gz" for split, kind in parts)
    return dict(zip(names, md5s, strict=True))


def _renamed(old: str, name: str) -> Any:
    def get(dataset: Any) -> Any:
        warn_user(f"{old} has been renamed {name}")
        return getattr(dataset, name)

    return property(get, doc=f"`{name}`, by an old name of torchvision's, which warns of it.")


class MNIST(SplitDataset):
    """The 60,000 training or 10,000 test images of MNIST: an image of Pillow's, and an int.

    The files are looked for in `root/MNIST/raw`, where torchvision leaves them, in `root/MNIST` and
    `root`, then likewise below the folder that the environment variable TINYGRAD_NN_DATA names;
    `download` fetches what is not there into `root/MNIST/raw`. TINYGRAD_NN_DATA=digits has the
    1,797 digits of the package stand in, scaled up, 1,500 of them for training, and says so.

    `data` is uint8 (N, 28, 28), `targets` int64 (N,). Where the first transform is `ToTensor()`,
    it is given an ndarray, which makes the same tensor, and Pillow is not needed.

    Raises:
        MissingDataError: there are no files. DataError: they are malformed. MissingExtraError:
        pooch is needed for a download, or Pillow for an image, and not installed.

    Example:
        >>> from tinygrad_nn.vision import datasets, transforms
        >>> data = datasets.MNIST("data", transform=transforms.ToTensor())  # doctest: +SKIP
        >>> image, label = data[0]  # doctest: +SKIP
        >>> image.shape, label  # doctest: +SKIP
        (torch.Size([1, 28, 28]), 5)
    """

    mirrors: tuple[str, ...] = MIRRORS
    files: ClassVar = _files(
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    )
    folders: tuple[str, ...] = ("MNIST/raw", "MNIST", "mnist", ".")  # below a root
    classes: ClassVar = [
        *("0 - zero", "1 - one", "2 - two", "3 - three", "4 - four"),
        *("5 - five", "6 - six", "7 - seven", "8 - eight", "9 - nine"),
    ]

    def _read(self, download: bool) -> None:
        found = self._found(download)
        self.data: Tensor = from_numpy(found.images)
        self.targets: Tensor = from_numpy(found.labels)

    def _found(self, download: bool) -> LabelledImages:
        named = os.environ.get("TINYGRAD_NN_DATA", "")
        if named == STAND_IN and type(self) is MNIST:
            return _stand_in(self.train)
        split = "train" if self.train else "t10k"
        roots = [self.root, *([named] if named else [])]
        places = [Path(root or ".", folder) for root in roots for folder in self.folders]
        folder = next((each for each in places if any(each.glob(f"{split}-images*"))), None)
        if folder is None and download:
            folder = Path(self.raw_folder)
            fetch(self.mirrors, folder, self.files, type(self).__name__)
        if folder is None:
            raise self._not_found()
        return mnist(folder, split="train" if self.train else "test")

    def _not_found(self) -> MissingDataError:
        name = type(self).__name__
        stand_in = ", or to 'digits' for the 1,797 of the package" if type(self) is MNIST else ""
        return MissingDataError(
            f"{name}: Dataset not found. You can use download=True to download it; or put its "
            f"files, plain or gzip, into {self.raw_folder}, or set TINYGRAD_NN_DATA to a folder "
            f"that holds {self.folders[0]}{stand_in}"
        )

    @property
    def raw_folder(self) -> str:
        """Where torchvision leaves the files, and a download."""
        return os.path.join(self.root or ".", type(self).__name__, "raw")

    @property
    def processed_folder(self) -> str:
        """Where old versions of torchvision left the tensors that they made of the files."""
        return os.path.join(self.root or ".", type(self).__name__, "processed")

    train_data, test_data = _renamed("train_data", "data"), _renamed("test_data", "data")
    train_labels = _renamed("train_labels", "targets")
    test_labels = _renamed("test_labels", "targets")


def _stand_in(train: bool) -> LabelledImages:
    """Return the digits of the package in MNIST's form: 20 x 20 pixels in the middle of 28 x 28."""
    own = digits()
    print(
        f"MNIST: {len(own)} digits of 8 x 8 stand in, as TINYGRAD_NN_DATA={STAND_IN} asks",
        file=sys.stderr,
    )
    part = slice(0, TRAINING) if train else slice(TRAINING, None)
    images = from_numpy(own.images[part, None].astype(np.float32))
    wide = F.interpolate(images, (20, 20), mode="bilinear", align_corners=False)
    pixels = F.pad(wide, [4, 4, 4, 4]).round().numpy().astype(np.uint8)
    return LabelledImages(pixels[:, 0], own.labels[part], own.sources)


class FashionMNIST(MNIST):
    """Zalando's 60,000 and 10,000 images of clothes, in `root/FashionMNIST/raw`, as MNIST."""

    mirrors = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    files: ClassVar = _files(
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    )
    folders = ("FashionMNIST/raw", "FashionMNIST")
    classes: ClassVar = [
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ]


class KMNIST(MNIST):
    """Kuzushiji-MNIST, 60,000 and 10,000 cursive characters, in `root/KMNIST/raw`, as MNIST."""

    mirrors = ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",)
    files: ClassVar = _files(
        "bdb82020997e1d708af4cf47b453dcf7",
        "e144d726b3acfaa3e44228e80efcd344",
        "5c965bf0a639b31b8f53240b1b52f4d7",
        "7320c461ea6c1c855c0b718fb2a4b134",
    )
    folders = ("KMNIST/raw", "KMNIST")
    classes: ClassVar = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"]
