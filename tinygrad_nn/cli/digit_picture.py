"""A picture of a digit, of any size and contrast, made into what a network was trained on.
Read `predict.py` next, which shows it to one.

MNIST's digits were made so: cropped to the ink, scaled into a box of 20 x 20 pixels with their
proportions kept, and moved so that their centre of mass is the middle of 28 x 28 pixels
(http://yann.lecun.com/exdb/mnist/). The digits of 8 x 8 fill their image from top to bottom.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, MissingExtraError

MARGIN = {28: 4}  # pixels that stay empty at each side; none in images of another height
FAINTEST = 0.25  # of the darkest ink: what is fainter is the paper's grain, or a shadow
PALE = 12  # levels of 255 that ink differs from paper by, at least
MOST_PIXELS = 50_000_000

Pixels = NDArray[np.float64]


def read_picture(path: Path) -> Pixels:
    """Return a picture's grey values, 0 (black) to 255; what is transparent is white paper.

    Raises DataError for what is no picture, and MissingExtraError where Pillow is not installed.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise MissingExtraError(
            'pictures are read by Pillow: pip install "tinygrad_nn[viz]"'
        ) from error
    if not path.is_file():
        raise DataError(f"{path} is {'a folder' if path.is_dir() else 'not there'}; name a picture")
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise DataError(f"{path}: {image.width} x {image.height} pixels are too many")
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} is no picture that can be read: {error}") from error
    white = Image.new("RGBA", upright.size, "white")
    return np.asarray(Image.alpha_composite(white, upright).convert("L"), np.float64)


def as_trained(grey: Pixels, height: int, width: int, name: object) -> Pixels:
    """Return a digit as an image (height, width) of 0 (paper) to 1 (ink), as networks know them.

    The paper is what the edge of the picture shows most of, be it light or dark. Raises DataError,
    with the picture's name, where nothing is drawn on it.
    """
    ink = _ink(grey)
    if ink.max() == 0:
        raise DataError(f"{name}: nothing is drawn there; all of it is about equally bright")
    rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
    digit = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    margin = MARGIN.get(height, 0)
    small = _scaled(digit, height - 2 * margin, width - 2 * margin)
    image = np.zeros((height, width))
    starts = []
    for axis in (0, 1):
        middle = _centre_of_mass(small, axis) if margin else small.shape[axis] / 2
        room = image.shape[axis] - small.shape[axis]
        starts.append(int(np.clip(round(image.shape[axis] / 2 - middle), 0, room)))
    top, left = starts
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def _ink(grey: Pixels) -> Pixels:
    """Return how much ink each pixel has, 0 to 1, without the paper's grain; 0 if there is none."""
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    difference = grey - np.median(edge)
    if difference.max() < -difference.min():
        difference = -difference
    strongest = difference.max()
    if strongest < PALE:
        return np.zeros_like(grey)
    return np.where(difference < FAINTEST * strongest, 0.0, difference / strongest)


def _scaled(digit: Pixels, height: int, width: int) -> Pixels:
    """Return a digit with its proportions, as large as fits, its darkest pixel 1."""
    from PIL import Image

    scale = min(height / digit.shape[0], width / digit.shape[1])
    rows, columns = (max(1, round(scale * side)) for side in digit.shape)
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    picture: Any = Image.fromarray(digit.astype(np.float32))
    small = np.asarray(picture.resize((columns, rows), how), np.float64)
    scaled: Pixels = small / small.max()
    return scaled


def _centre_of_mass(image: Pixels, axis: int) -> float:
    """Return where along an axis the middle of the ink is, in pixels from its start."""
    mass = image.sum(axis=1 - axis)
    return float(mass @ (np.arange(len(mass)) + 0.5) / mass.sum())
