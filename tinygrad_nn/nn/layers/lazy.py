"""Lazy modules, which read the size of their input from the first that they are called on.
Read `container.py` next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ...arrays.dtypes import int64
from ...arrays.refusing import check_are_tensors, refuses
from ...errors import ShapeError
from ...tensor.creation import zeros
from ..module import Module
from ..uninitialized import Uninitialized, UninitializedBuffer, UninitializedParameter
from . import batch_normalization, convolution, instance_normalization, transposed_convolution
from .linear import Linear

__all__ = [
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
]


class Lazy(Module):
    """A module that is made whole by its first input, and is an ordinary one from then on.

    Move it to its dtype before; make the optimizer after, or before: the parameters stay the same
    objects.
    """

    cls_to_become: ClassVar[type]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        check_are_tensors(type(self).__name__, **dict(zip(("input",), args, strict=False)))
        self.initialize_parameters(*args, **kwargs)
        self.__class__ = self.cls_to_become
        return self(*args, **kwargs)

    def initialize_parameters(self, input: Any, *args: Any, **kwargs: Any) -> None:
        """Take the sizes from an input, and draw the initial values."""
        raise NotImplementedError(f"{type(self).__name__} needs a method initialize_parameters")

    def _register_without_shape(self, device: Any, dtype: Any, **wanted: bool) -> None:
        """Register parameters whose shapes an input will say, and None for those not wanted."""
        for name, is_wanted in wanted.items():
            made = UninitializedParameter(device=device, dtype=dtype) if is_wanted else None
            self.register_parameter(name, made)

    def _take_shapes(self, **shapes: tuple[int, ...]) -> None:
        """Give what has no shape yet its own, and draw the initial values of all if there was any.

        What was loaded before has its shape, and its values.
        """
        waiting = list(self._own_uninitialized())
        for name, each in waiting:
            each.materialize(shapes[name])
        if waiting:
            self.reset_parameters()

    def _own_uninitialized(self) -> Iterator[tuple[str, Any]]:
        """Yield the parameters and buffers that have no shape yet."""
        for name, each in (*self._parameters.items(), *self._buffers.items()):
            if isinstance(each, Uninitialized):
                yield name, each

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or a buffer has no shape yet."""
        return any(True for _ in self._own_uninitialized())

    def reset_parameters(self) -> None:
        """Draw the initial values anew, once the shapes are known."""
        if not self.has_uninitialized_params():
            super().reset_parameters()  # type: ignore[misc]

    def _before_loading(self, state_dict: Any, prefix: str, version: int | None) -> None:
        for name, each in self._own_uninitialized():
            given = state_dict.get(prefix + name)
            if given is not None and not isinstance(given, Uninitialized):
                each.materialize(given.array.shape)
        super()._before_loading(state_dict, prefix, version)


