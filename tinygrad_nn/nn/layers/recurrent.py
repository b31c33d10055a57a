"""Recurrent layers, which go through whole sequences: `RNN`, `LSTM`, `GRU`.
Read `attention.py` next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from operator import index
from typing import Any

from ...arrays.refusing import check_are_tensors, refuses, shown
from ...errors import ArgumentError, DTypeError, ShapeError
from ...ops.layers.elman import elman_layer
from ...ops.layers.gru import gru_layer
from ...ops.layers.lstm import lstm_layer, projected_lstm_layer
from ...ops.layers.recurrent_layers import recurrent_layers
from ...tensor import Tensor
from ...tensor.creation import empty, zeros
from ...warn import warn_user
from .. import init
from ..module import Module
from ..parameter import Parameter
from ..utils.rnn import PackedSequence

__all__ = ["GRU", "LSTM", "RNN", "RNNBase"]

KINDS: dict[str, tuple[int, Callable[..., Any]]] = {  # the number of gates, and what a layer is
    "RNN_TANH": (1, elman_layer),
    "RNN_RELU": (1, partial(elman_layer, by_relu=True)),
    "GRU": (3, gru_layer),
    "LSTM": (4, lstm_layer),
}


class RNNBase(Module):
    """What `RNN`, `LSTM` and `GRU` share: their weights, and how sequences come in and go out.

    Layer k has weight_ih_lk (gates hidden_size, its input's size), weight_hh_lk (gates hidden_size,
    hidden_size), bias_ih_lk and bias_hh_lk (gates hidden_size), weight_hr_lk (proj_size,
    hidden_size) if projected, and the same with "_reverse" for the other direction. All are drawn
    uniformly from ±1 / sqrt(hidden_size), in this order: PyTorch's numbers for the same seed.
    """

    @refuses
    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if mode not in KINDS:
            raise ArgumentError(f"RNNBase: mode is one of {', '.join(KINDS)}, got {mode!r}")
        self.mode = mode
        self.input_size, self.hidden_size = map(index, (input_size, hidden_size))
        self.num_layers, self.proj_size = map(index, (num_layers, proj_size))
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self._check_arguments()
        self.dropout = float(dropout)
        self._all_weights = self._register_weights(device, dtype)
        self.reset_parameters()

    def _check_arguments(self) -> None:
        name, p = type(self).__name__, self.dropout
        for argument in ("bias", "batch_first"):
            value = getattr(self, argument)
            if not isinstance(value, bool):
                raise DTypeError(f"{name}: {argument} is True or False, got {shown(value)}")
        if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 <= p <= 1:
            raise ArgumentError(f"{name}: dropout is a probability, from 0 to 1; got {p!r}")
        for argument in ("input_size", "hidden_size", "num_layers"):
            if not 1 <= getattr(self, argument) < 2**31:
                raise ArgumentError(
                    f"{name}: {argument} must be from 1 to 2**31 - 1, got "
                    f"{shown(getattr(self, argument))}"
                )
        if not 0 <= self.proj_size < self.hidden_size:
            raise ArgumentError(
                f"{name}: proj_size must be 0 (none) or more, and less than hidden_size="
                f"{self.hidden_size}; got {self.proj_size}"
            )
        if p > 0 and self.num_layers == 1:
            warn_user(
                f"{name}: dropout={p} falls between layers, and num_layers=1: nothing is dropped"
            )

    def _register_weights(self, device: Any, dtype: Any) -> list[list[str]]:
        """Register the weights; return their names, of each layer and direction."""
        rows = KINDS[self.mode][0] * self.hidden_size
        state = self.proj_size or self.hidden_size
        directions = ("", "_reverse") if self.bidirectional else ("",)
        found = []
        for layer in range(self.num_layers):
            shapes = {
                "weight_ih": (rows, state * len(directions) if layer else self.input_size),
                "weight_hh": (rows, state),
                **({"bias_ih": (rows,), "bias_hh": (rows,)} if self.bias else {}),
                **({"weight_hr": (state, self.hidden_size)} if self.proj_size else {}),
            }
            for direction in directions:
                names = [f"{kind}_l{layer}{direction}" for kind in shapes]
                for name, shape in zip(names, shapes.values(), strict=True):
                    made = Parameter(empty(shape, device=device, dtype=dtype))
                    self.register_parameter(name, made)
                found.append(names)
        return found

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    @property
    def _flat_weights_names(self) -> list[str]:
        """The names of all weights; programs that draw them anew read it, private as it is."""
        return [name for names in self._all_weights for name in names]

    @property
    def _flat_weights(self) -> list[Parameter]:
        return [getattr(self, name) for name in self._flat_weights_names]

    def reset_parameters(self) -> None:
        """Draw the initial values anew."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Do nothing: on a GPU, PyTorch lays the weights side by side here."""

    def extra_repr(self) -> str:
        """Return the sizes, and what is not as by default."""
        text = f"{self.input_size}, {self.hidden_size}"
        usual = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        return text + "".join(
            f", {name}={getattr(self, name)}"
            for name, value in usual.items()
            if getattr(self, name) != value
        )

    def _through_time(self, input: Any, states: Sequence[Tensor] | None) -> tuple[Any, ...]:
        """Return the output and the last states, packed, batched and ordered as the input is."""
        if isinstance(input, PackedSequence):
            return self._of_packed(input, states)
        name = type(self).__name__
        check_are_tensors(name, input=input, **{f"hx[{i}]": x for i, x in enumerate(states or ())})
        if input.ndim not in (2, 3):
            raise ShapeError(f"{name}: input must be (T, N, in) or (T, in), got {shown(input)}")
        for state in states or ():
            if state.ndim != input.ndim:
                raise ShapeError(
                    f"{name}: hx must have as many dimensions as the input, {input.ndim}; got "
                    f"{shown(state)}"
                )
        is_batched = input.ndim == 3
        if not is_batched:
            by_step, states = input.unsqueeze(1), states and [each.unsqueeze(1) for each in states]
        else:
            by_step = input.transpose(0, 1) if self.batch_first else input
        output, *after = self._run(by_step, states, by_step.shape[1], None)
        if not is_batched:
            return (output.squeeze(1), *(each.squeeze(1) for each in after))
        return (output.transpose(0, 1) if self.batch_first else output, *after)

    def _of_packed(self, input: PackedSequence, states: Any) -> tuple[Any, ...]:
        data, batch_sizes, order, back = input
        sizes = batch_sizes.tolist()
        if states is not None and order is not None:
            states = [each.index_select(1, order) for each in states]
        if data.ndim != 2:
            raise ShapeError(
                f"{type(self).__name__}: packed rows must be (their number, in), got {shown(data)}"
            )
        output, *after = self._run(data, states, sizes[0], sizes)
        if back is not None:
            after = [each.index_select(1, back) for each in after]
        return (PackedSequence(output, batch_sizes, order, back), *after)

    def _run(self, input: Tensor, states: Any, batch: int, batch_sizes: Any) -> tuple[Any, ...]:
        name = type(self).__name__
        weights: list[list[Any]] = [[*each] for each in self.all_weights]
        if input.dtype != weights[0][0].dtype:
            raise DTypeError(
                f"{name}: an input of {input.dtype} and weights of {weights[0][0].dtype}; convert "
                f"the input with .to({weights[0][0].dtype})"
            )
        if input.shape[-1] != self.input_size or not input.shape[0]:
            raise ShapeError(
                f"{name}: one step or more of input_size={self.input_size} expected, got "
                f"{shown(input)}"
            )
        sizes = [self.proj_size or self.hidden_size, self.hidden_size]
        shapes = [(len(weights), batch, size) for size in sizes[: 2 if self.mode == "LSTM" else 1]]
        if states is None:
            states = [zeros(shape, dtype=input.dtype) for shape in shapes]
        for state, shape in zip(states, shapes, strict=True):
            if state.shape != shape:
                raise ShapeError(f"{name}: hx must be {shape}, (layers, N, H); got {shown(state)}")
        layer = projected_lstm_layer if self.proj_size else KINDS[self.mode][1]
        if self.proj_size and not self.bias:
            weights = [[w_ih, w_hh, None, None, w_hr] for w_ih, w_hh, w_hr in weights]
        elif not self.bias:
            weights = [[w_ih, w_hh, None, None] for w_ih, w_hh in weights]
        rate = self.dropout if self.training else 0.0
        return recurrent_layers(
            layer, input, states, weights, self.bidirectional, rate, batch_sizes
        )


