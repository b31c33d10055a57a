"""Activations as Modules: ReLU, Tanh, Sigmoid, Softmax, LogSoftmax.
Read `container.py` next.
"""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from ..module import Module


class ReLU(Module):
    """max(x, 0), element by element."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return max(input, 0)."""
        return F.relu(input, self.inplace)

    def extra_repr(self) -> str:
        """Return "inplace=True" if so."""
        return "inplace=True" if self.inplace else ""


class Tanh(Module):
    """tanh(x), element by element."""

    def forward(self, input: Tensor) -> Tensor:
        """Return tanh(input)."""
        return F.tanh(input)


class Sigmoid(Module):
    """1 / (1 + e^-x), element by element."""

    def forward(self, input: Tensor) -> Tensor:
        """Return sigmoid(input)."""
        return F.sigmoid(input)


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
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """log(softmax(x)) over `dim`, in one stable step."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return log_softmax(input)."""
        return F.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dim, as PyTorch's LogSoftmax prints it."""
        return f"dim={self.dim}"
