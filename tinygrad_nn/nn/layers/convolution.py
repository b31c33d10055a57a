"""`Conv1d`, `Conv2d` and `Conv3d`, the layers that slide a kernel over sequences and images.
Read `transposed_convolution.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import index
from typing import Any, ClassVar

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from ...tensor.creation import empty
from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter
from .shown import shown
from .sizes import for_each

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
]


PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class Kernels(Module):
    """Kernels for each pair of channels in a group, and a bias: what convolutions share.

    The weight and the bias are drawn uniformly from ±1 / sqrt(fan_in), the weight first: PyTorch's
    numbers for the same seed.

    Raises:
        ArgumentError: groups that do not divide the channels; padding that is not there.
    """

    weight: Parameter
    bias: Parameter | None
    transposed: ClassVar[bool] = False
    _dims: ClassVar[int]
    _function: ClassVar[Callable[..., Tensor]]

    def _make(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        output_padding: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        in_channels, out_channels, groups = map(index, (in_channels, out_channels, groups))
        name, dims = type(self).__name__, self._dims
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.groups = groups
        self._check_groups(name)
        self.kernel_size = for_each(kernel_size, dims)
        self.stride = for_each(stride, dims)
        self.padding = padding if isinstance(padding, str) else for_each(padding, dims)
        self.dilation = for_each(dilation, dims)
        self.output_padding = for_each(output_padding, dims)
        self.padding_mode = padding_mode
        self._check_padding(name)
        self._make_parameters(bias, device, dtype)

    def _make_parameters(self, bias: bool, device: Any, dtype: Any) -> None:
        self.weight = Parameter(empty(self._weight_shape(), device=device, dtype=dtype))
        offsets = empty(self.out_channels, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if offsets is None else Parameter(offsets))
        self.reset_parameters()

    def _weight_shape(self) -> tuple[int, ...]:
        ends = self.in_channels, self.out_channels
        before, after = ends if self.transposed else ends[::-1]
        return (before, after // self.groups, *self.kernel_size)

    def _check_groups(self, name: str) -> None:
        ends, groups = (self.in_channels, self.out_channels), self.groups
        if groups < 1 or any(channels % groups for channels in ends):
            raise ArgumentError(
                f"{name}: groups={groups} must divide in_channels={ends[0]} and "
                f"out_channels={ends[1]}"
            )

    def _check_padding(self, name: str) -> None:
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ArgumentError(
                    f'{name}: padding must be numbers, "same" or "valid", got {self.padding!r}'
                )
            if self.padding == "same" and any(step != 1 for step in self.stride):
                raise ArgumentError(
                    f'{name}: padding="same" needs a stride of 1, got stride={self.stride}'
                )
        if self.padding_mode not in PADDING_MODES:
            raise ArgumentError(
                f"{name}: padding_mode must be one of {', '.join(PADDING_MODES)}, got "
                f"{self.padding_mode!r}"
            )

    def reset_parameters(self) -> None:
        """Draw the initial values anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        fan_in, _ = init.fan_in_and_fan_out(self.weight)
        if self.bias is not None and fan_in:
            init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as PyTorch does."""
        usual: dict[str, Any] = {
            "padding": (0,) * len(self.padding),
            "dilation": (1,) * self._dims,
            "output_padding": (0,) * self._dims,
            "groups": 1,
        }
        names = [name for name, value in usual.items() if getattr(self, name) != value]
        text = shown(self, "kernel_size", "stride", *names)
        text = f"{self.in_channels}, {self.out_channels}, {text}"
        text += "" if self.bias is not None else ", bias=False"
        return text if self.padding_mode == "zeros" else f"{text}, {shown(self, 'padding_mode')}"


class Convolution(Kernels):
    """What Conv1d, Conv2d and Conv3d share."""

    @refuses
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        sizes = kernel_size, stride, padding, dilation, 0
        made = groups, bias, padding_mode, device, dtype
        self._make(in_channels, out_channels, *sizes, *made)

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolved input."""
        if self.padding_mode == "zeros":
            x, padding = input, self.padding
        else:
            x, padding = F.pad(input, self._both_sides(), self.padding_mode), (0,) * self._dims
        given = self.stride, padding, self.dilation, self.groups
        return self._function(x, self.weight, self.bias, *given)

    def _both_sides(self) -> list[int]:
        """Return the padding as `pad` takes it: before and after, the last dimension first."""
        if not isinstance(self.padding, str):
            return [n for size in reversed(self.padding) for n in (size, size)]
        wide = self.padding == "same"
        spans = [d * (k - 1) * wide for d, k in zip(self.dilation, self.kernel_size, strict=True)]
        return [n for span in reversed(spans) for n in (span // 2, span - span // 2)]


class Conv1d(Convolution):
    """The cross-correlation of sequences (N, in_channels, L) with kernels, plus a bias.

    See `Conv2d`.
    """

    _dims, _function = 1, staticmethod(F.conv1d)


class Conv2d(Convolution):
    """The cross-correlation of images (N, in_channels, H, W) with kernels, plus a bias.

    The weight (out_channels, in_channels / groups, h, w) and the bias (out_channels) are drawn
    uniformly from ±1 / sqrt(in_channels / groups h w), the weight first: PyTorch's numbers for the
    same seed. `padding_mode` is "zeros", "reflect", "replicate" or "circular".

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Conv2d(1, 8, 3, padding=1)(tnn.zeros(64, 1, 28, 28)).shape
        torch.Size([64, 8, 28, 28])
    """

    _dims, _function = 2, staticmethod(F.conv2d)


class Conv3d(Convolution):
    """The cross-correlation of volumes (N, in_channels, D, H, W) with kernels, plus a bias.

    See `Conv2d`.
    """

    _dims, _function = 3, staticmethod(F.conv3d)
