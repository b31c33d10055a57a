"""A recurrent layer's way through time: which rows of its input each step takes, padded or packed.
Read `lstm.py` next, the first of such layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from ...arrays.refusing import shown
from ...arrays.sums import accurate_sum, in_float32
from ...autograd.op import Array
from ...errors import DTypeError, ShapeError
from ..shape.joining import cat
from .cells import check_cell

MANY = 8  # steps; for fewer, laying a matrix out anew takes longer than it saves
BatchSizes = Any  # how many sequences each step of packed rows has, never more than the one before


def check_layer(
    name: str,
    gates: int,
    input: Array,
    states: list[Array],
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None,
    b_hh: Array | None,
    batch_sizes: BatchSizes,
) -> None:
    """Raise where a layer's arrays do not fit each other, or there is no step."""
    is_packed = batch_sizes is not None
    if is_packed and not isinstance(batch_sizes, (list, tuple)):
        raise DTypeError(f"{name}: batch_sizes must be a list of ints, got {shown(batch_sizes)}")
    if input.ndim != 3 - is_packed or not len(input):
        what = "packed rows (their number, in)" if is_packed else "(T, N, in)"
        raise ShapeError(f"{name}: input must be {what}, one step or more; got {input.shape}")
    rows = input[: batch_sizes[0]] if is_packed else input[0]
    check_cell(name, gates, states, rows, w_ih, w_hh, b_ih, b_hh)


def steps_of(input: Any, batch_sizes: BatchSizes, reverse: bool) -> list[slice]:
    """Return the rows that each step takes, in the order in which they are computed."""
    sizes: Sequence[int] = batch_sizes
    if batch_sizes is None:
        sizes = [input.shape[1]] * input.shape[0]
    steps = [slice(end - size, end) for size, end in zip(sizes, accumulate(sizes), strict=True)]
    return steps[::-1] if reverse else steps


def by_gate(x: Array, order: tuple[int, ...], sigmoids: int) -> Array:
    """Return weights or a bias by gate, in this order of the gates that PyTorch keeps.

    Those of the first `sigmoids` are halved, so that one tanh makes all: (1 + tanh(x / 2)) / 2.
    """
    gates = in_float32(x).reshape(len(order), -1, *x.shape[1:])[list(order)]
    gates[:sigmoids] *= 0.5
    return gates


def as_columns(weights: Array, steps: int) -> Array:
    """Return weights (..., H, in) as (..., in, H), for many steps laid out so.

    That halves the time of a product, but takes as long as several.
    """
    turned = weights.swapaxes(-1, -2)
    return turned if steps < MANY else np.ascontiguousarray(turned)


def products_by_gate(
    weights: Array, order: tuple[int, ...], sigmoids: int, steps: int
) -> Callable[..., Array]:
    """Return the function of rows (N, in) that multiplies them with each gate's weights.

    It makes (gates, N, H), of gates as in `by_gate`: for many steps the weights are brought into
    that order, for few, as where a text is written letter by letter, what they make.
    """
    if steps >= MANY:
        columns = as_columns(by_gate(weights, order, sigmoids), steps)
        return partial(_product_with, columns)
    return partial(_ordered_product, in_float32(weights), order, sigmoids)


def _product_with(columns: Array, rows: Array, out: Array | None = None) -> Array:
    return np.matmul(rows, columns, out=out)


def _ordered_product(
    weights: Array, order: tuple[int, ...], sigmoids: int, rows: Array, out: Array | None = None
) -> Array:
    made = by_gate(weights.dot(rows.T), order, sigmoids).swapaxes(1, 2)
    if out is None:
        return made
    out[...] = made
    return out


