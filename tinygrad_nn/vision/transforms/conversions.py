"""Between Pillow's images (height, width, channels, 0 to 255) and tensors (C, H, W, 0 to 1).
Read `geometry.py` next, for what moves pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.kinds import is_floating
from ...arrays.limits import iinfo
from ...arrays.refusing import shown
from ...autograd.tensor_base import make_tensor
from ...errors import ArgumentError, DTypeError, ShapeError
from ...tensor import Tensor
from ...tensor.creation import as_tensor
from ..pictures import check_image, is_picture, pillow

__all__ = [
    "convert_image_dtype",
    "erase",
    "normalize",
    "pil_to_tensor",
    "rgb_to_grayscale",
    "to_grayscale",
    "to_image",
    "to_pil_image",
    "to_tensor",
]

WIDE_MODES = {"I": np.int32, "I;16": np.int16, "I;16B": np.int16, "F": np.float32}
GREY_MODES = {"uint8": "L", "int16": "I;16", "int32": "I", "float32": "F"}
MODES = {2: ("LA",), 3: ("RGB", "YCbCr", "HSV"), 4: ("RGBA", "CMYK", "RGBX")}  # the first is usual


def _pixels(picture: Any) -> Any:
    """Return a copy of a picture's values as an ndarray (H, W, C)."""
    values = np.array(picture, WIDE_MODES.get(picture.mode, np.uint8))
    return values.reshape(picture.height, picture.width, len(picture.getbands()))


def _channels_first(pic: Any, function: str) -> Any:
    """Return the values of an image as an ndarray (C, H, W); those of an ndarray are no copy."""
    if isinstance(pic, np.ndarray):
        if pic.ndim not in (2, 3):
            raise ShapeError(f"{function}: pic should be (H, W) or (H, W, C), got {shown(pic)}")
        return pic.transpose(2, 0, 1) if pic.ndim == 3 else pic[None]
    if not is_picture(pic):
        raise DTypeError(f"{function}: pic should be PIL Image or ndarray, got {shown(pic)}")
    values = _pixels(pic).transpose(2, 0, 1)
    return values * np.uint8(255) if pic.mode == "1" else values


def to_tensor(pic: Any) -> Tensor:
    """Return an image as a tensor (C, H, W): bytes become floats from 0 to 1, others stay.

    `pic` is an image of Pillow's, or an ndarray (H, W) or (H, W, C).

    Raises:
        DTypeError: neither of them. ShapeError: an ndarray of other dimensions.

    Example:
        >>> import numpy as np
        >>> from tinygrad_nn.vision.transforms.functional import to_tensor
        >>> to_tensor(np.array([[0, 51], [102, 255]], dtype=np.uint8))
        tensor([[[0.0000, 0.2000],
                 [0.4000, 1.0000]]])
    """
    values = _channels_first(pic, "to_tensor")
    if values.dtype != np.uint8:
        return as_tensor(values)
    return make_tensor(np.divide(values, 255, dtype=dtypes.default_float(), order="C"))


def to_image(inpt: Any) -> Tensor:
    """Return an image of Pillow's, or an ndarray, as a tensor (C, H, W) of its own dtype (`v2`)."""
    if isinstance(inpt, Tensor):
        return inpt
    return pil_to_tensor(inpt) if is_picture(inpt) else as_tensor(_channels_first(inpt, "to_image"))


def pil_to_tensor(pic: Any) -> Tensor:
    """Return an image of Pillow's as a tensor (C, H, W) of its own dtype, uint8 for most.

    Raises:
        DTypeError: another value.
    """
    if not is_picture(pic):
        raise DTypeError(f"pil_to_tensor: pic should be PIL Image, got {shown(pic)}")
    values = _pixels(pic).transpose(2, 0, 1)
    return make_tensor(values.astype(bool) if pic.mode == "1" else values)


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """Return a tensor (C, H, W) or (H, W), or an ndarray (H, W, C), as an image of Pillow's.

    Floats are taken for 0 to 1, times 255, cut; those outside wrap around, as in torchvision.

    Raises:
        DTypeError: neither, or a dtype that no image has. ShapeError: other dimensions, or more
        than four channels. ArgumentError: a `mode` that does not fit.
    """
    if not isinstance(pic, (Tensor, np.ndarray)):
        raise DTypeError(f"to_pil_image: pic should be Tensor or ndarray, got {shown(pic)}")
    values: Any = pic.detach().numpy() if isinstance(pic, Tensor) else pic
    if values.ndim not in (2, 3):
        raise ShapeError(f"to_pil_image: pic should have 2 or 3 dimensions, got {shown(pic)}")
    if isinstance(pic, Tensor) and values.ndim == 3:
        values = values.transpose(1, 2, 0)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    if is_floating(values) and mode != "F":
        values = (values * 255).astype(np.int64).astype(np.uint8)
    name = str(values.dtype)
    channels = values.shape[2] if values.ndim == 3 else 1
    if channels > 4:
        raise ShapeError(f"to_pil_image: pic should have 1 to 4 channels, got {shown(pic)}")
    if name not in GREY_MODES or (channels > 1 and name != "uint8"):
        raise DTypeError(f"to_pil_image: there is no image of {channels} channels of {name}")
    fitting = MODES.get(channels, (GREY_MODES[name],))
    if mode not in (None, *fitting):
        raise ArgumentError(
            f"to_pil_image: mode {mode!r} does not fit {channels} channels of {name}; "
            f"pass {' or '.join(map(repr, fitting))}"
        )
    return _picture(np.ascontiguousarray(values), mode or fitting[0])


