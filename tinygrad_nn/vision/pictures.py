"""Pillow's images, which are what torchvision's datasets hand out; Pillow is imported when needed.
Read `transforms/conversions.py` next, which makes tensors of them.
"""

from __future__ import annotations

import sys
from typing import Any

from ..arrays.refusing import shown
from ..errors import DTypeError, MissingExtraError
from ..tensor import Tensor


def pillow() -> Any:
    """Return Pillow's module `Image`.

    Raises:
        MissingExtraError: Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingExtraError(
            'images are made and read by Pillow: pip install "tinygrad_nn[viz]"'
        ) from error
    return Image


def is_picture(image: Any) -> bool:
    """Whether this is one of Pillow's images; before Pillow is imported nothing is."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(image, module.Image)


def check_image(image: Any, function: str) -> bool:
    """Return whether an image is a tensor, or raise `DTypeError` if it is not Pillow's either."""
    if isinstance(image, Tensor):
        return True
    if is_picture(image):
        return False
    raise DTypeError(
        f"{function}: an image of Pillow's or a tensor expected, got {shown(image)}; "
        "transforms.ToPILImage() and ToTensor() make them of an ndarray"
    )
