"""A layer of long short-term memory through all of time (Hochreiter and Schmidhuber 1997).
Read `gru.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ..elementwise.activations import sigmoid
from ..elementwise.functions import tanh
from .linear import linear
from .recurrent import lstm_cell
from .time_steps import (
    BatchSizes,
    before,
    bias_of_rows,
    by_gate,
    by_steps,
    carried,
    check_layer,
    from_inputs,
    in_blocks,
    products_by_gate,
    steps_of,
    weights_rule,
)

GATES = (0, 1, 3, 2), 3  # i, f, o, g; PyTorch has g before o, which is no sigmoid


@op(
    r"h_t = o_t \odot \tanh c_t, \; c_t = f_t \odot c_{t-1} + i_t \odot g_t, \; "
    r"\sigma^{-1}[i, f, g, o]_t = x_t W^{T} + h_{t-1} U^{T} + b + k",
    name="lstm_layer",
    public="lstm",
    returns="output, h_n, c_n",
    keeps="gates, cells, tanh_cells",
)
def lstm_layer(
    input: Array,
    h: Array,
    c: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    batch_sizes: BatchSizes = None,
    reverse: bool = False,
) -> Any:
    """Return the outputs of all steps, h and c after the last: input (T, N, in), h and c (N, H)."""
    check_layer("lstm", 4, input, [h, c], w_ih, w_hh, b_ih, b_hh, batch_sizes)
    dtype, n = input.dtype, h.shape[1]
    h, c = in_float32(h), in_float32(c)
    steps = steps_of(input, batch_sizes, reverse)
    by_w, by_u = (products_by_gate(each, *GATES, len(steps)) for each in (w_ih, w_hh))
    given = (None if b is None else by_gate(b, *GATES) for b in (b_ih, b_hh))
    bias = bias_of_rows(len(h), *given)
    gates = from_inputs(by_w, (4, n), input, steps, bias)  # i, f, o, g of each step
    output, cells, tanh_cells = (np.empty((len(gates) // 4, n), gates.dtype) for _ in range(3))
    for step in steps:
        size = step.stop - step.start
        now = gates[4 * step.start : 4 * step.stop].reshape(4, size, n)
        now += by_u(h[:size])
        np.tanh(now, now)
        sigmoids = now[:3]  # (1 + tanh(x / 2)) / 2
        sigmoids *= 0.5
        sigmoids += 0.5
        i, f, o, g = now
        c_t = np.multiply(f, c[:size], out=cells[step])
        c_t += i * g
        h_t = np.multiply(o, np.tanh(c_t, tanh_cells[step]), out=output[step])
        h, c = carried(h_t, h), carried(c_t, c)
    y = output.reshape(*input.shape[:-1], n)
    return (
        *(each.astype(dtype, copy=each is not y) for each in (y, h, c)),
        gates,
        cells,
        tanh_cells,
    )


@lstm_layer.backward
def _lstm_rule(
    g_output: Array,
    g_h_n: Array,
    g_c_n: Array,
    input: Array,
    h: Array,
    c: Array,
    w_ih: Array,
    w_hh: Array,
    gates: Array,
    cells: Array,
    tanh_cells: Array,
    batch_sizes: Any,
    reverse: bool,
    wants: Any,
) -> Any:
    """d @ w_ih, d_1 @ w_hh, f_1 * (g_c_n + a), d.T @ input, d.T @ p, d.sum(0), d.sum(0).

    Of the gates of all steps before sigmoid and tanh the gradient is d; p is what h was before each
    step, and a what the steps up to the first c add. Only the gradients of h and c go from step to
    step.
    """
    n = h.shape[1]
    steps = steps_of(input, batch_sizes, reverse)
    i, f, o, g = by_gate = in_blocks(gates, 4, input, steps)
    tanh_c = tanh_cells.reshape(i.shape)
    slopes = 1.0 - by_gate[:3]  # of sigmoids: s (1 - s)
    slopes *= by_gate[:3]
    slope_i, slope_f, slope_o = slopes
    slope_i *= g
    slope_f *= before(in_float32(c), cells, steps).reshape(i.shape)
    slope_o *= tanh_c
    slope_g = _slope_of_tanh(g)
    slope_g *= i
    to_c = _slope_of_tanh(tanh_c)  # what h_t hands on to c_t
    to_c *= o
    slope_i, slope_f, slope_g, slope_o, to_c, f = (
        each.reshape(-1, n) for each in (slope_i, slope_f, slope_g, slope_o, to_c, f)
    )
    d = np.empty((len(cells), 4, n), gates.dtype)
    g_y, w_hh = in_float32(g_output).reshape(-1, n), in_float32(w_hh)
    dh, dc = g_h_n.astype(d.dtype), g_c_n.astype(d.dtype)
    for step in reversed(steps):
        d_t = d[step]
        dh_t, dc_t = dh[: len(d_t)], dc[: len(d_t)]
        dh_t += g_y[step]
        dc_t += dh_t * to_c[step]
        np.multiply(slope_i[step], dc_t, out=d_t[:, 0])
        np.multiply(slope_f[step], dc_t, out=d_t[:, 1])
        np.multiply(slope_g[step], dc_t, out=d_t[:, 2])
        np.multiply(slope_o[step], dh_t, out=d_t[:, 3])
        d_t.reshape(-1, 4 * n).dot(w_hh, out=dh_t)
        dc_t *= f[step]
    d = d.reshape(-1, 4 * n)
    h_before = before(in_float32(h), (o * tanh_c).reshape(-1, n), steps)
    dx, dw_ih, dw_hh, db_ih, db_hh = weights_rule(d, d, input, h_before, w_ih, wants[0], wants[3:])
    return dx, dh, dc, dw_ih, dw_hh, db_ih, db_hh


def _slope_of_tanh(y: Array) -> Array:
    slope = y * y
    return np.subtract(1.0, slope, out=slope)


@lstm_layer.composite
def _lstm_by_steps(
    input: Any,
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    batch_sizes: BatchSizes = None,
    reverse: bool = False,
) -> Any:
    def cell(x: Any, h: Any, c: Any) -> Any:
        return lstm_cell(x, (h, c), w_ih, w_hh, b_ih, b_hh)

    return by_steps(cell, input, (h, c), batch_sizes, reverse)


def projected_lstm_layer(
    input: Any,
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any,
    b_hh: Any,
    w_hr: Any,
    batch_sizes: BatchSizes = None,
    reverse: bool = False,
) -> Any:
    """Return the same where each output is projected by w_hr (P, H) before it is h (N, P).

    Sak, Senior and Beaufays 2014: h' = W_hr (o tanh(c')).
    """

    def cell(x: Any, h: Any, c: Any) -> Any:
        i, f, g, o = (linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)).chunk(4, 1)
        after = sigmoid(f) * c + sigmoid(i) * tanh(g)
        return linear(sigmoid(o) * tanh(after), w_hr), after

    return by_steps(cell, input, (h, c), batch_sizes, reverse)
