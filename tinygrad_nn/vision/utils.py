"""Several images in one, and images in files: `make_grid` and `save_image`.
Read `../viz/` for pictures of anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arrays.dtypes import uint8
from ..arrays.refusing import shown
from ..autograd.grad_mode import no_grad
from ..errors import DTypeError, ShapeError
from ..ops.shape.joining import cat, stack
from ..tensor import Tensor
from .pictures import pillow

__all__ = ["make_grid", "save_image"]


@no_grad()
def make_grid(
    tensor: Tensor | Sequence[Tensor],
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Return the images of a batch (N, C, H, W) beside each other, `nrow` in a row.

    Grey images get three channels; an image alone gets no border. With `normalize` values are moved
    to 0 to 1: from `value_range`, else from the least and most of the batch, or of each image with
    `scale_each`.

    Raises:
        DTypeError: neither a tensor nor a list of them. ShapeError: no image, or other dimensions.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.vision.utils.make_grid(tnn.rand(6, 1, 28, 28), nrow=3).shape
        torch.Size([3, 62, 92])
    """
    images = _as_batch(tensor)
    if normalize:
        scaled = [_scaled(each, value_range) for each in (images if scale_each else [images])]
        images = stack(scaled) if scale_each else scaled[0]
    if len(images) == 1:
        return images.squeeze(0)
    count, channels, height, width = images.shape
    columns = min(nrow, count)
    rows = -(-count // columns)
    tall, wide = height + padding, width + padding
    grid = images.new_full((channels, rows * tall + padding, columns * wide + padding), pad_value)
    for i, image in enumerate(images):
        top, left = i // columns * tall + padding, i % columns * wide + padding
        grid[:, top : top + height, left : left + width] = image
    return grid


def _as_batch(given: Any) -> Tensor:
    is_list = isinstance(given, (list, tuple)) and all(isinstance(each, Tensor) for each in given)
    if not (is_list or isinstance(given, Tensor)):
        raise DTypeError(f"make_grid: tensor or list of tensors expected, got {shown(given)}")
    if len(given) == 0:
        raise ShapeError("make_grid: there is no image")
    images: Any = stack(list(given)) if is_list else given
    if images.ndim == 2:
        images = images.unsqueeze(0)
    if images.ndim == 3:
        images = images.unsqueeze(0)
    if images.ndim != 4:
        raise ShapeError(
            f"make_grid: images (N, C, H, W) expected, got shape {tuple(images.shape)}"
        )
    return cat([images] * 3, 1) if images.shape[1] == 1 else images


def _scaled(images: Tensor, value_range: tuple[float, float] | None) -> Tensor:
    low, high = value_range or (float(images.min()), float(images.max()))
    return images.clamp(low, high).sub(low).div(max(high - low, 1e-5))


@no_grad()
def save_image(
    tensor: Tensor | Sequence[Tensor], fp: Any, format: str | None = None, **kwargs: Any
) -> None:
    """Write an image (C, H, W) from 0 to 1, or the grid of a batch, to a file, by its ending.

    `kwargs` are those of `make_grid`.

    Raises:
        MissingExtraError: Pillow is not installed.
    """
    grid = make_grid(tensor, **kwargs)
    values = grid.mul(255).add(0.5).clamp(0, 255).permute(1, 2, 0).to(uint8)
    pillow().fromarray(values.contiguous().numpy()).save(fp, format=format)
