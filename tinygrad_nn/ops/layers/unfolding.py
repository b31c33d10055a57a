"""Blocks of images as the columns of a matrix, and columns added up to images.
Read `pooling.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.refusing import refuses
from ...errors import ShapeError
from .windows import as_sizes, check_dims, fold_windows, places_of, windows

__all__ = ["fold", "unfold"]


@refuses
def unfold(
    input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Any:
    """Return the blocks under a kernel as columns: (N, C, H, W) becomes (N, C h w, places).

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.unfold(tnn.zeros(1, 3, 4, 4), 2).shape
        torch.Size([1, 12, 9])
    """
    check_dims(input.shape, 2, "unfold")
    kernel, stride, dilation, padding = _arguments("unfold", kernel_size, stride, dilation, padding)
    wide = tuple(n + 2 * p for n, p in zip(input.shape[-2:], padding, strict=True))
    if min(places_of(wide, kernel, stride, dilation)) < 1:
        raise ShapeError(
            f"unfold: blocks of {kernel}, dilation {dilation}, do not fit into an input of shape "
            f"{tuple(input.shape)} with padding {padding}"
        )
    met = windows(input, kernel, stride, dilation, padding)
    rows = input.shape[-3] * math.prod(kernel)
    return met.reshape(*input.shape[:-3], rows, math.prod(met.shape[-2:]))


@refuses
def fold(
    input: Any,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Any:
    """Return images of `output_size`, each column (N, C h w, places) added where its block stands.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.functional.fold(tnn.ones(1, 4, 4), (3, 3), 2)
        tensor([[[[1., 2., 1.],
                  [2., 4., 2.],
                  [1., 2., 1.]]]])
    """
    kernel, stride, dilation, padding = _arguments("fold", kernel_size, stride, dilation, padding)
    sizes = as_sizes(output_size, 2, "output_size", "fold", 1)
    wide = tuple(n + 2 * p for n, p in zip(sizes, padding, strict=True))
    places, each = places_of(wide, kernel, stride, dilation), math.prod(kernel)
    shape = tuple(input.shape)
    if len(shape) not in (2, 3) or shape[-2] % each or math.prod(places) != shape[-1]:
        raise ShapeError(
            f"fold: an input of (N, C {kernel[0]} {kernel[1]}, {places[0]} {places[1]}) is "
            f"expected for output_size {sizes}, got shape {shape}"
        )
    met = input.reshape(*shape[:-2], shape[-2] // each, *kernel, *places)
    return fold_windows(met, sizes, stride, dilation, padding)


def _arguments(name: str, kernel: Any, stride: Any, dilation: Any, padding: Any) -> Any:
    return (
        as_sizes(kernel, 2, "kernel_size", name, 1),
        as_sizes(stride, 2, "stride", name, 1),
        as_sizes(dilation, 2, "dilation", name, 1),
        as_sizes(padding, 2, "padding", name, 0),
    )
