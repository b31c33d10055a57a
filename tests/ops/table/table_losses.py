"""Rows of the losses.
Read `op_table.py` next, which puts the rows together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from op_rows import Row, at, each, floats, ints, probability, real

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

LOSSES = [
    Row("mse_loss", real, real, torch="nn.functional.mse_loss", samples=[
        *each([((3, 4), (3, 4))], *REDUCTIONS), *each([((3, 4), (4,))], *REDUCTIONS), at((), ()),
    ]),
    Row("nll_loss", real, torch="nn.functional.nll_loss", samples=CLASSES),
    Row("cross_entropy", real, torch="nn.functional.cross_entropy", samples=CLASSES + SMOOTHED),
    Row("binary_cross_entropy_with_logits", real, probability,
        torch="nn.functional.binary_cross_entropy_with_logits", samples=[
            *each([((3, 3), (3, 3))], *REDUCTIONS, {"weight": WEIGHT}, {"pos_weight": WEIGHT}),
            at((3, 3), (3, 3), weight=ints([1.0], [2.0], [0.0]), pos_weight=WEIGHT),
            at((), ()),
        ]),
]  # fmt: skip
