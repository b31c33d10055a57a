"""One step of a recurrent layer by simple operations: the cells of a GRU and of an Elman network.
Read `recurrent.py` next, the cell of an LSTM, which is one operation.
"""

from __future__ import annotations

from typing import Any

from ...arrays.refusing import check_are_tensors
from ...errors import DTypeError, ShapeError
from ..elementwise.activations import check_float, relu, sigmoid
from ..elementwise.functions import tanh
from .linear import linear

__all__ = ["gru_cell", "rnn_relu_cell", "rnn_tanh_cell"]


def gru_cell(input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> Any:
    """Return h' of a gated recurrent unit's step (Cho et al. 2014): input (N, in), hx (N, H).

    The thirds of x W_ihᵀ + b_ih and h W_hhᵀ + b_hh, weights (3 H, in) and (3 H, H), meet as
    r = σ(x_r + h_r), z = σ(x_z + h_z), n = tanh(x_n + r h_n); then h' = (1 - z) n + z h.
    """
    _check("gru_cell", 3, input, hx, w_ih, w_hh, b_ih, b_hh)
    x_r, x_z, x_n = linear(input, w_ih, b_ih).chunk(3, 1)
    h_r, h_z, h_n = linear(hx, w_hh, b_hh).chunk(3, 1)
    n = tanh(x_n + sigmoid(x_r + h_r) * h_n)
    return n + sigmoid(x_z + h_z) * (hx - n)


def rnn_tanh_cell(
    input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
) -> Any:
    """Return tanh(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh): input (N, in), hx (N, H), w_ih (H, in)."""
    _check("rnn_tanh_cell", 1, input, hx, w_ih, w_hh, b_ih, b_hh)
    return tanh(linear(input, w_ih, b_ih) + linear(hx, w_hh, b_hh))


def rnn_relu_cell(
    input: Any, hx: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None
) -> Any:
    """Return relu(x W_ihᵀ + b_ih + h W_hhᵀ + b_hh): input (N, in), hx (N, H), w_ih (H, in)."""
    _check("rnn_relu_cell", 1, input, hx, w_ih, w_hh, b_ih, b_hh)
    return relu(linear(input, w_ih, b_ih) + linear(hx, w_hh, b_hh))


def _check(name: str, gates: int, input: Any, hx: Any, w_ih: Any, w_hh: Any, *biases: Any) -> None:
    check_are_tensors(name, input=input, hx=hx, w_ih=w_ih, w_hh=w_hh)
    given = [each.array for each in (input, w_ih, w_hh, *biases) if each is not None]
    check_cell(name, gates, [hx.array], *given)


def check_cell(
    name: str, gates: int, states: list[Any], input: Any, w_ih: Any, w_hh: Any, *biases: Any
) -> None:
    """Raise where the arrays of a cell with so many gates do not fit each other."""
    check_float(input, name)
    given = [input, *states, w_ih, w_hh, *(each for each in biases if each is not None)]
    if any(each.dtype != input.dtype for each in given):
        dtypes = ", ".join(str(each.dtype) for each in given)
        raise DTypeError(f"{name}: all operands must have one dtype, got {dtypes}")
    batch, n = states[0].shape if states[0].ndim == 2 else (0, 0)
    fits = (
        input.ndim == w_ih.ndim == states[0].ndim == 2
        and len(input) == batch
        and all(each.shape == (batch, n) for each in states)
        and w_ih.shape == (gates * n, input.shape[1])
        and w_hh.shape == (gates * n, n)
        and all(each is None or each.shape == (gates * n,) for each in biases)
    )
    if not fits:
        shapes = ", ".join(str(each.shape) for each in given)
        rows = f"{gates} H" if gates > 1 else "H"
        raise ShapeError(
            f"{name}: input (N, in), {len(states)} of (N, H), w_ih ({rows}, in), w_hh ({rows}, H) "
            f"and biases ({rows}) are expected, got shapes {shapes}"
        )
