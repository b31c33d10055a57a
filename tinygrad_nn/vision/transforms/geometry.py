"""What moves pixels: sizes, crops, borders, mirror images; the same for Pillow's and for tensors.
Read `fixed.py` next, the transforms that programs compose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays.kinds import is_floating
from ...errors import ArgumentError, NotHereError
from ...nn import functional as F
from ...tensor import Tensor
from ...tensor.creation import tensor
from ..pictures import check_image, pillow
from .interpolation import InterpolationMode, in_pillow, in_tensors

__all__ = [
    "center_crop",
    "crop",
    "get_dimensions",
    "get_image_size",
    "hflip",
    "pad",
    "resize",
    "resized_crop",
    "rotate",
    "vflip",
]

BORDERS = ("edge", "reflect", "symmetric")  # besides a constant; NumPy has the same names


def get_dimensions(img: Any) -> list[int]:
    """Return channels, height and width."""
    if check_image(img, "get_dimensions"):
        return [img.shape[-3] if img.ndim > 2 else 1, *img.shape[-2:]]
    return [len(img.getbands()), img.height, img.width]


def get_image_size(img: Any) -> list[int]:
    """Return width and height."""
    return get_dimensions(img)[:0:-1]


def pair_of(size: Any, function: str) -> tuple[int, int]:
    """Return (height, width) of a size that is one number, one in a list, or both."""
    both = (size, size) if isinstance(size, int) else tuple(size)
    both = both * 2 if len(both) == 1 else both
    if len(both) != 2:
        raise ArgumentError(f"{function}: size should be (height, width) or one number, got {size}")
    return both


def resize(
    img: Any,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    max_size: int | None = None,
    antialias: bool | None = True,
) -> Any:
    """Return an image of `size` (height, width); a single number is that of the shorter edge.

    Tensors (..., H, W) are smoothed as Pillow smooths, unless `antialias` is false. `max_size`
    is the most that the longer edge may be.

    Raises:
        ArgumentError: a size that is none, `max_size` beside two sizes or below one; or Pillow's
        own interpolations for a tensor.
    """
    is_tensor = check_image(img, "resize")
    height, width = get_dimensions(img)[1:]
    wanted = _size_of(size, max_size, height, width)
    if wanted == (height, width):
        return img
    if not is_tensor:
        return img.resize(wanted[::-1], in_pillow(interpolation, "resize"))
    mode = in_tensors(interpolation, "resize")
    smooth = bool(antialias) and mode in ("bilinear", "bicubic")
    return _back_from(F.interpolate(_as_batch(img), wanted, mode=mode, antialias=smooth), img)


def _size_of(size: Any, max_size: int | None, height: int, width: int) -> tuple[int, int]:
    one = size if isinstance(size, int) else size[0] if len(size) == 1 else None
    if one is None:
        if max_size is not None:
            raise ArgumentError(f"resize: max_size is for one size, not for {size}")
        return pair_of(size, "resize")
    short, long = sorted((height, width))
    short_wanted, long_wanted = one, int(one * long / short)
    if max_size is not None and max_size <= one:
        raise ArgumentError(f"resize: max_size = {max_size} should be more than size = {size}")
    if max_size is not None and long_wanted > max_size:
        short_wanted, long_wanted = int(max_size * one / long_wanted), max_size
    return (short_wanted, long_wanted) if height <= width else (long_wanted, short_wanted)


def _as_batch(img: Tensor) -> Tensor:
    """Return a tensor image as floats (N, C, H, W)."""
    batch = img.reshape(-1, *get_dimensions(img))
    return batch if is_floating(img.array) else batch.float()


def _back_from(batch: Tensor, img: Tensor) -> Tensor:
    """Return a batch in the dtype and with the leading dimensions of the image it came from."""
    found = batch.reshape(*img.shape[:-2], *batch.shape[-2:])
    if is_floating(img.array):
        return found
    if img.array.dtype == np.uint8:
        found = found.clamp(0, 255)
    return found.round().to(img.dtype)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """Return the rectangle whose upper left corner is at row `top`, column `left`.

    What lies outside of the image is 0.
    """
    if not check_image(img, "crop"):
        return img.crop((left, top, left + width, top + height))
    rows, columns = img.shape[-2:]
    bottom, right = top + height, left + width
    inside = img[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    outside = [max(-left, 0), max(right - columns, 0), max(-top, 0), max(bottom - rows, 0)]
    return F.pad(inside, outside) if any(outside) else inside


def center_crop(img: Any, output_size: int | Sequence[int]) -> Any:
    """Return the middle of an image; a smaller one gets a border of 0."""
    height, width = pair_of(output_size, "center_crop")
    rows, columns = get_dimensions(img)[1:]
    if height > rows or width > columns:
        more, wider = max(height - rows, 0), max(width - columns, 0)
        img = pad(img, [wider // 2, more // 2, (wider + 1) // 2, (more + 1) // 2])
        rows, columns = get_dimensions(img)[1:]
    return crop(img, round((rows - height) / 2.0), round((columns - width) / 2.0), height, width)


def resized_crop(
    img: Any,
    top: int,
    left: int,
    height: int,
    width: int,
    size: int | Sequence[int],
    interpolation: Any = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Any:
    """Return a crop, resized."""
    cropped = crop(img, top, left, height, width)
    return resize(cropped, size, interpolation, antialias=antialias)


def pad(
    img: Any, padding: int | Sequence[int], fill: Any = 0, padding_mode: str = "constant"
) -> Any:
    """Return an image with a border of `padding`: all sides, (left/right, top/bottom), or all four.

    The four are (left, top, right, bottom). The border is `fill`, or goes on as `padding_mode`
    says: "edge", "reflect" or "symmetric".

    Raises:
        ArgumentError: another mode, or a padding of other lengths.
    """
    is_tensor = check_image(img, "pad")
    sides = (padding,) if isinstance(padding, int) else tuple(padding)
    if len(sides) not in (1, 2, 4):
        raise ArgumentError(f"pad: padding should be 1, 2 or 4 numbers, got {padding}")
    left, top, right, bottom = sides * (4 // len(sides))
    if padding_mode == "constant":
        if is_tensor:
            return F.pad(img, [left, right, top, bottom], value=fill)
        return _framed(img, (left, top, right, bottom), fill)
    if padding_mode not in BORDERS:
        raise ArgumentError(
            f"pad: padding_mode should be 'constant', 'edge', 'reflect' or 'symmetric', got "
            f"{padding_mode!r}"
        )
    height, width = get_dimensions(img)[1:]
    mode: Any = padding_mode
    rows = np.pad(np.arange(height), (top, bottom), mode)
    columns = np.pad(np.arange(width), (left, right), mode)
    if is_tensor:
        return img[..., rows[:, None], columns]
    return pillow().fromarray(np.asarray(img)[rows[:, None], columns])


def _framed(img: Any, sides: tuple[int, int, int, int], fill: Any) -> Any:
    from PIL import ImageOps  # Pillow is there: the image is its own

    return ImageOps.expand(img, border=sides, fill=_colour(img, fill))


def _colour(img: Any, fill: Any) -> Any:
    """Return a fill as Pillow takes it: a number, or one per channel."""
    values = tuple(fill) if isinstance(fill, (list, tuple)) else (fill,)
    channels = len(img.getbands())
    values = values * channels if len(values) == 1 else values
    values = values if img.mode == "F" else tuple(int(each) for each in values)
    return values if channels > 1 else values[0]


def hflip(img: Any) -> Any:
    """Return the mirror image, left for right."""
    return img.flip(-1) if check_image(img, "hflip") else img.transpose(0)


def vflip(img: Any) -> Any:
    """Return an image upside down."""
    return img.flip(-2) if check_image(img, "vflip") else img.transpose(1)


def rotate(
    img: Any,
    angle: float,
    interpolation: Any = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[float] | None = None,
    fill: Any = 0,
) -> Any:
    """Return an image turned counter-clockwise by `angle` degrees about its middle, or `center`.

    `expand` makes room for the corners; what comes from outside is `fill`.

    Raises:
        NotHereError: `expand`, `center` or `fill` for a tensor.
    """
    if not check_image(img, "rotate"):
        number = in_pillow(interpolation, "rotate")
        return img.rotate(angle, number, expand, center, fillcolor=_colour(img, fill))
    if expand or center is not None or fill not in (None, 0, (0,), [0]):
        raise NotHereError(
            "rotate: expand, center and fill are for images of Pillow's; rotate before ToTensor()"
        )
    batch = _as_batch(img)
    height, width = batch.shape[2:]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    # where a pixel was, from -1 at one edge to 1 at the other
    back = [[cos, -sin * height / width, 0.0], [sin * width / height, cos, 0.0]]
    theta = tensor([back], dtype=batch.dtype).expand(len(batch), 2, 3)
    grid = F.affine_grid(theta, list(batch.shape), align_corners=False)
    mode = in_tensors(interpolation, "rotate")
    return _back_from(F.grid_sample(batch, grid, mode, align_corners=False), img)
