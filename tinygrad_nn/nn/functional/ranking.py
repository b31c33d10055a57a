"""Losses of rank: which of two is the larger, the nearer, the more alike.
Read `distributions.py` next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.arguments import as_number
from ...arrays.refusing import instead_of, refuses
from ...errors import ArgumentError, ShapeError
from ...ops.elementwise.functions import sqrt
from ...ops.elementwise.selection import clamp, minimum, where
from ...ops.layers.distances import pairwise_distance
from ...ops.losses.reducing import check_reduction, reduce_tensor
from ...tensor import Tensor
from .loss_arguments import check_tensors, legacy_reduction

__all__ = [
    "cosine_embedding_loss",
    "margin_ranking_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]

_SMALL = 1e-12  # is added to squared norms


@refuses
@instead_of("sub", "mul", "add")
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return max(0, -t (x1 - x2) + margin): t is 1 where x1 should be the larger, else -1.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([1.0, 2.0])
        >>> tnn.nn.functional.margin_ranking_loss(x, tnn.zeros(2), tnn.tensor([1.0, -1.0]))
        tensor(1.)
    """
    check_tensors("margin_ranking_loss", input1, target, input2=input2)
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, "margin_ranking_loss")
    if not input1.ndim == input2.ndim == target.ndim:
        raise ShapeError(
            f"margin_ranking_loss: input1 {input1.array.shape}, input2 {input2.array.shape} and "
            f"target {target.array.shape} must have as many dimensions"
        )
    least = float(as_number(margin, "margin", "margin_ranking_loss"))
    apart = -target * (input1 - input2) + least
    return reduce_tensor(clamp(apart, min=0), kind)


@refuses
@instead_of("sub", "mul", "add", "sum")
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return 1 - cos where the target is 1, and max(0, cos - margin) where it is -1.

    Shapes: inputs (N, D) and target (N), or (D) and ().

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([[1.0, 0.0], [1.0, 1.0]])
        >>> F = tnn.nn.functional
        >>> F.cosine_embedding_loss(x, x, tnn.tensor([1, -1]), margin=0.5)
        tensor(0.2500)
    """
    name = "cosine_embedding_loss"
    check_tensors(name, input1, target, input2=input2)
    kind = legacy_reduction(size_average, reduce, reduction)
    check_reduction(kind, name)
    dim = target.ndim
    if dim > 1 or input1.ndim != dim + 1 or input2.ndim != dim + 1:
        raise ShapeError(
            f"{name}: input1 {input1.array.shape}, input2 {input2.array.shape} and target "
            f"{target.array.shape} do not fit; expected (N, D), (N, D) and (N), or (D), (D) and ()"
        )
    squared = ((input1 * input1).sum(dim) + _SMALL) * ((input2 * input2).sum(dim) + _SMALL)
    cosine = (input1 * input2).sum(dim) / sqrt(squared)
    apart = clamp(cosine - as_number(margin, "margin", name), min=0)
    losses = where(target == 1, 1.0 - cosine, 0.0) + where(target == -1, apart, 0.0)
    return reduce_tensor(losses, kind)


def _triplet(
    name: str,
    triple: tuple[Any, Any, Any],
    distance: Callable[[Any, Any], Any],
    margin: float,
    swap: bool,
    reduction: str,
) -> Tensor:
    """Return max(0, margin + d(anchor, positive) - d(anchor, negative)), reduced."""
    anchor, positive, negative = triple
    check_tensors(name, anchor, positive, negative=negative)
    check_reduction(reduction, name)
    margin = as_number(margin, "margin", name)
    if not margin > 0:
        raise ArgumentError(f"{name}: margin must be above 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise ShapeError(
            f"{name}: anchor {anchor.array.shape}, positive {positive.array.shape} and negative "
            f"{negative.array.shape} must have as many dimensions"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduce_tensor(clamp(margin + near - far, min=0), reduction)


@refuses
@instead_of("pairwise_distance", "sub", "add")
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return max(0, margin + |a - p| - |a - n|), the norms over the last dimension.

    `swap` takes the nearer of anchor and positive to the negative (Balntas et al. 2016).

    Example:
        >>> import tinygrad_nn as tnn
        >>> a = tnn.zeros(1, 2)
        >>> tnn.nn.functional.triplet_margin_loss(a, a + 1, a + 1, margin=2.0)
        tensor(2.)
    """
    kind = legacy_reduction(size_average, reduce, reduction)

    def distance(x: Tensor, other: Tensor) -> Tensor:
        return pairwise_distance(x, other, p, eps)

    triple = (anchor, positive, negative)
    return _triplet("triplet_margin_loss", triple, distance, margin, swap, kind)


@refuses
@instead_of("pairwise_distance", "sub", "add")
def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return max(0, margin + d(a, p) - d(a, n)) of a distance of your own.

    Without one it is `pairwise_distance`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.tensor([[1.0], [3.0]])
        >>> tnn.nn.functional.triplet_margin_with_distance_loss(
        ...     x, x, x + 0.5, distance_function=lambda a, b: (a - b).abs().sum(-1)
        ... )
        tensor(0.5000)
    """
    name = "triplet_margin_with_distance_loss"
    distance = distance_function or pairwise_distance
    return _triplet(name, (anchor, positive, negative), distance, margin, swap, reduction)
