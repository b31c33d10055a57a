"""Images of noise, the same ones each time, for trying a program without data.
Read `../utils.py` next, for images that go out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import DimensionError
from ...random import Generator
from ...tensor.sampling import randint, randn
from ..transforms.conversions import to_pil_image
from .dataset import Function, VisionDataset


class FakeData(VisionDataset):
    """`size` images of noise, each with a class drawn at random; torchvision draws the same.

    Example:
        >>> from tinygrad_nn.vision import datasets
        >>> image, target = datasets.FakeData(size=10, image_size=(3, 8, 8))[0]
        >>> image.size, target
        ((8, 8), 6)
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: Sequence[int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Function = None,
        target_transform: Function = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(None, transform=transform, target_transform=target_transform)
        self.size, self.image_size = size, image_size
        self.num_classes, self.random_offset = num_classes, random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if index >= len(self):
            raise DimensionError(f"FakeData: index {index} of {len(self)} images")
        generator = Generator().manual_seed(index + self.random_offset)
        image = to_pil_image(randn(*self.image_size, generator=generator))
        target = randint(0, self.num_classes, size=(1,), generator=generator)
        return self.transformed(image, int(target.item()))

    def __len__(self) -> int:
        return self.size
