"""`InstanceNorm1d`, `2d` and `3d`, which normalise each channel of each sample by itself.
Read `group_normalization.py` next.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import refuses
from ...errors import ShapeError
from ...tensor import Tensor
from ...warn import warn_user
from .. import functional as F
from .batch_normalization import ChannelNorm

__all__ = [
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
]


class InstanceNorm(ChannelNorm):
    """What InstanceNorm1d, 2d and 3d share."""

    @refuses
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        given = num_features, eps, momentum, affine, track_running_stats, device, dtype
        super().__init__(*given, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input."""
        self._check_input(input)
        has_batch = input.ndim == self._ndims[1]
        channels = input.array.shape[has_batch]
        if channels != self.num_features:
            text = (
                f"{type(self).__name__}: num_features is {self.num_features}, an input of shape "
                f"{input.array.shape} has {channels} channels"
            )
            if self.affine:
                raise ShapeError(text)
            warn_user(f"{text}; num_features has no use where affine is False")
        y = F.instance_norm(
            input if has_batch else input.unsqueeze(0),
            *(self.running_mean, self.running_var, self.weight, self.bias),
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return y if has_batch else y.squeeze(0)


class InstanceNorm1d(InstanceNorm):
    """(x - mean) / sqrt(var + eps) of each channel of each sample of (N, C, L) or (C, L).

    With `affine`, times a weight and plus a bias of each channel; with `track_running_stats`, the
    running mean and variance are used after `eval()` (Ulyanov et al. 2016).

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.InstanceNorm1d(1)(tnn.tensor([[[1.0, 3.0]]]))
        tensor([[[-1.0000,  1.0000]]])
    """

    _ndims, _shapes = (2, 3), "(N, C, L) or (C, L)"


class InstanceNorm2d(InstanceNorm):
    """Instance normalisation of images (N, C, H, W) or (C, H, W): see `InstanceNorm1d`."""

    _ndims, _shapes = (3, 4), "(N, C, H, W) or (C, H, W)"


class InstanceNorm3d(InstanceNorm):
    """Instance normalisation of volumes (N, C, D, H, W) or (C, D, H, W)."""

    _ndims, _shapes = (4, 5), "(N, C, D, H, W) or (C, D, H, W)"
