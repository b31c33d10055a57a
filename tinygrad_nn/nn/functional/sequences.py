"""Losses of sequences whose alignment with their labels is not known.
Read `normalization.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.arguments import as_bool, as_integer
from ...arrays.kinds import is_bool, is_integral
from ...arrays.refusing import check_are_tensors, refuses, shown
from ...errors import ArgumentError, DTypeError, ShapeError
from ...ops.losses import alignments
from ...ops.losses.reducing import check_reduction
from ...tensor import Tensor
from .loss_arguments import check_floats

__all__ = ["ctc_loss"]


@refuses
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Return the connectionist temporal classification loss (Graves et al. 2006).

    "mean" divides each loss by its number of labels, then averages over the batch. As in PyTorch
    the gradient is that of the logits behind `log_softmax`.

    Args:
        log_probs: (T, N, C), or (T, C) of one sequence: logarithms of probabilities.
        targets: (N, S) of labels, or all of them in a row, or (S) of one sequence.
        input_lengths: of each sequence, at most T: a tensor or a tuple of ints.
        target_lengths: how many labels each has.
        reduction: "mean" is of each loss by its number of labels, over the batch.
        blank: the class that stands for no label.
        zero_infinity: 0 where a sequence is too short for its labels, not inf.

    Raises:
        ShapeError, DTypeError: what does not fit. ArgumentError: a length or label out of range.

    Example:
        >>> import tinygrad_nn as tnn
        >>> x = tnn.zeros(3, 1, 2).log_softmax(2)
        >>> tnn.nn.functional.ctc_loss(x, tnn.tensor([[1]]), (3,), (1,))
        tensor(0.2877)
    """
    check_are_tensors("ctc_loss", log_probs=log_probs, targets=targets)
    check_floats("ctc_loss", log_probs=log_probs)
    check_reduction(reduction, "ctc_loss")
    zero_infinity = as_bool(zero_infinity, "zero_infinity", "ctc_loss")
    if log_probs.ndim not in (2, 3):
        raise ShapeError(f"ctc_loss: log_probs must be (T, N, C), got {log_probs.array.shape}")
    x = log_probs if log_probs.ndim == 3 else log_probs.unsqueeze(1)
    times, rows, classes = x.array.shape
    inputs = _lengths("input_lengths", input_lengths, rows, times)
    blank = as_integer(blank, "blank", "ctc_loss")
    if not 0 <= blank < classes:
        raise ArgumentError(f"ctc_loss: blank must be one of {classes} classes, got {blank}")
    labels, counts = _labels(targets.array, target_lengths, rows)
    outside = labels[(labels < 0) | (labels >= classes)]
    if outside.size:
        raise ArgumentError(f"ctc_loss: label {outside[0]} is none of {classes} classes")
    loss = alignments.ctc_loss(x, labels, inputs, counts, blank, reduction, zero_infinity)
    return loss.squeeze(0) if reduction == "none" and log_probs.ndim == 2 else loss


def _lengths(argument: str, given: Any, rows: int, most: int) -> Any:
    lengths = np.atleast_1d(np.asarray(getattr(given, "array", given)))
    if not is_integral(lengths) or is_bool(lengths):
        raise DTypeError(f"ctc_loss: {argument} must be ints, got {shown(given)}")
    if lengths.shape != (rows,):
        raise ShapeError(f"ctc_loss: {argument} must be one per sequence, {rows}; got {given}")
    outside = lengths[(lengths < 0) | (lengths > most)]
    if outside.size:
        raise ArgumentError(f"ctc_loss: {argument} must be 0 to {most}, got {outside[0]}")
    return lengths.astype(np.int64)


def _labels(targets: Any, target_lengths: Any, rows: int) -> tuple[Any, Any]:
    """Return the labels as (N, S), with 0 behind the end of each, and the number of each."""
    if not is_integral(targets) or is_bool(targets):
        raise DTypeError(f"ctc_loss: targets must hold labels (int64), got {targets.dtype}")
    is_in_a_row = targets.ndim == 1
    most = targets.size if is_in_a_row else targets.shape[-1] if targets.ndim else 0
    counts = _lengths("target_lengths", target_lengths, rows, most)
    if not is_in_a_row:
        if targets.ndim != 2 or len(targets) != rows:
            raise ShapeError(f"ctc_loss: targets must be (N, S), N = {rows}; got {targets.shape}")
        labels = targets.reshape(rows, most)[:, : counts.max(initial=0)]
        inside = np.arange(labels.shape[1]) < counts[:, None]
        return np.where(inside, labels, 0).astype(np.int64), counts
    if counts.sum() != targets.size:
        raise ArgumentError(
            f"ctc_loss: target_lengths add up to {counts.sum()}, not to the {targets.size} labels"
        )
    labels = np.zeros((rows, counts.max(initial=0)), np.int64)
    labels[np.arange(labels.shape[1]) < counts[:, None]] = targets
    return labels, counts
