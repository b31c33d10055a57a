"""Rows of the operations that reduce dimensions, and of the order along one.
Read `table_shape.py` next.
"""

from __future__ import annotations

import numpy as np
from op_rows import CUBE, Row, Sample, at, each, in_order, integer, positive, real, some_nan, wide

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

SPREAD = [
    *each([CUBE], {}, {"dim": 0}, {"dim": (0, -1)}, {"dim": 1, "keepdim": True}),
    *each([(4, 3)], {"unbiased": False}, {"dim": 0, "correction": 2}),
    *[at((4, 3), dim=0, correction=0), at((2, 0), dim=0)],
]
TRUE = [
    *each([CUBE], {}, {"dim": 0}, {"dim": -1}, {"dim": (0, -1)}, {"dim": 1, "keepdim": True}),
    *each([()], {}, {"dim": 0}),
    *each([(0,), (2, 0)], {}, {"dim": 0}),
]
SCANNED = [
    *each([CUBE], {"dim": 0}, {"dim": 1}, {"dim": -1}),
    *[at((), dim=0), at((9,), dim=0)],
]
RANKED = [*each([CUBE], {"dim": 0}, {"dim": -1, "keepdim": True}), at((), dim=0), at((5,), dim=-1)]


def some_zeros(random, shape):
    """Products have zeros to go around: none, one or two in a row."""
    return np.where(random.random(shape) < 0.25, 0.0, positive(random, shape))


def repeated(random, shape):
    return random.integers(0, 3, shape)


def near_nan(random, shape):
    return np.where(random.random(shape) < 0.2, np.nan, real(random, shape))


def recurrence_by_steps(ratio, added, dim):
    import torch

    if not ratio.numel() or not ratio.dim():
        return added + ratio.new_zeros(()) * ratio
    steps = [added.select(dim, 0)]
    for i in range(1, added.shape[dim]):
        steps.append(ratio.select(dim, i) * steps[-1] + added.select(dim, i))
    return torch.stack(steps, dim)


def all_of(name):
    """PyTorch's function, asked for the inverse and the counts too."""

    def call(x, **given):
        import torch

        return getattr(torch, name)(x, return_inverse=True, return_counts=True, **given)

    return call


def torch_histogram(x, bins, range=None, density=False):
    import torch

    return torch.histogram(x.detach(), bins, range=range, density=density)


