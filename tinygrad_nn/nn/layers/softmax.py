"""Softmax and its kin: elements of one dimension as shares of a whole.
Read `adaptive_softmax.py` next, for very many classes.
"""

from __future__ import annotations

from ...arrays.refusing import check_are_tensors
from ...errors import ShapeError
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .shown import shown

__all__ = [
    "LogSoftmax",
    "Softmax",
    "Softmax2d",
    "Softmin",
]


class Softmax(Module):
    """e^x / sum(e^x) over `dim`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Softmax(dim=1)(tnn.zeros(1, 4))
        tensor([[0.2500, 0.2500, 0.2500, 0.2500]])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return softmax(input)."""
        return F.softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dim."""
        return shown(self, "dim")


class LogSoftmax(Softmax):
    """log(softmax(x)) over `dim`, in one stable step."""

    def forward(self, input: Tensor) -> Tensor:
        """Return log_softmax(input)."""
        return F.log_softmax(input, self.dim)


class Softmin(Softmax):
    """e^-x / sum(e^-x) over `dim`."""

    def forward(self, input: Tensor) -> Tensor:
        """Return softmin(input)."""
        return F.softmin(input, self.dim)


class Softmax2d(Module):
    """e^x / sum(e^x) over the channels of images (N, C, H, W) or (C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        """Return the shares of the channels."""
        check_are_tensors("Softmax2d", input=input)
        if input.ndim not in (3, 4):
            raise ShapeError(
                f"Softmax2d: input must be (N, C, H, W) or (C, H, W), got {input.array.shape}"
            )
        return F.softmax(input, -3)
