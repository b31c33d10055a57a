"""A layer of Elman's recurrent network through all of time, with tanh or relu (Elman 1990).
Read `recurrent_layers.py` next, which puts layers on top of each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from .cells import rnn_relu_cell, rnn_tanh_cell
from .time_steps import (
    BatchSizes,
    as_columns,
    before,
    by_steps,
    carried,
    check_layer,
    steps_of,
    weights_rule,
)


@op(
    r"h_t = \tanh(x_t W^{T} + h_{t-1} U^{T} + b + k)",
    name="elman_layer",
    public="rnn",
    returns="output, h_n",
    keeps="hidden",
)
def elman_layer(
    input: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    batch_sizes: BatchSizes = None,
    reverse: bool = False,
    by_relu: bool = False,
) -> Any:
    """Return the outputs of all steps and h after the last: input (T, N, in), h (N, H).

    `by_relu` has relu in the place of tanh.
    """
    check_layer("rnn", 1, input, [h], w_ih, w_hh, b_ih, b_hh, batch_sizes)
    dtype = input.dtype
    x, h, w, u = (in_float32(each) for each in (input, h, w_ih, w_hh))
    hidden = x.reshape(-1, x.shape[-1]).dot(w.T)
    for bias in (b_ih, b_hh):
        if bias is not None:
            hidden += bias
    steps = steps_of(input, batch_sizes, reverse)
    u = as_columns(u, len(steps))
    for step in steps:
        h_t = hidden[step]
        h_t += h[: len(h_t)].dot(u)
        if by_relu:
            np.maximum(h_t, 0.0, out=h_t)
        else:
            np.tanh(h_t, h_t)
        h = carried(h_t, h)
    y = hidden.astype(dtype).reshape(*input.shape[:-1], -1)
    return y, h.astype(dtype), hidden


@elman_layer.backward
def _elman_rule(
    g_output: Array,
    g_h_n: Array,
    input: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    hidden: Array,
    batch_sizes: Any,
    reverse: bool,
    by_relu: bool,
    wants: Any,
) -> Any:
    """d @ w_ih, (s_1 * (g_h_n + a)) @ w_hh, d.T @ input, d.T @ p, d.sum(0), d.sum(0).

    Of the sums of all steps before tanh or relu the gradient is d; p is what h was before each,
    s the slope of tanh or relu, and a what the steps up to the first h add.
    """
    n = h.shape[1]
    steps = steps_of(input, batch_sizes, reverse)
    d = np.zeros_like(hidden) if by_relu else 1.0 - hidden * hidden
    is_open = ~(hidden <= 0)  # of relu, whose slope at nan is 1 as in PyTorch
    g_y, w_hh, dh = in_float32(g_output).reshape(-1, n), in_float32(w_hh), g_h_n.astype(d.dtype)
    for step in reversed(steps):
        d_t = d[step]
        dh_t = dh[: len(d_t)]
        dh_t += g_y[step]
        if by_relu:
            np.copyto(d_t, dh_t, where=is_open[step])
        else:
            d_t *= dh_t
        d_t.dot(w_hh, out=dh_t)
    h_before = before(in_float32(h), hidden, steps)
    dx, *of_weights = weights_rule(d, d, input, h_before, w_ih, wants[0], wants[2:])
    return dx, dh, *of_weights


@elman_layer.composite
def _elman_by_steps(
    input: Any,
    h: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    batch_sizes: BatchSizes = None,
    reverse: bool = False,
    by_relu: bool = False,
) -> Any:
    step = rnn_relu_cell if by_relu else rnn_tanh_cell

    def cell(x: Any, h: Any) -> Any:
        return (step(x, h, w_ih, w_hh, b_ih, b_hh),)

    return by_steps(cell, input, (h,), batch_sizes, reverse)
