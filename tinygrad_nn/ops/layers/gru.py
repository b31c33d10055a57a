"""A layer of gated recurrent units through all of time (Cho et al. 2014).
Read `elman.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays.sums import in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from .cells import gru_cell
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

GATES = (0, 1, 2), 2  # r, z, n, in PyTorch's order; the first two are sigmoids


@op(
    r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}, \; "
    r"n_t = \tanh(x_t W_n^{T} + b_n + r_t \odot (h_{t-1} U_n^{T} + k_n)), \; "
    r"\sigma^{-1}[r, z]_t = x_t W^{T} + h_{t-1} U^{T} + b + k",
    name="gru_layer",
    public="gru",
    returns="output, h_n",
    keeps="gates, from_h, hidden",
)
def gru_layer(
    input: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
    batch_sizes: BatchSizes = None,
    reverse: bool = False,
) -> Any:
    """Return the outputs of all steps and h after the last: input (T, N, in), h (N, H)."""
    check_layer("gru", 3, input, [h], w_ih, w_hh, b_ih, b_hh, batch_sizes)
    dtype, n = input.dtype, h.shape[1]
    h = in_float32(h)
    steps = steps_of(input, batch_sizes, reverse)
    by_w, by_u = (products_by_gate(each, *GATES, len(steps)) for each in (w_ih, w_hh))
    b, k = (
        bias_of_rows(len(h), None if each is None else by_gate(each, *GATES))
        for each in (b_ih, b_hh)
    )
    gates = from_inputs(by_w, (3, n), input, steps, b)  # r, z, n of each step
    from_h, hidden = (np.empty((len(gates) // 3, n), gates.dtype) for _ in range(2))
    for step in steps:
        size = step.stop - step.start
        now = gates[3 * step.start : 3 * step.stop].reshape(3, size, n)
        of_h = by_u(h[:size])
        if k is not None:
            of_h += k[:, :size]
        sigmoids, new = now[:2], now[2]  # (1 + tanh(x / 2)) / 2
        sigmoids += of_h[:2]
        np.tanh(sigmoids, sigmoids)
        sigmoids *= 0.5
        sigmoids += 0.5
        r, z = sigmoids
        from_h[step] = of_h[2]
        new += r * of_h[2]
        np.tanh(new, new)
        h_t = np.subtract(h[:size], new, out=hidden[step])
        h_t *= z
        h_t += new
        h = carried(h_t, h)
    y = hidden.astype(dtype).reshape(*input.shape[:-1], n)
    return y, h.astype(dtype), gates, from_h, hidden


@gru_layer.backward
def _gru_rule(
    g_output: Array,
    g_h_n: Array,
    input: Array,
    h: Array,
    w_ih: Array,
    w_hh: Array,
    gates: Array,
    from_h: Array,
    hidden: Array,
    batch_sizes: Any,
    reverse: bool,
    wants: Any,
) -> Any:
    """d @ w_ih, z_1 * (g_h_n + a) + e_1 @ w_hh, d.T @ input, e.T @ p, d.sum(0), e.sum(0).

    Of x W.T + b of all steps the gradient is d, of p U.T + k it is e; p is what h was before
    each step, and a what the steps up to the first h add. Only the gradient of h goes from step to
    step.
    """
    n = h.shape[1]
    steps = steps_of(input, batch_sizes, reverse)
    r, z, new = in_blocks(gates, 3, input, steps)
    h_before = before(in_float32(h), hidden, steps)
    to_new = new * new
    np.subtract(1.0, to_new, out=to_new)
    to_z = 1.0 - z
    to_new *= to_z
    to_z *= z
    to_z *= h_before.reshape(z.shape) - new
    to_from_h = to_new * r
    to_r = 1.0 - r
    to_r *= to_from_h
    to_r *= from_h.reshape(r.shape)
    to_r, to_z, to_from_h, to_new, z = (
        each.reshape(-1, n) for each in (to_r, to_z, to_from_h, to_new, z)
    )
    d = np.empty((len(from_h), 4, n), gates.dtype)
    g_y, w_hh, dh = in_float32(g_output).reshape(-1, n), in_float32(w_hh), g_h_n.astype(d.dtype)
    for step in reversed(steps):
        d_t = d[step]
        dh_t = dh[: len(d_t)]
        dh_t += g_y[step]
        for i, slope in enumerate((to_r, to_z, to_from_h, to_new)):
            np.multiply(slope[step], dh_t, out=d_t[:, i])
        dh_t *= z[step]
        dh_t += d_t.reshape(-1, 4 * n)[:, : 3 * n].dot(w_hh)
    d_x, d_h = d[:, [0, 1, 3]].reshape(-1, 3 * n), d.reshape(-1, 4 * n)[:, : 3 * n]
    dx, *of_weights = weights_rule(d_x, d_h, input, h_before, w_ih, wants[0], wants[2:])
    return dx, dh, *of_weights


@gru_layer.composite
def _gru_by_steps(
    input: Any,
    h: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    batch_sizes: BatchSizes = None,
    reverse: bool = False,
) -> Any:
    def cell(x: Any, h: Any) -> Any:
        return (gru_cell(x, h, w_ih, w_hh, b_ih, b_hh),)

    return by_steps(cell, input, (h,), batch_sizes, reverse)
