"""`AdaptiveLogSoftmaxWithLoss`, a softmax over very many classes of which most are rare.
Read `container.py` next.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ...arrays.refusing import check_are_tensors, refuses
from ...errors import ArgumentError, ShapeError
from ...ops.shape.joining import cat
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .container import ModuleList, Sequential
from .linear import Linear

__all__ = [
    "AdaptiveLogSoftmaxWithLoss",
]


class AdaptiveOutput(NamedTuple):
    """The log-probability of each sample's class, and the mean loss."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """A softmax over a few frequent classes and clusters of rare ones (Grave et al. 2017).

    Classes are numbered from the most frequent one; `cutoffs` say where clusters start. Cluster i
    sees the input through in_features / div_value^(i + 1) numbers. Shapes: input (N, in_features),
    target (N); or one sample without N.

    Raises:
        ArgumentError: cutoffs that do not rise within 1 and n_classes - 1; a target that is no
        class. ShapeError: shapes that do not fit.

    Example:
        >>> import tinygrad_nn as tnn
        >>> softmax = tnn.nn.AdaptiveLogSoftmaxWithLoss(16, 1000, cutoffs=[10, 100])
        >>> softmax(tnn.ones(2, 16), tnn.tensor([3, 500])).output.shape
        torch.Size([2])
    """

    @refuses
    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        starts = list(cutoffs)
        edges = [0, *starts, n_classes]
        if not starts or any(a >= b or int(b) != b for a, b in pairwise(edges)):
            raise ArgumentError(
                "AdaptiveLogSoftmaxWithLoss: cutoffs must be rising integers from 1 to "
                f"{n_classes - 1}, got {starts}"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*starts, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = starts[0]
        self.n_clusters = len(starts)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, device, dtype)
        self.tail = ModuleList()
        for i, (low, high) in enumerate(pairwise(self.cutoffs)):
            hidden = int(in_features // div_value ** (i + 1))
            ends = (in_features, hidden), (hidden, high - low)
            self.tail.append(Sequential(*(Linear(a, b, False, device, dtype) for a, b in ends)))

    def reset_parameters(self) -> None:
        """Draw the initial values anew."""
        for module in (self.head, *(layer for cluster in self.tail for layer in cluster)):
            module.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> AdaptiveOutput:
        """Return the log-probability of each target, and the mean of their opposites."""
        name = "AdaptiveLogSoftmaxWithLoss"
        check_are_tensors(name, input_=input_, target_=target_)
        shapes = input_.array.shape, target_.array.shape
        if target_.ndim > 1 or input_.ndim != target_.ndim + 1 or shapes[0][:-1] != shapes[1]:
            raise ShapeError(
                f"{name}: input (N, {self.in_features}) and target (N), or both without N, are "
                f"expected, got {shapes[0]} and {shapes[1]}"
            )
        if target_.ndim == 0:
            output, loss = self(input_.unsqueeze(0), target_.unsqueeze(0))
            return AdaptiveOutput(output.squeeze(0), loss)
        classes = target_.array
        if ((classes < 0) | (classes >= self.n_classes)).any():
            raise ArgumentError(
                f"{name}: targets must be classes from 0 to {self.n_classes - 1}, got "
                f"{classes.min()} to {classes.max()}"
            )
        places, output = target_.clone(), input_.new_zeros(len(classes))
        for i, (low, high) in enumerate(pairwise(self.cutoffs)):
            rows = ((target_ >= low) & (target_ < high)).nonzero().reshape(-1)
            if rows.numel():
                shares = F.log_softmax(self.tail[i](input_.index_select(0, rows)), 1)
                own = shares.gather(1, (target_[rows] - low).unsqueeze(1)).squeeze(1)
                output = output.index_add(0, rows, own)
                places[rows] = self.shortlist_size + i
        head = F.log_softmax(self.head(input_), 1)
        output = output + head.gather(1, places.unsqueeze(1)).squeeze(1)
        return AdaptiveOutput(output, (-output).mean())

    def log_prob(self, input: Tensor) -> Tensor:
        """Return the log-probabilities (N, n_classes) of all classes."""
        head = F.log_softmax(self.head(input), 1)
        parts = [head[:, : self.shortlist_size]]
        for i, cluster in enumerate(self.tail):
            within = F.log_softmax(cluster(input), 1)
            parts.append(within + head[:, self.shortlist_size + i].unsqueeze(1))
        return cat(parts, 1)

    def predict(self, input: Tensor) -> Tensor:
        """Return the likeliest class (N) of each sample.

        A frequent class is taken where the head finds it likelier than every cluster.
        """
        best: Tensor = self.head(input).argmax(1)
        rare = (best >= self.shortlist_size).nonzero().reshape(-1)
        if rare.numel():
            best[rare] = self.log_prob(input.index_select(0, rare)).argmax(1)
        return best
