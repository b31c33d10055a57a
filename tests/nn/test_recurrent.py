"""Recurrent layers and cells: PyTorch's initial values, outputs, states and gradients.
Read `test_packed_sequences.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from module_comparison import calls_of, disagreements, disagreements_of_loaded_states, modules_of

import tinygrad_nn as tnn

RANDOM = np.random.default_rng(0)
T, N, IN, H, P = 5, 3, 4, 6, 2
LENGTHS = [2, 5, 3]


def drawn(*shape):
    return RANDOM.standard_normal(shape)


def packed(library, input, *states):
    pack = library.nn.utils.rnn.pack_padded_sequence
    return pack(input, LENGTHS, enforce_sorted=False), *states


def packed_in_order(library, input, *states):
    return library.nn.utils.rnn.pack_padded_sequence(input, [5, 3, 3]), *states


def cells():
    for name in ("RNNCell", "GRUCell", "LSTMCell"):
        for given in ({}, {"bias": False}):
            made = calls_of(name, IN, H, **given)
            states = [drawn(N, H), drawn(N, H)]
            hx = tuple(states) if name == "LSTMCell" else states[0]
            alone = (drawn(H), drawn(H)) if name == "LSTMCell" else drawn(H)
            yield from (made(drawn(N, IN)), made(drawn(N, IN), hx))
            yield from (made(drawn(IN)), made(drawn(IN), alone))
    yield calls_of("RNNCell", IN, H, nonlinearity="relu")(drawn(N, IN), drawn(N, H))


def layers():
    for name, options in (
        ("RNN", {}),
        ("RNN", {"nonlinearity": "relu"}),
        ("GRU", {}),
        ("LSTM", {}),
    ):
        for given in (
            {},
            {"bias": False},
            {"num_layers": 2, "batch_first": True},
            {"bidirectional": True},
            {"num_layers": 3, "bidirectional": True, "dropout": 0.4},
            {"num_layers": 2, "dropout": 1.0, "bias": False},
        ):
            yield from calls(name, {**options, **given})
    for given in ({}, {"bias": False}, {"num_layers": 2, "bidirectional": True, "dropout": 0.3}):
        yield from calls("LSTM", {"proj_size": P, **given})


def calls(name, given):
    made = calls_of(name, IN, H, **given)
    count = given.get("num_layers", 1) * (2 if given.get("bidirectional") else 1)
    sizes = (given.get("proj_size", H), H) if name == "LSTM" else (H,)

    def states(*batch):
        made = tuple(drawn(count, *batch, size) for size in sizes)
        return made if name == "LSTM" else made[0]

    shape = (N, T, IN) if given.get("batch_first") else (T, N, IN)
    yield from (made(drawn(*shape)), made(drawn(*shape), states(N)))
    yield from (made(drawn(T, IN)), made(drawn(T, IN), states()))
    yield made(drawn(T, N, IN), prepare=packed)
    yield made(drawn(T, N, IN), states(N), prepare=packed)
    yield made(drawn(T, N, IN), states(N), prepare=packed_in_order)


CASES = [*cells(), *layers()]


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_module_is_pytorch_s(case, training):
    assert disagreements(case, training) == []


@pytest.mark.parametrize("case", modules_of(CASES), ids=str)
def test_a_state_dict_loads_both_ways(case):
    assert disagreements_of_loaded_states(case) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("RNN", {}),
        ("GRU", {"bias": False, "num_layers": 2}),
        ("LSTM", {"num_layers": 2, "bidirectional": True, "proj_size": 2}),
    ],
)
def test_the_lists_of_weights_that_programs_draw_anew_are_pytorchs(name, options):
    torch = pytest.importorskip("torch")
    ours = getattr(tnn.nn, name)(IN, H, **options)
    theirs = getattr(torch.nn, name)(IN, H, **options)
    assert ours._flat_weights_names == theirs._flat_weights_names
    assert ours._all_weights == theirs._all_weights
    for named, listed in zip(ours.parameters(), ours._flat_weights, strict=True):
        assert listed is named
