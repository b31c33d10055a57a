"""Scattering, masks, padding and embeddings as programs call them, beside PyTorch.
Read `test_ops_indexing.py` next, for x[index] itself.
"""

import re
import warnings

import numpy as np
import pytest
from beside_torch import torch
from op_checks import array, assert_close, leaf

import tinygrad_nn as tnn
from tinygrad_nn.errors import (
    ArgumentError,
    DimensionError,
    DTypeError,
    GraphError,
    ShapeError,
)

MASK = np.array([[True, False, True], [False, True, True]])


def indices(f, *values):
    return f.tensor(values[0] if len(values) == 1 else values)


def run(framework, call, shapes):
    """The results of a call on drawn tensors, and the gradients of all of them."""
    random = np.random.default_rng(0)
    tensors = [leaf(framework, random.standard_normal(shape)) for shape in shapes]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's, on what is deprecated or new
        made = call(framework, *tensors)
    results = list(made) if isinstance(made, tuple) else [made]
    roots = [y for y in results if y.requires_grad]
    if not roots:
        return results
    drawn = [leaf(framework, random.standard_normal(tuple(y.shape))).detach() for y in roots]
    return [
        *results,
        *framework.autograd.grad(roots, tensors, drawn, allow_unused=True),
    ]


def written(call):
    """A call that writes into a tensor which has a graph."""
    return lambda f, x, *others: (lambda y: call(f, y, *others))(x * 1.0)


