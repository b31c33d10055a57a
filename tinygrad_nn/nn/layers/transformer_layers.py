"""One layer of a transformer's encoder or decoder: Vaswani et al. 2017.
Read `transformer.py` next, which puts them on top of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays.refusing import refuses, shown
from ...errors import ArgumentError
from ...tensor import Tensor
from .. import functional as F
from ..module import Module
from .attention import MultiheadAttention
from .dropout import Dropout
from .linear import Linear
from .normalization import LayerNorm

__all__ = ["TransformerDecoderLayer", "TransformerEncoderLayer"]

Activation = str | Callable[[Tensor], Tensor]


class _Layer(Module):
    """Blocks one after another, attention and at last two Linears, each added to its input.

    A block has a dropout behind it and a norm: of the sum, or of its input if `norm_first` (Xiong
    et al. 2020).
    """

    self_attn: MultiheadAttention
    linear1: Linear
    linear2: Linear
    dropout: Dropout
    activation: Any

    def __init__(
        self,
        attentions: tuple[str, ...],
        d_model: int,
        nhead: int,
        dim_feedforward: int,
        dropout: float,
        activation: Activation,
        layer_norm_eps: float,
        batch_first: bool,
        norm_first: bool,
        bias: bool,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        made = {"bias": bias, "device": device, "dtype": dtype}
        for name in attentions:
            attention = MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **made)
            self.add_module(name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first = norm_first
        blocks = range(1, len(attentions) + 2)
        for i in blocks:
            self.add_module(f"norm{i}", LayerNorm(d_model, layer_norm_eps, **made))
        for i in blocks:
            self.add_module(f"dropout{i}", Dropout(dropout))
        self.activation = _function_of(activation, type(self).__name__)

    def _added(self, x: Tensor, number: int, block: Callable[[Tensor], Tensor]) -> Tensor:
        """Return x and what the block makes of it, normalised; or of x normalised, if so."""
        norm, dropout = getattr(self, f"norm{number}"), getattr(self, f"dropout{number}")
        if self.norm_first:
            return x + dropout(block(norm(x)))
        return norm(x + dropout(block(x)))

    def _look_at(
        self, attention: Any, x: Tensor, key: Tensor, mask: Any, padding: Any, is_causal: bool
    ) -> Tensor:
        output, _ = attention(x, key, key, padding, False, mask, is_causal=is_causal)
        return output

    def _feed_forward(self, x: Tensor) -> Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


def _function_of(activation: Activation, name: str) -> Callable[[Tensor], Tensor]:
    functions: dict[Any, Callable[[Tensor], Tensor]] = {"relu": F.relu, "gelu": F.gelu}
    if callable(activation):
        return activation
    if activation not in functions:
        raise ArgumentError(
            f'{name}: activation is "relu", "gelu" or a function, got {shown(activation)}'
        )
    return functions[activation]


class TransformerEncoderLayer(_Layer):
    """Self-attention, then linear2(activation(linear1(x))), each added to its input and normalised.

    With `norm_first` the input of each is normalised, not the sum.

    Shapes: (T, N, d_model), or (N, T, d_model) if `batch_first`, or (T, d_model).

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.TransformerEncoderLayer(d_model=8, nhead=2, batch_first=True)
        >>> layer(tnn.zeros(3, 5, 8)).shape
        torch.Size([3, 5, 8])
    """

    @refuses
    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        given: Any = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps)
        given += (batch_first, norm_first, bias, device, dtype)
        super().__init__(("self_attn",), *given)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """Return the layer's output; the masks are those of `MultiheadAttention`."""

        def attend(x: Tensor) -> Tensor:
            return self._look_at(self.self_attn, x, x, src_mask, src_key_padding_mask, is_causal)

        return self._added(self._added(src, 1, attend), 2, self._feed_forward)


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to the encoder's output, then two Linears, as in the encoder.

    Shapes: (T, N, d_model), or (N, T, d_model) if `batch_first`, or (T, d_model).

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.TransformerDecoderLayer(d_model=8, nhead=2)
        >>> layer(tnn.zeros(5, 3, 8), tnn.zeros(7, 3, 8)).shape
        torch.Size([5, 3, 8])
    """

    multihead_attn: MultiheadAttention

    @refuses
    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        given: Any = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps)
        given += (batch_first, norm_first, bias, device, dtype)
        super().__init__(("self_attn", "multihead_attn"), *given)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the layer's output; `memory` is the encoder's, masks as `MultiheadAttention`'s."""
        own, other = self.self_attn, self.multihead_attn

        def attend(x: Tensor) -> Tensor:
            return self._look_at(own, x, x, tgt_mask, tgt_key_padding_mask, tgt_is_causal)

        def attend_to_memory(x: Tensor) -> Tensor:
            padding = memory_key_padding_mask
            return self._look_at(other, x, memory, memory_mask, padding, memory_is_causal)

        x = self._added(self._added(tgt, 1, attend), 2, attend_to_memory)
        return self._added(x, 3, self._feed_forward)
