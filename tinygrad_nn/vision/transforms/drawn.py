"""The transforms that draw; the same seed draws the same as in torchvision, call by call.
Read `../datasets/mnist.py` next, whose images they are for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...arrays.dtypes import float32
from ...arrays.refusing import shown
from ...errors import ArgumentError, DTypeError
from ...tensor import Tensor
from ...tensor.creation import as_tensor, empty, tensor
from ...tensor.sampling import rand, randint
from . import conversions, geometry
from .fixed import BILINEAR, Transform
from .interpolation import InterpolationMode

__all__ = [
    "RandomApply",
    "RandomCrop",
    "RandomErasing",
    "RandomGrayscale",
    "RandomHorizontalFlip",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomVerticalFlip",
]

NEAREST = InterpolationMode.NEAREST
TRIES = 10  # for a rectangle that fits


def _uniform(low: float, high: float) -> float:
    return float(empty(1).uniform_(low, high).item())


def _place(most: int) -> int:
    """Return a whole number from 0 to `most`."""
    return int(randint(0, most + 1, size=(1,)).item())


def _happens(p: float) -> bool:
    return bool(rand(1) < p)


class _Sometimes(Transform):
    """Something that is done with probability `p`."""

    shows: tuple[str, ...] = ("p",)

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, img: Any) -> Any:
        return self.change(img) if _happens(self.p) else img

    def change(self, img: Any) -> Any:
        raise NotImplementedError


class RandomHorizontalFlip(_Sometimes):
    """Mirror an image, left for right, with probability `p`."""

    def change(self, img: Any) -> Any:
        return geometry.hflip(img)


class RandomVerticalFlip(_Sometimes):
    """Turn an image upside down with probability `p`."""

    def change(self, img: Any) -> Any:
        return geometry.vflip(img)


class RandomGrayscale(_Sometimes):
    """Make an image grey, in as many channels as it has, with probability `p`."""

    def __init__(self, p: float = 0.1) -> None:
        super().__init__(p)

    def change(self, img: Any) -> Any:
        return conversions.rgb_to_grayscale(img, geometry.get_dimensions(img)[0])


class RandomCrop(Transform):
    """Cut a rectangle of `size` out of anywhere; `padding` comes first, around the image.

    With `pad_if_needed` a smaller image gets a border.

    Raises:
        ArgumentError: at use, an image that is too small.
    """

    shows = ("size", "padding")

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        self.size = geometry.pair_of(size, "RandomCrop")
        self.padding, self.pad_if_needed = padding, pad_if_needed
        self.fill, self.padding_mode = fill, padding_mode

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Draw top, left, height and width."""
        rows, columns = geometry.get_dimensions(img)[1:]
        height, width = output_size
        if rows < height or columns < width:
            raise ArgumentError(
                f"RandomCrop: required crop size {output_size} is larger than input image size "
                f"{(rows, columns)}; pass pad_if_needed=True, or a padding"
            )
        if (rows, columns) == (height, width):
            return 0, 0, height, width
        top = _place(rows - height)
        return top, _place(columns - width), height, width

    def forward(self, img: Any) -> Any:
        if self.padding is not None:
            img = geometry.pad(img, self.padding, self.fill, self.padding_mode)
        if self.pad_if_needed:
            for direction in (1, 0):  # first to the sides, then above and below
                lacking = self.size[direction] - geometry.get_dimensions(img)[1:][direction]
                if lacking > 0:
                    border = [lacking, 0] if direction else [0, lacking]
                    img = geometry.pad(img, border, self.fill, self.padding_mode)
        return geometry.crop(img, *self.get_params(img, self.size))


