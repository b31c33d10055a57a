"""`Conv2d`, the layer that slides a kernel over images.
Read `../losses/` next.
"""

from __future__ import annotations

import math
from operator import index
from typing import Any

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from ...tensor.creation import empty
from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter


class Conv2d(Module):
    """The cross-correlation of images (N, in_channels, H, W) with kernels, plus a bias.

    The weight (out_channels, in_channels / groups, h, w) and the bias (out_channels) are drawn
    uniformly from ±1 / sqrt(in_channels / groups h w), the weight first: PyTorch's numbers for the
    same seed. Pads with zeros only.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Conv2d(1, 8, 3, padding=1)(tnn.zeros(64, 1, 28, 28)).shape
        torch.Size([64, 8, 28, 28])
    """

    weight: Parameter
    bias: Parameter | None

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
        in_channels, out_channels, groups = map(index, (in_channels, out_channels, groups))
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ArgumentError(
                f"Conv2d: groups={groups} must divide in_channels={in_channels} and "
                f"out_channels={out_channels}"
            )
        if padding_mode != "zeros":
            raise NotImplementedError(
                f'Conv2d(padding_mode={padding_mode!r}): pad before, and pass "zeros"'
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size, self.stride, self.dilation = map(_pair, (kernel_size, stride, dilation))
        self.padding = padding if isinstance(padding, str) else _pair(padding)
        self.groups = groups
        self.padding_mode = padding_mode
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(empty(*shape, device=device, dtype=dtype))
        offsets = empty(out_channels, device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", None if offsets is None else Parameter(offsets))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial values anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        fan_in, _ = init.fan_in_and_fan_out(self.weight)
        if self.bias is not None and fan_in:
            init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def forward(self, input: Tensor) -> Tensor:
        """Return the convolved images."""
        given = self.stride, self.padding, self.dilation, self.groups
        return F.conv2d(input, self.weight, self.bias, *given)

    def extra_repr(self) -> str:
        """Return the arguments that differ from their defaults, as PyTorch does."""
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        )
        usual = {"padding": (0, 0), "dilation": (1, 1), "groups": 1}
        text += "".join(
            f", {name}={getattr(self, name)}"
            for name, value in usual.items()
            if getattr(self, name) != value
        )
        return text if self.bias is not None else f"{text}, bias=False"


def _pair(value: Any) -> tuple[int, int]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)
