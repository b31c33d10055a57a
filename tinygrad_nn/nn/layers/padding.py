"""Layers that make sequences, images and volumes larger at their edges.
Read `upsampling.py` next.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ...arrays.refusing import check_are_tensors
from ...errors import ShapeError
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .shown import shown
from .sizes import for_each

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class Padding(Module):
    """One number for all edges, or numbers (left, right, top, bottom, front, back)."""

    _dims: ClassVar[int]
    _mode: ClassVar[str]

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = for_each(padding, 2 * self._dims)

    def forward(self, input: Tensor) -> Tensor:
        """Return the larger input."""
        larger: Tensor = F.pad(input, self.padding, self._mode)
        return larger

    def extra_repr(self) -> str:
        """Return the padding."""
        return f"{self.padding}"


class ConstantPadding(Padding):
    """What ConstantPad1d, 2d and 3d share."""

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """Return the larger input."""
        larger: Tensor = F.pad(input, self.padding, "constant", self.value)
        return larger

    def extra_repr(self) -> str:
        """Return the padding and the value."""
        return shown(self, "padding", "value")


class ConstantPad1d(ConstantPadding):
    """`value` put before and after sequences (N, C, L) or (C, L)."""

    _dims = 1


class ConstantPad2d(ConstantPadding):
    """`value` put around images (N, C, H, W) or (C, H, W).

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.ConstantPad2d((1, 0, 0, 1), 7.0)(tnn.zeros(1, 1, 2))
        tensor([[[7., 0., 0.],
                 [7., 7., 7.]]])
    """

    _dims = 2


class ConstantPad3d(ConstantPadding):
    """`value` put around volumes (N, C, D, H, W) or (C, D, H, W)."""

    _dims = 3


class ZeroPadding(ConstantPadding):
    """What ZeroPad1d, 2d and 3d share."""

    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """Return the padding."""
        return f"{self.padding}"


class ZeroPad1d(ZeroPadding, ConstantPad1d):
    """Zeros put before and after sequences (N, C, L) or (C, L)."""


class ZeroPad2d(ZeroPadding, ConstantPad2d):
    """Zeros put around images (N, C, H, W) or (C, H, W)."""


class ZeroPad3d(ZeroPadding, ConstantPad3d):
    """Zeros put around volumes (N, C, D, H, W) or (C, D, H, W)."""


class ReflectionPad1d(Padding):
    """Sequences mirrored at their first and last elements, which are not repeated."""

    _dims, _mode = 1, "reflect"


class ReflectionPad2d(Padding):
    """Images mirrored at their edges, which are not repeated.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.ReflectionPad2d((2, 0, 0, 0))(tnn.arange(3.0).reshape(1, 1, 3))
        tensor([[[2., 1., 0., 1., 2.]]])
    """

    _dims, _mode = 2, "reflect"


class ReflectionPad3d(Padding):
    """Volumes mirrored at their edges, which are not repeated."""

    _dims, _mode = 3, "reflect"


class ReplicationPad1d(Padding):
    """Sequences with their first and last elements repeated."""

    _dims, _mode = 1, "replicate"


class ReplicationPad2d(Padding):
    """Images with their edges repeated."""

    _dims, _mode = 2, "replicate"


class ReplicationPad3d(Padding):
    """Volumes with their edges repeated."""

    _dims, _mode = 3, "replicate"


class CircularPadding(Padding):
    """What CircularPad1d, 2d and 3d share."""

    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        """Return the larger input."""
        name = type(self).__name__
        check_are_tensors(name, input=input)
        if input.ndim not in (self._dims + 1, self._dims + 2):
            raise ShapeError(
                f"{name}: input must have {self._dims + 1} or {self._dims + 2} dimensions, got "
                f"{input.array.shape}"
            )
        return super().forward(input)


class CircularPad1d(CircularPadding):
    """Sequences continued from their other end."""

    _dims = 1


class CircularPad2d(CircularPadding):
    """Images continued from their other side."""

    _dims = 2


class CircularPad3d(CircularPadding):
    """Volumes continued from their other side."""

    _dims = 3
