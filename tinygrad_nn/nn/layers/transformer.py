"""The transformer of Vaswani et al. 2017: its encoder and decoder, and both together.
Read `../losses/` next.
"""

from __future__ import annotations

import math
from copy import deepcopy
from operator import index
from typing import Any

from ...arrays.refusing import refuses, shown
from ...errors import ArgumentError, DTypeError, ShapeError
from ...tensor import Tensor
from ...tensor.creation import full
from .. import functional as F
from .. import init
from ..module import Module
from .container import ModuleList
from .normalization import LayerNorm
from .transformer_layers import Activation, TransformerDecoderLayer, TransformerEncoderLayer

__all__ = ["Transformer", "TransformerDecoder", "TransformerEncoder"]


class _Stack(Module):
    """Layers one after another, which start as copies of one; `norm` comes behind the last."""

    norm: Any

    def __init__(self, layer: Any, num_layers: int, norm: Any) -> None:
        super().__init__()
        name = type(self).__name__
        if not isinstance(layer, Module):
            raise DTypeError(f"{name}: a layer is a Module, got {shown(layer)}")
        if not 0 <= index(num_layers) < 2**31:
            raise ArgumentError(
                f"{name}: num_layers must be from 0 to 2**31 - 1, got {shown(num_layers)}"
            )
        self.layers = ModuleList([deepcopy(layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def _through(self, output: Tensor, *memory: Tensor, **masks: Any) -> Tensor:
        for layer in self.layers:
            output = layer(output, *memory, **masks)
        return output if self.norm is None else self.norm(output)


def _later(size: int, device: Any = None, dtype: Any = None) -> Tensor:
    return full((size, size), -math.inf, device=device, dtype=dtype).triu(1)


def _hides_later(mask: Any, sequence: Tensor, layer: Any) -> bool:
    """Whether a mask is that of `generate_square_subsequent_mask`, for the whole sequence."""
    by_batch = sequence.ndim == 3 and layer.self_attn.batch_first
    size = sequence.shape[1 if by_batch else 0]
    if mask is None or mask.shape != (size, size):
        return False
    later = _later(size, dtype=sequence.dtype)
    return bool((mask == (later if mask.is_floating_point() else later != 0)).all())


class TransformerEncoder(_Stack):
    """Layers of an encoder one after another, which start as copies of `encoder_layer`.

    `norm` comes behind the last; `enable_nested_tensor` and `mask_check` are accepted and ignored.

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.TransformerEncoderLayer(8, 2)
        >>> tnn.nn.TransformerEncoder(layer, 6)(tnn.zeros(5, 3, 8)).shape
        torch.Size([5, 3, 8])
    """

    @refuses
    def __init__(
        self,
        encoder_layer: Any,
        num_layers: int,
        norm: Any = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """Return the last layer's output; `is_causal=None` looks whether the mask is causal."""
        if is_causal is None:
            is_causal = _hides_later(mask, src, self.layers[0])
        return self._through(
            src, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=is_causal
        )


class TransformerDecoder(_Stack):
    """Layers of a decoder one after another, which start as copies of `decoder_layer`.

    `norm` comes behind the last.

    Example:
        >>> import tinygrad_nn as tnn
        >>> layer = tnn.nn.TransformerDecoderLayer(8, 2)
        >>> tnn.nn.TransformerDecoder(layer, 6)(tnn.zeros(5, 3, 8), tnn.zeros(7, 3, 8)).shape
        torch.Size([5, 3, 8])
    """

    @refuses
    def __init__(self, decoder_layer: Any, num_layers: int, norm: Any = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the last layer's output; `tgt_is_causal=None` looks whether tgt_mask is causal."""
        if tgt_is_causal is None:
            tgt_is_causal = _hides_later(tgt_mask, tgt, self.layers[0])
        return self._through(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )


class Transformer(Module):
    """An encoder of the source, and a decoder that makes the target of its output: sequences both.

    All matrices are drawn by `xavier_uniform_`: PyTorch's numbers for the same seed.

    Shapes: src (S, N, d_model) and tgt (T, N, d_model), or with N first if `batch_first`, or
    without N; the output has the shape of tgt.

    Example:
        >>> import tinygrad_nn as tnn
        >>> model = tnn.nn.Transformer(8, 2, 1, 1, dim_feedforward=16)
        >>> model(tnn.zeros(7, 3, 8), tnn.zeros(5, 3, 8)).shape
        torch.Size([5, 3, 8])
    """

    encoder: Any
    decoder: Any

    @refuses
    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        of_layers: Any = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps)
        of_layers += (batch_first, norm_first, bias, device, dtype)
        of_norm: Any = (d_model, layer_norm_eps, True, bias, device, dtype)
        self.encoder, self.decoder = custom_encoder, custom_decoder
        if custom_encoder is None:
            layer: Any = TransformerEncoderLayer(*of_layers)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, LayerNorm(*of_norm))
        if custom_decoder is None:
            layer = TransformerDecoderLayer(*of_layers)
            self.decoder = TransformerDecoder(layer, num_decoder_layers, LayerNorm(*of_norm))
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Return the decoder's output; the masks are those of `MultiheadAttention`."""
        batch = 0 if self.batch_first else 1
        fits = src.shape[-1] == tgt.shape[-1] == self.d_model and src.ndim == tgt.ndim
        if not fits or (src.ndim == 3 and src.shape[batch] != tgt.shape[batch]):
            raise ShapeError(
                f"Transformer: src {tuple(src.shape)} and tgt {tuple(tgt.shape)} must be of "
                f"d_model={self.d_model} elements each, and as many samples"
            )
        memory = self.encoder(
            src,
            mask=src_mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=src_is_causal,
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    @refuses
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """Return the mask (sz, sz) that hides what comes later: -inf above the diagonal, else 0."""
        return _later(sz, device, dtype)
