"""One step of a recurrent network as a layer: `RNNCell`, `LSTMCell`, `GRUCell`.
Read `recurrent.py` next, the layers that go through a whole sequence.
"""

from __future__ import annotations

import math
from operator import index
from typing import Any

from ...arrays.refusing import check_are_tensors, refuses, shown
from ...errors import ArgumentError, ShapeError
from ...ops.layers.cells import gru_cell, rnn_relu_cell, rnn_tanh_cell
from ...ops.layers.recurrent import lstm_cell
from ...tensor import Tensor
from ...tensor.creation import empty, zeros
from .. import init
from ..module import Module
from ..parameter import Parameter

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


class RNNCellBase(Module):
    """The weights of a cell with so many gates, and its input by samples or alone.

    weight_ih (num_chunks hidden_size, input_size), weight_hh (num_chunks hidden_size, hidden_size)
    and the biases (num_chunks hidden_size) are drawn uniformly from ±1 / sqrt(hidden_size), in this
    order: PyTorch's numbers for the same seed.
    """

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    @refuses
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size = map(index, (input_size, hidden_size))
        self.bias = bias
        rows = num_chunks * self.hidden_size
        shapes = {
            "weight_ih": (rows, self.input_size),
            "weight_hh": (rows, self.hidden_size),
            "bias_ih": (rows,) if bias else None,
            "bias_hh": (rows,) if bias else None,
        }
        for name, shape in shapes.items():
            made = None if shape is None else Parameter(empty(shape, device=device, dtype=dtype))
            self.register_parameter(name, made)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the initial values anew."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        """Return the sizes, and what is not as by default."""
        text = f"{self.input_size}, {self.hidden_size}"
        if self.bias is not True:
            text += f", bias={self.bias}"
        nonlinearity = getattr(self, "nonlinearity", "tanh")
        return text if nonlinearity == "tanh" else f"{text}, nonlinearity={nonlinearity}"

    def _stepped(self, cell: Any, input: Tensor, states: Any) -> Any:
        """Return the states after a step, each (N, hidden_size), or (hidden_size) as the input."""
        name = type(self).__name__
        check_are_tensors(name, input=input, **{f"hx[{i}]": x for i, x in enumerate(states or ())})
        for what, each in (("input", input), *(("hx", each) for each in states or ())):
            if each.ndim not in (1, 2):
                raise ShapeError(
                    f"{name}: {what} must be (N, size) or (size), got {shown(each)}; whole "
                    f"sequences are for {name[:-4]}"
                )
        is_alone = input.ndim == 1
        rows = input.unsqueeze(0) if is_alone else input
        if states is None:
            states = [zeros(rows.shape[0], self.hidden_size, dtype=input.dtype)] * 2
        elif is_alone:
            states = [each.unsqueeze(0) for each in states]
        after = cell(rows, states, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return [each.squeeze(0) for each in after] if is_alone else after

    def _stepped_alone(self, cell: Any, input: Tensor, hx: Tensor | None) -> Tensor:
        """Return the state after a step of a cell that has one."""

        def with_one(input: Tensor, states: Any, *weights: Any) -> Any:
            return [cell(input, states[0], *weights)]

        (after,) = self._stepped(with_one, input, None if hx is None else [hx])
        return after


class RNNCell(RNNCellBase):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu: Elman 1990.

    Shapes: input (N, input_size), hx (N, hidden_size), zeros if left out; or both without N.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.RNNCell(10, 20)(tnn.zeros(3, 10)).shape
        torch.Size([3, 20])
    """

    @refuses
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, num_chunks=1, device=device, dtype=dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """Return h'."""
        cells = {"tanh": rnn_tanh_cell, "relu": rnn_relu_cell}
        if self.nonlinearity not in cells:
            raise ArgumentError(
                f'RNNCell: nonlinearity is "tanh" or "relu", got {self.nonlinearity!r}'
            )
        return self._stepped_alone(cells[self.nonlinearity], input, hx)


class GRUCell(RNNCellBase):
    """The step of a gated recurrent unit, h' = (1 - z) n + z h: Cho et al. 2014.

    The gates r, z and n are the thirds of the weights; n = tanh(x_n + r h_n), where x_n and h_n are
    what the input and h make of it.

    Shapes: input (N, input_size), hx (N, hidden_size), zeros if left out; or both without N.

    Example:
        >>> import tinygrad_nn as tnn
        >>> tnn.nn.GRUCell(10, 20)(tnn.zeros(3, 10)).shape
        torch.Size([3, 20])
    """

    @refuses
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, num_chunks=3, device=device, dtype=dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """Return h'."""
        return self._stepped_alone(gru_cell, input, hx)


class LSTMCell(RNNCellBase):
    """The step of a long short-term memory, c' = f c + i g and h' = o tanh(c').

    Hochreiter and Schmidhuber 1997; the gates i, f, g, o are the quarters of the weights.

    Shapes: input (N, input_size), hx = (h, c), each (N, hidden_size), zeros if left out; or all
    without N.

    Example:
        >>> import tinygrad_nn as tnn
        >>> h, c = tnn.nn.LSTMCell(10, 20)(tnn.zeros(3, 10))
        >>> h.shape, c.shape
        (torch.Size([3, 20]), torch.Size([3, 20]))
    """

    @refuses
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, num_chunks=4, device=device, dtype=dtype)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return h' and c'."""
        h, c = self._stepped(lstm_cell, input, hx)
        return h, c