class RandomResizedCrop(Transform):
    """Cut out a rectangle of random area and proportions, and resize it to `size`.

    `scale` is the range of its share of the image, `ratio` that of width to height.
    """

    shows = ("size", "scale", "ratio", "interpolation", "antialias")

    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: Any = BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.size = geometry.pair_of(size, "RandomResizedCrop")
        self.scale, self.ratio = scale, ratio
        self.interpolation, self.antialias = interpolation, antialias

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float]
    ) -> tuple[int, int, int, int]:
        """Draw top, left, height and width; if nothing fits, the largest middle that does."""
        rows, columns = geometry.get_dimensions(img)[1:]
        for _ in range(TRIES):
            area, proportion = _area_and_ratio(rows * columns, scale, ratio)
            width = round(math.sqrt(area * proportion))
            height = round(math.sqrt(area / proportion))
            if 0 < width <= columns and 0 < height <= rows:
                top = _place(rows - height)
                return top, _place(columns - width), height, width
        height, width = rows, columns
        if columns / rows < min(ratio):
            height = round(columns / min(ratio))
        elif columns / rows > max(ratio):
            width = round(rows * max(ratio))
        return (rows - height) // 2, (columns - width) // 2, height, width

    def forward(self, img: Any) -> Any:
        place = self.get_params(img, self.scale, self.ratio)
        return geometry.resized_crop(img, *place, self.size, self.interpolation, self.antialias)


def _area_and_ratio(
    whole: int, scale: Sequence[float], ratio: Sequence[float]
) -> tuple[float, float]:
    """Draw an area and, evenly on a logarithmic scale, a ratio."""
    low, high = tensor(list(ratio)).log().tolist()
    area = whole * _uniform(scale[0], scale[1])
    return area, float(empty(1).uniform_(low, high).exp().item())


class RandomRotation(Transform):
    """Turn an image by an angle of `degrees`, a range or one number to both sides of 0."""

    shows = ("degrees", "interpolation", "expand", "fill")

    def __init__(
        self,
        degrees: float | Sequence[float],
        interpolation: Any = NEAREST,
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: Any = 0,
    ) -> None:
        super().__init__()
        if isinstance(degrees, (int, float)):
            degrees = (-degrees, degrees)
        if len(degrees) != 2 or degrees[0] > degrees[1]:
            raise ArgumentError(
                "RandomRotation: degrees should be a range, or one number that is not negative, "
                f"got {degrees}"
            )
        self.degrees = [float(each) for each in degrees]
        self.interpolation, self.expand = interpolation, expand
        self.center, self.fill = center, fill

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """Draw the angle."""
        return _uniform(degrees[0], degrees[1])

    def forward(self, img: Any) -> Any:
        angle = self.get_params(self.degrees)
        return geometry.rotate(img, angle, self.interpolation, self.expand, self.center, self.fill)


class RandomErasing(Transform):
    """Fill a random rectangle of a tensor image, with probability `p`.

    `value` is a number, one per channel, or "random" for normally distributed ones.
    """

    shows = ("p", "scale", "ratio", "value", "inplace")

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ) -> None:
        super().__init__()
        if isinstance(value, str) and value != "random":
            raise ArgumentError(
                f"RandomErasing: value should be 'random' or numbers, got {value!r}"
            )
        self.p, self.scale, self.ratio = p, scale, ratio
        self.value, self.inplace = value, inplace

    def forward(self, img: Any) -> Any:
        if not _happens(self.p):
            return img
        if not isinstance(img, Tensor):
            raise DTypeError(
                f"RandomErasing: a tensor expected, got {shown(img)}; put ToTensor() before it"
            )
        channels, rows, columns = geometry.get_dimensions(img)
        for _ in range(TRIES):
            area, proportion = _area_and_ratio(rows * columns, self.scale, self.ratio)
            height = round(math.sqrt(area * proportion))
            width = round(math.sqrt(area / proportion))
            if height < rows and width < columns:
                value = self._filling(channels, height, width)
                top = _place(rows - height)
                left = _place(columns - width)
                return conversions.erase(img, top, left, height, width, value, self.inplace)
        return img

    def _filling(self, channels: int, height: int, width: int) -> Tensor:
        if self.value == "random":
            return empty(channels, height, width, dtype=float32).normal_()
        return as_tensor(self.value, dtype=float32).reshape(-1, 1, 1)


class RandomApply(Transform):
    """Apply all of some transforms with probability `p`, or none."""

    def __init__(self, transforms: Any, p: float = 0.5) -> None:
        super().__init__()
        self.transforms, self.p = transforms, p

    def forward(self, img: Any) -> Any:
        if self.p < rand(1):
            return img
        for each in self.transforms:
            img = each(img)
        return img

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__}(", f"    p={self.p}"]
        return "\n".join([*lines, *(f"    {each}" for each in self.transforms), ")"])