class LazyLinear(Lazy, Linear):
    """A Linear of as many `in_features` as its first input has in its last dimension.

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.LazyLinear(3)
        >>> layer
        LazyLinear(in_features=0, out_features=3, bias=True)
        >>> layer(tnn.ones(5, 4)).shape, layer
        (torch.Size([5, 3]), Linear(in_features=4, out_features=3, bias=True))
    """

    cls_to_become = Linear

    @refuses
    def __init__(
        self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        Module.__init__(self)
        self.in_features, self.out_features = 0, out_features
        self._register_without_shape(device, dtype, weight=True, bias=bias)

    def initialize_parameters(self, input: Any, *args: Any, **kwargs: Any) -> None:
        """Take in_features from an input, and draw the initial values."""
        self.in_features = input.array.shape[-1]
        self._take_shapes(weight=(self.out_features, self.in_features), bias=(self.out_features,))


class LazyKernels(Lazy, convolution.Kernels):
    """What lazy convolutions share."""

    def _make_parameters(self, bias: bool, device: Any, dtype: Any) -> None:
        self._register_without_shape(device, dtype, weight=True, bias=bias)

    def initialize_parameters(self, input: Any, *args: Any, **kwargs: Any) -> None:
        """Take in_channels from an input, and draw the initial values."""
        name, shape = type(self).__name__, input.array.shape
        if len(shape) not in (self._dims + 1, self._dims + 2):
            raise ShapeError(
                f"{name}: an input of {self._dims + 1} or {self._dims + 2} dimensions is expected, "
                f"got shape {shape}"
            )
        self.in_channels = shape[-self._dims - 1]
        self._check_groups(name)
        self._take_shapes(weight=self._weight_shape(), bias=(self.out_channels,))


class LazyConvolution(LazyKernels, convolution.Convolution):
    """What LazyConv1d, 2d and 3d share."""

    @refuses
    def __init__(
        self,
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
        sizes = kernel_size, stride, padding, dilation
        super().__init__(0, out_channels, *sizes, groups, bias, padding_mode, device, dtype)


class LazyConv1d(LazyConvolution, convolution.Conv1d):
    """A Conv1d of as many `in_channels` as its first input has."""

    cls_to_become = convolution.Conv1d


class LazyConv2d(LazyConvolution, convolution.Conv2d):
    """A Conv2d of as many `in_channels` as its first input has.

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.LazyConv2d(8, 3)
        >>> layer(tnn.zeros(1, 3, 5, 5)).shape, layer.weight.shape
        (torch.Size([1, 8, 3, 3]), torch.Size([8, 3, 3, 3]))
    """

    cls_to_become = convolution.Conv2d


class LazyConv3d(LazyConvolution, convolution.Conv3d):
    """A Conv3d of as many `in_channels` as its first input has."""

    cls_to_become = convolution.Conv3d


class LazyTransposed(LazyKernels, transposed_convolution.TransposedConvolution):
    """What LazyConvTranspose1d, 2d and 3d share."""

    @refuses
    def __init__(
        self,
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
        sizes = kernel_size, stride, padding, output_padding
        made: Any = groups, bias, dilation, padding_mode, device, dtype
        super().__init__(0, out_channels, *sizes, *made)


class LazyConvTranspose1d(LazyTransposed, transposed_convolution.ConvTranspose1d):
    """A ConvTranspose1d of as many `in_channels` as its first input has."""

    cls_to_become = transposed_convolution.ConvTranspose1d


class LazyConvTranspose2d(LazyTransposed, transposed_convolution.ConvTranspose2d):
    """A ConvTranspose2d of as many `in_channels` as its first input has."""

    cls_to_become = transposed_convolution.ConvTranspose2d


class LazyConvTranspose3d(LazyTransposed, transposed_convolution.ConvTranspose3d):
    """A ConvTranspose3d of as many `in_channels` as its first input has."""

    cls_to_become = transposed_convolution.ConvTranspose3d


class LazyNorm(Lazy, batch_normalization.ChannelNorm):
    """What lazy norms of channels share."""

    @refuses
    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        given: Any = eps, momentum, affine, track_running_stats, device, dtype
        super().__init__(0, *given, bias=bias)

    def _make_parameters(self, shape: Any, device: Any, dtype: Any, **wanted: bool) -> None:
        self._register_without_shape(device, dtype, **wanted)

    def _make_statistics(self, device: Any, dtype: Any) -> None:
        tracked = self.track_running_stats
        for name in ("running_mean", "running_var"):
            made = UninitializedBuffer(device=device, dtype=dtype) if tracked else None
            self.register_buffer(name, made)
        self.register_buffer("num_batches_tracked", zeros((), dtype=int64) if tracked else None)

    def initialize_parameters(self, input: Any, *args: Any, **kwargs: Any) -> None:
        """Take num_features from an input, and set the initial values."""
        self._check_input(input)
        self.num_features = input.array.shape[1]
        waiting = [name for name, _ in self._own_uninitialized()]
        self._take_shapes(**dict.fromkeys(waiting, (self.num_features,)))


class LazyBatchNorm1d(LazyNorm, batch_normalization.BatchNorm1d):
    """A BatchNorm1d of as many features as its first input has."""

    cls_to_become = batch_normalization.BatchNorm1d


class LazyBatchNorm2d(LazyNorm, batch_normalization.BatchNorm2d):
    """A BatchNorm2d of as many features as its first input has."""

    cls_to_become = batch_normalization.BatchNorm2d


class LazyBatchNorm3d(LazyNorm, batch_normalization.BatchNorm3d):
    """A BatchNorm3d of as many features as its first input has."""

    cls_to_become = batch_normalization.BatchNorm3d


class LazyInstanceNorm1d(LazyNorm, instance_normalization.InstanceNorm1d):
    """An InstanceNorm1d of as many features as its first input has."""

    cls_to_become = instance_normalization.InstanceNorm1d


class LazyInstanceNorm2d(LazyNorm, instance_normalization.InstanceNorm2d):
    """An InstanceNorm2d of as many features as its first input has."""

    cls_to_become = instance_normalization.InstanceNorm2d


class LazyInstanceNorm3d(LazyNorm, instance_normalization.InstanceNorm3d):
    """An InstanceNorm3d of as many features as its first input has."""

    cls_to_become = instance_normalization.InstanceNorm3d
