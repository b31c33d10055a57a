"""`flex_attention`, with functions on its scores and masks of blocks, computes what PyTorch's does.
Read `test_attention_by_heads.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.nn.attention import flex_attention as ours

SHAPE = (2, 4, 5, 3)


def causal(library):
    return lambda b, h, q, kv: q >= kv


def window(library):
    return lambda b, h, q, kv: (q - kv < 2) & (q >= kv)


def documents(library):
    of = library.tensor([0, 0, 1, 1, 2])
    return lambda b, h, q, kv: of[q] == of[kv]


def no_keys_for_some(library):
    return lambda b, h, q, kv: (q > 1) & (kv < 4)


def distance(library):
    return lambda score, b, h, q, kv: score - (q - kv).abs() * 0.3


def by_head(library):
    slopes = library.tensor([0.1, 0.2, 0.3, 0.4])
    return lambda score, b, h, q, kv: score + slopes[h] * (kv - q)


def table(library):
    bias = library.arange(25.0).reshape(5, 5) / 10
    return lambda score, b, h, q, kv: score + bias[q, kv] * (b + 1)


def soft_cap(library):
    return lambda score, b, h, q, kv: 2 * library.tanh(score / 2)


MASKS = (None, causal, window, documents, no_keys_for_some)
SCORES = (None, distance, by_head, table, soft_cap)


def inputs(library):
    generator = np.random.default_rng(0)
    return [library.tensor(generator.standard_normal(SHAPE)) for _ in range(3)]


def attend(library, module, score, mask, **options):
    """The function of query, key and value that returns the output and what comes with it."""
    blocks = mask and module.create_block_mask(mask(library), 2, 4, 5, 5, "cpu", BLOCK_SIZE=2)
    return lambda *given: module.flex_attention(
        *given, score and score(library), blocks, return_lse=True, **options
    )


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, on calls that are not compiled
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("score", SCORES)
def test_values_are_pytorch_s(score, mask):
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torch.nn.attention.flex_attention")
    options = {} if score else {"scale": 0.7}
    rows = zip(
        attend(tnn, ours, score, mask, **options)(*inputs(tnn)),
        attend(torch, theirs, score, mask, **options)(*inputs(torch)),
        strict=True,
    )
    for a, b in rows:
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("score", "mask"), [(None, causal), (by_head, window), (soft_cap, None)])
def test_gradients_are_those_of_the_values(score, mask):
    """PyTorch has none on a CPU."""
    given = [each[:1, :, :3].requires_grad_() for each in inputs(tnn)]
    blocks = mask and ours.create_block_mask(mask(tnn), None, None, 3, 3)

    def output(q, k, v):
        return ours.flex_attention(q, k, v, score and score(tnn), blocks)

    assert tnn.autograd.gradcheck(output, given)


def test_a_query_that_sees_no_key_gets_zeros_and_gives_no_gradient():
    q, k, v = (each.requires_grad_() for each in inputs(tnn))
    output, lse = attend(tnn, ours, None, no_keys_for_some)(q, k, v)
    output.sum().backward()
    assert not output[:, :, :2].any()
    assert lse[:, :, 1].tolist() == [[-np.inf] * 4] * 2
    assert not q.grad[:, :, :2].any()
    assert all(each.grad.isfinite().all() for each in (q, k, v))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("separate", [True, False])
@pytest.mark.parametrize("mask", MASKS[1:])
def test_blocks_are_listed_as_in_pytorch(mask, separate):
    torch = pytest.importorskip("torch")
    theirs = pytest.importorskip("torch.nn.attention.flex_attention")
    a, b = (
        module.create_block_mask(
            mask(library), 1, None, 5, 5, "cpu", BLOCK_SIZE=2, separate_full_blocks=separate
        )
        for library, module in ((tnn, ours), (torch, theirs))
    )
    for name in ("kv_num_blocks", "kv_indices", "full_kv_num_blocks", "full_kv_indices"):
        mine, other = getattr(a, name), getattr(b, name)
        assert (mine is None) == (other is None)
        if mine is not None:
            assert mine.tolist() == other.tolist()
            assert str(mine.dtype) == str(other.dtype)
    assert a.to_dense().tolist() == b.to_dense().tolist()
    assert (a.shape, a.numel()) == (tuple(b.shape), b.numel())
    assert a.sparsity() == pytest.approx(b.sparsity())


def test_masks_are_joined():
    both = ours.and_masks(causal(tnn), window(tnn))
    either = ours.or_masks(causal(tnn), lambda b, h, q, kv: q < kv)
    assert ours.create_mask(both, None, None, 3, 3).sum() == 5
    assert ours.create_mask(either, None, None, 3, 3).all()
    assert ours.create_mask(ours.noop_mask, 2, 1, 3, 3).shape == (2, 1, 3, 3)


def test_blocks_that_are_given_are_all_that_is_seen():
    """Blocks 0 and 1 of keys for block 0 of queries; block 1 sees the second alone."""
    mask = ours.BlockMask.from_kv_blocks(
        tnn.tensor([[[2, 1]]]), tnn.tensor([[[[0, 1], [1, 0]]]]), BLOCK_SIZE=2
    )
    v = tnn.arange(4.0).reshape(1, 1, 4, 1)
    seen = ours.flex_attention(tnn.zeros(1, 1, 4, 1), v, v, block_mask=mask)
    assert seen.flatten().tolist() == [1.5, 1.5, 2.5, 2.5]


def test_heads_of_keys_may_be_shared():
    q, kv = tnn.randn(1, 4, 3, 2), tnn.randn(1, 2, 3, 2)
    with pytest.raises(RuntimeError, match="4 heads of queries, 2 of keys; enable_gqa=True"):
        ours.flex_attention(q, kv, kv)
    shared = ours.flex_attention(q, kv, kv, enable_gqa=True)
    each = kv.repeat_interleave(2, 1)
    tnn.testing.assert_close(shared, ours.flex_attention(q, each, each))


def test_what_comes_besides_is_asked_for_by_name():
    q = tnn.randn(1, 1, 3, 2)
    aux = ours.AuxRequest(lse=True, max_scores=True)
    output, more = ours.flex_attention(q, q, q, return_aux=aux)
    assert more.lse.shape == more.max_scores.shape == (1, 1, 3)
    tnn.testing.assert_close(output, tnn.nn.functional.scaled_dot_product_attention(q, q, q))
    with pytest.raises(RuntimeError, match="4 dimensions"):
        ours.flex_attention(q[0], q[0], q[0])