REDUCTION = [
    Row("sum", real, samples=SUMMED),
    Row("nansum", some_nan, samples=REDUCED),
    Row("mean", real, samples=SUMMED),
    *[Row(name, real, samples=SPREAD) for name in ("var", "std", "var_mean", "std_mean")],
    *[Row(name, repeated, samples=TRUE) for name in ("all", "any")],
    Row("count_nonzero", repeated, samples=[
        *each([CUBE], {}, {"dim": 0}, {"dim": (0, -1)}), *each([(), (0,)], {}),
    ]),
    Row("prod", some_zeros, samples=[
        *each([CUBE, (3,)], {}, {"dim": 0}, {"dim": -1, "keepdim": True}),
        *[at(()), at((), dim=0), at((0,)), at((2, 0), dim=1), at((2, 3), dim=0, dtype=np.float64)],
    ]),
    Row("cumprod", some_zeros, samples=SCANNED),
    Row("recurrence", real, real, named=("b",), torch=recurrence_by_steps, samples=[
        *each([((4,), (4,)), ((3, 2), (3, 2))], {"dim": 0}), at((2, 70), (2, 70), dim=1),
        at((), (), dim=0),
    ]),
    Row("cummax", real, samples=SCANNED),
    Row("cummin", real, samples=SCANNED),
    Row("logcumsumexp", real, samples=SCANNED),
    Row("vector_norm", real, torch="linalg.vector_norm", samples=[
        *each([CUBE], {}, {"dim": 0}, {"dim": (0, -1)}, {"ord": 3.0, "dim": 1, "keepdim": True}),
        *each([(2, 3)], *({"ord": each, "dim": 1} for each in (0.5, 1.0, np.inf, -np.inf))),
        *[at(()), at((0,)), at((2, 3), ord=-2.0), at((2, 0), ord=1.5, dim=0)],
    ]),
    Row("aminmax", real, samples=POSITIONS[:3]),
    Row("topk", real, ties=False, samples=[
        *each([CUBE], {"k": 1}, {"k": 2, "dim": 1}, {"k": 2, "dim": 0, "largest": False}),
        *[at((), k=1), at((70,), k=3), at((70,), k=3, largest=False), at((4,), k=0)],
    ]),
    Row("kthvalue", real, ties=False, samples=[
        Sample(each.shapes, {"k": 1, **each.attributes}) for each in RANKED
    ]),
    Row("median_dim", real, torch="median", samples=RANKED),
    Row("nanmedian_dim", near_nan, torch="nanmedian", samples=RANKED),
    Row("median_all", real, torch="median", samples=each([CUBE, (), (5,)], {})),
    Row("nanmedian_all", near_nan, torch="nanmedian", samples=each([CUBE, (), (5,)], {})),
    Row("mode", real, ties=False, samples=RANKED),
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
    *[
        Row(name, repeated, torch=all_of(name), samples=[
            *each([CUBE], {}, {"dim": 0}, {"dim": -1}), *each([(6,), (), (0,)], {}),
        ])
        for name in ("unique", "unique_consecutive")
    ],
    Row("bincount", repeated, repeated, samples=[
        *each([(6,), (0,)], {}, {"minlength": 5}), at((6,), (6,), minlength=2),
    ]),
    Row("histc", real, samples=[
        *each([CUBE, (6,)], {"bins": 4, "max": 2}, {"bins": 3, "min": -1, "max": 1.5}),
    ]),
    Row("histogram", real, torch=torch_histogram, samples=[
        *each([(2, 3), (0,)], {"bins": 4, "range": (-1.0, 2.0)}),
        at((6,), bins=3, density=True, range=(-2.0, 2.0)),
    ]),
    Row("searchsorted", in_order, real, samples=[
        *each([((5,), (2, 3))], {}, {"right": True}, {"side": "right", "out_int32": True}),
        *[at((2, 5), (2, 3)), at((5,), ())],
    ]),
    Row("isin", repeated, integer, samples=[
        at((2, 3), (4,)), at((2, 3), (4,), invert=True), at((), ()), at((2,), (0,)),
    ]),
    Row("logsumexp", real, samples=[
        *each([CUBE], {"dim": 0}, {"dim": (0, -1)}, {"dim": 1, "keepdim": True}),
        *[at((), dim=0), at((2, 0), dim=0), at((2, 0), dim=1)],
    ]),
]  # fmt: skip

# Functions made of several of these operations.
MADE_OF_REDUCTIONS = [
    Row("dist", real, real, spelling=lambda f, x, z, **given: f.dist(x, z, **given),
        samples=[at((2, 3), (3,)), at((3,), (3,), p=1.5)]),
    Row("renorm", wide, spelling=lambda f, x, **given: f.renorm(x, **given),
        samples=[at((3, 4), p=2, dim=0, maxnorm=2.0), at(CUBE, p=1, dim=1, maxnorm=1.0)]),
    Row("quantile", real, ties=False,
        spelling=lambda f, x, **given: f.quantile(x, **given), samples=[
        *each([CUBE], {"q": 0.3}, {"q": 0.7, "dim": 1, "keepdim": True}),
        *[at((5,), q=0.6, interpolation=way) for way in ("lower", "higher", "midpoint", "nearest")],
    ]),
    Row("nanmean", real, spelling=lambda f, x, **given: f.nanmean(x, **given),
        samples=[at(CUBE), at(CUBE, dim=1), at((3,), dim=0, keepdim=True)]),
    Row("diff", real, spelling=lambda f, x, **given: f.diff(x, **given),
        samples=[at(CUBE), at((4, 3), dim=0, n=2), at((3,), n=4)]),
    Row("trapezoid", real, real, spelling=lambda f, y, x, **given: f.trapezoid(y, x, **given),
        samples=[at((2, 3), (3,)), at((3, 2), (3,), dim=0), at((2, 3), (2, 3))]),
    Row("cumulative_trapezoid", real,
        spelling=lambda f, y, **given: f.cumulative_trapezoid(y, **given),
        samples=[at((2, 3), dx=0.5), at((3, 2), dim=0)]),
    Row("gradient", real, spelling=lambda f, x, **given: f.gradient(x, **given)[0],
        samples=[at((4,)), at((3, 4), spacing=2.0, dim=1), at((3, 4), edge_order=2, dim=(0, 1))]),
    Row("cov", real, spelling=lambda f, x, **given: f.cov(x, **given),
        samples=[at((3, 5)), at((4,)), at((2, 4), correction=0)]),
    Row("corrcoef", real, spelling=lambda f, x: f.corrcoef(x), samples=[at((3, 5))]),
]  # fmt: skip
