"""Attention and transformers: PyTorch's initial values, outputs and gradients, however masked.
Read `test_recurrent.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from module_comparison import calls_of, disagreements, disagreements_of_loaded_states, modules_of

RANDOM = np.random.default_rng(0)
T, S, N, E, HEADS = 4, 5, 3, 8, 2
SMALL = {"dim_feedforward": 6, "dropout": 0.0}


def drawn(*shape):
    return RANDOM.standard_normal(shape)


def causal(size):
    return np.triu(np.full((size, size), -np.inf), 1)


LATER = np.triu(np.ones((T, T), bool), 1)
HIDDEN = RANDOM.random((T, S)) < 0.3
HIDDEN[:, 0] = False
OF_EACH_HEAD = np.repeat(HIDDEN[None], N * HEADS, 0)
SHORT, SHORT_TARGET = np.zeros((N, S), bool), np.zeros((N, T), bool)
SHORT[1, 3:] = SHORT[2, 1:] = SHORT_TARGET[0, 2:] = True


def itself(library, x):
    return x, x, x


def key_is_value(library, query, key):
    return query, key, key


def attentions():
    given = drawn(T, N, E), drawn(S, N, E), drawn(S, N, E)
    plain = calls_of("MultiheadAttention", E, HEADS)
    yield from (plain(*given), plain(drawn(T, E), drawn(S, E), drawn(S, E)))
    yield from (plain(drawn(T, N, E), prepare=itself), plain(*given[:2], prepare=key_is_value))
    for masks in (
        {"attn_mask": HIDDEN},
        {"attn_mask": drawn(T, S), "key_padding_mask": drawn(N, S)},
        {"attn_mask": OF_EACH_HEAD, "key_padding_mask": SHORT},
        {"key_padding_mask": SHORT},
    ):
        for how in ({}, {"need_weights": False}, {"average_attn_weights": False}):
            yield plain(*given, **masks, **how)
    yield plain(drawn(T, N, E), prepare=itself, attn_mask=LATER, is_causal=True, need_weights=False)
    by_batch = tuple(np.swapaxes(x, 0, 1).copy() for x in given)
    for options in (
        {"bias": False},
        {"add_bias_kv": True},
        {"add_zero_attn": True, "add_bias_kv": True},
        {"batch_first": True},
        {"dropout": 0.3},
        {"dropout": 0.3, "add_zero_attn": True},
    ):
        x = by_batch if options.get("batch_first") else given
        made = calls_of("MultiheadAttention", E, HEADS, **options)
        yield made(*x, attn_mask=HIDDEN, key_padding_mask=SHORT)
        yield made(*x, key_padding_mask=SHORT, need_weights=False)
        yield made(x[0], prepare=itself, need_weights=False)
    other = calls_of("MultiheadAttention", E, HEADS, kdim=3, vdim=7)
    yield other(drawn(T, N, E), drawn(S, N, 3), drawn(S, N, 7), attn_mask=HIDDEN)
    yield other(drawn(T, E), drawn(S, 3), drawn(S, 7))
    yield calls_of("MultiheadAttention", E, HEADS, kdim=3, add_bias_kv=True)(
        drawn(T, N, E), drawn(S, N, 3), drawn(S, N, E)
    )


def layers():
    for given in (
        {},
        {"norm_first": True},
        {"batch_first": True},
        {"activation": "gelu"},
        {"bias": False, "layer_norm_eps": 0.1},
        {"dropout": 0.3},
        {"dropout": 0.3, "norm_first": True, "batch_first": True},
    ):
        given = {**SMALL, **given}
        src, tgt = drawn(S, N, E), drawn(T, N, E)
        if given.get("batch_first"):
            src, tgt = drawn(N, S, E), drawn(N, T, E)
        encoder = calls_of("TransformerEncoderLayer", E, HEADS, **given)
        yield encoder(src)
        yield encoder(src, src_mask=causal(S), is_causal=True)
        yield encoder(src, src_mask=causal(S) != 0, src_key_padding_mask=SHORT)
        yield encoder(drawn(S, E), src_mask=drawn(S, S))
        decoder = calls_of("TransformerDecoderLayer", E, HEADS, **given)
        yield decoder(tgt, src)
        yield decoder(*(tgt, src, causal(T), HIDDEN, SHORT_TARGET), memory_key_padding_mask=SHORT)
        yield decoder(tgt, src, tgt_mask=LATER, tgt_is_causal=True)
        yield decoder(drawn(T, E), drawn(S, E))


def transformers():
    for given in (
        {},
        {"batch_first": True, "norm_first": True},
        {"bias": False, "activation": "gelu"},
        {"dropout": 0.2},
    ):
        sizes = {"num_encoder_layers": 2, "num_decoder_layers": 2, **SMALL, **given}
        made = calls_of("Transformer", E, HEADS, **sizes)
        src, tgt = drawn(S, N, E), drawn(T, N, E)
        if given.get("batch_first"):
            src, tgt = drawn(N, S, E), drawn(N, T, E)
        yield made(src, tgt)
        yield made(src, tgt, tgt_mask=causal(T))
        yield made(
            *(src, tgt, causal(S), causal(T), HIDDEN, SHORT, SHORT_TARGET, SHORT),
            tgt_is_causal=True,
        )
        yield made(drawn(S, E), drawn(T, E), src_mask=causal(S) != 0)


CASES = [*attentions(), *layers(), *transformers()]


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_module_is_pytorch_s(case, training):
    assert disagreements(case, training) == []


@pytest.mark.parametrize("case", modules_of(CASES), ids=str)
def test_a_state_dict_loads_both_ways(case):
    assert disagreements_of_loaded_states(case) == []
