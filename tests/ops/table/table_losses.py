"""Rows of the losses.
Read `op_table.py` next, which puts the rows together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from op_rows import Row, at, each, floats, functional, ints, positive, probability, real

REDUCTIONS: list[dict[str, Any]] = [{}, {"reduction": "sum"}, {"reduction": "none"}]
WEIGHT = floats(0.5, 2.0, 1.5)
CLASSES = [
    *each([(3, 4)], *({"target": ints(2, 0, 3), **given} for given in REDUCTIONS)),
    *each([(2, 3, 2)], *({"target": ints([0, 2], [1, 1]), **given} for given in REDUCTIONS)),
    *each([(3,)], *({"target": np.array(1), "weight": WEIGHT, **given} for given in REDUCTIONS)),
    *each(
        [(4, 3)], *({"target": ints(2, 0, 0, 1), "weight": WEIGHT, **given} for given in REDUCTIONS)
    ),
    at((4, 3), target=ints(2, -100, 0, -100)),
    at((3, 3), target=ints(2, 1, 0), ignore_index=1, weight=WEIGHT),
    at((2, 3, 2), target=ints([0, -100], [1, 2]), weight=WEIGHT),
]
SMOOTHED = [
    at((3, 4), target=ints(2, 0, 3), label_smoothing=0.1),
    at((3, 4), target=ints(2, -100, 3), label_smoothing=0.3, reduction="none"),
    at((4, 3), target=ints(2, 0, -100, 1), weight=WEIGHT, label_smoothing=0.2),
    at((2, 3, 2), target=ints([0, 2], [1, 1]), label_smoothing=1.0, reduction="sum"),
]

LABELS = {
    "labels": ints([1, 3, 3], [2, 0, 0]), "input_lengths": ints(5, 4), "target_lengths": ints(3, 1),
}  # fmt: skip


def _ctc_loss(
    x: Any, labels: Any, input_lengths: Any, target_lengths: Any, blank: int = 0, **given: Any
) -> Any:
    import torch

    lengths = (input_lengths, target_lengths)
    return torch.nn.functional.ctc_loss(x, labels, *lengths, blank, **given)


LOSSES = [
    Row("mse_loss", real, real, torch="nn.functional.mse_loss", samples=[
        *each([((3, 4), (3, 4))], *REDUCTIONS), *each([((3, 4), (4,))], *REDUCTIONS), at((), ()),
    ]),
    Row("smooth_l1_loss", real, real, torch="nn.functional.smooth_l1_loss", samples=[
        *each([((3, 4), (3, 4)), ((3, 4), (4,))], *REDUCTIONS), at((), ()),
        *each([((3, 4), (3, 4))], {"beta": 0.3}, {"beta": 2.5, "reduction": "sum"}),
    ]),
    Row("huber_loss", real, real, torch="nn.functional.huber_loss", samples=[
        *each([((3, 4), (3, 4)), ((3, 4), (4,))], *REDUCTIONS[:2]), at((), ()),
        at((3,), (3,), reduction="none"),
        *each([((3, 4), (3, 4))], {"delta": 0.3}, {"delta": 2.5, "reduction": "sum"}),
    ]),
    Row("binary_cross_entropy", probability, probability,
        torch="nn.functional.binary_cross_entropy", samples=[
            *each([((3, 3), (3, 3))], *REDUCTIONS, {"weight": WEIGHT}), at((), ()),
            at((3, 3), (3, 3), weight=ints([1.0], [2.0], [0.0])),
        ]),
    Row("nll_loss", real, torch="nn.functional.nll_loss", samples=CLASSES),
    Row("cross_entropy", real, torch="nn.functional.cross_entropy", samples=CLASSES + SMOOTHED),
    Row("ctc_loss", real, torch=_ctc_loss, samples=[
        *each([(5, 2, 4)], *({**LABELS, **given} for given in REDUCTIONS)),
        at((5, 2, 4), **{**LABELS, "target_lengths": ints(0, 1)}),
        at((5, 2, 4), **{**LABELS, "labels": ints([1, 3, 3], [1, 0, 0])}, blank=2),
        at((5, 2, 4), **{**LABELS, "input_lengths": ints(3, 2)}, zero_infinity=True),
    ]),
    Row("binary_cross_entropy_with_logits", real, probability,
        torch="nn.functional.binary_cross_entropy_with_logits", samples=[
            *each([((3, 3), (3, 3))], *REDUCTIONS, {"weight": WEIGHT}, {"pos_weight": WEIGHT}),
            at((3, 3), (3, 3), weight=ints([1.0], [2.0], [0.0]), pos_weight=WEIGHT),
            at((), ()),
        ]),
]  # fmt: skip

PAIR = ((4, 3), (4, 3))
SIGNS = floats(1.0, -1.0, 1.0, -1.0)


# Losses that are made of several operations.
COMPOSED_LOSSES = [
    functional("l1_loss", real, real, samples=[
        *each([PAIR], *REDUCTIONS), at(*PAIR, weight=np.full((4, 3), 0.5)),
    ]),
    functional("soft_margin_loss", real, samples=each([(4,)], *(
        {"target": SIGNS, **given} for given in REDUCTIONS))),
    functional("multilabel_soft_margin_loss", real, probability, samples=each(
        [PAIR, ((3,), (3,))], *REDUCTIONS, {"weight": WEIGHT})),
    functional("hinge_embedding_loss", real, samples=each([(4,)], *(
        {"target": SIGNS, **given} for given in [*REDUCTIONS, {"margin": 0.3}]))),
    functional("multi_margin_loss", real, samples=[
        *each([(4, 3)], *({"target": ints(2, 0, 0, 1), **given} for given in REDUCTIONS)),
        at((4, 3), target=ints(2, 0, 0, 1), p=2, margin=0.4, weight=WEIGHT),
        at((3,), target=np.array(1)),
    ]),
    functional("multilabel_margin_loss", real, samples=[
        *each([(2, 4)], *({"target": ints([3, 0, -1, 1], [-1, 2, 2, 2]), **given}
                          for given in REDUCTIONS)),
        at((3,), target=ints(1, 2, -1)),
    ]),
    functional("margin_ranking_loss", real, real, samples=each([((4,), (4,))], *(
        {"target": SIGNS, **given} for given in [*REDUCTIONS, {"margin": 0.3}]))),
    functional("cosine_embedding_loss", real, real, samples=[
        *each([PAIR], *({"target": SIGNS, **given} for given in [*REDUCTIONS, {"margin": 0.3}])),
        at((3,), (3,), target=np.array(1.0)),
    ]),
    functional("triplet_margin_loss", real, real, real, samples=each([(*PAIR, (4, 3))],
        *REDUCTIONS, {"swap": True}, {"p": 1, "margin": 3.0}, {"p": 3.5, "eps": 0.1})),
    functional("triplet_margin_with_distance_loss", real, real, real, samples=each(
        [(*PAIR, (4, 3))], *REDUCTIONS, {"swap": True, "margin": 2.0})),
    functional("kl_div", real, probability, samples=each([PAIR], *REDUCTIONS[1:],
        {"reduction": "batchmean"}, {"reduction": "sum", "log_target": True})),
    functional("poisson_nll_loss", positive, positive, samples=each([PAIR], *REDUCTIONS,
        {"log_input": False, "full": True}, {"full": True, "reduction": "sum"})),
    functional("gaussian_nll_loss", real, real, positive, samples=each(
        [(*PAIR, (4, 3)), (*PAIR, (4,)), (*PAIR, (4, 1))], *REDUCTIONS, {"full": True})),
]  # fmt: skip
