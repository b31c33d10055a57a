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
from .geometry import get_dimensions
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


class RandomHorizontalFlip(
    Transform, of=lambda img, p=0.5: geometry.hflip(img) if _happens(p) else img
):
    """Mirror an image, left for right, with probability `p`."""


class RandomVerticalFlip(
    Transform, of=lambda img, p=0.5: geometry.vflip(img) if _happens(p) else img
):
    """Turn an image upside down with probability `p`."""


def _grayscale(img: Any, p: float = 0.1) -> Any:
    channels = get_dimensions(img)[0]
    return conversions.rgb_to_grayscale(img, channels) if _happens(p) else img


class RandomGrayscale(Transform, of=_grayscale):
    """Make an image grey, in as many channels as it has, with probability `p`."""


def _crop(
    img: Any,
    size: tuple[int, int],
    padding: int | Sequence[int] | None = None,
    pad_if_needed: bool = False,
    fill: Any = 0,
    padding_mode: str = "constant",
) -> Any:
    if padding is not None:
        img = geometry.pad(img, padding, fill, padding_mode)
    if pad_if_needed:
        for direction in (1, 0):  # first to the sides, then above and below
            lacking = size[direction] - get_dimensions(img)[1:][direction]
            if lacking > 0:
                border = [lacking, 0] if direction else [0, lacking]
                img = geometry.pad(img, border, fill, padding_mode)
    return geometry.crop(img, *RandomCrop.get_params(img, size))


class RandomCrop(Transform, of=_crop, hides="pad_if_needed fill padding_mode"):
    """Cut a rectangle of `size` out of anywhere; `padding` comes first, around the image.

    With `pad_if_needed` a smaller image gets a border.

    Raises:
        ArgumentError: at use, an image that is too small.
    """

    size: Any

    def check(self) -> None:
        self.size = geometry.pair_of(self.size, "RandomCrop")

    @staticmethod
    def get_params(img: Any, output_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Draw top, left, height and width."""
        rows, columns = get_dimensions(img)[1:]
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


def _resized_crop(
    img: Any,
    size: tuple[int, int],
    scale: Sequence[float] = (0.08, 1.0),
    ratio: Sequence[float] = (3.0 / 4.0, 4.0 / 3.0),
    interpolation: Any = BILINEAR,
    antialias: bool | None = True,
) -> Any:
    place = RandomResizedCrop.get_params(img, scale, ratio)
    return geometry.resized_crop(img, *place, size, interpolation, antialias)


class RandomResizedCrop(Transform, of=_resized_crop):
    """Cut out a rectangle of random area and proportions, and resize it to `size`.

    `scale` is the range of its share of the image, `ratio` that of width to height.
    """

    size: Any

    def check(self) -> None:
        self.size = geometry.pair_of(self.size, "RandomResizedCrop")

    @staticmethod
    def get_params(
        img: Any, scale: Sequence[float], ratio: Sequence[float]
    ) -> tuple[int, int, int, int]:
        """Draw top, left, height and width; if nothing fits, the largest middle that does."""
        rows, columns = get_dimensions(img)[1:]
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


def _area_and_ratio(
    whole: int, scale: Sequence[float], ratio: Sequence[float]
) -> tuple[float, float]:
    """Draw an area and, evenly on a logarithmic scale, a ratio."""
    low, high = tensor(list(ratio)).log().tolist()
    area = whole * _uniform(scale[0], scale[1])
    return area, float(empty(1).uniform_(low, high).exp().item())


def _rotate(
    img: Any,
    degrees: Sequence[float],
    interpolation: Any = NEAREST,
    expand: bool = False,
    center: Sequence[float] | None = None,
    fill: Any = 0,
) -> Any:
    angle = RandomRotation.get_params(degrees)
    return geometry.rotate(img, angle, interpolation, expand, center, fill)


class RandomRotation(Transform, of=_rotate, hides="center"):
    """Turn an image by an angle of `degrees`, a range or one number to both sides of 0."""

    degrees: Any

    def check(self) -> None:
        degrees = self.degrees
        if isinstance(degrees, (int, float)):
            degrees = (-degrees, degrees)
        if len(degrees) != 2 or degrees[0] > degrees[1]:
            raise ArgumentError(
                "RandomRotation: degrees should be a range, or one number that is not negative, "
                f"got {degrees}"
            )
        self.degrees = [float(each) for each in degrees]

    @staticmethod
    def get_params(degrees: Sequence[float]) -> float:
        """Draw the angle."""
        return _uniform(degrees[0], degrees[1])


def _erase(
    img: Any,
    p: float = 0.5,
    scale: Sequence[float] = (0.02, 0.33),
    ratio: Sequence[float] = (0.3, 3.3),
    value: Any = 0,
    inplace: bool = False,
) -> Any:
    if not _happens(p):
        return img
    if not isinstance(img, Tensor):
        raise DTypeError(
            f"RandomErasing: a tensor expected, got {shown(img)}; put ToTensor() before it"
        )
    channels, rows, columns = get_dimensions(img)
    for _ in range(TRIES):
        area, proportion = _area_and_ratio(rows * columns, scale, ratio)
        height = round(math.sqrt(area * proportion))
        width = round(math.sqrt(area / proportion))
        if height < rows and width < columns:
            if value == "random":
                filling = empty(channels, height, width, dtype=float32).normal_()
            else:
                filling = as_tensor(value, dtype=float32).reshape(-1, 1, 1)
            top = _place(rows - height)
            return conversions.erase(
                img, top, _place(columns - width), height, width, filling, inplace
            )
    return img


class RandomErasing(Transform, of=_erase):
    """Fill a random rectangle of a tensor image, with probability `p`.

    `value` is a number, one per channel, or "random" for normally distributed ones.
    """

    def check(self) -> None:
        if isinstance(self.value, str) and self.value != "random":
            raise ArgumentError(
                f"RandomErasing: value should be 'random' or numbers, got {self.value!r}"
            )


def _apply(img: Any, transforms: Any, p: float = 0.5) -> Any:
    if p < rand(1):
        return img
    for each in transforms:
        img = each(img)
    return img


class RandomApply(Transform, of=_apply):
    """Apply all of some transforms with probability `p`, or none."""

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__}(", f"    p={self.p}"]
        return "\n".join([*lines, *(f"    {each}" for each in self.transforms), ")"])
