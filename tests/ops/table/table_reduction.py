"""Rows of the operations that reduce dimensions, and of the order along one.
Read `table_shape.py` next.
"""

from __future__ import annotations

import numpy as np
from op_rows import CUBE, Row, at, each, real

REDUCED = [
    *each([CUBE], {}, {"dim": 0}, {"dim": -1}, {"dim": (0, -1)}, {"dim": 1, "keepdim": True}),
    *each([(3, 1)], {"dim": (0, 1), "keepdim": True}, {"dim": -1}, {"dim": ()}),
    *each([()], {}, {"dim": 0}, {"dim": -1, "keepdim": True}),
    at((2, 0), dim=0),
]
SUMMED = [
    *REDUCED,
    *[at((3, 1), dim=None, keepdim=True), at((2, 3), dim=0, dtype=np.float32)],
    *[at((0,)), at((2, 0), dim=1), at((0, 3), dim=0, keepdim=True)],
]
POSITIONS = [
    *each([CUBE], {}, {"dim": 0}, {"dim": -1, "keepdim": True}, {"dim": None, "keepdim": True}),
    *each([()], {}, {"dim": 0}),
]
CHOSEN = [
    *each([CUBE], {"dim": 0}, {"dim": -1, "keepdim": True}, {"dim": 1}),
    *[at((), dim=0), at((), dim=-1, keepdim=True), at((3,), dim=0), at((2, 0), dim=0)],
]

REDUCTION = [
    Row("sum", real, samples=SUMMED),
    Row("mean", real, samples=SUMMED),
    Row("var", real, samples=[
        *each([CUBE], {}, {"dim": 0}, {"dim": (0, -1)}, {"dim": 1, "keepdim": True}),
        *each([(4, 3)], {"unbiased": False}, {"dim": 0, "correction": 2}),
        *[at((4, 3), dim=0, correction=0), at((2, 0), dim=0)],
    ]),
    Row("cumsum", real, samples=[
        *each([CUBE], {"dim": 0}, {"dim": 1}, {"dim": -1}),
        *[at((), dim=0), at((0,), dim=0), at((0, 2), dim=1)],
    ]),
    Row("cumsum_from_end", real, torch=lambda x, dim: x.flip(dim).cumsum(dim).flip(dim), samples=[
        *each([CUBE], {"dim": 0}, {"dim": 1}),
        *[at((), dim=0), at((0,), dim=0), at((0, 2), dim=1)],
    ]),
    Row("amax", real, samples=REDUCED),
    Row("amin", real, samples=REDUCED),
    Row("max_dim", real, torch="max", samples=CHOSEN),
    Row("min_dim", real, torch="min", samples=CHOSEN),
    Row("argmax", real, samples=POSITIONS),
    Row("argmin", real, samples=POSITIONS),
    Row("sort", real, samples=[  # stable, so that ties come in one order in both
        *each([CUBE], *({"dim": dim, "stable": True} for dim in (0, 1, -1))),
        at(CUBE, dim=1, descending=True, stable=True),
        at((), dim=0, stable=True),
        *each([(4,), (0,), (2, 0)], {"stable": True}),
    ]),
    Row("logsumexp", real, samples=[
        *each([CUBE], {"dim": 0}, {"dim": (0, -1)}, {"dim": 1, "keepdim": True}),
        *[at((), dim=0), at((2, 0), dim=0), at((2, 0), dim=1)],
    ]),
]  # fmt: skip
