"""`Dropout`, which zeroes elements at random while a network is trained.
Read `normalization.py` next.
"""

from __future__ import annotations

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from .. import functional as F
from ..module import Module


class Dropout(Module):
    """Zeroes each element with probability p in training, and divides the others by 1 - p.

    After `eval()` it changes nothing.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.Dropout(0.2).eval()(tnn.ones(2))
        tensor([1., 1.])
    """

    @refuses
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ArgumentError(f"Dropout: p is a probability, from 0 to 1; got {p}")
        self.p = p
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the input with some of its elements dropped."""
        return F.dropout(input, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"p={self.p}, inplace={self.inplace}"
