"""Rows of what the layers of a network compute.
Read `table_images.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from op_rows import CUBE, Row, at, each, floats, functional, real

ONE_DIM = each([CUBE], {"dim": 0}, {"dim": 1}, {"dim": -1}) + each([(), (0,)], {"dim": 0})

IMAGE = (2, 3, 6, 5)
MASK = np.random.default_rng(2).random((4, 5)) < 0.6
NOTHING_SEEN = np.array([[True, False, True, True, False]] * 2 + [[False] * 5] * 2)
MEAN, VAR = floats(0.5, -1.0, 0.0), floats(2.0, 0.3, 1.0)
NORMS = (0.5, 1.0, 1.5, 2.0, 3.0, float("inf"))
DISTANCE_MODES = ("use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
HEADS = ((2, 3, 4, 6), (2, 3, 5, 6), (2, 3, 5, 7))


def _cell(batch: int, size: int, hidden: int, biases: int = 2) -> Any:
    shapes = [(batch, size), (batch, hidden), (batch, hidden), (4 * hidden, size)]
    return at(*shapes, (4 * hidden, hidden), *[(4 * hidden,)] * biases)


def _lstm_cell(input: Any, h: Any, c: Any, *weights: Any) -> Any:
    import torch

    return torch.lstm_cell(input, (h, c), *weights)


def _layer(batch: int, states: int, gates: int, biases: int = 2, **given: Any) -> Any:
    """A recurrent layer of 3 steps, or of packed rows that 4 are left of."""
    rows = (4,) if "batch_sizes" in given else (3, batch)
    shapes = [(*rows, 3), *[(batch, 2)] * states, (gates * 2, 3), (gates * 2, 2)]
    return at(*shapes, *[(gates * 2,)] * biases, **given)


def _recurrent(name: str) -> Any:
    """Return PyTorch's layer of that name, of operands in the order that ours have."""

    def call(
        input: Any, *given: Any, batch_sizes: Any = None, reverse: bool = False, **how: Any
    ) -> Any:
        import torch

        if not (input.is_floating_point() or input.is_complex()):
            raise RuntimeError("PyTorch's relu is there for integers by chance; networks have none")
        states = 2 if name == "lstm" else 1
        hx, weights = [each[None] for each in given[:states]], list(given[states:])
        function = torch.rnn_relu if how.get("by_relu") else getattr(torch, name)
        sizes = [] if batch_sizes is None else [torch.tensor(batch_sizes)]
        if reverse:  # the other direction, beside one whose output is left out
            hx, weights = [torch.cat([each, each]) for each in hx], weights * 2
        output, *last = function(
            *(
                input,
                *sizes,
                tuple(hx) if states == 2 else hx[0],
                weights,
                len(weights) > 2 + 2 * reverse,
            ),
            *(1, 0.0, True, reverse, *([] if sizes else [False])),
        )
        return (output[..., output.shape[-1] // 2 :] if reverse else output, *(x[-1] for x in last))

    return call


def _batch_norm(input: Any, *learnt: Any, mean: Any = None, var: Any = None, **given: Any) -> Any:
    import torch

    return torch.nn.functional.batch_norm(input, mean, var, *learnt, training=mean is None, **given)


def _rrelu_with_noise(input: Any, noise: Any) -> Any:
    import torch

    return torch.where(input > 0, input, input * noise)


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
    Row("glu", real, torch="nn.functional.glu",
        samples=[at((2, 6)), at(CUBE, dim=0), at(CUBE, dim=-1), at((4,)), at((0, 2))]),
    Row("prelu_kernel", real, real, torch="_prelu_kernel", numbers=False, samples=[
        at((2, 3), (2, 3)), at((2, 3), (1,)), at((2, 3, 2), (3, 1)), at((), ()), at((0, 2), (2,)),
    ]),
    Row("rrelu_with_noise", real, numbers=False, torch=_rrelu_with_noise,
        samples=[at((3,), noise=floats(0.1, 0.3, 0.2)), at((2, 3), noise=floats(0.2))]),
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
    Row("rms_norm", real, real, named=("weight",), torch="nn.functional.rms_norm", samples=[
        *each([(3, 5), ((3, 5), (5,))], {"normalized_shape": (5,)}),
        at((2, 3, 4), (3, 4), normalized_shape=(3, 4), eps=0.1),
        *[at((5,), (5,), normalized_shape=(5,)), at((0, 3), (3,), normalized_shape=(3,))],
    ]),
    Row("group_norm", real, real, real, named=("weight", "bias"), torch="nn.functional.group_norm",
        samples=[
            *each([(2, 6, 3), ((2, 6, 3), (6,)), ((2, 6, 3), (6,), (6,))], {"num_groups": 2}),
            *[at((n, 4), (4,), (4,), num_groups=2, eps=0.1) for n in (2, 0)],
            *[at((3, 4, 2, 2), (4,), (4,), num_groups=g) for g in (1, 4)],
        ]),
    Row("batch_norm", real, real, real, torch=_batch_norm, samples=[
        *[at((4, 3)), at((4, 3), (3,)), at((4, 3), (3,), (3,)), at((2, 3, 4), (3,), (3,))],
        *[at((2, 3, 2, 3), (3,), (3,), eps=0.1), at((1, 3, 5), (3,), (3,))],
        *each([((4, 3), (3,), (3,)), ((2, 3, 2, 2), (3,), (3,))],
              {"mean": MEAN, "var": VAR}),
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
    Row("cdist", real, real, torch="cdist", samples=[
        *each([((4, 3), (5, 3)), ((2, 4, 3), (1, 2, 3))], *({"p": p} for p in NORMS)),
        *each([((28, 2), (3, 2)), ((2, 3), (4, 3))],
              *({"compute_mode": mode} for mode in DISTANCE_MODES)),
        *[at((0, 3), (4, 3)), at((2, 3), (0, 3)), at((2, 0), (3, 0))],
    ]),
    Row("lstm_layer", *[real] * 7, torch=_recurrent("lstm"), samples=[
        *[_layer(2, 2, 4), _layer(2, 2, 4, 0), _layer(2, 2, 4, reverse=True)],
        _layer(3, 2, 4, batch_sizes=(3, 1)),
    ]),
    Row("gru_layer", *[real] * 6, torch=_recurrent("gru"), samples=[
        *[_layer(2, 1, 3), _layer(2, 1, 3, 0), _layer(2, 1, 3, reverse=True)],
        _layer(3, 1, 3, batch_sizes=(3, 1)),
    ]),
    Row("elman_layer", *[real] * 6, torch=_recurrent("rnn_tanh"), samples=[
        *[_layer(2, 1, 1), _layer(2, 1, 1, 0), _layer(2, 1, 1, reverse=True)],
        *[_layer(3, 1, 1, batch_sizes=(3, 1)), _layer(2, 1, 1, by_relu=True)],
    ]),
    Row("lstm_cell", *[real] * 7, torch=_lstm_cell, samples=[
        *[_cell(3, 4, 5), _cell(3, 4, 5, 0), _cell(3, 4, 5, 1), _cell(1, 1, 1), _cell(0, 2, 3)],
    ]),
]  # fmt: skip

# Layers that are made of several operations, or other calls of one.
COMPOSED_LAYERS = [
    *[functional(name, real, samples=each([(2, 3), ()], {}))
      for name in ("softsign", "tanhshrink", "selu", "relu6", "rrelu")],
    functional("prelu", real, real, samples=[
        at((2, 3), (3,)), at((2, 3, 2), (3,)), at((2, 3), (1,)), at((3,), ()), at((), (1,)),
    ]),
    functional("softmin", real, samples=[at((2, 3), dim=1), at((3,), dim=0)]),
    functional("normalize", real, samples=each([(2, 3)], {}, {"p": 3.0, "dim": 0}, {"eps": 2.0})),
    functional("pairwise_distance", real, real, samples=each([((4, 3), (4, 3)), ((4, 3), (3,))],
        *({"p": p} for p in NORMS), {"keepdim": True, "eps": 0.1})),
    functional("cosine_similarity", real, real, samples=each(
        [((2, 3, 4), (2, 3, 4))], {}, {"dim": 0}, {"dim": -1})),
    functional("batch_norm", real, samples=[
        at((300, 2), running_mean=None, running_var=None, training=True), at((4, 3),
        running_mean=MEAN, running_var=VAR), at((2, 3, 300), running_mean=MEAN, running_var=VAR,
        training=True, momentum=0.3),
    ]),
    functional("instance_norm", real, samples=[
        at((2, 3, 4)), at((2, 3, 4), running_mean=MEAN, running_var=VAR, weight=VAR, bias=MEAN),
        at((2, 3, 2, 2), running_mean=MEAN, running_var=VAR, use_input_stats=False, weight=VAR),
    ]),
    functional("local_response_norm", real, samples=each([(2, 5, 3), (1, 4, 2, 2)],
        {"size": 1}, {"size": 2, "alpha": 0.5}, {"size": 3, "beta": 0.5, "k": 2.0})),
    functional("pdist", real, samples=each([(4, 3), (1, 3)], *({"p": p} for p in NORMS))),
    functional("bilinear", real, real, real, real, samples=[
        at((4, 3), (4, 2), (5, 3, 2), (5,)), at((3,), (2,), (5, 3, 2)),
    ]),
]  # fmt: skip
