"""One step of a recurrent layer, fused into one operation: the cell of an LSTM.
Read `time_steps.py` next.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays.sums import accurate_sum, in_float32
from ...autograd.declaring import op
from ...autograd.op import Array
from ...errors import ShapeError
from ..elementwise.activations import sigmoid
from ..elementwise.functions import tanh
from .cells import check_cell
from .linear import linear

__all__ = ["lstm_cell"]


@op(
    r"o \odot \tanh s, \; s = f \odot c + i \odot g, \; "
    r"\sigma^{-1}[i, f, g, o] = x W^{T} + h U^{T} + b + k",
    name="lstm_cell",
    public="lstm_cell",
    returns="h_n, c_n",
    keeps="gates, tanh_c",
)
def _step(
    input: Array,
    h: Array,
    c: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Array | None = None,
    b_hh: Array | None = None,
) -> Any:
    """Return h' and c': the gates i, f, g, o are the quarters of x W_ihᵀ + h W_hhᵀ + b."""
    check_cell("lstm_cell", 4, [h, c], input, w_ih, w_hh, b_ih, b_hh)
    dtype, n = input.dtype, h.shape[1]
    input, h, c, w_ih, w_hh = (in_float32(each) for each in (input, h, c, w_ih, w_hh))
    gates = input.dot(w_ih.T)
    gates += h.dot(w_hh.T)
    if b_ih is not None:
        gates += b_ih
    if b_hh is not None:
        gates += b_hh
    half, offset = _sigmoid_by_tanh(n, gates.dtype)
    gates *= half
    np.tanh(gates, gates)
    gates *= half
    gates += offset
    i, f, g, o = (gates[:, k : k + n] for k in range(0, 4 * n, n))
    c_n = f * c
    c_n += i * g
    tanh_c = np.tanh(c_n)
    return (o * tanh_c).astype(dtype, copy=False), c_n.astype(dtype, copy=False), gates, tanh_c


@lru_cache(maxsize=64)
def _sigmoid_by_tanh(n: int, dtype: Any) -> tuple[Array, Array]:
    """Return what makes sigmoids of i, f, o with one tanh of all: (1 + tanh(x / 2)) / 2."""
    half = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], dtype), n)
    return half, np.repeat(np.array([0.5, 0.5, 0.0, 0.5], dtype), n)


@_step.backward
def _step_rule(
    g_h_n: Array,
    g_c_n: Array,
    input: Array,
    h: Array,
    c: Array,
    w_ih: Array,
    w_hh: Array,
    gates: Array,
    tanh_c: Array,
    wants: Any,
) -> Any:
    """d @ w_ih, d @ w_hh, f * (g_c_n + a), d.T @ input, d.T @ h, d.sum(0), d.sum(0).

    Of the gates before sigmoid and tanh the gradient is d; a is what h_n hands on to c_n.
    """
    n = tanh_c.shape[1]
    i, f, g, o = (gates[:, k : k + n] for k in range(0, 4 * n, n))
    dc = g_h_n * o
    dc *= 1.0 - tanh_c * tanh_c
    dc += g_c_n
    d = gates * gates
    np.subtract(gates, d, out=d)  # s (1 - s), the slope of a sigmoid
    d_i, d_f, d_g, d_o = (d[:, k : k + n] for k in range(0, 4 * n, n))
    np.subtract(1.0, g * g, out=d_g)  # and of tanh
    d_i *= dc * g
    d_f *= dc * c
    d_g *= dc * i
    d_o *= g_h_n * tanh_c
    bias = accurate_sum(d, 0) if wants[5] or wants[6] else None
    return (
        d.dot(w_ih) if wants[0] else None,
        d.dot(w_hh) if wants[1] else None,
        dc * f if wants[2] else None,
        d.T.dot(input) if wants[3] else None,
        d.T.dot(h) if wants[4] else None,
        bias,
        bias,
    )


@_step.composite
def _step_by_parts(
    input: Any, h: Any, c: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
) -> Any:
    i, f, g, o = (linear(input, w_ih, b_ih) + linear(h, w_hh, b_hh)).chunk(4, 1)
    c_n = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c_n), c_n


def lstm_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """Return (h', c') of an LSTM's step: input (N, in), hx = (h, c) of (N, H), w_ih (4 H, in).

    The gates i, f, g, o are the quarters of x W_ihᵀ + b_ih + h W_hhᵀ + b_hh; c' = f c + i g and
    h' = o tanh(c').
    """
    if not isinstance(hx, (tuple, list)) or len(hx) != 2:
        raise ShapeError(f"lstm_cell: hx is the two tensors (h, c), got {hx!r:.60}")
    h, c = hx
    return _step(input, h, c, w_ih, w_hh, b_ih, b_hh)
