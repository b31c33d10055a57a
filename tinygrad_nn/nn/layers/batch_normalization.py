"""`BatchNorm1d`, `2d`, `3d` and `SyncBatchNorm`, which normalise each channel over the batch.
Read `convolution.py` next.
"""

from __future__ import annotations

from operator import index
from typing import Any

from ...arrays.dtypes import int64
from ...arrays.refusing import check_are_tensors, refuses
from ...errors import ShapeError
from ...tensor import Tensor
from ...tensor.creation import empty, zeros
from .. import functional as F
from .. import init
from .normalization import Normalization

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "SyncBatchNorm",
]


class ChannelNorm(Normalization):
    """A norm of each channel, which may keep running statistics to use after `eval()`."""

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None
    _version = 2  # since when the batches are counted
    _ndims: tuple[int, ...]  # that an input may have
    _shapes: str

    @refuses
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = index(num_features)
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        wanted = {"weight": affine, "bias": affine and bias}
        self._make_parameters(self.num_features, device, dtype, **wanted)
        self._make_statistics(device, dtype)
        self.reset_parameters()

    def _make_statistics(self, device: Any, dtype: Any) -> None:
        tracked = self.track_running_stats
        for name in ("running_mean", "running_var"):
            made = empty(self.num_features, device=device, dtype=dtype)
            self.register_buffer(name, made if tracked else None)
        self.register_buffer("num_batches_tracked", zeros((), dtype=int64) if tracked else None)

    def reset_running_stats(self) -> None:
        """Set the running mean to zeros, the running variance to ones, and the count to 0."""
        for name, buffer in self.named_buffers(recurse=False):
            (init.ones_ if name == "running_var" else init.zeros_)(buffer)

    def reset_parameters(self) -> None:
        """Set the weight to ones, the bias to zeros, and the running statistics as at first."""
        self.reset_running_stats()
        super().reset_parameters()

    def _before_loading(self, state_dict: Any, prefix: str, version: int | None) -> None:
        if self.num_batches_tracked is not None and (version or 1) < 2:
            state_dict.setdefault(f"{prefix}num_batches_tracked", self.num_batches_tracked)

    def _check_input(self, input: Tensor) -> None:
        check_are_tensors(type(self).__name__, input=input)
        if input.ndim not in self._ndims:
            raise ShapeError(
                f"{type(self).__name__}: input must be {self._shapes}, got {input.array.shape}"
            )

    def extra_repr(self) -> str:
        """Return the arguments."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm(ChannelNorm):
    """What BatchNorm1d, 2d and 3d share."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the normalised input; in training, the running statistics learn from it."""
        self._check_input(input)
        learns = self.training and self.track_running_stats
        momentum = 0.0 if self.momentum is None else self.momentum
        if learns and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # the mean of all batches so far
                momentum = 1.0 / self.num_batches_tracked.item()
        untracked = self.running_mean is None and self.running_var is None
        is_used = learns or not self.training
        return F.batch_norm(
            input,
            self.running_mean if is_used else None,
            self.running_var if is_used else None,
            *(self.weight, self.bias, self.training or untracked, momentum, self.eps),
        )


class BatchNorm1d(BatchNorm):
    """(x - mean) / sqrt(var + eps) of each channel of (N, C) or (N, C, L), times weight, plus bias.

    In training mean and variance are those of the batch, and `running_mean` and `running_var` move
    towards them by `momentum` (None: they are the mean over all batches so far), the variance
    unbiased; after `eval()` the running ones are used (Ioffe and Szegedy 2015).

    Example:
        >>> import tinygrad_nn as tnn
        >>> norm = tnn.nn.BatchNorm1d(1)
        >>> norm(tnn.tensor([[1.0], [3.0]])).detach().flatten()
        tensor([-1.0000,  1.0000])
        >>> norm.running_mean, norm.running_var
        (tensor([0.2000]), tensor([1.1000]))
    """

    _ndims, _shapes = (2, 3), "(N, C) or (N, C, L)"


class BatchNorm2d(BatchNorm):
    """Batch normalisation of images (N, C, H, W), as `BatchNorm1d` of sequences.

    Raises:
        ShapeError: an input of other dimensions or channels, or in training one value per channel.
    """

    _ndims, _shapes = (4,), "(N, C, H, W)"


class BatchNorm3d(BatchNorm):
    """Batch normalisation of volumes (N, C, D, H, W), as `BatchNorm1d` of sequences."""

    _ndims, _shapes = (5,), "(N, C, D, H, W)"


class SyncBatchNorm(BatchNorm):
    """Batch normalisation of (N, C, ...) over all processes that train together: here, this one.

    `process_group` is kept, and means nothing here.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.SyncBatchNorm.convert_sync_batchnorm(
        ...     tnn.nn.Sequential(tnn.nn.Linear(2, 3), tnn.nn.BatchNorm1d(3))
        ... )[1].num_features
        3
    """

    _ndims, _shapes = tuple(range(2, 65)), "(N, C, ...)"

    @refuses
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        given = (num_features, eps, momentum, affine, track_running_stats, device, dtype)
        super().__init__(*given, bias=bias)
        self.process_group = process_group

    @classmethod
    def convert_sync_batchnorm(cls, module: Any, process_group: Any = None) -> Any:
        """Return the module with each batch norm in it replaced, which keeps its tensors."""
        converted = module
        if isinstance(module, BatchNorm):
            given = (module.eps, module.momentum, module.affine, module.track_running_stats)
            converted = cls(module.num_features, *given, process_group)
            for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
                setattr(converted, name, getattr(module, name))
            converted.training = module.training
        for name, child in module.named_children():
            converted.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return converted
