"""Rows of the operations that pick elements, and of those that put them back.
Read `table_matrices.py` next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from op_rows import CUBE, Row, at, half_zero, ints, real

from tinygrad_nn.autograd import registry

MASK = np.array([[True, False, True], [False, True, True]])
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
GATHERED = [
    at((3, 4), dim=0, index=ints([0, 2, 1, 0], [0, 0, 0, 1])),
    at((3, 4), dim=-1, index=ints([3], [0], [0])),
    *[at((4,), dim=0, index=ints(1, 1, 1, 1, 0)), at((), dim=0, index=np.array(0))],
    at((2, 3), dim=1, index=np.zeros((2, 0), np.int64)),
]


def _add_at(x: Any, index: Any, shape: Any) -> Any:
    positions = x.new_zeros(shape).real.long().flatten()
    positions = positions.new_tensor(range(len(positions))).reshape(shape)[index]
    made = x.new_zeros(shape).flatten().index_add(0, positions.flatten(), x.flatten())
    return made.reshape(shape)


def _place_along(x: Any, dim: Any, index: Any, shape: Any) -> Any:
    return x.new_zeros(shape).scatter_add(dim, index, x)


def _scatter_add(x: Any, src: Any, dim: Any, index: Any) -> Any:
    return x.scatter_add(dim, index, src[tuple(map(slice, index.shape))])  # of its very size


def _scatter(x: Any, src: Any, dim: Any, index: Any) -> Any:
    if not (x.ndim and index.ndim and src.ndim):
        return x.reshape(-1).scatter(dim, index.reshape(-1), src.reshape(-1)).reshape(x.shape)
    return x.scatter(dim, index, src[tuple(map(slice, index.shape))])


def _scatter_reduce(x: Any, src: Any, dim: Any, index: Any, **given: Any) -> Any:
    return x.scatter_reduce(dim, index, src[tuple(map(slice, index.shape))], **given)


def _put(x: Any, source: Any, index: Any, **given: Any) -> Any:
    return x.put(index, source, **given)


def _index_put(x: Any, values: Any, indices: Any, **given: Any) -> Any:
    return x.index_put(indices, values, **given)


def _masked_fill(x: Any, value: Any, mask: Any) -> Any:
    return x.masked_fill(mask, value)


def _sum_in_bags(weight: Any, factors: Any, indices: Any, bags: Any, number: Any) -> Any:
    rows = weight[indices] * factors[:, None]
    return weight.new_zeros(number, weight.shape[1]).index_add(0, bags, rows)


def _pad_to(x: Any, shape: Any) -> Any:
    made = x.new_zeros(shape)
    made[tuple(map(slice, x.shape))] = x
    return made


def _overlay(base: Any, part: Any, steps: Any) -> Any:
    made = view = base.clone()
    for op, arguments in steps:
        view = view[arguments[0]] if op.name == "getitem" else getattr(view, op.name)(*arguments)
    view.copy_(part)
    return made


INDEXING = [
    Row("getitem", real, torch=lambda x, index: x[index], samples=INDICES),
    Row("add_at", real, torch=_add_at, samples=[
        *[at((2,), index=(slice(1, 3),), shape=(4,)), at((4, 2), index=(..., 1), shape=(4, 2, 3))],
        at((3, 2), index=(ints(0, 0, 3),), shape=(4, 2)),
        at((2,), index=(0, ints(1, 1)), shape=(2, 3)),
        at((2,), index=(np.array([True, False, True]),), shape=(3,)),
    ]),
    Row("gather", real, samples=GATHERED),
    Row("place_along", real, torch=_place_along, samples=[
        at((2, 3), dim=0, index=ints([0, 2, 0], [0, 0, 1]), shape=(3, 4)),
        *[at((2, 1), dim=-1, index=ints([3], [0]), shape=(2, 4)), at((), dim=0, index=np.array(0),
                                                                    shape=())],
        at((5,), dim=0, index=ints(1, 1, 1, 1, 0), shape=(4,)),
    ]),
    Row("scatter_add", real, real, named=("src",), torch=_scatter_add, samples=[
        at((3, 4), (2, 4), dim=0, index=ints([0, 2, 1, 0], [0, 0, 0, 1])),
        at((3, 4), (3, 2), dim=-1, index=ints([3], [0], [0])),
        at((4,), (6,), dim=0, index=ints(1, 1, 1, 1, 0)),
        *[at((), (), dim=0, index=np.array(0)), at((2, 3), (2, 3), dim=1,
                                                   index=np.zeros((2, 0), np.int64))],
    ]),
    Row("scatter", real, real, named=("src",), torch=_scatter, samples=[
        at((3, 4), (2, 4), dim=0, index=ints([0, 2, 1, 0], [1, 0, 0, 1])),
        at((3, 4), (3, 2), dim=-1, index=ints([3], [0], [0])),
        *[at((4,), (2,), dim=0, index=ints(3, 1)), at((), (), dim=0, index=np.array(0))],
        *[at((4,), (1,), dim=0, index=np.array(2)), at((), (1,), dim=0, index=ints(0))],
        at((0,), (), dim=0, index=np.zeros(0, np.int64)),
        at((2, 3), (2, 3), dim=1, index=np.zeros((2, 0), np.int64)),
    ]),
    Row("scatter_reduce", real, real, named=("src",), torch=_scatter_reduce, samples=[
        at(*shapes, **given, reduce=reduce, include_self=include_self)
        for reduce in ("sum", "prod", "mean", "amax", "amin") for include_self in (True, False)
        for shapes, given in (
            (((3, 4), (3, 4)), {"dim": 0, "index": ints([0, 2, 1, 0], [0, 0, 0, 1])}),
            (((4,), (6,)), {"dim": 0, "index": ints(1, 1, 1, 1, 0)}),
        )
    ]),
    Row("index_reduce", real, real, named=("source",), samples=[
        at(*shapes, **given, reduce=reduce, include_self=include_self)
        for reduce in ("prod", "mean", "amax", "amin") for include_self in (True, False)
        for shapes, given in (
            (((3, 2), (4, 2)), {"dim": 0, "index": ints(0, 2, 0, 0)}),
            (((2, 3, 2), (2, 2, 2)), {"dim": -2, "index": ints(1, 1)}),
        )
    ]),
    Row("index_copy", real, real, named=("source",), samples=[
        at((4, 3), (2, 3), dim=0, index=ints(0, 3)),
        at((4, 3), (4, 2), dim=-1, index=ints(2, 0)),
        *[at((4,), (), dim=0, index=ints(2)), at((), (), dim=0, index=ints(0))],
        *[at((4, 3), (1, 3), dim=0, index=np.array(1)), at((4,), (1,), dim=0, index=np.array(1))],
    ]),
    Row("index_fill", real, real, named=("value",), samples=[
        *[at((4, 3), (), dim=0, index=ints(0, 3, 0)), at((4, 3), (), dim=-1, index=np.array(2))],
        *[at((), (), dim=0, index=ints(0)), at((2, 2), (), dim=0, index=np.zeros(0, np.int64))],
    ]),
    Row("take", real, samples=[
        *[at((3, 4), index=ints([0, -1], [0, 5])), at((), index=ints(0, 0))],
        at((3,), index=np.array(1)),
    ]),
    Row("put", real, real, named=("source",), torch=_put, samples=[
        *[at((3, 4), (2, 2), index=ints([0, -1], [7, 5])), at((), (1,), index=ints(0))],
        at((3,), (4,), index=ints([0, 2], [0, 0]), accumulate=True),
    ]),
    Row("index_put", real, real, named=("values",), torch=_index_put, samples=[
        at((4, 3), (3,), indices=(ints(0, 2),)),
        at((4, 3), (2,), indices=(ints(0, 2), ints(1, 1))),
        at((4, 3), (3, 1), indices=(ints(0, 0, 3),), accumulate=True),
        at((2, 3), (), indices=(np.array([[True, False, True], [False, False, True]]),)),
    ]),
    Row("masked_fill", real, real, torch=_masked_fill, named=("value",), samples=[
        *[at((2, 3), (), mask=MASK), at((3,), (), mask=MASK), at((2, 3), (), mask=MASK[0])],
        *[at((), (), mask=np.array(True)), at((0, 3), (), mask=MASK[0])],
    ]),
    Row("masked_select", real, samples=[
        *[at((2, 3), mask=MASK), at((3,), mask=MASK), at((2, 3), mask=MASK[0])],
        *[at((), mask=np.array(True)), at((0, 3), mask=MASK[0]), at((), mask=MASK)],
    ]),
    Row("masked_scatter", real, real, named=("source",), samples=[
        *[at((2, 3), (4,), mask=MASK), at((3,), (2, 3), mask=MASK), at((2, 3), (4,), mask=MASK[0])],
        at((), (1,), mask=np.array(True)),
    ]),
    Row("fill", real, real, samples=[at((2, 3), ()), at((), ()), at((0, 2), ())]),
    Row("nonzero", half_zero, samples=[at((2, 3)), at(()), at((0, 2)), at((4,))]),
    Row("argwhere", half_zero, samples=[at((2, 3)), at(()), at((0, 2)), at((4,))]),
    Row("nonzero_static", half_zero, samples=[
        *[at((2, 3), size=2), at((2, 3), size=9), at((), size=2), at((4,), size=7, fill_value=5)],
    ]),
    Row("embedding", real, samples=[
        *[at((4, 3), indices=ints([0, 2], [0, 0])), at((4, 3), indices=np.array(1))],
        at((4, 3), indices=ints([0, 2], [0, 0]), padding_idx=3),
    ]),
    Row("embedding_dense_backward", real, torch="ops.aten.embedding_dense_backward", samples=[
        at((2, 3), indices=ints(1, 1), num_weights=3, padding_idx=-1, scale_grad_by_freq=False),
        at((2, 2, 3), indices=ints([1, 0], [1, 2]), num_weights=3, padding_idx=2,
           scale_grad_by_freq=False),
    ]),
    Row("embedding_bag", real, real, named=("factors",), torch=_sum_in_bags, samples=[
        at((4, 3), (4,), indices=ints(0, 2, 0, 1), bags=ints(0, 0, 1, 3), number=4),
        at((4, 3), (2,), indices=ints(3, 3), bags=ints(0, 1), number=2),
        at((4, 3), (4,), indices=ints(3, 3, 0, 1), bags=ints(0, 0, 1, 1), number=2),
        at((4, 3), (2,), indices=ints(3, 0), bags=ints(0, 0), number=2),
    ]),
    Row("pad_to", real, torch=_pad_to, samples=[
        *[at((2, 3), shape=(4, 3)), at((2, 3), shape=(2, 5)), at((), shape=())],
        at((0, 2), shape=(2, 2)),
    ]),
    Row("index_select", real, samples=[
        *[at((4, 3), dim=0, index=ints(0, 0, 3)), at((4, 3), dim=-1, index=ints(2))],
        *[at((4, 3), dim=1, index=np.zeros(0, np.int64)), at((), dim=0, index=ints(0))],
        *[at((4, 3), dim=1, index=np.array(1)), at((), dim=0, index=np.array(0))],
    ]),
    Row("index_add", real, real, named=("source",), samples=[
        at((4, 3), (2, 3), dim=0, index=ints(0, 3)),
        at((4, 3), (3, 3), dim=0, index=ints(1, 1, 0), alpha=2),
        at((4, 3), (4, 2), dim=-1, index=ints(2, 0)),
        at(CUBE, (2, 2, 4), dim=1, index=ints(2, 0)),
        at((), (), dim=0, index=ints(0)),
    ]),
    Row("overlay", real, real, torch=_overlay, samples=[
        at((2, 3), (3,), steps=((registry["getitem"], (1,)),)),
        at((4, 3), (2,), steps=(
            (registry["transpose"], (0, 1)), (registry["getitem"], ((2, slice(0, 2)),)),
        )),
    ]),
]  # fmt: skip