class _OfOneState(RNNBase):
    def forward(self, input: Any, hx: Tensor | None = None) -> tuple[Any, Tensor]:
        """Return the output of the last layer at each step, and the last h of each layer."""
        output, h_n = self._through_time(input, None if hx is None else [hx])
        return output, h_n


class RNN(_OfOneState):
    """Layers of h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu: Elman 1990.

    Shapes: input (T, N, input_size), or (N, T, input_size) if `batch_first`, or (T, input_size);
    or a `PackedSequence`. hx (layers, N, hidden_size), zeros if left out, with twice as many layers
    if `bidirectional`; without N as the input. The output has hidden_size elements for each
    direction in place of input_size; h_n has the shape of hx. Between layers, elements are dropped
    with probability `dropout`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> output, h_n = tnn.nn.RNN(10, 20, num_layers=2)(tnn.zeros(5, 3, 10))
        >>> output.shape, h_n.shape
        (torch.Size([5, 3, 20]), torch.Size([2, 3, 20]))
    """

    @refuses
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ArgumentError(f'RNN: nonlinearity is "tanh" or "relu", got {nonlinearity!r}')
        given = (num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype)
        super().__init__(f"RNN_{nonlinearity.upper()}", input_size, hidden_size, *given)
        self.nonlinearity = nonlinearity


