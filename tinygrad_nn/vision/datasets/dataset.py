"""What torchvision's datasets share: a root folder, transforms, and how they show themselves.
Read `mnist.py` next, then `cifar.py`, which are in two parts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ...errors import ArgumentError
from ...utils.data import Dataset
from ..pictures import pillow

Function = Callable[..., Any] | None


class VisionDataset(Dataset[Any]):
    """Images with their targets: a subclass has `__getitem__` and `__len__`.

    `transform` is given each image, `target_transform` each target, `transforms` both at once.

    Raises:
        ArgumentError: `transforms` beside one of the others.
    """

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        transforms: Function = None,
        transform: Function = None,
        target_transform: Function = None,
    ) -> None:
        if transforms is not None and (transform or target_transform):
            raise ArgumentError(
                f"{type(self).__name__}: pass transforms, or transform and target_transform, "
                "not both"
            )
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        self.transforms = transforms
        self.transform = transform
        self.target_transform = target_transform

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} needs a method __len__(self)")

    def transformed(self, image: Any, target: Any) -> tuple[Any, Any]:
        """Return an image and its target as the transforms make them."""
        if self.transforms is not None:
            return self.transforms(image, target)
        if self.transform is not None:
            image = self.transform(image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def picture(self, values: Any) -> Any:
        """Return an ndarray as an image of Pillow's, unless an ndarray does as well."""
        if getattr(self.transform, "takes_arrays", False):
            return values
        return pillow().fromarray(values)

    def extra_repr(self) -> str:
        """Return further lines of what is shown."""
        return ""

    def __repr__(self) -> str:
        lines = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            lines.append(f"Root location: {self.root}")
        lines += self.extra_repr().splitlines()
        shown = {"Transform: ": self.transform, "Target transform: ": self.target_transform}
        given = [(title, each) for title, each in shown.items() if each is not None]
        lines += ["StandardTransform"] if given else []
        text = [f"Dataset {type(self).__name__}", *(f"    {line}" for line in lines)]
        for title, each in given:
            text.append(title + repr(each).replace("\n", "\n" + " " * len(title)))
        return "\n".join(text)


class SplitDataset(VisionDataset):
    """A dataset in two parts, for training and for the test, which `_read` reads from its files.

    A subclass has `data`, an image of which is an ndarray or becomes one, `targets` and `classes`.
    """

    data: Any
    targets: Any
    classes: ClassVar[Any]

    def __init__(
        self,
        root: str | os.PathLike[str],
        train: bool = True,
        transform: Function = None,
        target_transform: Function = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        self._read(download)

    def _read(self, download: bool) -> None:
        raise NotImplementedError

    def __getitem__(self, index: Any) -> tuple[Any, Any]:
        return self.transformed(
            self.picture(np.asarray(self.data[index])), int(self.targets[index])
        )

    def __len__(self) -> int:
        return len(self.data)

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class."""
        return {name: i for i, name in enumerate(self.classes)}

    def extra_repr(self) -> str:
        return f"Split: {'Train' if self.train else 'Test'}"
