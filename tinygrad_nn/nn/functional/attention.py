"""Attention by several heads, with the projections before and behind it: Vaswani et al. 2017.
Read `../layers/` next, the Modules that call these functions.
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays.kinds import is_bool, is_floating
from ...arrays.refusing import check_are_tensors, refuses
from ...errors import ArgumentError, DTypeError, ShapeError
from ...ops.elementwise.selection import where
from ...ops.layers.attention import scaled_dot_product_attention
from ...ops.layers.dropout import dropout
from ...ops.layers.linear import linear
from ...ops.layers.softmax import softmax
from ...ops.matrices.products import matmul
from ...ops.shape.joining import cat
from ...tensor import Tensor
from ...tensor.creation import zeros

__all__ = ["multi_head_attention_forward"]

_NAME = "multi_head_attention_forward"


@refuses
def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Return attention by heads, projected, (L, N, E) or (L, E), and its weights if needed.

    Shapes: query (L, N, E), key and value (S, N, E), or without N; in_proj_weight (3 E, E), or
    three of their own with `use_separate_proj_weight`; attn_mask (L, S) or (N heads, L, S);
    key_padding_mask (N, S). Masks are True where nothing is to be seen, or floats that are added.
    The weights are (N, L, S), or (N, heads, L, S) if not averaged over the heads.

    Raises:
        ShapeError, DTypeError, ArgumentError: what does not fit.
    """
    check_are_tensors(_NAME, query=query, key=key, value=value)
    _check_sizes(query, key, value, embed_dim_to_check, num_heads)
    if is_causal and attn_mask is None:
        raise ArgumentError(f"{_NAME}: is_causal=True needs the attn_mask that it describes")
    is_batched = query.ndim == 3
    packed = (query is key, key is value)
    if not is_batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        if key_padding_mask is not None:
            key_padding_mask = key_padding_mask.unsqueeze(0)
    length, batch, size = query.array.shape
    hides_later = is_causal and key_padding_mask is None and not need_weights
    mask = None if hides_later else _added(attn_mask, "attn_mask", query)
    padding = _added(key_padding_mask, "key_padding_mask", query)
    weights: Any = (q_proj_weight, k_proj_weight, v_proj_weight)
    if not use_separate_proj_weight:
        weights = in_proj_weight
    q, k, v = _projected((query, key, value), packed, weights, in_proj_bias)
    mask = _checked(mask, (length, k.array.shape[0]), batch * num_heads)
    if (bias_k is None) != (bias_v is None):
        raise ArgumentError(f"{_NAME}: give both of bias_k and bias_v, or neither")
    if bias_k is not None and bias_v is not None:
        if static_k is not None or static_v is not None:
            raise ArgumentError(f"{_NAME}: bias_k and bias_v cannot join a static key or value")
        k, v = (cat([x, b.expand(1, batch, size)]) for x, b in ((k, bias_k), (v, bias_v)))
        mask, padding = _one_more(mask), _one_more(padding)
    q, k, v = (_by_head(x, batch, num_heads) for x in (q, k, v))
    k = k if static_k is None else _static(static_k, "static_k", batch, num_heads, size)
    v = v if static_v is None else _static(static_v, "static_v", batch, num_heads, size)
    if add_zero_attn:
        nothing = zeros((batch, num_heads, 1, size // num_heads), dtype=k.dtype)
        k, v = cat([k, nothing], 2), cat([v, nothing], 2)
        mask, padding = _one_more(mask), _one_more(padding)
    mask = _of_both(mask, padding, k)
    rate = dropout_p if training else 0.0
    if need_weights:
        scores = matmul(q * math.sqrt(num_heads / size), k.mT)
        p = dropout(softmax(scores if mask is None else scores + mask, -1), rate)
        y = matmul(p, v)
    else:
        y = scaled_dot_product_attention(q, k, v, mask, rate, hides_later)
    y = linear(y.permute(2, 0, 1, 3).reshape(length, batch, size), out_proj_weight, out_proj_bias)
    y = y if is_batched else y.squeeze(1)
    if not need_weights:
        return y, None
    p = p.mean(1) if average_attn_weights else p
    return y, p if is_batched else p.squeeze(0)


def _check_sizes(query: Tensor, key: Tensor, value: Tensor, embedding: int, heads: int) -> None:
    shape = query.array.shape
    if len(shape) not in (2, 3) or not len(shape) == key.ndim == value.ndim:
        raise ShapeError(
            f"{_NAME}: query {shape}, key {key.array.shape} and value {value.array.shape} must be "
            "(L, N, E), (S, N, E), (S, N, E), or all without N"
        )
    if shape[-1] != embedding or heads < 1 or shape[-1] % heads:
        raise ShapeError(
            f"{_NAME}: {heads} heads of an embedding of {embedding} and a query of shape {shape} "
            "do not fit; the query's last dimension is the embedding, which the heads divide"
        )


def _added(mask: Any, argument: str, like: Tensor) -> Any:
    """Return a mask as floats that are added to the scores: -inf where it is True."""
    if mask is None or is_floating(mask.array):
        return mask
    if not is_bool(mask.array):
        raise DTypeError(f"{_NAME}: {argument} is bool or float, got {mask.dtype}")
    return where(mask, -math.inf, zeros((), dtype=like.dtype))


def _checked(mask: Any, scores: tuple[int, int], heads: int) -> Any:
    """Return the mask of all heads or of each, its shape checked."""
    if mask is None or mask.array.shape in (scores, (heads, *scores)):
        return mask
    raise ShapeError(
        f"{_NAME}: attn_mask must be {scores} or {(heads, *scores)}, got {mask.array.shape}"
    )


def _of_both(mask: Any, padding: Any, k: Tensor) -> Any:
    """Return what is added to the scores (N, heads, L, S) of keys (N, heads, S, E / heads)."""
    batch, heads, keys, _ = k.array.shape
    if mask is not None and mask.ndim == 3:
        mask = mask.reshape(batch, heads, *mask.array.shape[1:])
    if padding is None:
        return mask
    if padding.array.shape != (batch, keys):
        raise ShapeError(
            f"{_NAME}: key_padding_mask must be ({batch}, {keys}), got {padding.array.shape}"
        )
    padding = padding.reshape(batch, 1, 1, keys)
    return padding if mask is None else mask + padding


def _projected(
    given: tuple[Tensor, Tensor, Tensor], packed: tuple[bool, bool], weights: Any, bias: Any
) -> Any:
    """Return query, key and value times their weights, by one product where they are one tensor."""
    if isinstance(weights, tuple):
        if any(each is None for each in weights):
            raise ArgumentError(f"{_NAME}: separate projections need q_, k_ and v_proj_weight")
        if given[1].array.shape[:2] != given[2].array.shape[:2]:
            raise ShapeError(
                f"{_NAME}: key {given[1].array.shape} and value {given[2].array.shape} must agree "
                "in their first two dimensions"
            )
    else:
        if weights is None:
            raise ArgumentError(f"{_NAME}: give in_proj_weight, or use_separate_proj_weight=True")
        if given[1].array.shape != given[2].array.shape:
            raise ShapeError(
                f"{_NAME}: key {given[1].array.shape} and value {given[2].array.shape} must have "
                "one shape"
            )
        if all(packed):
            return linear(given[0], weights, bias).chunk(3, -1)
        weights = weights.chunk(3)
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return tuple(linear(x, w, b) for x, w, b in zip(given, weights, biases, strict=True))


def _by_head(x: Tensor, batch: int, heads: int) -> Tensor:
    """Return (S, N, E) as (N, heads, S, E / heads)."""
    return x.reshape(-1, batch, heads, x.array.shape[2] // heads).permute(1, 2, 0, 3)


def _static(x: Tensor, argument: str, batch: int, heads: int, size: int) -> Tensor:
    """Return a key or value (N heads, S, E / heads), as (N, heads, S, E / heads)."""
    shape = x.array.shape
    if len(shape) != 3 or shape[0] != batch * heads or shape[2] != size // heads:
        raise ShapeError(
            f"{_NAME}: {argument} must be ({batch * heads}, S, {size // heads}), got {shape}"
        )
    return x.reshape(batch, heads, *shape[1:])


def _one_more(mask: Any) -> Any:
    """Return a mask with one more column, of what is always seen."""
    if mask is None:
        return None
    return cat([mask, zeros((*mask.array.shape[:-1], 1), dtype=mask.dtype)], -1)
