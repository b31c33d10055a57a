"""Losses as PyTorch has them at its top, `torch.kl_div`: the reduction is a number, 0, 1 or 2.
Read `ranking.py` and `distributions.py` next, which compute them.
"""

from __future__ import annotations

from typing import Any

from ...errors import ArgumentError
from ...ops.losses.reducing import REDUCTIONS, reduce_tensor
from ...tensor import Tensor
from . import classification, distributions, margins, ranking, sequences

__all__ = [
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "ctc_loss",
    "hinge_embedding_loss",
    "kl_div",
    "margin_ranking_loss",
    "poisson_nll_loss",
    "triplet_margin_loss",
]


def _named(reduction: int, function: str) -> str:
    if type(reduction) is not int or reduction not in range(len(REDUCTIONS)):
        raise ArgumentError(
            f"{function}: reduction is 0 for none, 1 for the mean, 2 for the sum, got "
            f"{reduction!r}; nn.functional.{function} takes it by its name"
        )
    return REDUCTIONS[reduction]


def kl_div(
    input: Tensor, target: Tensor, reduction: int = 0, *, log_target: bool = False
) -> Tensor:
    """Return `nn.functional.kl_div`, reduced as a number says: 0 none, 1 mean, 2 sum.

    PyTorch writes the mean for the default, and reads it as none: so does this.

    Raises:
        ArgumentError: another number.

    Example:
        >>> import tinygrad_nn as torch
        >>> p = torch.tensor([0.5, 0.5])
        >>> torch.kl_div(p.log(), p, 2)
        tensor(0.)
    """
    name = _named(reduction, "kl_div")
    losses = distributions.kl_div(input, target, reduction="none", log_target=log_target)
    return reduce_tensor(losses, name)  # by its name, the mean warns


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    pos_weight: Tensor | None = None,
    reduction: int = 0,
) -> Tensor:
    """Return `nn.functional.binary_cross_entropy_with_logits`, reduced as `kl_div` is."""
    name = _named(reduction, "binary_cross_entropy_with_logits")
    return classification.binary_cross_entropy_with_logits(
        input, target, weight, pos_weight=pos_weight, reduction=name
    )


def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int
) -> Tensor:
    """Return `nn.functional.poisson_nll_loss`, reduced as `kl_div` is."""
    name = _named(reduction, "poisson_nll_loss")
    return distributions.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=name)


def hinge_embedding_loss(
    input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = 0
) -> Tensor:
    """Return `nn.functional.hinge_embedding_loss`, reduced as `kl_div` is."""
    name = _named(reduction, "hinge_embedding_loss")
    return margins.hinge_embedding_loss(input, target, margin, reduction=name)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """Return `nn.functional.margin_ranking_loss`, reduced as `kl_div` is."""
    name = _named(reduction, "margin_ranking_loss")
    return ranking.margin_ranking_loss(input1, input2, target, margin, reduction=name)


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """Return `nn.functional.cosine_embedding_loss`, reduced as `kl_div` is."""
    name = _named(reduction, "cosine_embedding_loss")
    return ranking.cosine_embedding_loss(input1, input2, target, margin, reduction=name)


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: int = 0,
) -> Tensor:
    """Return `nn.functional.triplet_margin_loss`, reduced as `kl_div` is."""
    name = _named(reduction, "triplet_margin_loss")
    return ranking.triplet_margin_loss(
        anchor, positive, negative, margin, p, eps, swap, reduction=name
    )


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: int = 0,
    zero_infinity: bool = False,
) -> Tensor:
    """Return `nn.functional.ctc_loss`, reduced as `kl_div` is."""
    name = _named(reduction, "ctc_loss")
    return sequences.ctc_loss(
        log_probs, targets, input_lengths, target_lengths, blank, name, zero_infinity
    )
