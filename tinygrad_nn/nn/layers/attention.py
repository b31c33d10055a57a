"""`MultiheadAttention`: several heads look at a sequence, each in a projection of its own.
Read `transformer.py` next, which is made of it.
"""

from __future__ import annotations

from operator import index
from typing import Any

from ...arrays.refusing import refuses
from ...errors import ArgumentError
from ...tensor import Tensor
from ...tensor.creation import empty
from .. import functional as F
from .. import init
from ..module import Module
from ..parameter import Parameter
from .linear import Linear

__all__ = ["MultiheadAttention"]


class NonDynamicallyQuantizableLinear(Linear):
    """A `Linear`, by the name that PyTorch gives the last of attention's in its repr."""


class MultiheadAttention(Module):
    """softmax(Q_i K_iᵀ / sqrt(d)) V_i of each head i, side by side, projected: Vaswani et al. 2017.

    in_proj_weight (3 embed_dim, embed_dim) holds the projections of query, key and value; with
    another kdim or vdim there are q_proj_weight, k_proj_weight and v_proj_weight, (embed_dim, size)
    each. They are drawn by `xavier_uniform_`, bias_k and bias_v by `xavier_normal_`, out_proj as a
    Linear, its bias and in_proj_bias are zeros: PyTorch's numbers for the same seed. Of each head's
    probabilities, elements are dropped with probability `dropout` in training.

    `add_bias_kv` appends a learnt key and value to each sequence, `add_zero_attn` one of zeros.

    Example:
        >>> import tinygrad_nn as tnn
        >>> attention = tnn.nn.MultiheadAttention(8, 2, batch_first=True)
        >>> x = tnn.zeros(3, 5, 8)
        >>> output, weights = attention(x, x, x)
        >>> output.shape, weights.shape
        (torch.Size([3, 5, 8]), torch.Size([3, 5, 5]))
    """

    in_proj_weight: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    @refuses
    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        size, heads = self.embed_dim, self.num_heads = index(embed_dim), index(num_heads)
        if size < 1 or heads < 1 or size % heads:
            raise ArgumentError(
                f"MultiheadAttention: num_heads={heads} must divide embed_dim={size}, 1 or more"
            )
        self.kdim = size if kdim is None else index(kdim)
        self.vdim = size if vdim is None else index(vdim)
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = size // heads
        self.add_zero_attn = add_zero_attn
        is_one = self.kdim == self.vdim == size
        sizes = {"q": size, "k": self.kdim, "v": self.vdim}
        shapes: dict[str, tuple[int, ...] | None] = {
            "in_proj_weight": (3 * size, size) if is_one else None,
            **{f"{x}_proj_weight": None if is_one else (size, n) for x, n in sizes.items()},
            "in_proj_bias": (3 * size,) if bias else None,
            "bias_k": (1, 1, size) if add_bias_kv else None,
            "bias_v": (1, 1, size) if add_bias_kv else None,
        }
        for name, shape in shapes.items():
            made = None if shape is None else Parameter(empty(shape, device=device, dtype=dtype))
            self.register_parameter(name, made)
        self.out_proj = NonDynamicallyQuantizableLinear(size, size, bias, device, dtype)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        weights = (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        for weight in weights:
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None and self.out_proj.bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for one_more in (self.bias_k, self.bias_v):
            if one_more is not None:
                init.xavier_normal_(one_more)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Return what the queries see, (L, N, embed_dim), and the weights (N, L, S) if needed.

        Args:
            query: (L, N, embed_dim); (N, L, embed_dim) if `batch_first`; or without N.
            key: (S, N, kdim), likewise.
            value: (S, N, vdim), likewise.
            key_padding_mask: (N, S), True where a key is not to be seen, or floats that are added.
            need_weights: return the weights; without them it is faster.
            attn_mask: (L, S), or (N num_heads, L, S), likewise.
            average_attn_weights: return their mean over the heads, or (N, num_heads, L, S).
            is_causal: say that attn_mask hides the keys after each query.
        """
        is_turned = self.batch_first and query.ndim == 3
        given = {id(each): each.transpose(0, 1) for each in (query, key, value) if is_turned}
        q, k, v = (given.get(id(each), each) for each in (query, key, value))
        output, weights = F.multi_head_attention_forward(
            *(q, k, v, self.embed_dim, self.num_heads, self.in_proj_weight, self.in_proj_bias),
            *(self.bias_k, self.bias_v, self.add_zero_attn, self.dropout),
            *(self.out_proj.weight, self.out_proj.bias, self.training, key_padding_mask),
            *(need_weights, attn_mask, self.in_proj_weight is None),
            *(self.q_proj_weight, self.k_proj_weight, self.v_proj_weight),
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return (output.transpose(0, 1) if is_turned else output), weights