CALLS = {
    "scatter a number": ([(2, 3)], lambda f, x: x.scatter(1, indices(f, [[0, 2], [1, 1]]), 2)),
    "scatter value=": ([(2, 3)], lambda f, x: f.scatter(x, 1, indices(f, [[0]]), value=2.5)),
    "scatter into integers": (
        [],
        lambda f: f.tensor([1, 2, 3]).scatter(0, indices(f, [0]), 2.7),
    ),
    "scatter int32 index": ([(3,), (2,)], lambda f, x, s: x.scatter(
        0, f.tensor([2, 0], dtype=f.int32), s)),
    "scatter, the last one stays": ([(3,), (4,)], lambda f, x, s: x.scatter(
        0, indices(f, [1, 1, 2, 1]), s)),
    "scatter_ a number": ([(2, 3)], written(lambda f, x: x.scatter_(1, indices(f, [[0], [2]]), 1))),
    "scatter_add_": ([(3,), (2,)], written(
        lambda f, x, s: x.scatter_add_(0, indices(f, [1, 1]), s))),
    "scatter_reduce_": ([(3,), (3,)], written(
        lambda f, x, s: x.scatter_reduce_(0, indices(f, [1, 1, 0]), s, reduce="prod"))),
    "scatter_reduce of integers": ([], lambda f: tuple(
        f.tensor([3, -8, 1]).scatter_reduce(
            0, indices(f, [0, 0, 1]), f.tensor([2, 5, 2]), reduce, include_self=include_self)
        for reduce in ("sum", "prod", "mean", "amax", "amin") for include_self in (True, False))),
    "scatter_reduce of zeros": ([(3,), (4,)], lambda f, x, s: x.scatter_reduce(
        0, indices(f, [0, 0, 1, 2]), s * f.tensor([0.0, 1.0, 0.0, 1.0], dtype=f.float64), "prod")),
    "index_copy_": ([(3, 2), (2, 2)], written(
        lambda f, x, s: x.index_copy_(0, indices(f, [2, 2]), s))),
    "index_fill_ from the end": ([(3, 2)], written(
        lambda f, x: x.index_fill_(0, indices(f, [-1]), 5))),
    "index_reduce_": ([(3, 2), (3, 2)], written(
        lambda f, x, s: x.index_reduce_(0, indices(f, [2, 2, 0]), s, "amax"))),
    "index_put_": ([(3, 2), (2,)], written(
        lambda f, x, v: x.index_put_((indices(f, [2, 2]),), v, accumulate=True))),
    "torch.index_put_": ([(3,), ()], written(
        lambda f, x, v: f.index_put_(x, [f.tensor([True, False, True])], v))),
    "put_": ([(2, 2), (3,)], written(lambda f, x, s: x.put_(indices(f, [3, 0, 3]), s))),
    "take_along_dim": ([(2, 3)], lambda f, x: f.take_along_dim(x, x.argsort(1), 1)),
    "take_along_dim of all": ([(2, 3)], lambda f, x: x.take_along_dim(indices(f, [[4, 0]]))),
    "take_along_dim, broadcast": ([(2, 1, 3)], lambda f, x: x.take_along_dim(
        indices(f, [[[1], [0]]]), dim=-1)),
    "masked_fill_": ([(2, 3)], written(
        lambda f, x: x.masked_fill_(f.from_numpy(MASK), float("-inf")))),
    "masked_fill a tensor": ([(2, 3), ()], written(
        lambda f, x, v: x.masked_fill(f.from_numpy(MASK[0]), v))),
    "masked_fill of integers": ([], lambda f: f.tensor([1, 2, 3]).masked_fill(
        f.from_numpy(MASK[0]), 1.5)),
    "masked_scatter_": ([(2, 3), (5,)], written(
        lambda f, x, s: x.masked_scatter_(f.from_numpy(MASK), s))),
    "x[mask] = v": ([(2, 3), ()], written(
        lambda f, x, v: (x.__setitem__(f.from_numpy(MASK), v), x)[1])),
    "x[i, :, i] += v": ([(3, 2, 3), (2, 2)], written(lambda f, x, v: (
        x.__setitem__((indices(f, [0, 2]), slice(None), indices(f, [1, 1])),
                      x[indices(f, [0, 2]), :, indices(f, [1, 1])] + v), x)[1])),
    "two ellipses": ([(2, 3, 2)], lambda f, x: (x[..., ...], x[..., 0, ...], x[1, ..., ...])),
    "nonzero as_tuple": ([], lambda f: f.from_numpy(MASK).nonzero(as_tuple=True)),
    "nonzero of a number": ([], lambda f: (
        f.nonzero(f.tensor(3.0)), *f.nonzero(f.tensor(3.0), as_tuple=True))),
    "where a mask holds": ([], lambda f: f.where(f.from_numpy(MASK))),
    "unravel_index": ([], lambda f: f.unravel_index(indices(f, [[3, 5], [0, -1]]), (2, 3))),
    "unravel_index of a size": ([], lambda f: f.unravel_index(f.tensor(4), 6)),
    "fill_": ([(2,)], written(lambda f, x: f.fill_(x, 3.0))),
    "fill_diagonal_": ([(3, 4)], written(lambda f, x: x.fill_diagonal_(2))),
    "fill_diagonal_ wrap": ([(7, 2)], written(lambda f, x: x.fill_diagonal_(2.0, wrap=True))),
    "fill_diagonal_ of a cube": ([(2, 2, 2)], written(lambda f, x: x.fill_diagonal_(2.0))),
    "pad": ([(2, 3)], lambda f, x: tuple(
        f.nn.functional.pad(x, pad, value=value)
        for pad in ([1, 2], (0, -1, 1, 0), ()) for value in (None, 2))),
    "pad with its own": ([(1, 2, 4, 4)], lambda f, x: tuple(
        f.nn.functional.pad(x, pad, mode) for mode in ("reflect", "replicate", "circular")
        for pad in ((1, 2, 3, 0), (-1, 2, 0, -2)))),
    "pad of integers and bool": ([], lambda f: (
        f.nn.functional.pad(f.tensor([[1, 2, 3]]), (1, 2), "reflect"),
        f.nn.functional.pad(f.tensor([True]), (1, 1)),
        f.constant_pad_nd(f.tensor([1, 2]), (1, 0), 1.5))),
    "embedding": ([(4, 3)], lambda f, w: tuple(
        f.nn.functional.embedding(indices(f, [[0, 2], [0, 3]]), w, **given)
        for given in ({}, {"padding_idx": -4}, {"scale_grad_by_freq": True}))),
    "embedding of nothing": ([(4, 3)], lambda f, w: f.embedding(w, f.zeros(0, 2, dtype=f.int64))),
    "embedding_bag": ([(4, 3)], lambda f, w: tuple(
        f.nn.functional.embedding_bag(
            indices(f, [0, 2, 0, 3, 1]), w, offsets=indices(f, [0, 3, 3]), mode=mode,
            padding_idx=padding_idx)
        for mode in ("sum", "mean", "max") for padding_idx in (None, 0))),
    "embedding_bag of rows": ([(4, 3), (2, 2)], lambda f, w, p: f.nn.functional.embedding_bag(
        indices(f, [[0, 2], [3, 0]]), w, mode="sum", per_sample_weights=p)),
    "embedding_bag, the last offset": ([(4, 3)], lambda f, w: f.nn.functional.embedding_bag(
        indices(f, [0, 2, 0, 3, 1]), w, indices(f, [0, 1, 5]), include_last_offset=True)),
    "embedding_bag scaled": ([(4, 3)], lambda f, w: f.nn.functional.embedding_bag(
        indices(f, [[2, 2], [2, 2]]), w, mode="sum", scale_grad_by_freq=True)),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_call_gives_what_pytorch_gives(name):
    shapes, call = CALLS[name]
    ours, theirs = (run(framework, call, shapes) for framework in (tnn, torch))
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert str(one.dtype) == str(other.dtype)
            assert tuple(one.shape) == tuple(other.shape)
            assert_close(array(one), array(other), name)


@pytest.mark.parametrize("norm_type", [2.0, 1.0, float("inf")])
def test_rows_above_the_largest_norm_are_scaled_down_in_place(norm_type):
    found = []
    for f in (tnn, torch):
        table = leaf(f, np.arange(12.0).reshape(4, 3) / 4)
        index = indices(f, [1, 0, 3, 1])
        table.requires_grad_(False)
        rows = f.nn.functional.embedding(index, table, max_norm=2.0, norm_type=norm_type)
        bag = f.nn.functional.embedding_bag(index[None], table, max_norm=1.0, norm_type=norm_type)
        found.append([array(rows), array(bag), array(table)])
    for one, other in zip(*found, strict=True):
        assert_close(one, other, norm_type)


def test_a_reduction_that_pytorch_has_no_gradient_for_has_the_right_one():
    x, src = tnn.ones(3, requires_grad=True), tnn.tensor([2.0, 5.0], requires_grad=True)
    index = tnn.tensor([0, 0])
    x.scatter(0, index, src, reduce="add").sum().backward()
    assert (x.grad.tolist(), src.grad.tolist()) == ([1, 1, 1], [1, 1])
    y = x.scatter(0, index, src, reduce="multiply")
    assert y.tolist() == torch.ones(3).scatter_reduce(
        0, torch.tensor([0, 0]), torch.tensor([2.0, 5.0]), "prod"
    ).tolist()  # fmt: skip
    assert tnn.autograd.grad(y.sum(), src)[0].tolist() == [5, 2]
    assert x.detach().scatter(0, index, 3.0, reduce="add").tolist() == [7, 1, 1]
    assert x.detach().scatter_(0, index, value=3.0, reduce="multiply").tolist() == [9, 1, 1]


def test_the_gradient_of_a_row_that_is_scaled_by_frequency_has_a_right_gradient():
    """PyTorch's second derivative leaves the scale out."""
    index = tnn.tensor([[0, 2], [0, 0]])

    def scaled(table, g):
        y = tnn.embedding(table, index, 2, True)
        return tnn.autograd.grad(y, table, g, create_graph=True)[0]

    table = tnn.ones(3, 2, dtype=tnn.float64, requires_grad=True)
    g = tnn.randn(2, 2, 2, dtype=tnn.float64, requires_grad=True)
    assert tnn.autograd.gradcheck(lambda g: scaled(table, g), g)


def test_many_rows_are_added_once_each():
    """Rows that occur once are copied, others added; wide, narrow, odd ones, and along any dim."""
    random = np.random.default_rng(0)
    for rows, width, count in ((500, 8, 300), (500, 7, 300), (20, 64, 300), (900, 600, 40)):
        index = random.integers(0, rows, count)
        added = random.standard_normal((count, width))
        expected = np.zeros((rows, width))
        np.add.at(expected, index, added)
        for dtype in (np.float64, np.float32, np.int64):
            table = tnn.zeros(rows, width, dtype=getattr(tnn, np.dtype(dtype).name))
            given = tnn.from_numpy((added * 4).astype(dtype))
            made = [tnn.index_add(table, 0, tnn.from_numpy(index), given)]
            made.append(tnn.index_add(table.T, 1, tnn.from_numpy(index), given.T).T)
            if dtype is not np.int64:
                table.requires_grad_()
                for y in (
                    table[tnn.from_numpy(index)],
                    tnn.embedding(table, tnn.from_numpy(index)),
                ):
                    made += tnn.autograd.grad(y, table, given, retain_graph=True)
                    (ones,) = tnn.autograd.grad(y.sum(), table)  # of memory that is one element
                    assert ones[:, 0].tolist() == np.bincount(index, minlength=rows).tolist()
            exact = np.zeros((rows, width), dtype)
            np.add.at(exact, index, given.numpy())
            for each in made:
                np.testing.assert_allclose(each.numpy(), exact, 1e-5, 1e-5)


REFUSED = [
    (ArgumentError, r"scatter: reduce is .*'max'", lambda f, x: x.scatter(
        0, indices(f, [[0]]), x, reduce="max")),
    (ArgumentError, r"scatter_reduce: reduce is one of sum, .*'no", lambda f, x: x.scatter_reduce(
        0, indices(f, [[0]]), x, "nope")),
    (ArgumentError, r"index_reduce: reduce is one of prod, .*'sum'", lambda f, x: x.index_reduce(
        0, indices(f, [0]), x[:1], "sum")),
    (DTypeError, r"scatter: src is int64 and the input float32", lambda f, x: x.scatter(
        0, indices(f, [[0]]), f.tensor([[2]]))),
    (DimensionError, r"scatter: index -1 is out of bounds", lambda f, x: x.scatter(
        0, indices(f, [[-1]]), 2.0)),
    (ShapeError, r"scatter: index of shape \(1,\)", lambda f, x: x.scatter(
        0, indices(f, [0]), 2.0)),
    (DimensionError, r"index_copy: index -1 is out", lambda f, x: x.index_copy(
        0, indices(f, [-1]), x[:1])),
    (ShapeError, r"index_copy: a source of shape \(1, 2\)", lambda f, x: x.index_copy(
        0, indices(f, [1]), x[:1, :2])),
    (ShapeError, r"index_fill: value must be .*\(1,\)", lambda f, x: x.index_fill(
        0, indices(f, [0]), f.ones(1))),
    (DimensionError, r"take: index 6 is out of range for 6 elements", lambda f, x: x.take(
        indices(f, [6]))),
    (ShapeError, r"put: source of shape \(2, 3\).*\(1,\)", lambda f, x: x.put(indices(f, [0]), x)),
    (DimensionError, r"index_put: 5 is out of bounds", lambda f, x: x.index_put(
        (indices(f, [5]),), f.tensor(1.0))),
    (ShapeError, r"index_put: values of shape \(2,\)", lambda f, x: x.index_put(
        (indices(f, [0]),), f.ones(2))),
    (DTypeError, r"masked_fill: a mask of bool expected, got int64", lambda f, x: x.masked_fill(
        f.ones(2, 3).long(), 1.0)),
    (ShapeError, r"masked_fill: value must be a number or a 0-d", lambda f, x: x.masked_fill(
        x > 0, f.ones(1))),
    (RuntimeError, r"masked_fill.* complex", lambda f, x: x.masked_fill(x > 0, 1j)),
    (ShapeError, r"masked_fill: a mask of shape \(2,\)", lambda f, x: x.masked_fill(
        f.tensor([True, False]), 1.0)),
    (ShapeError, r"masked_fill_: .*\(4, 2, 3\)", lambda f, x: x.masked_fill_(
        f.ones(4, 2, 3) > 0, 1.0)),
    (ShapeError, r"masked_scatter: source of shape \(1,\)", lambda f, x: x.masked_scatter(
        x == x, f.ones(1))),
    (ShapeError, r"nonzero_static: size", lambda f, x: f.nonzero_static(x, size=-1)),
    (DTypeError, r"unravel_index: integers", lambda f, x: f.unravel_index(x, (2, 3))),
    (ShapeError, r"fill_diagonal_: a matrix", lambda f, x: x[0].fill_diagonal_(1.0)),
    (ShapeError, r"pad: pad holds two widths", lambda f, x: f.nn.functional.pad(x, (1,))),
    (ShapeError, r"pad: widths -2 and -2 leave", lambda f, x: f.nn.functional.pad(x, (-2, -2))),
    (ShapeError, r"pad: with mode=\"reflect\" .* by 2 at most, got 3",
     lambda f, x: f.nn.functional.pad(x, (3, 0), "reflect")),
    (ShapeError, r"pad: with mode=\"circular\"", lambda f, x: f.nn.functional.pad(
        x, (1, 1, 1, 1), "circular")),
    (ArgumentError, r"pad: mode is one of", lambda f, x: f.nn.functional.pad(x, (1, 1), "nope")),
    (ArgumentError, r"pad: a value is for", lambda f, x: f.nn.functional.pad(
        x, (1, 1), "reflect", 1.0)),
    (DimensionError, r"embedding: index 2 is out of bounds", lambda f, x: f.nn.functional.embedding(
        indices(f, [2]), x)),
    (ArgumentError, r"embedding: padding_idx 2", lambda f, x: f.nn.functional.embedding(
        indices(f, [0]), x, padding_idx=2)),
    (DTypeError, r"embedding: index must be int64", lambda f, x: f.nn.functional.embedding(x, x)),
    (ShapeError, r"embedding: weight must have 2", lambda f, x: f.nn.functional.embedding(
        indices(f, [0]), x[0])),
    (ArgumentError, r"embedding_bag: mode is one of", lambda f, x: f.nn.functional.embedding_bag(
        indices(f, [[0]]), x, mode="median")),
    (ArgumentError, r"embedding_bag: offsets, where", lambda f, x: f.nn.functional.embedding_bag(
        indices(f, [0]), x)),
    (ArgumentError, r"embedding_bag: offsets begin at", lambda f, x: f.nn.functional.embedding_bag(
        indices(f, [0, 1]), x, indices(f, [1]))),
    (ArgumentError, r"embedding_bag: per_sample_weight", lambda f, x: f.nn.functional.embedding_bag(
        indices(f, [[0]]), x, per_sample_weights=f.ones(1, 1))),
]  # fmt: skip


def test_what_pytorch_refuses_is_refused_in_our_words():
    for kind, said, program in REFUSED:
        with pytest.raises((RuntimeError, ValueError, IndexError, TypeError, AssertionError)):
            program(torch, torch.arange(6.0).reshape(2, 3))
        with pytest.raises(kind) as raised:
            program(tnn, tnn.arange(6.0).reshape(2, 3))
        assert re.search(said, str(raised.value)), f"{said}: {raised.value}"


def test_an_index_that_was_written_since_is_refused(library):
    x, index = library.ones(3, requires_grad=True), library.tensor([0, 2])
    y = x.scatter(0, index, 2.0)
    index[0] = 1
    with pytest.raises(RuntimeError):
        y.sum().backward()


def test_a_leaf_is_not_written():
    x = tnn.ones(2, 2, requires_grad=True)
    for write in (
        lambda: x.masked_fill_(x > 0, 1.0),
        lambda: x.fill_diagonal_(1.0),
        lambda: x.scatter_(0, tnn.tensor([[0]]), 1.0),
    ):
        with pytest.raises(GraphError, match="a leaf that requires a gradient"):
            write()
