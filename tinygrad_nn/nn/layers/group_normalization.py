"""`GroupNorm`, `RMSNorm` and `LocalResponseNorm`, which normalise within each sample.
Read `convolution.py` next.
"""

from __future__ import annotations

from operator import index
from typing import Any

from ...arrays.arguments import as_shape
from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .normalization import Normalization
from .shown import shown

__all__ = [
    "GroupNorm",
    "LocalResponseNorm",
    "RMSNorm",
]


class GroupNorm(Normalization):
    """(x - mean) / sqrt(var + eps) of each group of channels of (N, C, ...), scaled and moved.

    The weight and the bias have one number for each channel (Wu and He 2018).

    Raises:
        ArgumentError: num_groups does not divide num_channels.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.GroupNorm(2, 4, affine=False)(tnn.tensor([[1.0, 3.0, 5.0, 9.0]]))
        tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """

    @refuses
    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_groups, self.num_channels = map(index, (num_groups, num_channels))
        if self.num_groups < 1 or self.num_channels % self.num_groups:
            raise ArgumentError(
                f"GroupNorm: num_groups={num_groups} must divide num_channels={num_channels}"
            )
        self.eps = eps
        self.affine = affine
        wanted = {"weight": affine, "bias": affine and bias}
        self._make_parameters(self.num_channels, device, dtype, **wanted)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return (
            f"{self.num_groups}, {self.num_channels}, {shown(self, 'eps', 'affine')}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Normalization):
    """x / sqrt(mean(x^2) + eps) over the dims of `normalized_shape`, times weight.

    An `eps` of None is the dtype's (Zhang and Sennrich 2019).

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.RMSNorm(2)(tnn.tensor([[1.0, 7.0]])).detach()
        tensor([[0.2000, 1.4000]])
    """

    @refuses
    def __init__(
        self,
        normalized_shape: Any,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = as_shape(normalized_shape, "RMSNorm")
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._make_parameters(self.normalized_shape, device, dtype, weight=elementwise_affine)
        self.reset_parameters()

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised input."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"{self.normalized_shape}, {shown(self, 'eps', 'elementwise_affine')}"


class LocalResponseNorm(Module):
    """x / (k + alpha s)^beta, s the mean of x^2 over `size` neighbouring channels.

    Shapes: (N, C, L, ...). Krizhevsky et al. 2012.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input."""
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"{self.size}, {shown(self, 'alpha', 'beta', 'k')}"