def from_inputs(
    by_weights: Callable[..., Array],
    shape: tuple[int, int],
    input: Array,
    steps: list[slice],
    bias: Array | None,
) -> Array:
    """Return what the inputs give to the gates, (gates N, H) of one step after the other.

    `shape` is (gates, H), and `bias` (gates, N, H). Of many steps of as many sequences each one
    call makes all: 0.8 of the time.
    """
    gates, width = shape
    x = in_float32(input)
    made = np.empty((gates * math.prod(x.shape[:-1]), width), x.dtype)
    if x.ndim == 3 and len(steps) >= MANY:
        by_step = made.reshape(len(x), gates, -1, width)
        by_weights(x[:, None], out=by_step)
        if bias is not None:
            by_step += bias
        return made
    rows = x.reshape(-1, x.shape[-1])
    for step in steps:
        now = made[gates * step.start : gates * step.stop].reshape(gates, -1, width)
        by_weights(rows[step], out=now)
        if bias is not None:
            now += bias[:, : now.shape[1]]
    return made


def bias_of_rows(rows: int, *biases: Array | None) -> Array | None:
    """Return the sum of biases (gates, H) as often as there are rows: (gates, rows, H)."""
    given = [bias for bias in biases if bias is not None]
    return np.repeat(sum(given)[:, None], rows, 1) if given else None


def in_blocks(gates: Array, count: int, input: Array, steps: list[slice]) -> Array:
    """Return the gates of each step, kept one step after the other, as (gates, T, N, H).

    Those of packed rows are (gates, rows, H).
    """
    n = gates.shape[-1]
    if input.ndim == 3:
        return gates.reshape(len(input), count, -1, n).swapaxes(0, 1)
    made = np.empty((count, len(input), n), gates.dtype)
    for step in steps:
        made[:, step] = gates[count * step.start : count * step.stop].reshape(count, -1, n)
    return made


def carried(after: Array, state: Array) -> Array:
    """Return the state of all sequences after a step that the first of them have."""
    size = len(after)
    return after if size == len(state) else np.concatenate((after, state[size:]))


def before(first: Array, values: Array, steps: list[slice]) -> Array:
    """Return for the rows of all steps the state before: of `first`, or what a step has left."""
    state, made = first.copy(), np.empty_like(values)
    for step in steps:
        size = step.stop - step.start
        made[step] = state[:size]
        state[:size] = values[step]
    return made


def weights_rule(
    d_x: Array, d_h: Array, input: Array, h_before: Array, w_ih: Array, wants_x: bool, wants: Any
) -> tuple[Any, ...]:
    """Return the gradients of x, W, U, b and k from those of x W.T + b and h U.T + k, all steps."""
    x = in_float32(input).reshape(-1, input.shape[-1])
    b_ih = accurate_sum(d_x, 0) if wants[2] else None
    b_hh = (b_ih if d_x is d_h and wants[2] else accurate_sum(d_h, 0)) if wants[3] else None
    return (
        d_x.dot(in_float32(w_ih)).reshape(input.shape) if wants_x else None,
        d_x.T.dot(x) if wants[0] else None,
        d_h.T.dot(h_before) if wants[1] else None,
        b_ih,
        b_hh,
    )


def by_steps(
    cell: Callable[..., Any],
    input: Any,
    states: Sequence[Any],
    batch_sizes: BatchSizes,
    reverse: bool,
) -> tuple[Any, ...]:
    """Return the outputs of all steps, and the states after the last that each sequence has.

    The input is (T, N, in), or packed rows (sum of batch_sizes, in). `cell` takes the rows of a
    step and the states before it, and returns the states after it; the first is the output.
    """
    rows = input.reshape(-1, input.shape[-1]) if batch_sizes is None else input
    outputs = []
    for step in steps_of(input, batch_sizes, reverse):
        size = step.stop - step.start
        after = cell(rows[step], *(state[:size] for state in states))
        outputs.append(after[0])
        states = [
            new if size == old.shape[0] else cat([new, old[size:]])
            for new, old in zip(after, states, strict=True)
        ]
    output = cat(outputs[::-1] if reverse else outputs)
    if batch_sizes is None:
        output = output.reshape(*input.shape[:2], -1)
    return (output, *states)
