"""Folders of images, one for each class.
Read `fake_data.py` next.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import MissingDataError
from ..pictures import pillow
from .dataset import Function, VisionDataset

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


def default_loader(path: str | os.PathLike[str]) -> Any:
    """Return the image in a file, in RGB."""
    with pillow().open(path) as image:
        return image.convert("RGB")


class ImageFolder(VisionDataset):
    """The images in `root/CLASS/.../NAME.png`, in RGB, and the number of the class.

    The classes are the folders in alphabetical order, the images of each likewise. `is_valid_file`
    says which files count, by default those whose name ends as an image's.

    Raises:
        MissingDataError: no folder, or a class without images, unless `allow_empty`.

    Example:
        >>> from tinygrad_nn.vision import datasets, transforms
        >>> data = datasets.ImageFolder("photos", transforms.ToTensor())  # doctest: +SKIP
        >>> data.classes  # doctest: +SKIP
        ['ants', 'bees']
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        transform: Function = None,
        target_transform: Function = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.loader = loader
        counts = is_valid_file or (lambda path: path.lower().endswith(IMG_EXTENSIONS))
        folder = Path(self.root or ".")
        inside = folder.iterdir() if folder.is_dir() else ()
        self.classes = sorted(each.name for each in inside if each.is_dir())
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        self.samples: list[tuple[str, int]] = []
        for name, target in self.class_to_idx.items():
            files = [path for path in _files_below(folder / name) if counts(path)]
            if not files and not allow_empty:
                raise MissingDataError(
                    f"ImageFolder: Found no valid file for the class {name!r} in {folder}: none "
                    f"counts, as {', '.join(IMG_EXTENSIONS)} do; allow_empty=True leaves it empty"
                )
            self.samples += [(path, target) for path in files]
        if not self.classes:
            raise MissingDataError(
                f"ImageFolder: Couldn't find any class folder in {str(root)!r}; put the images of "
                "each class into a folder of its own there"
            )
        self.imgs = self.samples
        self.targets = [target for _, target in self.samples]

    def __getitem__(self, index: Any) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self.transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


def _files_below(folder: Path) -> list[str]:
    found = []
    for place, _, names in sorted(os.walk(folder, followlinks=True)):
        found += [os.path.join(place, name) for name in sorted(names)]
    return found