def _picture(values: Any, mode: str) -> Any:
    if mode in ("L", "I;16", "I", "F", "LA", "RGB", "RGBA"):  # Pillow knows them by their dtype
        values = values.astype(np.uint16) if mode == "I;16" else values
        return pillow().fromarray(values)
    size = values.shape[1], values.shape[0]
    return pillow().frombytes(mode, size, values.tobytes())


def convert_image_dtype(image: Tensor, dtype: Any = dtypes.float32) -> Tensor:
    """Return an image in another dtype, its values scaled: 255 in uint8 is 1.0 in a float.

    Raises:
        ArgumentError: floats into integers that they cannot count up to.
    """
    if image.dtype == dtype:
        return image
    if image.dtype.is_floating_point and dtype.is_floating_point:
        return image.to(dtype)
    if image.dtype.is_floating_point:
        if dtype.itemsize >= image.dtype.itemsize and dtype.itemsize >= 4:
            raise ArgumentError(
                f"convert_image_dtype: the cast from {image.dtype} to {dtype} cannot be performed "
                "safely; convert to float64, or scale it yourself"
            )
        return image.mul(iinfo(dtype).max + 1 - 1e-3).to(dtype)
    if dtype.is_floating_point:
        return image.to(dtype) / iinfo(image.dtype).max
    most, wanted = iinfo(image.dtype).max + 1, iinfo(dtype).max + 1
    if most > wanted:
        return (image // (most // wanted)).to(dtype)
    return image.to(dtype) * (wanted // most)


def normalize(
    tensor: Tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False
) -> Tensor:
    """Return (x - mean) / std of a float image (..., C, H, W), one mean and std per channel.

    Raises:
        DTypeError: no tensor, or integers. ShapeError: fewer than three dimensions.
        ArgumentError: an std of 0.
    """
    if not isinstance(tensor, Tensor):
        raise DTypeError(f"normalize: a tensor expected, got {shown(tensor)}; ToTensor() makes one")
    if not tensor.dtype.is_floating_point:
        raise DTypeError(
            f"normalize: Input tensor should be a float tensor, got {tensor.dtype}; ToTensor() or "
            "ConvertImageDtype() scales bytes to 0 to 1"
        )
    if tensor.ndim < 3:
        raise ShapeError(
            f"normalize: an image (..., C, H, W) expected, got shape {tuple(tensor.shape)}"
        )
    middle, spread = _per_channel(mean, tensor), _per_channel(std, tensor)
    if not spread.array.all():
        raise ArgumentError(f"normalize: std is {std}, which leads to a division by zero")
    if inplace:
        return tensor.sub_(middle).div_(spread)
    return (tensor - middle) / spread


def _per_channel(numbers: Any, like: Tensor) -> Any:
    """Return a number for each channel (C, 1, 1), or one for all."""
    values = np.asarray(getattr(numbers, "array", numbers), like.array.dtype)
    return make_tensor(values.reshape(-1, 1, 1) if values.ndim == 1 else values)


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """Return an image in grey, 0.2989 R + 0.587 G + 0.114 B, in one channel or three alike.

    Raises:
        ArgumentError: another number of channels. ShapeError: a tensor that has not 3, or 1.
    """
    if num_output_channels not in (1, 3):
        raise ArgumentError(
            f"rgb_to_grayscale: num_output_channels should be 1 or 3, got {num_output_channels}"
        )
    if not check_image(img, "rgb_to_grayscale"):
        grey = img.convert("L")
        return grey if num_output_channels == 1 else pillow().merge("RGB", [grey] * 3)
    if img.ndim < 3 or img.shape[-3] not in (1, 3):
        raise ShapeError(
            f"rgb_to_grayscale: an image (..., 3, H, W) expected, got shape {tuple(img.shape)}"
        )
    if img.shape[-3] == 3:
        red, green, blue = img.unbind(-3)
        img = (0.2989 * red + 0.587 * green + 0.114 * blue).to(img.dtype).unsqueeze(-3)
    return img if num_output_channels == 1 else img.expand(*img.shape[:-3], 3, *img.shape[-2:])


to_grayscale = rgb_to_grayscale


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Tensor:
    """Return a tensor image with the rectangle at row i, column j filled with `v`."""
    if not isinstance(img, Tensor):
        raise DTypeError(f"erase: a tensor expected, got {shown(img)}; put ToTensor() before it")
    img = img if inplace else img.clone()
    img[..., i : i + h, j : j + w] = v
    return img
