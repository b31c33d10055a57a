"""What the table cannot say of reductions: ties, ranges of the data, empties, exactness, refusals.
Read `test_strides.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from beside_torch import assert_same, torch

import tinygrad_nn as tnn
from tinygrad_nn.errors import ArgumentError, DimensionError, DTypeError, ShapeError

RANDOM = np.random.default_rng(0)
FEW = RANDOM.integers(0, 4, (5, 70)).astype(np.float64)
LONG = RANDOM.standard_normal(3000)
POINTS = RANDOM.standard_normal((20, 2))
NAN = np.array([[np.nan, 1.0, 1.0, np.nan], [np.nan, 3.0, 2.0, 1.0], [np.nan] * 4])


def tensor(f, x):
    return f.from_numpy(np.array(x))


CALLS = {
    "topk of many": lambda f: f.topk(tensor(f, LONG), 5),
    "topk of nan": lambda f: f.topk(tensor(f, NAN), 2).values,
    "topk of ties": lambda f: f.topk(tensor(f, FEW), 9).values,
    "the least": lambda f: f.topk(tensor(f, LONG), 5, largest=False),
    "kthvalue of ties": lambda f: f.kthvalue(tensor(f, FEW), 30).values,
    "mode of ties": lambda f: f.mode(tensor(f, FEW)).values,
    "mode of nan": lambda f: f.mode(tensor(f, NAN)).values,
    "median of nan": lambda f: [f.median(tensor(f, NAN)), f.median(tensor(f, NAN), 1)],
    "nanmedian of nan": lambda f: [
        f.nanmedian(tensor(f, NAN)), f.nanmedian(tensor(f, NAN), 1).values,
    ],
    "cummax of nan": lambda f: [f.cummax(tensor(f, NAN), 1), f.cummin(tensor(f, FEW), 1)],
    "quantiles of nan": lambda f: [f.quantile(tensor(f, NAN), 0.3, 1),
                                   f.nanquantile(tensor(f, NAN), tensor(f, [0.1, 0.6]), 1)],
    "histograms of the data's range": lambda f: [
        f.histc(tensor(f, LONG), 7), f.histogram(tensor(f, LONG), 7)[0], f.histc(f.ones(3), 4),
        f.histogram(f.ones(3), 4, density=True)[1],
    ],
    "histogramdd": lambda f: f.histogramdd(tensor(f, POINTS), [3, 4], density=True)[0],
    "counts of rows": lambda f: f.unique(
        tensor(f, FEW[:, :2]), return_inverse=True, return_counts=True, dim=0),
    "unique in order": lambda f: [tensor(f, FEW).unique(), tensor(f, NAN[0, 1:]).unique()],
    "running empties": lambda f: [
        getattr(f, name)(f.zeros(0, 2), dim) for dim in (0, 1)
        for name in ("cumprod", "cummax", "cummin", "logcumsumexp")
    ],
    "empties": lambda f: [f.median(f.zeros(0)), f.all(f.zeros(0)), f.any(f.zeros(2, 0), 1)],
    "in place": lambda f: [
        f.arange(1.0, 4.0).cumprod_(0), f.arange(3.0).cumsum_(0), f.ones(2, 3).renorm_(2, 0, 1.0),
    ],
    "uint8": lambda f: [f.ones(3, dtype=f.uint8).all(), f.zeros(3, dtype=f.uint8).any(0)],
    "norms": lambda f: [
        f.norm(f.ones(2, 3), p, **given) for p in ("fro", "nuc", 1, 0, f.inf, -f.inf, 2.5)
        for given in ({}, {"dim": (0, 1), "keepdim": True}, {"dtype": f.float64})
    ],
    "dtypes": lambda f: [
        f.ones(3, dtype=f.int32).prod(), f.ones(3, dtype=f.bool).cumprod(0), f.ones(2).half().std(),
        f.ones(3, dtype=f.int8).sum(dtype=f.float16), f.ones(2).half().norm(), f.ones(2).nansum(),
    ],
    "weights": lambda f: [
        f.bincount(f.tensor([1, 1, 3]), f.tensor([0.5, 1.0, 2.0])),
        f.cov(tensor(f, POINTS.T), fweights=f.arange(20), aweights=tensor(f, np.abs(LONG[:20]))),
    ],
    "numbers": lambda f: [
        f.searchsorted(f.tensor([1.0, 2.0]), 1.5), f.bucketize(2, f.tensor([1, 2, 3]), right=True),
        f.isin(f.tensor([1, 2]), 2), f.isin(1, f.tensor([1, 2]), invert=True),
    ],
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_returns_what_it_returns_in_pytorch(call):
    assert_same(call, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["prod", "cumprod"])
def test_derivatives_of_products_are_those_of_multiplying_one_by_one(name, zeros):
    """Of any order, whatever is 0."""
    start = np.array([1.5, 2.0, -0.5, 3.0])
    start[:zeros] = 0.0

    def chain(f, whole):
        x = tensor(f, start).requires_grad_()
        if whole:
            y = (
                x.prod()
                if name == "prod"
                else (x.cumprod(0) * tensor(f, [1.0, 2.0, 3.0, 4.0])).sum()
            )
        else:
            parts = [x[0]]
            for i in range(1, 4):
                parts.append(parts[-1] * x[i])
            y = parts[-1] if name == "prod" else sum((i + 1) * part for i, part in enumerate(parts))
        found = []
        for _ in range(3):
            (g,) = f.autograd.grad(y, x, create_graph=True)
            found.append(g)
            y = (g * tensor(f, [0.5, -1.0, 2.0, 0.25])).sum()
        return np.array([g.detach().numpy() for g in found])

    np.testing.assert_allclose(chain(tnn, True), chain(torch, False), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["std", "norm", "nanmean", "cumprod", "logcumsumexp"])
def test_float32_is_right_over_long_axes(name):
    x = (1 + 1e-7 * RANDOM.standard_normal((100_000, 2))).astype(np.float32)
    if name == "std":
        x = (1e4 + RANDOM.standard_normal((100_000, 2))).astype(np.float32)
    call = {"norm": lambda t: t.norm(dim=0), "std": lambda t: t.std(0)}.get(name)
    call = call or (lambda t: t.nanmean(0) if name == "nanmean" else getattr(tnn, name)(t, 0)[-1])
    narrow, exact = call(tnn.tensor(x)), call(tnn.tensor(x.astype(np.float64)))
    np.testing.assert_allclose(narrow.numpy(), exact.numpy(), rtol=2e-3 if "cum" in name else 1e-5)


def test_a_long_recurrence_in_pairs_is_the_one_step_by_step():
    x = tensor(tnn, RANDOM.uniform(0.5, 1.5, 200)).requires_grad_()
    with tnn.no_grad():
        x[100] = 0.0
    (g,) = tnn.autograd.grad(x.cumprod(0).sum(), x)
    z = tensor(torch, x.detach().numpy()).requires_grad_()
    (expected,) = torch.autograd.grad(z.cumprod(0).sum(), z)
    np.testing.assert_allclose(g.numpy(), expected.numpy(), rtol=1e-9)


REFUSED = {
    "median of bool": (lambda: tnn.ones(2, dtype=tnn.bool).median(), DTypeError, "median"),
    "topk k": (lambda: tnn.topk(tnn.ones(3), 4), ArgumentError, "topk.*3.*4"),
    "kthvalue k": (lambda: tnn.kthvalue(tnn.ones(3), 0), ArgumentError, "kthvalue.*0"),
    "mode of nothing": (lambda: tnn.mode(tnn.ones(2, 0)), DimensionError, r"mode.*\(2, 0\)"),
    "norm of integers": (lambda: tnn.norm(tnn.tensor([1, 2])), DTypeError, "norm: .*int64"),
    "norm p": (lambda: tnn.norm(tnn.ones(2), "max"), ArgumentError, "norm: p .*'max'"),
    "dist": (lambda: tnn.dist(tnn.ones(2), tnn.ones(3)), ShapeError, r"dist: .*\(2,\).*\(3,\)"),
    "quantile q": (lambda: tnn.quantile(tnn.ones(2), 1.5), ArgumentError, "quantile: .*1.5"),
    "quantile dtype": (lambda: tnn.quantile(tnn.arange(3), 0.5), DTypeError, "quantile: .*int64"),
    "bincount": (lambda: tnn.bincount(tnn.tensor([-1])), ArgumentError, "bincount: .*-1"),
    "histc": (lambda: tnn.histc(tnn.ones(2), 0), ArgumentError, "histc: bins .*0"),
    "histogram": (lambda: tnn.histogram(tnn.ones(2), -1), ArgumentError, "histogram: bins.*-1"),
    "searchsorted": (lambda: tnn.searchsorted(tnn.ones(2, 3), tnn.ones(3, 3)), ShapeError,
                     r"searchsorted: .*\(2, 3\).*\(3, 3\)"),
    "sides": (lambda: tnn.searchsorted(tnn.ones(3), 1.0, right=True, side="left"), ArgumentError,
              "searchsorted: .*left"),
    "gradient": (lambda: tnn.gradient(tnn.ones(1)), ShapeError, r"gradient: .*\(1,\)"),
    "cov": (lambda: tnn.cov(tnn.ones(2, 3), fweights=tnn.ones(2)), ShapeError, "cov: fweights.*3"),
    "sum_to_size": (lambda: tnn.ones(2, 3).sum_to_size(2), ShapeError, r"sum_to_size: .*\(2, 3\)"),
    "var of integers": (lambda: tnn.std(tnn.arange(3)), DTypeError, "std: .*int64"),
    "logcumsumexp": (lambda: tnn.logcumsumexp(tnn.arange(3), 0), DTypeError, "logcumsumexp"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_by_name(call, error, says):
    with pytest.raises(error, match=says):
        call()
