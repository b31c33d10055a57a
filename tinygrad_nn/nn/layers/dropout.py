"""Dropout: layers that zero elements or whole channels at random while a network is trained.
Read `normalization.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .shown import shown

__all__ = [
    "AlphaDropout",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "FeatureAlphaDropout",
]


class Drop(Module):
    """What the layers share: a probability, and that nothing is dropped after `eval()`.

    Raises:
        ArgumentError: p is not within [0, 1].
    """

    _function: ClassVar[Callable[..., Tensor]]

    @refuses
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ArgumentError(f"{type(self).__name__}: p is a probability, from 0 to 1; got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some of it dropped."""
        return self._function(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return shown(self, "p", "inplace")


class Dropout(Drop):
    """Zeroes each element with probability p in training, and divides the others by 1 - p.

    After `eval()` it changes nothing (Srivastava et al. 2014).

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Dropout(0.2).eval()(tnn.ones(2))
        tensor([1., 1.])
    """

    _function = staticmethod(F.dropout)


class Dropout1d(Drop):
    """Zeroes each channel of (N, C, L) or (C, L) with probability p (Tompson et al. 2014)."""

    _function = staticmethod(F.dropout1d)


class Dropout2d(Drop):
    """Zeroes each channel of (N, C, H, W) with probability p."""

    _function = staticmethod(F.dropout2d)


class Dropout3d(Drop):
    """Zeroes each channel of (N, C, D, H, W) or (C, D, H, W) with probability p."""

    _function = staticmethod(F.dropout3d)


class AlphaDropout(Drop):
    """Sets elements to selu's lowest value and keeps mean and variance (Klambauer et al. 2017)."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some of it dropped."""
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(Drop):
    """Sets whole channels to selu's lowest value and keeps mean and variance."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some of it dropped."""
        return F.feature_alpha_dropout(input, self.p, self.training)
