"""Losses on classes: of log-probabilities, of logits, and of answers that are yes or no.
Read `margins.py` next.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.arguments import as_shape
from ...arrays.refusing import refuses
from ...errors import ArgumentError, ShapeError
from ...tensor import Tensor
from .. import functional as F
from ..layers.linear import Linear
from .loss import Loss, WeightedLoss

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "LinearCrossEntropyLoss",
    "NLLLoss",
]


class NLLLoss(WeightedLoss):
    """The negative log-likelihood of class indices under log-probabilities."""

    @refuses
    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.nll_loss(
            input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction
        )


class CrossEntropyLoss(NLLLoss):
    """log_softmax and negative log-likelihood in one: logits in, class indices or probabilities.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.CrossEntropyLoss()(tnn.tensor([[2.0, 0.0]]), tnn.tensor([0]))
        tensor(0.1269)
    """

    @refuses
    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, ignore_index, reduce, reduction)
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class LinearCrossEntropyLoss(WeightedLoss):
    """A linear layer and the cross-entropy of its logits in one: features in, class indices.

    The layer, `linear`, has `num_classes` outputs for each of `out_features` places. `options`
    would part the work to save memory, and changes nothing here.
    """

    @refuses
    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: Any = None,
    ) -> None:
        if weight is not None and weight.array.shape != (num_classes,):
            raise ShapeError(
                f"LinearCrossEntropyLoss: weight must have shape ({num_classes},), got "
                f"{weight.array.shape}"
            )
        if not 0 <= label_smoothing <= 1:
            raise ArgumentError(
                f"LinearCrossEntropyLoss: label_smoothing is from 0 to 1, got {label_smoothing}"
            )
        super().__init__(weight, reduction=reduction)
        self.num_classes = num_classes
        self.out_features = as_shape(out_features, "LinearCrossEntropyLoss")
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        logits = math.prod(self.out_features, start=num_classes)
        self.linear = Linear(in_features, logits, bias, device, dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        outputs, bias = (self.num_classes, *self.out_features), self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape(*outputs, self.linear.in_features),
            target,
            linear_bias=None if bias is None else bias.reshape(outputs),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        """Return the arguments."""
        sizes = f"in_features={self.linear.in_features}, num_classes={self.num_classes}"
        return (
            f"{sizes}, out_features={self.out_features}, bias={self.linear.bias is not None}, "
            f"reduction={self.reduction}, ignore_index={self.ignore_index}, "
            f"label_smoothing={self.label_smoothing}, options={self.options}"
        )


class BCELoss(WeightedLoss):
    """The cross-entropy -(t log x + (1 - t) log(1 - x)) of targets with probabilities x."""

    _function = staticmethod(F.binary_cross_entropy)


class BCEWithLogitsLoss(Loss):
    """The cross-entropy of yes-or-no targets with sigmoid(x), stable for any logit."""

    weight: Tensor | None
    pos_weight: Tensor | None

    @refuses
    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the reduced loss."""
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )
