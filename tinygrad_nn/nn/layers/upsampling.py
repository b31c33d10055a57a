"""`Upsample`, which makes sequences, images and volumes larger or smaller by interpolation.
Read `reshaping.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import refuses
from ...tensor import Tensor
from .. import functional as F
from ..module import Module

__all__ = [
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
]


class Upsample(Module):
    """The input at another `size`, or `scale_factor` times as large.

    `mode` is "nearest", "linear", "bilinear", "bicubic", "trilinear" or "area": see
    `nn.functional.interpolate`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Upsample(scale_factor=2)(tnn.arange(2.0).reshape(1, 1, 2))
        tensor([[[0., 0., 1., 1.]]])
    """

    @refuses
    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, tuple):
            self.scale_factor: Any = tuple(map(float, scale_factor))
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Return the input at the other size."""
        return F.interpolate(
            input,
            self.size,
            self.scale_factor,
            self.mode,
            self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )

    def extra_repr(self) -> str:
        """Return the size or the factor, and the mode."""
        which = "size" if self.scale_factor is None else "scale_factor"
        return f"{which}={getattr(self, which)!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Images (N, C, H, W) at another size, each element the nearest of the input's."""

    @refuses
    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Images (N, C, H, W) at another size, interpolated between the corners of the input."""

    @refuses
    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
