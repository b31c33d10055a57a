"""Attention by several heads: PyTorch's values, weights and gradients, however it is asked for.
Read `test_losses.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn

torch = pytest.importorskip("torch")

L, S, N, E, HEADS = 3, 4, 2, 6, 2
RANDOM = np.random.default_rng(0)


def drawn(*shape):
    return RANDOM.standard_normal(shape)


ARRAYS = {
    "query": drawn(L, N, E),
    "key": drawn(S, N, E),
    "value": drawn(S, N, E),
    "in_proj_weight": drawn(3 * E, E),
    "in_proj_bias": drawn(3 * E),
    "bias_k": None,
    "bias_v": None,
    "out_proj_weight": drawn(E, E),
    "out_proj_bias": drawn(E),
}
OPTIONS = {"embed_dim_to_check": E, "num_heads": HEADS, "add_zero_attn": False, "dropout_p": 0.0}
LATER = np.triu(np.ones((L, S), bool), 1)
PADDED = np.array([[False, False, False, True], [False, True, False, False]])
SEPARATE = {
    **{f"{name}_proj_weight": drawn(E, size) for name, size in (("q", E), ("k", 5), ("v", 7))},
    **{"key": drawn(S, N, 5), "value": drawn(S, N, 7), "use_separate_proj_weight": True},
    "in_proj_weight": None,
}
ALONE = {"query": drawn(L, E), "key": drawn(S, E), "value": drawn(S, E)}
CASES = {
    "plain": {},
    "no biases": {"in_proj_bias": None, "out_proj_bias": None},
    "no weights": {"need_weights": False},
    "weights of each head": {"average_attn_weights": False},
    "a mask": {"attn_mask": LATER},
    "a mask of floats": {"attn_mask": drawn(L, S), "need_weights": False},
    "a mask of each head": {"attn_mask": drawn(N * HEADS, L, S)},
    "padding": {"key_padding_mask": PADDED},
    "padding of floats": {"key_padding_mask": drawn(N, S), "attn_mask": drawn(L, S)},
    "both": {"key_padding_mask": PADDED, "attn_mask": LATER, "need_weights": False},
    "causal": {"attn_mask": LATER, "is_causal": True, "need_weights": False},
    "causal with weights": {"attn_mask": LATER, "is_causal": True},
    "biases of key and value": {
        **{"bias_k": drawn(1, 1, E), "bias_v": drawn(1, 1, E)},
        **{"attn_mask": LATER, "key_padding_mask": PADDED},
    },
    "zeros are seen": {"add_zero_attn": True, "attn_mask": LATER, "key_padding_mask": PADDED},
    "separate": SEPARATE,
    "separate without biases": {**SEPARATE, "in_proj_bias": None, "need_weights": False},
    "static": {"static_k": drawn(N * HEADS, 5, 3), "static_v": drawn(N * HEADS, 5, 3)},
    "one sample": ALONE,
    "one sample, padded": {**ALONE, "key_padding_mask": PADDED[1], "need_weights": False},
    "one sample, of each head": {**ALONE, "average_attn_weights": False},
    "itself": {"itself": True},
    "dropout outside training": {"dropout_p": 0.5, "training": False},
    "all dropped": {"dropout_p": 1.0},
}


def attended(library, case, dtype=np.float64):
    given = {**ARRAYS, **OPTIONS, **case}
    itself = given.pop("itself", False)
    tensors = {}
    for name, value in given.items():
        if isinstance(value, np.ndarray):
            is_float = value.dtype.kind == "f"
            tensors[name] = library.from_numpy(value.astype(dtype) if is_float else value.copy())
            tensors[name].requires_grad_(is_float)
    if itself:
        tensors["key"] = tensors["value"] = tensors["query"]
    made = library.nn.functional.multi_head_attention_forward(**{**given, **tensors})
    total = sum((y * y).sum() for y in made if y is not None)
    leaves = [x for x in tensors.values() if x.requires_grad]
    return made, library.autograd.grad(total, leaves, allow_unused=True)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_attention_by_heads_is_pytorchs(case):
    for ours, theirs in zip(attended(tnn, case), attended(torch, case), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            if one is None or other is None:
                assert one is other or not np.any((one if other is None else other).numpy())
                continue
            np.testing.assert_allclose(one.numpy(force=True), other.numpy(force=True), atol=1e-10)


REFUSED = [
    ({"num_heads": 4}, "4 heads"),
    ({"embed_dim_to_check": 5}, "5.*6"),
    ({"attn_mask": drawn(L, 3)}, r"attn_mask.*\(3, 4\)"),
    ({"attn_mask": np.ones((L, S), np.int64)}, "attn_mask.*int64"),
    ({"key_padding_mask": PADDED[:1]}, r"key_padding_mask.*\(1, 4\)"),
    ({"bias_k": drawn(1, 1, E)}, "bias_k"),
    ({"is_causal": True}, "is_causal"),
    ({"in_proj_weight": None}, "in_proj_weight"),
    ({"key": drawn(S, 1, E)}, r"\(4, 1, 6\)"),
    ({"static_k": drawn(3, S, 3)}, r"static_k.*\(3, 4, 3\)"),
    ({"query": drawn(L, E)}, r"\(3, 6\)"),
    ({**SEPARATE, "k_proj_weight": None}, "k_.*proj_weight"),
]


@pytest.mark.parametrize(("case", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_does_not_fit_is_refused(case, said):
    with pytest.raises((RuntimeError, TypeError, ValueError), match=said) as raised:
        attended(tnn, case)
    assert "multi_head_attention_forward" in str(raised.value)
