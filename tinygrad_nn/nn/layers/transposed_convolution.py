"""`ConvTranspose1d`, `2d` and `3d`, which spread each element over a window: convolutions reversed.
Read `pooling.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import check_are_tensors, refuses
from ...errors import ArgumentError, ShapeError
from ...tensor import Tensor
from .. import functional as F
from .convolution import Kernels

__all__ = [
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
]


class TransposedConvolution(Kernels):
    """What ConvTranspose1d, 2d and 3d share."""

    transposed = True

    @refuses
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if padding_mode != "zeros" or isinstance(padding, str):
            raise ArgumentError(
                f"{type(self).__name__}: a transposed convolution is padded by numbers of zeros "
                f"only, got padding={padding!r} and padding_mode={padding_mode!r}"
            )
        sizes = kernel_size, stride, padding, dilation, output_padding
        made = groups, bias, padding_mode, device, dtype
        self._make(in_channels, out_channels, *sizes, *made)

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        """Return the input spread out; `output_size` tells apart the sizes that a stride allows."""
        check_are_tensors(type(self).__name__, input=input)
        extra = self.output_padding if output_size is None else self._extra(input, output_size)
        given = self.stride, self.padding, extra, self.groups, self.dilation
        return self._function(input, self.weight, self.bias, *given)

    def _extra(self, input: Tensor, output_size: Any) -> tuple[int, ...]:
        """Return how much longer than the least each dimension of the output is to be."""
        name, sizes = type(self).__name__, input.array.shape[-self._dims :]
        asked = tuple(output_size)
        if len(asked) == input.ndim:
            asked = asked[-self._dims :]
        if len(asked) != self._dims:
            raise ShapeError(
                f"{name}: output_size must have {self._dims} or {input.ndim} numbers for an input "
                f"of shape {input.array.shape}, got {tuple(output_size)}"
            )
        least = [
            (n - 1) * step - 2 * pad + dilation * (kernel - 1) + 1
            for n, step, pad, dilation, kernel in zip(
                sizes, self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        most = [n + step - 1 for n, step in zip(least, self.stride, strict=True)]
        if not all(a <= n <= b for a, n, b in zip(least, asked, most, strict=True)):
            raise ShapeError(
                f"{name}: an input of shape {input.array.shape} can become {tuple(least)} to "
                f"{tuple(most)}, not output_size={asked}"
            )
        return tuple(n - a for n, a in zip(asked, least, strict=True))


class ConvTranspose1d(TransposedConvolution):
    """Sequences (N, in_channels, L) spread out by kernels, plus a bias: see `ConvTranspose2d`."""

    _dims, _function = 1, staticmethod(F.conv_transpose1d)


class ConvTranspose2d(TransposedConvolution):
    """Images (N, in_channels, H, W) spread out by kernels, plus a bias: Conv2d's gradient.

    The weight has shape (in_channels, out_channels / groups, h, w). A stride makes the image
    larger; `output_padding`, or `output_size` when called, chooses among the sizes that `Conv2d`
    would make one of (Zeiler et al. 2010).

    Example:
        >>> import tinygrad_nn as tnn
        >>> grow = tnn.nn.ConvTranspose2d(8, 1, 2, stride=2)
        >>> grow(tnn.zeros(64, 8, 14, 14)).shape
        torch.Size([64, 1, 28, 28])
    """

    _dims, _function = 2, staticmethod(F.conv_transpose2d)


class ConvTranspose3d(TransposedConvolution):
    """Volumes (N, in_channels, D, H, W) spread out by kernels: see `ConvTranspose2d`."""

    _dims, _function = 3, staticmethod(F.conv_transpose3d)
