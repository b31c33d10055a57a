"""Layers that compare two inputs: CosineSimilarity and PairwiseDistance.
Read `../losses/` next.
"""

from __future__ import annotations

from ...tensor import Tensor
from .. import functional as F
from ..module import Module

__all__ = [
    "CosineSimilarity",
    "PairwiseDistance",
]


class CosineSimilarity(Module):
    """x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along `dim`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.CosineSimilarity()(tnn.tensor([[1.0, 0.0]]), tnn.tensor([[1.0, 1.0]]))
        tensor([0.7071])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the cosine of the angle between the two."""
        cosine: Tensor = F.cosine_similarity(x1, x2, self.dim, self.eps)
        return cosine


class PairwiseDistance(Module):
    """The p-norm of x1 - x2 + eps along the last dimension."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the distances."""
        distance: Tensor = F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
        return distance
