"""Pooling: the largest element, or the mean, of each window that slides over the input.
Read `sized_pooling.py` next, for windows that are chosen by how many there shall be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .shown import shown
from .sizes import for_each

__all__ = [
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]


class MaxPool(Module):
    """What MaxPool1d, 2d and 3d share."""

    _function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        """Return the largest elements, and with `return_indices` where they were."""
        given = self.kernel_size, self.stride, self.padding, self.dilation
        return self._function(input, *given, self.ceil_mode, self.return_indices)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, "kernel_size", "stride", "padding", "dilation", "ceil_mode")


class MaxPool1d(MaxPool):
    """The largest element of each window of sequences (N, C, L): see `MaxPool2d`."""

    _function = staticmethod(F.max_pool1d)


class MaxPool2d(MaxPool):
    """The largest element of each window of images (N, C, H, W).

    The windows lie `stride` apart, by default side by side; with `return_indices` the places of the
    elements are returned too, for `MaxUnpool2d`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.MaxPool2d(2)(tnn.arange(16.0).reshape(1, 4, 4))
        tensor([[[ 5.,  7.],
                 [13., 15.]]])
    """

    _function = staticmethod(F.max_pool2d)


class MaxPool3d(MaxPool):
    """The largest element of each window of volumes (N, C, D, H, W): see `MaxPool2d`."""

    _function = staticmethod(F.max_pool3d)


class MaxUnpool(Module):
    """What MaxUnpool1d, 2d and 3d share."""

    _dims: ClassVar[int]
    _function: ClassVar[Callable[..., Any]]

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size = for_each(kernel_size, self._dims)
        self.stride = for_each(kernel_size if stride is None else stride, self._dims)
        self.padding = for_each(padding, self._dims)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        """Return zeros with each element where its index says that it was."""
        given = self.kernel_size, self.stride, self.padding, output_size
        return self._function(input, indices, *given)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, "kernel_size", "stride", "padding")


class MaxUnpool1d(MaxUnpool):
    """The elements that MaxPool1d took, back in their places: see `MaxUnpool2d`."""

    _dims, _function = 1, staticmethod(F.max_unpool1d)


class MaxUnpool2d(MaxUnpool):
    """The elements that MaxPool2d took, back in their places among zeros.

    Example:
        >>> import tinygrad_nn as tnn
        >>> pool, unpool = tnn.nn.MaxPool2d(2, return_indices=True), tnn.nn.MaxUnpool2d(2)
        >>> unpool(*pool(tnn.arange(4.0).reshape(1, 2, 2)))
        tensor([[[0., 0.],
                 [0., 3.]]])
    """

    _dims, _function = 2, staticmethod(F.max_unpool2d)


class MaxUnpool3d(MaxUnpool):
    """The elements that MaxPool3d took, back in their places: see `MaxUnpool2d`."""

    _dims, _function = 3, staticmethod(F.max_unpool3d)


class AvgPool1d(Module):
    """The mean of each window of sequences (N, C, L): see `AvgPool2d`."""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = for_each(kernel_size, 1)
        self.stride = for_each(kernel_size if stride is None else stride, 1)
        self.padding = for_each(padding, 1)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        given = self.kernel_size, self.stride, self.padding
        mean: Tensor = F.avg_pool1d(input, *given, self.ceil_mode, self.count_include_pad)
        return mean

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, "kernel_size", "stride", "padding")


class AvgPool(Module):
    """What AvgPool2d and 3d share."""

    _function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        """Return the means."""
        counted = self.ceil_mode, self.count_include_pad, self.divisor_override
        return self._function(input, self.kernel_size, self.stride, self.padding, *counted)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, "kernel_size", "stride", "padding")


class AvgPool2d(AvgPool):
    """The mean of each window of images (N, C, H, W).

    Zeros of the padding count as elements, unless `count_include_pad` is False;
    `divisor_override` divides the sums by another number.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.AvgPool2d(2)(tnn.arange(4.0).reshape(1, 2, 2))
        tensor([[[1.5000]]])
    """

    _function = staticmethod(F.avg_pool2d)


class AvgPool3d(AvgPool):
    """The mean of each window of volumes (N, C, D, H, W): see `AvgPool2d`."""

    _function = staticmethod(F.avg_pool3d)


class LPPool(Module):
    """What LPPool1d, 2d and 3d share."""

    _function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        """Return (sum x^p)^(1/p) of each window, p the `norm_type`."""
        given = self.kernel_size, self.stride, self.ceil_mode
        return self._function(input, float(self.norm_type), *given)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, "norm_type", "kernel_size", "stride", "ceil_mode")


class LPPool1d(LPPool):
    """(sum x^p)^(1/p) of each window of sequences (N, C, L), p the `norm_type`."""

    _function = staticmethod(F.lp_pool1d)


class LPPool2d(LPPool):
    """(sum x^p)^(1/p) of each window of images (N, C, H, W), p the `norm_type`."""

    _function = staticmethod(F.lp_pool2d)


class LPPool3d(LPPool):
    """(sum x^p)^(1/p) of each window of volumes (N, C, D, H, W), p the `norm_type`."""

    _function = staticmethod(F.lp_pool3d)
