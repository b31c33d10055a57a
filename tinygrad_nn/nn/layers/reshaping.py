"""Layers that only move elements: Flatten, Unflatten, Fold, Unfold, and the shuffles.
Read `convolution.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import refuses
from ...arrays.refusing import shown as described
from ...errors import DTypeError
from ...ops.shape.sizes import flatten, unflatten
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .shown import shown

__all__ = [
    "ChannelShuffle",
    "Flatten",
    "Fold",
    "PixelShuffle",
    "PixelUnshuffle",
    "Unflatten",
    "Unfold",
]


class Flatten(Module):
    """The dimensions from start_dim to end_dim made into one: (N, C, H, W) to (N, C H W)."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the flattened input."""
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Return the dims."""
        return shown(self, "start_dim", "end_dim")


class Unflatten(Module):
    """One dimension made into several: (N, C H W) to (N, C, H, W) with `Unflatten(1, (C, H, W))`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Unflatten(1, (2, 3))(tnn.zeros(4, 6)).shape
        torch.Size([4, 2, 3])
    """

    @refuses
    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        sizes = unflattened_size
        if not isinstance(sizes, (tuple, list)) or not all(isinstance(n, int) for n in sizes):
            raise DTypeError(
                f"Unflatten: unflattened_size must be a tuple of ints, got {described(sizes)}"
            )
        self.dim = dim
        self.unflattened_size = sizes

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with its dimension made into several."""
        return unflatten(input, self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        """Return the dim and the sizes."""
        return shown(self, "dim", "unflattened_size")


class Unfold(Module):
    """The windows of images (N, C, H, W) as columns: (N, C kernel elements, windows)."""

    def __init__(
        self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the windows as columns."""
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, "kernel_size", "dilation", "padding", "stride")


class Fold(Module):
    """Columns added up to images where the windows of `Unfold` took them from.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Fold((1, 3), (1, 2))(tnn.ones(1, 2, 2))
        tensor([[[[1., 2., 1.]]]])
    """

    def __init__(
        self,
        output_size: Any,
        kernel_size: Any,
        dilation: Any = 1,
        padding: Any = 0,
        stride: Any = 1,
    ) -> None:
        super().__init__()
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        """Return the images."""
        given = self.kernel_size, self.dilation, self.padding, self.stride
        return F.fold(input, self.output_size, *given)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, "output_size", "kernel_size", "dilation", "padding", "stride")


class PixelShuffle(Module):
    """Channels laid out as pixels: (N, C r^2, H, W) to (N, C, H r, W r) (Shi et al. 2016)."""

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Return the larger image."""
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        """Return the factor."""
        return shown(self, "upscale_factor")


class PixelUnshuffle(Module):
    """Pixels laid out as channels: (N, C, H r, W r) to (N, C r^2, H, W)."""

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Return the smaller image."""
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        """Return the factor."""
        return shown(self, "downscale_factor")


class ChannelShuffle(Module):
    """The channels of (N, C, ...) dealt out so that each group gets some of every other."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with its channels in another order."""
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        """Return the number of groups."""
        return shown(self, "groups")
