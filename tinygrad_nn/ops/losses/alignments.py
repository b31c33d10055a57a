"""Connectionist temporal classification: the likelihood of labels over all their alignments.
Read `../../nn/functional/` next, which gives the losses PyTorch's signatures.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays.arguments import Integer
from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array, Data
from ..elementwise.functions import exp, log
from ..elementwise.selection import where
from ..indexing.along import gather
from ..shape.joining import cat
from .reducing import check_reduction, reduce_tensor

_LOWEST = -1e30  # the logarithm of no probability


def _extended(labels: Array, blank: int) -> tuple[Array, Array]:
    """Return blank, l_1, blank, l_2, ... blank of each row, and where two steps may be taken.

    From a label to the next one, over the blank between, unless they are the same.
    """
    rows, length = labels.shape
    states = np.full((rows, 2 * length + 1), blank, np.int64)
    states[:, 1::2] = labels
    skips = np.zeros(states.shape, bool)
    skips[:, 3::2] = labels[:, 1:] != labels[:, :-1]
    return states, skips


def _in_states(log_probs: Array, states: Array) -> Array:
    """Return the log-probability of each state at each time: (T, N, 2 S + 1)."""
    index = np.broadcast_to(states, (len(log_probs), *states.shape))
    return np.take_along_axis(log_probs, index, 2)


def _log_sum(ways: Array) -> Array:
    """Return log(sum(e^x)) over the first dimension; x is overwritten.

    In 18 µs for (3, 16, 61), where two of np.logaddexp take 60.
    """
    largest = np.maximum.reduce(ways, axis=0)
    np.maximum(largest, _LOWEST, out=largest)  # -inf less itself would be nan
    ways -= largest
    np.exp(ways, out=ways)
    total = np.add.reduce(ways, axis=0)
    np.log(total, out=total)
    total += largest
    return total


def _forward(emitted: Array, skips: Array) -> Array:
    """Return log alpha: of all beginnings of an alignment that are in a state at a time."""
    times, rows, width = emitted.shape
    padded = np.full((times, rows, width + 2), -np.inf, emitted.dtype)
    alpha = padded[:, :, 2:]
    alpha[:1, :, :2] = emitted[:1, :, :2]
    barred = np.where(skips, emitted.dtype.type(0), emitted.dtype.type(-np.inf))
    ways = np.empty((3, rows, width), emitted.dtype)
    for t in range(1, times):
        ways[0], ways[1] = alpha[t - 1], padded[t - 1, :, 1:-1]
        np.add(padded[t - 1, :, :-2], barred, out=ways[2])
        np.add(_log_sum(ways), emitted[t], out=alpha[t])
    return alpha


def _backward(emitted: Array, skips: Array, last: Array, is_end: Array) -> Array:
    """Return log beta: of all ends of an alignment that are in a state at a time."""
    times, rows, width = emitted.shape
    zero, never = emitted.dtype.type(0), emitted.dtype.type(-np.inf)
    padded = np.full((times + 1, rows, width + 2), -np.inf, emitted.dtype)
    beta = padded[:, :, :-2]
    onward = np.zeros_like(skips)
    onward[:, :-2] = skips[:, 2:]
    barred, starts = np.where(onward, zero, never), np.where(is_end, zero, never)
    ways = np.empty((3, rows, width), emitted.dtype)
    for t in range(times - 1, -1, -1):
        ways[0], ways[1] = beta[t + 1], padded[t + 1, :, 1:-1]
        np.add(padded[t + 1, :, 2:], barred, out=ways[2])
        total, begins = _log_sum(ways), last == t
        if begins.any():
            total = np.where(begins[:, None], starts, total)
        np.add(total, emitted[t], out=beta[t])
    return beta[:-1]


def _ends(lengths: Array, width: int) -> Array:
    """Return which states an alignment may end in: the last label, and the blank behind it."""
    places = np.arange(width)
    ends = 2 * lengths[:, None]
    return (places == ends) | (places == ends - 1)


def _share(reduction: str, lengths: Array) -> Any:
    """Return what each sequence's loss is weighed with: the mean is by label, then by sequence."""
    if reduction != "mean":
        return 1.0
    return 1.0 / (np.maximum(lengths, 1) * len(lengths))


