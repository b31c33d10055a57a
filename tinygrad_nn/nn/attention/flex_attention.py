"""Attention whose scores a function of the program changes, and a mask that it makes of blocks.
Read `../functional/attention.py` first, where the scores are changed by a tensor.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from ...arrays.dtypes import float32, int32
from ...arrays.refusing import shown
from ...errors import DTypeError, ShapeError
from ...ops.names import argsort, isneginf, logsumexp, scatter, softmax, where
from ...places.missing import explained
from ...tensor import Tensor
from ...tensor.creation import tensor, zeros
from ...tensor.ranges import arange

__all__ = [
    "AuxOutput",
    "AuxRequest",
    "BlockMask",
    "and_masks",
    "create_block_mask",
    "create_mask",
    "flex_attention",
    "noop_mask",
    "or_masks",
]

_DEFAULT_SPARSE_BLOCK_SIZE = 128
MaskMod = Callable[[Any, Any, Any, Any], Any]


class AuxRequest(NamedTuple):
    """What `flex_attention` is to return besides."""

    lse: bool = False
    max_scores: bool = False


class AuxOutput(NamedTuple):
    """What it returns besides: per query the log of the sum of exp(scores), and the largest."""

    lse: Tensor | None = None
    max_scores: Tensor | None = None


def noop_mask(batch: Any, head: Any, token_q: Any, token_kv: Any) -> Tensor:
    """Return True: every query sees every key."""
    return tensor(True)


def and_masks(*mask_mods: MaskMod) -> MaskMod:
    """Return the mask of what all of these let through."""

    def mask(b: Any, h: Any, q: Any, kv: Any) -> Any:
        result = tensor(True)
        for each in mask_mods:
            result = result & each(b, h, q, kv)
        return result

    return mask


def or_masks(*mask_mods: MaskMod) -> MaskMod:
    """Return the mask of what any of these lets through."""

    def mask(b: Any, h: Any, q: Any, kv: Any) -> Any:
        result = tensor(False)
        for each in mask_mods:
            result = result | each(b, h, q, kv)
        return result

    return mask


def _places(shape: Any) -> tuple[Tensor, ...]:
    """Return batch, head, query and key of each score, each a tensor that broadcasts to all."""
    return tuple(
        arange(size).reshape([-1 if i == dim else 1 for i in range(4)])
        for dim, size in enumerate(shape)
    )


def create_mask(
    mod_fn: Callable[..., Any],
    B: int | None,
    H: int | None,
    Q_LEN: int,
    KV_LEN: int,
    device: Any = None,
) -> Tensor:
    """Return a mask as a tensor (B, H, Q_LEN, KV_LEN); None stands for 1.

    The function is called once, with tensors that broadcast to one another in place of numbers.

    Example:
        >>> from tinygrad_nn.nn.attention.flex_attention import create_mask
        >>> create_mask(lambda b, h, q, kv: q >= kv, None, None, 2, 2)[0, 0]
        tensor([[ True, False],
                [ True,  True]])
    """
    shape = (B or 1, H or 1, Q_LEN, KV_LEN)
    made = mod_fn(*_places(shape))
    if not isinstance(made, Tensor):
        raise DTypeError(f"a mask function returns a tensor of bools, got {shown(made)}")
    return made.expand(shape)


class BlockMask:
    """A mask as lists of the blocks of keys that each block of queries sees, whole or in part.

    `kv_num_blocks` (B, H, blocks of queries) counts those that are seen in part, and `kv_indices`
    has their numbers first; `full_kv_num_blocks` and `full_kv_indices` tell of those seen whole.
    """

    def __init__(
        self,
        seq_lengths: tuple[int, int],
        kv_num_blocks: Tensor,
        kv_indices: Tensor,
        full_kv_num_blocks: Tensor | None,
        full_kv_indices: Tensor | None,
        BLOCK_SIZE: tuple[int, int],
        mask_mod: MaskMod,
    ) -> None:
        self.seq_lengths = seq_lengths
        self.kv_num_blocks, self.kv_indices = kv_num_blocks, kv_indices
        self.full_kv_num_blocks, self.full_kv_indices = full_kv_num_blocks, full_kv_indices
        self.BLOCK_SIZE, self.mask_mod = BLOCK_SIZE, mask_mod

    @classmethod
    def from_kv_blocks(
        cls,
        kv_num_blocks: Tensor,
        kv_indices: Tensor,
        full_kv_num_blocks: Tensor | None = None,
        full_kv_indices: Tensor | None = None,
        BLOCK_SIZE: int | tuple[int, int] = _DEFAULT_SPARSE_BLOCK_SIZE,
        mask_mod: MaskMod | None = None,
        seq_lengths: tuple[int, int] | None = None,
        compute_q_blocks: bool = True,
        **options: Any,
    ) -> BlockMask:
        """Return the mask of these blocks; `mask_mod` says what is seen of those in part."""
        if kv_indices.ndim < 2:
            raise ShapeError(
                f"from_kv_blocks: kv_indices has 2 dimensions or more, got {kv_indices}"
            )
        size = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else BLOCK_SIZE
        rows, columns = kv_indices.shape[-2:]
        lengths = seq_lengths or (rows * size[0], columns * size[1])
        parts = (kv_num_blocks, kv_indices, full_kv_num_blocks, full_kv_indices)
        return cls(lengths, *parts, size, mask_mod or noop_mask)

    @property
    def shape(self) -> tuple[int, ...]:
        """(B, H, queries, keys)."""
        return (*self.kv_indices.shape[:-2], *self.seq_lengths)

    def numel(self) -> int:
        """Return how many scores there are."""
        return math.prod(self.shape)

    def to_dense(self) -> Tensor:
        """Return for each block of queries 1 for the blocks of keys that it sees."""
        seen = _seen(self.kv_num_blocks, self.kv_indices)
        if self.full_kv_num_blocks is not None and self.full_kv_indices is not None:
            seen = seen | _seen(self.full_kv_num_blocks, self.full_kv_indices)
        return seen.to(int32)

    def sparsity(self) -> float:
        """Return how much of all scores no block holds, in per cent."""
        held = int(self.to_dense().sum()) * math.prod(self.BLOCK_SIZE)
        return 100.0 * (1.0 - held / self.numel())

    def to(self, device: Any) -> BlockMask:
        """Return the mask, which is on the CPU."""
        self.kv_indices.to(device)
        return self

    def __repr__(self) -> str:
        return f"BlockMask(shape={tuple(self.shape)}, sparsity={self.sparsity():.2f}%)"


def _seen(counts: Tensor, indices: Tensor) -> Tensor:
    """Return True where a row lists a column: the first of its indices, as many as it counts."""
    columns = indices.shape[-1]
    listed = arange(columns) < counts.unsqueeze(-1)
    return scatter(zeros(indices.shape, dtype="bool"), -1, indices.long(), listed)


def _listed(blocks: Tensor) -> tuple[Tensor, Tensor]:
    """Return how many columns of each row are True, and the numbers of all, those first."""
    order = argsort(blocks.to(int32), dim=-1, descending=True, stable=True)
    return blocks.sum(-1).to(int32), order.to(int32)


def create_block_mask(
    mask_mod: MaskMod,
    B: int | None,
    H: int | None,
    Q_LEN: int,
    KV_LEN: int,
    device: Any = None,
    BLOCK_SIZE: int | tuple[int, int] = _DEFAULT_SPARSE_BLOCK_SIZE,
    _compile: bool = False,
    separate_full_blocks: bool = True,
    **options: Any,
) -> BlockMask:
    """Return the mask that a function makes of batch, head, query and key, in blocks.

    Example:
        >>> from tinygrad_nn.nn.attention.flex_attention import create_block_mask
        >>> create_block_mask(lambda b, h, q, kv: q >= kv, None, None, 256, 256)
        BlockMask(shape=(1, 1, 256, 256), sparsity=25.00%)
    """
    size = (BLOCK_SIZE, BLOCK_SIZE) if isinstance(BLOCK_SIZE, int) else BLOCK_SIZE
    mask = create_mask(mask_mod, B, H, Q_LEN, KV_LEN, device)
    rows, columns = math.ceil(Q_LEN / size[0]), math.ceil(KV_LEN / size[1])
    padded = zeros(*mask.shape[:2], rows * size[0], columns * size[1], dtype="bool")
    padded[..., :Q_LEN, :KV_LEN] = mask
    tiles = padded.reshape(*mask.shape[:2], rows, size[0], columns, size[1])
    counts = tiles.sum((-3, -1))
    full = counts == math.prod(size)
    some = (counts > 0) & ~full if separate_full_blocks else counts > 0
    full_number, full_at = _listed(full) if separate_full_blocks else (None, None)
    number, at = _listed(some)
    return BlockMask((Q_LEN, KV_LEN), number, at, full_number, full_at, size, mask_mod)


def _mask_of(block_mask: BlockMask, shape: Any) -> Tensor:
    """Return which scores a mask lets through: of blocks in part what its function says."""
    rows, columns = block_mask.BLOCK_SIZE
    spread = block_mask.to_dense().repeat_interleave(rows, -2).repeat_interleave(columns, -1)
    if spread.shape[-2] < shape[-2] or spread.shape[-1] < shape[-1]:
        raise ShapeError(
            f"flex_attention: a mask of {block_mask.seq_lengths} for {tuple(shape[-2:])} scores; "
            "make one of the lengths of this call"
        )
    in_blocks = spread[..., : shape[-2], : shape[-1]].bool()
    return in_blocks & block_mask.mask_mod(*_places(shape))


def flex_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    score_mod: Callable[..., Tensor] | None = None,
    block_mask: BlockMask | None = None,
    scale: float | None = None,
    enable_gqa: bool = False,
    return_lse: bool = False,
    kernel_options: Any = None,
    *,
    return_aux: AuxRequest | None = None,
) -> Any:
    """Return softmax(score_mod(q kᵀ scale)) v; a query that sees no key gets zeros.

    Shapes are (B, H, queries, E) of `query`, (B, H, keys, E) of `key` and `value`; with
    `enable_gqa` these may have fewer heads. `score_mod(score, b, h, q, kv)` is called once, with
    tensors that broadcast to one another; `scale` is 1 / sqrt(E) unless given. With `return_lse`
    the log of the sum of exp(scores) of each query comes too; `return_aux` asks for it, and for
    the largest score, by name.

    Raises:
        ShapeError: a tensor that has not 4 dimensions, heads that do not fit.

    Example:
        >>> import tinygrad_nn as torch
        >>> from tinygrad_nn.nn.attention.flex_attention import flex_attention
        >>> x = torch.ones(1, 1, 3, 2)
        >>> flex_attention(x, x, x, lambda score, b, h, q, kv: score - (q - kv).abs()).shape
        torch.Size([1, 1, 3, 2])
    """
    shapes = [tuple(each.shape) for each in (query, key, value)]
    if {len(each) for each in shapes} != {4}:
        raise ShapeError(f"flex_attention: query, key and value have 4 dimensions, got {shapes}")
    heads, few = shapes[0][1], shapes[1][1]
    if heads != few:
        if not enable_gqa or heads % few:
            way_out = "" if enable_gqa else "; enable_gqa=True shares keys among heads"
            raise ShapeError(f"flex_attention: {heads} heads of queries, {few} of keys{way_out}")
        key, value = (each.repeat_interleave(heads // few, -3) for each in (key, value))
    scores = query @ key.mT * (1 / math.sqrt(shapes[0][-1]) if scale is None else scale)
    scores = scores.to(float32) if scores.dtype.itemsize < 4 else scores
    if score_mod is not None:
        scores = score_mod(scores, *_places(scores.shape))
    if block_mask is not None:
        scores = where(_mask_of(block_mask, scores.shape), scores, -math.inf)
    lse = logsumexp(scores, -1)
    sees_none = isneginf(lse).unsqueeze(-1)
    weights = softmax(where(sees_none, 0.0, scores), -1) * ~sees_none
    output = weights.to(query.dtype) @ value
    if return_aux is not None:
        largest = scores.amax(-1) if return_aux.max_scores else None
        return output, AuxOutput(lse if return_aux.lse else None, largest)
    return (output, lse) if return_lse else output


__getattr__ = explained(__name__)
