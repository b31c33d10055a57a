"""Views share memory and hand writes to the graph, copies do not; the same numbers as PyTorch's.
Read `test_ops_rearranging.py` next.
"""

from __future__ import annotations

import numpy as np
import pytest
from beside_torch import assert_same

import tinygrad_nn as tnn
from tinygrad_nn.errors import DTypeError, GraphError, ShapeError

torch = pytest.importorskip("torch")

VIEWS = {
    "select": lambda f, x: x.select(1, -1),
    "narrow": lambda f, x: f.narrow(x, 0, 1, 2),
    "diagonal": lambda f, x: x.diagonal(1),
    "unfold": lambda f, x: x.unfold(1, 2, 2),
    "as_strided": lambda f, x: x.as_strided((2, 2), (4, 1), 1),
    "as_strided of a view": lambda f, x: x[1:].as_strided((2,), (2,)),
    "movedim": lambda f, x: f.movedim(x, 0, 1),
    "swapdims": lambda f, x: x.swapdims(0, 1),
    "tensor_split": lambda f, x: x.tensor_split(2)[1],
    "hsplit": lambda f, x: f.hsplit(x, 2)[0],
    "unflatten": lambda f, x: x.unflatten(1, (2, -1)),
    "ravel": lambda f, x: f.ravel(x),
    "mH": lambda f, x: x.mH,
    "atleast_3d": lambda f, x: f.atleast_3d(x),
    "diagonal of a transpose": lambda f, x: x.t().diagonal(-1)[1:],
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_write_through_a_view_is_seen_by_the_graph(name):
    view = VIEWS[name]

    def program(f):
        x = f.arange(12.0).reshape(3, 4).requires_grad_()
        y = x * 2
        seen = view(f, y)
        seen *= 3
        again = view(f, y)
        again.pow(2).sum().backward()
        return y, seen, x.grad

    assert_same(program)
    x = tnn.arange(12.0).reshape(3, 4)
    assert np.shares_memory(view(tnn, x).array, x.array)


def test_of_the_written_base_the_gradient_is_right_too():
    for view in VIEWS.values():

        def program(f, view=view):
            x = f.arange(12.0).reshape(3, 4).requires_grad_()
            y = x * 2
            view(f, y).mul_(3)
            return f.autograd.grad((y * y).sum(), x)

        assert_same(program)


def test_copies_share_nothing():
    x = tnn.arange(12.0).reshape(3, 4)
    calls = [
        *(tnn.narrow_copy(x, 0, 0, 3), tnn.view_copy(x, (4, 3)), tnn.t_copy(x)),
        *(tnn.permute_copy(x, (0, 1)), tnn.unsqueeze_copy(x, 0), tnn.alias_copy(x)),
        *(tnn.diag(x), tnn.tril(x), tnn.roll(x, 0), tnn.tile(x, (1, 1)), tnn.rot90(x, 4)),
        *(*tnn.unbind_copy(x), *tnn.split_copy(x, 2), tnn.expand_copy(x, (1, 3, 4))),
    ]
    for made in calls:
        assert not np.shares_memory(made.array, x.array)
        assert made.is_contiguous()


ON_ITSELF = {
    "t_": lambda x: x.t_(),
    "transpose_": lambda x: x.transpose_(0, 1),
    "unsqueeze_": lambda x: x.unsqueeze_(1),
    "squeeze_": lambda x: x.unsqueeze_(0).squeeze_(),
    "as_strided_": lambda x: x.as_strided_((2, 2), (3, 1)),
}


@pytest.mark.parametrize("name", ON_ITSELF)
def test_a_tensor_takes_another_shape_itself(name):
    change = ON_ITSELF[name]

    def program(f):
        x = f.arange(6.0).reshape(2, 3).requires_grad_()
        y = x * 2
        same = change(y) is y
        part = (x * 3)[:, 1:]
        change(part)
        part *= 2
        (y * y).sum().backward()
        (part * part).sum().backward()
        plain = f.arange(6.0).reshape(2, 3)
        change(plain)
        return same, y, part, plain, x.grad

    assert_same(program)


def test_where_a_shape_in_place_would_make_a_gradient_wrong_it_is_refused():
    x = tnn.ones(2, 3, requires_grad=True)
    with pytest.raises(GraphError, match="t_: a leaf"):
        x.t_()
    y = x * 2
    with tnn.no_grad(), pytest.raises(GraphError, match="t_: a part of a graph"):
        y.t_()
    kept = y * y
    y.t_()
    with pytest.raises(GraphError, match="version 1"):
        kept.sum().backward()
    z = tnn.ones(2, 3)
    row = z[0]
    with pytest.raises(GraphError, match="t_: there are views"):
        z.t_()
    del row
    assert z.t_().shape == (3, 2)


def test_as_strided_of_what_lies_otherwise():
    def program(f):
        x = f.arange(6.0).reshape(2, 3).requires_grad_()
        y = (x * 1).t()
        overlapping = y.as_strided((2, 3), (1, 1), 1)
        expanded = (x[0] * 1).expand(2, 3).as_strided((3,), (1,))
        total = (overlapping * f.arange(6.0).reshape(2, 3)).sum() + (expanded**2).sum()
        first = f.autograd.grad(total, x, create_graph=True)[0]
        return overlapping, first, f.autograd.grad((first**2).sum(), x)[0]

    assert_same(program)
    with pytest.raises(ShapeError, match="reach beyond the 6 elements"):
        tnn.arange(6.0).as_strided((3, 3), (3, 1))


def test_scattered_into_a_copy():
    def program(f):
        x, s = f.arange(6.0).reshape(2, 3).requires_grad_(), f.full((2,), 7.0).requires_grad_()
        made = [f.select_scatter(x, s, 1, 0), f.diagonal_scatter(x, s, 1)]
        made += [f.slice_scatter(x, s[:, None], 1, 1, 2)]
        (made[0] ** 2).sum().backward()
        return *made, x.grad, s.grad

    assert_same(program)
    x = tnn.zeros(3, requires_grad=True)
    made = x.as_strided_scatter(tnn.ones(2), (2,), (2,))
    made.sum().backward()
    assert made.tolist() == [1.0, 0.0, 1.0]
    assert x.grad.tolist() == [0.0, 1.0, 0.0]  # what was overwritten gets none
    with pytest.raises(ShapeError, match=r"select_scatter: src has shape \(3,\)"):
        tnn.select_scatter(tnn.ones(2, 2), tnn.ones(3), 0, 0)
    with pytest.raises(DTypeError, match="select_scatter: src is int64"):
        tnn.select_scatter(tnn.ones(2, 2), tnn.tensor([1, 2]), 0, 0)


def test_out_of_what_is_made_of_several_operations():
    def program(f):
        a, b = f.ones(2, 2), f.zeros(2, 2)
        outs = [f.empty(0) for _ in range(6)]
        f.hstack((a, b), out=outs[0])
        f.vstack((a, b), out=outs[1])
        f.diag(a, out=outs[2])
        f.permute_copy(a, (1, 0), out=outs[3])
        f.linspace(0, 1, 3, out=outs[4])
        f.arange(3, out=outs[5])
        return outs

    assert_same(program)
    with pytest.raises(GraphError, match=r"hstack\(out=...\) is not differentiable"):
        tnn.hstack([tnn.ones(2, requires_grad=True)], out=tnn.empty(0))


def test_counts_repeat_elements():
    def program(f):
        x = f.arange(6.0).reshape(2, 3).requires_grad_()
        counts = f.tensor([2, 0, 3])
        made = [
            *(x.repeat_interleave(counts, 1), f.repeat_interleave(x, 2), x.repeat_interleave(2, 0)),
            x.repeat_interleave(counts, dim=1, output_size=5),
        ]
        sum((y**2).sum() for y in made).backward()
        return *made, f.repeat_interleave(counts), x.grad

    assert_same(program)
    for counts, said in ((tnn.tensor([1.0]), "integers"), (tnn.tensor([-1]), "below 0")):
        with pytest.raises(RuntimeError, match=f"repeat_interleave: .*{said}"):
            tnn.repeat_interleave(tnn.ones(1), counts)


@pytest.mark.parametrize("shape", [(200, 130), (130, 200), (2, 129, 129), (20_000, 1)])
def test_large_triangles_are_those_of_numpy(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    for diagonal in (0, 1, -1, 5, -70, 70, 128, -64, 63, -400, 400):
        for name in ("tril", "triu"):
            made = getattr(tnn, name)(tnn.from_numpy(x), diagonal)
            np.testing.assert_array_equal(made.array, getattr(np, name)(x, diagonal))