@op(r"-\log \sum_{\pi \in B^{-1}(l)} e^{\sum_t x_{t, \pi_t}}", keeps="alpha, losses")
def ctc_loss(
    log_probs: Array,
    labels: Data,
    input_lengths: Data,
    target_lengths: Data,
    blank: Integer = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """Return -log of the probability of labels (N, S) under log-probabilities (T, N, C).

    Graves et al. 2006, equations 5 to 8.
    """
    check_reduction(reduction, "ctc_loss")
    states, skips = _extended(labels, blank)
    emitted = _in_states(in_float32(log_probs), states)
    alpha = _forward(emitted, skips)
    rows = np.arange(len(labels))
    if len(alpha):
        last = np.where(
            _ends(target_lengths, states.shape[1]), alpha[input_lengths - 1, rows], -np.inf
        )
        losses = -np.logaddexp.reduce(last, axis=1)
    else:
        losses = np.full(len(labels), np.inf, alpha.dtype)
    never = np.where(target_lengths == 0, 0.0, np.inf).astype(alpha.dtype)
    losses = np.where(input_lengths == 0, never, losses)
    shown = np.where(losses == np.inf, losses.dtype.type(0), losses) if zero_infinity else losses
    if reduction == "none":
        y = shown.copy()  # the losses are kept, the output may be written
    elif reduction == "sum":
        y = np.sum(shown)
    else:
        y = np.sum(shown / np.maximum(target_lengths, 1)) / (len(labels) or math.nan)
    return np.asarray(y, log_probs.dtype), alpha, losses


@ctc_loss.backward
def _ctc_rule(
    g: Array,
    log_probs: Array,
    labels: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int,
    reduction: str,
    zero_infinity: bool,
    alpha: Array,
    losses: Array,
) -> Array:
    """g * (exp(x) - posterior(x)): Σ alpha beta / (p e^x) over states (Graves 2006, equation 16).

    The first term is what log_softmax turns into 0; PyTorch gives the logits' gradient too.
    """
    x = in_float32(log_probs)
    times, rows, classes = x.shape
    states, skips = _extended(labels, blank)
    emitted = _in_states(x, states)
    is_end = _ends(target_lengths, states.shape[1])
    beta = _backward(emitted, skips, input_lengths - 1, is_end)
    shares = np.exp(alpha + beta - emitted + losses[:, None])
    shares = np.where(beta == -np.inf, shares.dtype.type(0), shares) if zero_infinity else shares
    places = np.arange(times * rows)[:, None] * classes
    places = places + np.broadcast_to(states, emitted.shape).reshape(times * rows, -1)
    found = np.bincount(places.reshape(-1), shares.reshape(-1), times * rows * classes)
    dx = np.exp(x) - found.reshape(x.shape).astype(x.dtype)
    weights = np.asarray(g) * _share(reduction, target_lengths)
    counts = np.arange(times)[:, None] < input_lengths
    if zero_infinity:
        counts = counts & (losses != np.inf)
    scaled = dx * np.broadcast_to(weights, (rows,))[:, None]
    return np.where(counts[:, :, None], scaled, 0.0).astype(log_probs.dtype)


@ctc_loss.composite
def _ctc_by_parts(
    log_probs: Any,
    labels: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Any:
    """The same by probabilities that add up to 1 at each time, their sums' logarithms added."""
    states, skips = _extended(labels, blank)
    rows, width = states.shape
    p = exp(log_probs)
    state = np.where(np.arange(width) < 2, 1.0, 0.0) + np.zeros((rows, 1))
    total, ending = log_probs.sum((0, 2)) * 0.0, 0.0
    alpha: Any = None
    for t in range(len(log_probs)):
        emitted = gather(p[t], 1, states)
        if t == 0:
            alpha = emitted * state
        else:
            nothing = (alpha[:, :1] * 0.0).expand(rows, 2)
            padded = cat([nothing, alpha], 1)
            over = where(skips, padded[:, :width], 0.0)
            alpha = (alpha + padded[:, 1 : width + 1] + over) * emitted
        scale = alpha.sum(1, True)
        alpha = alpha / where(scale == 0, 1.0, scale)
        counts = t < input_lengths
        total = total - where(counts, log(where(counts, scale.squeeze(1), 1.0)), 0.0)
        ending = where((input_lengths - 1 == t)[:, None], alpha, ending)
    end = where(_ends(target_lengths, width), ending, 0.0).sum(1)
    is_empty = input_lengths == 0
    never = np.where(is_empty, target_lengths > 0, end.array == 0)
    losses = where(is_empty, 0.0, total - log(where(never | is_empty, 1.0, end)))
    losses = where(never, 0.0 if zero_infinity else math.inf, losses)
    times = (np.arange(len(log_probs))[:, None] < input_lengths) & ~(never & zero_infinity)
    ones = where(times[:, :, None], p, 0.0).sum((0, 2))
    losses = losses + (ones - ones.detach())  # the logits' gradient, as in the rule
    if reduction == "mean":
        losses = losses / np.maximum(target_lengths, 1)
    return reduce_tensor(losses, reduction)
