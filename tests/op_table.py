"""The table of operations: one row each, and the tests of values, gradients and dtypes run over it.
Read `op_rows.py` next, which says what a row is made of.

A new operation takes a row here: its name in the registry, what its operands hold, and `torch=`
where PyTorch calls it by another name or with other arguments. An operation that acts element by
element needs no more; any other one lists the shapes and arguments to try it `at`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from op_rows import (
    Row,
    at,
    boolean,
    each,
    floats,
    integer,
    ints,
    low,
    nonzero,
    positive,
    probability,
    real,
    some_nan,
    wide,
)

from tinygrad_nn.autograd import registry

CUBE = (2, 3, 4)
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
ONE_DIM = each([CUBE], {"dim": 0}, {"dim": 1}, {"dim": -1}) + each([(), (0,)], {"dim": 0})
POSITIONS = [
    *each([CUBE], {}, {"dim": 0}, {"dim": -1, "keepdim": True}, {"dim": None, "keepdim": True}),
    *each([()], {}, {"dim": 0}),
]
MATRICES = [
    *[at((3,), (3,)), at((2, 3), (3,)), at((3,), (3, 2)), at((2, 3), (3, 4)), at((3, 3), (3, 3))],
    *[at((5, 2, 3), (3,)), at((3,), (5, 3, 2)), at((5, 2, 3), (3, 4)), at((2, 3), (5, 3, 4))],
    *[at((5, 2, 3), (5, 3, 4)), at((6, 1, 2, 3), (5, 3, 4)), at((1, 2, 3), (6, 5, 3, 4))],
    *[at((2, 0), (0, 3)), at((0, 2), (2, 3)), at((2, 0), (0,)), at((0, 2, 3), (3, 0))],
]
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
INDICES = [
    at((4,), index=2),
    at((4, 3), index=(slice(1, None, 2), None, -1)),
    at(CUBE, index=(..., slice(0, 3, 2))),
    at((4, 3), index=(ints(0, 0, 3),)),
    at((4, 3), index=(ints(0, 2, 0), ints(1, 1, 1))),
    at(CUBE, index=(ints([0], [1]), slice(None), ints(3, 0))),
    at(CUBE, index=(0, slice(None), ints(3, 0, 3))),
    at((2, 3), index=(np.array([[True, False, True], [False, False, True]]),)),
    at((3, 2), index=(np.array([True, False, True]), ints(1))),
    at((3, 2), index=(slice(0, 0),)),
]


def _add_at(x: Any, index: Any, shape: Any) -> Any:
    positions = x.new_zeros(shape).long().flatten()
    positions = positions.new_tensor(range(len(positions))).reshape(shape)[index]
    made = x.new_zeros(shape).flatten().index_add(0, positions.flatten(), x.flatten())
    return made.reshape(shape)


def _overlay(base: Any, part: Any, steps: Any) -> Any:
    made = view = base.clone()
    for op, arguments in steps:
        view = view[arguments[0]] if op.name == "getitem" else getattr(view, op.name)(*arguments)
    view.copy_(part)
    return made


TABLE = [
    # each element by itself
    Row("neg", real),
    Row("exp", real),
    Row("log", positive),
    Row("sqrt", positive),
    Row("abs", nonzero),
    Row("sign", nonzero),
    Row("tanh", real),
    Row("sigmoid", real),
    Row("relu", nonzero),
    Row("softplus", real, torch="nn.functional.softplus",
        samples=each([(2, 3), (), (0, 2)], {}, {"beta": 2.0}, {"threshold": 0.3})),
    Row("clone", real),
    Row("isnan", some_nan),
    Row("bitwise_not", integer),
    Row("cast", real, torch=lambda x, dtype: x.to(dtype),
        samples=each([(2, 3)], *({"dtype": t} for t in (np.float32, np.int64, np.bool_)))),
    # each pair of elements
    Row("add", real, real),
    Row("sub", real, real),
    Row("mul", real, real),
    Row("div", real, nonzero),
    Row("pow", positive, real),
    Row("maximum", real, real),
    Row("minimum", real, real),
    Row("eq", integer, integer),
    Row("ne", integer, integer),
    Row("lt", real, real),
    Row("le", integer, integer),
    Row("gt", real, real),
    Row("ge", integer, integer),
    Row("bitwise_and", integer, integer),
    Row("bitwise_or", integer, integer),
    Row("bitwise_xor", integer, integer),
    # each three of elements
    Row("where", boolean, real, real),
    Row("clamp", wide, low, positive, samples=[
        *each([(2, 3), ()], {"min": -0.5}, {"max": 0.5}, {"min": -0.5, "max": 0.5}),
        *[at((4, 3), (3,)), at((2, 3), (3,), (2, 1)), at((2, 3), (), (3,))],
        at((0, 3), (3,), (1, 1)),
    ]),
    # reductions
    Row("sum", real, samples=SUMMED),
    Row("mean", real, samples=SUMMED),
    Row("var", real, samples=[
        *each([CUBE], {}, {"dim": 0}, {"dim": (0, -1)}, {"dim": 1, "keepdim": True}),
        *each([(4, 3)], {"unbiased": False}, {"dim": 0, "correction": 2}),
        *[at((4, 3), dim=0, correction=0), at((2, 0), dim=0)],
    ]),
    Row("amax", real, samples=REDUCED),
    Row("amin", real, samples=REDUCED),
    Row("argmax", real, samples=POSITIONS),
    Row("argmin", real, samples=POSITIONS),
    Row("logsumexp", real, samples=[
        *each([CUBE], {"dim": 0}, {"dim": (0, -1)}, {"dim": 1, "keepdim": True}),
        *[at((), dim=0), at((2, 0), dim=0), at((2, 0), dim=1)],
    ]),
    Row("softmax", real, samples=ONE_DIM),
    Row("log_softmax", real, samples=ONE_DIM),
    # the same elements elsewhere
    Row("reshape", real, samples=[
        *each([(2, 6)], {"shape": (3, 4)}, {"shape": (-1,)}, {"shape": (2, -1, 3)}),
        *[at((), shape=(1, 1)), at((1,), shape=()), at((0, 3), shape=(5, 0))],
    ]),
    Row("view", real, torch=lambda x, shape: x.view(shape),
        samples=[at((2, 6), shape=(3, 4)), at((2, 6), shape=(2, 3, -1)), at((), shape=(1,))]),
    Row("transpose", real, samples=[
        *each([CUBE], {"dim0": 0, "dim1": 1}, {"dim0": -1, "dim1": 0}, {"dim0": 1, "dim1": 1}),
        at((), dim0=0, dim1=-1),
    ]),
    Row("permute", real, samples=[
        *each([CUBE], {"dims": (1, 2, 0)}, {"dims": (-1, 0, 1)}, {"dims": (0, 1, 2)}),
        at((), dims=()),
    ]),
    Row("unsqueeze", real, samples=each([(2, 3), ()], {"dim": 0}, {"dim": -1})),
    Row("squeeze", real, samples=each([(1, 3, 1)], {}, {"dim": 0}, {"dim": 1}, {"dim": (0, -1)})),
    Row("expand", real, torch=lambda x, shape: x.expand(shape), samples=[
        *each([(2, 1)], {"shape": (2, 3)}, {"shape": (4, -1, 3)}, {"shape": (2, 0)}),
        *[at((), shape=(2, 2)), at((1, 3), shape=(1, 3))],
    ]),
    Row("cat", real, real, real, samples=[
        *[at((2, 3), (1, 3), (4, 3)), at((2, 1), (2, 0), (2, 3), dim=-1), at((3,), dim=0)],
        *[at((2, 3), (0,), (1, 3)), at((0,), (0,))],
    ]),
    Row("stack", real, real, real,
        samples=[*each([((2, 3),) * 3], {}, {"dim": 1}, {"dim": -1}), at((), ()), at((0,), (0,))]),
    # picking elements
    Row("getitem", real, torch=lambda x, index: x[index], samples=INDICES),
    Row("add_at", real, torch=_add_at, samples=[
        *[at((2,), index=(slice(1, 3),), shape=(4,)), at((4, 2), index=(..., 1), shape=(4, 2, 3))],
        at((3, 2), index=(ints(0, 0, 3),), shape=(4, 2)),
        at((2,), index=(0, ints(1, 1)), shape=(2, 3)),
    ]),
    Row("gather", real, samples=[
        at((3, 4), dim=0, index=ints([0, 2, 1, 0], [0, 0, 0, 1])),
        at((3, 4), dim=-1, index=ints([3], [0], [0])),
        *[at((4,), dim=0, index=ints(1, 1, 1, 1, 0)), at((), dim=0, index=np.array(0))],
        at((2, 3), dim=1, index=np.zeros((2, 0), np.int64)),
    ]),
    Row("overlay", real, real, torch=_overlay, samples=[
        at((2, 3), (3,), steps=((registry["getitem"], (1,)),)),
        at((4, 3), (2,), steps=(
            (registry["transpose"], (0, 1)), (registry["getitem"], ((2, slice(0, 2)),)),
        )),
    ]),
    # products
    Row("matmul", real, real, samples=MATRICES),
    Row("linear", real, real, real, torch="nn.functional.linear", samples=[
        *[at((3,), (2, 3)), at((4, 3), (2, 3)), at((4, 3), (2, 3), (2,)), at((3,), (2, 3), (2,))],
        *[at((5, 4, 3), (2, 3), (2,)), at((0, 3), (2, 3), (2,)), at((4, 3), (3,))],
    ]),
    # losses
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

# Public functions made of several operations, as both frameworks write them.
COMPOSED = [
    Row("max(dim)", real, spelling=lambda f, x, **given: f.max(x, **given).values,
        samples=each([CUBE], {"dim": 0}, {"dim": -1, "keepdim": True})),
    Row("min(dim)", real, spelling=lambda f, x, **given: f.min(x, **given).values,
        samples=each([CUBE], {"dim": 0}, {"dim": -1, "keepdim": True})),
    Row("max()", real, spelling=lambda f, x: f.max(x), samples=[at(CUBE), at(())]),
    Row("add(alpha)", real, real, spelling=lambda f, x, z: f.add(x, z, alpha=0.5)),
    Row("sub(alpha)", real, real, spelling=lambda f, x, z: f.sub(x, z, alpha=2)),
    Row("flatten", real, spelling=lambda f, x, **given: f.flatten(x, **given),
        samples=[*each([CUBE], {}, {"start_dim": 1}, {"end_dim": -2}), at(())]),
    Row("cross_entropy(probabilities)", real, probability,
        spelling=lambda f, x, q, **given: f.nn.functional.cross_entropy(x, q, **given), samples=[
            *each([((3, 4), (3, 4)), ((2, 3, 2), (2, 3, 2))], *REDUCTIONS), at((4,), (4,)),
            at((2, 3), (2, 3), weight=WEIGHT, label_smoothing=0.2),
        ]),
]  # fmt: skip
