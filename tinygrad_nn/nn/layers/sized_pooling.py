"""Pooling to an output of a given size: adaptive windows, and windows that are laid at random.
Read `padding.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .shown import shown
from .sizes import for_each

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
]


class AdaptiveAvgPool(Module):
    """What AdaptiveAvgPool1d, 2d and 3d share."""

    _function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        """Return the means of as many windows as `output_size` says."""
        mean: Tensor = self._function(input, self.output_size)
        return mean

    def extra_repr(self) -> str:
        """Return the size."""
        return shown(self, "output_size")


class AdaptiveAvgPool1d(AdaptiveAvgPool):
    """The means of `output_size` windows of sequences (N, C, L): see `AdaptiveAvgPool2d`."""

    _function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(AdaptiveAvgPool):
    """The means of `output_size` windows of images (N, C, H, W), whatever H and W.

    Window i of n starts at floor(i H / n) and ends before ceil((i + 1) H / n). None as a size keeps
    that of the input.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.AdaptiveAvgPool2d(1)(tnn.arange(4.0).reshape(1, 2, 2))
        tensor([[[1.5000]]])
    """

    _function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(AdaptiveAvgPool):
    """The means of `output_size` windows of volumes (N, C, D, H, W): see `AdaptiveAvgPool2d`."""

    _function = staticmethod(F.adaptive_avg_pool3d)


class AdaptiveMaxPool(Module):
    """What AdaptiveMaxPool1d, 2d and 3d share."""

    _function: ClassVar[Callable[..., Any]]

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, and with `return_indices` where they were."""
        return self._function(input, self.output_size, self.return_indices)

    def extra_repr(self) -> str:
        """Return the size."""
        return shown(self, "output_size")


class AdaptiveMaxPool1d(AdaptiveMaxPool):
    """The largest elements of `output_size` windows of (N, C, L): see `AdaptiveAvgPool2d`."""

    _function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(AdaptiveMaxPool):
    """The largest elements of `output_size` windows of (N, C, H, W): see `AdaptiveAvgPool2d`."""

    _function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(AdaptiveMaxPool):
    """The largest elements of `output_size` windows of (N, C, D, H, W)."""

    _function = staticmethod(F.adaptive_max_pool3d)


class FractionalMaxPool(Module):
    """What FractionalMaxPool2d and 3d share.

    Raises:
        ArgumentError: none or both of `output_size` and `output_ratio`; ratios not within (0, 1).
    """

    _random_samples: Tensor | None
    _dims: ClassVar[int]
    _function: ClassVar[Callable[..., Any]]

    @refuses
    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.kernel_size = for_each(kernel_size, self._dims)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        sizes, ratios = (
            None if given is None else for_each(given, self._dims)
            for given in (output_size, output_ratio)
        )
        if (sizes is None) == (ratios is None):
            raise ArgumentError(
                f"{name}: give either output_size or output_ratio, got {output_size} and "
                f"{output_ratio}"
            )
        if any(size < 1 for size in self.kernel_size):
            raise ArgumentError(f"{name}: kernel_size must be above 0, got {self.kernel_size}")
        if ratios is not None and not all(0 < ratio < 1 for ratio in ratios):
            raise ArgumentError(f"{name}: output_ratio must lie within 0 and 1, got {ratios}")
        self.output_size, self.output_ratio = sizes, ratios

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, and with `return_indices` where they were."""
        given = self.output_size, self.output_ratio, self.return_indices
        return self._function(input, self.kernel_size, *given, self._random_samples)


class FractionalMaxPool2d(FractionalMaxPool):
    """The largest elements of windows laid at random on images (N, C, H, W) (Graham 2014).

    There are `output_size` windows, or `output_ratio` times as many as the input has elements.
    """

    _dims, _function = 2, staticmethod(F.fractional_max_pool2d)


class FractionalMaxPool3d(FractionalMaxPool):
    """The largest elements of windows laid at random on volumes (N, C, D, H, W)."""

    _dims, _function = 3, staticmethod(F.fractional_max_pool3d)
