"""Rows of what the layers of a network compute.
Read `table_images.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from op_rows import CUBE, Row, at, each, real

ONE_DIM = each([CUBE], {"dim": 0}, {"dim": 1}, {"dim": -1}) + each([(), (0,)], {"dim": 0})

IMAGE = (2, 3, 6, 5)
MASK = np.random.default_rng(2).random((4, 5)) < 0.6
NOTHING_SEEN = np.array([[True, False, True, True, False]] * 2 + [[False] * 5] * 2)
HEADS = ((2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7))


def _cell(batch: int, size: int, hidden: int, biases: int = 2) -> Any:
    shapes = [(batch, size), (batch, hidden), (batch, hidden), (4 * hidden, size)]
    return at(*shapes, (4 * hidden, hidden), *[(4 * hidden,)] * biases)


def _lstm_cell(input: Any, h: Any, c: Any, *weights: Any) -> Any:
    import torch

    return torch.lstm_cell(input, (h, c), *weights)


def _attention(*operands: Any, **given: Any) -> Any:
    """By PyTorch's only implementation that can be differentiated twice."""
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    with sdpa_kernel(SDPBackend.MATH):
        return torch.nn.functional.scaled_dot_product_attention(*operands, **given)


LAYERS = [
    Row("linear", real, real, real, torch="nn.functional.linear", samples=[
        *[at((3,), (2, 3)), at((4, 3), (2, 3)), at((4, 3), (2, 3), (2,)), at((3,), (2, 3), (2,))],
        *[at((5, 4, 3), (2, 3), (2,)), at((0, 3), (2, 3), (2,)), at((4, 3), (3,))],
    ]),
    Row("softmax", real, samples=ONE_DIM),
    Row("log_softmax", real, samples=ONE_DIM),
    Row("dropout", real, torch="nn.functional.dropout",  # which draws nothing at p=0
        samples=each([CUBE, (), (0, 2)], {"p": 0.0})),
    Row("layer_norm", real, real, real, named=("weight", "bias"), torch="nn.functional.layer_norm",
        samples=[
            *each([(3, 5), ((3, 5), (5,)), ((3, 5), (5,), (5,))], {"normalized_shape": (5,)}),
            at((2, 3, 4), (3, 4), normalized_shape=(3, 4), eps=0.1),
            at((2, 3, 4), (2, 3, 4), (2, 3, 4), normalized_shape=(2, 3, 4)),
            at((5,), (5,), (5,), normalized_shape=(5,)),
            at((1, 70), (70,), (70,), normalized_shape=(70,)),
            at((2, 1), (1,), (1,), normalized_shape=(1,)),
            at((0, 3), (3,), (3,), normalized_shape=(3,)),
        ]),
    Row("conv2d", real, real, real, torch="nn.functional.conv2d", samples=[
        *[at(IMAGE, (4, 3, 3, 2), (4,)), at(IMAGE, (4, 3, 3, 2))],
        at(IMAGE, (4, 3, 3, 2), (4,), stride=2, padding=1),
        at(IMAGE, (4, 3, 3, 2), (4,), stride=(1, 3), padding=(2, 0), dilation=(2, 1)),
        at(IMAGE, (4, 3, 2, 3), (4,), padding="same", dilation=2),
        at(IMAGE, (4, 3, 2, 3), padding="valid"),
        at((2, 4, 5, 5), (6, 2, 3, 3), (6,), groups=2, padding=1),
        at((2, 4, 5, 5), (8, 1, 3, 3), groups=4, stride=2),
        at((3, 6, 5), (4, 3, 3, 2), (4,), padding=1),
        *[at(IMAGE, (4, 3, 1, 1), (4,)), at((1, 1, 1, 1), (1, 1, 1, 1), (1,))],
        at((0, 3, 6, 5), (4, 3, 3, 2), (4,)),
    ]),
    Row("scaled_dot_product_attention", real, real, real, real, torch=_attention, samples=[
        *each([HEADS], {}, {"scale": 0.7}, {"attn_mask": MASK}, {"attn_mask": NOTHING_SEEN}),
        at((4, 6), (5, 6), (5, 7)),
        at((4, 4, 6), (4, 4, 6), (4, 4, 6), is_causal=True),
        at((3, 6), (5, 6), (5, 2), is_causal=True),
        *[at(*HEADS, (4, 5)), at(*HEADS, (2, 1, 4, 5))],
        at((2, 1, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7)),
        at((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1)),
        at((0, 3, 4, 6), (0, 3, 5, 6), (0, 3, 5, 7)),
    ]),
    Row("lstm_cell", *[real] * 7, torch=_lstm_cell, samples=[
        *[_cell(3, 4, 5), _cell(3, 4, 5, 0), _cell(3, 4, 5, 1), _cell(1, 1, 1), _cell(0, 2, 3)],
    ]),
]  # fmt: skip