class GRU(_OfOneState):
    """Layers of gated recurrent units, h' = (1 - z) n + z h: Cho et al. 2014.

    Shapes: input (T, N, input_size), or (N, T, input_size) if `batch_first`, or (T, input_size);
    or a `PackedSequence`. hx (layers, N, hidden_size), zeros if left out, with twice as many layers
    if `bidirectional`; without N as the input. The output has hidden_size elements for each
    direction in place of input_size; h_n has the shape of hx. Between layers, elements are dropped
    with probability `dropout`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> output, h_n = tnn.nn.GRU(10, 20, bidirectional=True)(tnn.zeros(5, 3, 10))
        >>> output.shape, h_n.shape
        (torch.Size([5, 3, 40]), torch.Size([2, 3, 20]))
    """

    @refuses
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        given = (num_layers, bias, batch_first, dropout, bidirectional, 0, device, dtype)
        super().__init__("GRU", input_size, hidden_size, *given)


class LSTM(RNNBase):
    """Layers of long short-term memory, c' = f c + i g and h' = o tanh(c').

    Hochreiter and Schmidhuber 1997; with `proj_size`, h' is projected to so many elements (Sak,
    Senior and Beaufays 2014).

    Shapes: input (T, N, input_size), or (N, T, input_size) if `batch_first`, or (T, input_size);
    or a `PackedSequence`. hx = (h, c), each (layers, N, hidden_size), zeros if left out, with twice
    as many layers if `bidirectional`; without N as the input. The output has the size of h for each
    direction in place of input_size; (h_n, c_n) have the shapes of hx. Between layers, elements are
    dropped with probability `dropout`.

    Example:
        >>> import tinygrad_nn as tnn
        >>> output, (h_n, c_n) = tnn.nn.LSTM(10, 20, batch_first=True)(tnn.zeros(3, 5, 10))
        >>> output.shape, h_n.shape, c_n.shape
        (torch.Size([3, 5, 20]), torch.Size([1, 3, 20]), torch.Size([1, 3, 20]))
    """

    @refuses
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        given = (num_layers, bias, batch_first, dropout, bidirectional, proj_size, device, dtype)
        super().__init__("LSTM", input_size, hidden_size, *given)

    def forward(
        self, input: Any, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Any, tuple[Tensor, Tensor]]:
        """Return the output of the last layer at each step, and the last (h, c) of each layer."""
        if hx is not None and (not isinstance(hx, (tuple, list)) or len(hx) != 2):
            raise ShapeError(f"LSTM: hx is the two tensors (h, c), got {shown(hx)}")
        output, h_n, c_n = self._through_time(input, hx)
        return output, (h_n, c_n)
