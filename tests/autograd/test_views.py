"""Views: what a write through one does to its base, to other views, and to their graphs.
Read `test_inplace_programs.py` next.
"""

from __future__ import annotations

from typing import Any

import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn


def grid(library: Any) -> Any:
    """A computed 3 x 4 tensor and its leaf."""
    x = library.arange(12, dtype=library.float64).reshape(3, 4).requires_grad_()
    return x, x * 0.5


VIEWS = {
    "row": lambda x: x[1],
    "column": lambda x: x[:, 1],
    "element": lambda x: x[2, 3],
    "every other": lambda x: x[::2, 1::2],
    "new dimension": lambda x: x[None, :, None, 0],
    "transpose": lambda x: x.transpose(0, 1),
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "t()": lambda x: x.t(),
    "permute": lambda x: x.permute(1, 0),
    "view": lambda x: x.view(2, 6),
    "reshape": lambda x: x.reshape(-1),
    "flatten": lambda x: x.flatten(),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "squeeze": lambda x: x.unsqueeze(0).squeeze(),
    "view of a view": lambda x: x[1:].T[2].unsqueeze(0)[:, :1],
    "column of a reshaped transpose": lambda x: x.view(3, 2, 2).transpose(1, 2)[:, 1],
    "view_as": lambda x: x.view_as(x.detach().reshape(4, 3)),
    "whole": lambda x: x[...],
}


@pytest.mark.parametrize("take", VIEWS.values(), ids=VIEWS.keys())
class TestEveryView:
    def test_a_write_through_it_reaches_the_base(self, take):
        def program(library):
            leaf, x = grid(library)
            view = take(x)
            view.mul_(view.detach() + 1)
            (x * x).sum().backward()
            return x, view, leaf.grad, x._version, view._version

        assert_same(program)

    def test_a_write_through_the_base_reaches_it(self, take):
        def program(library):
            leaf, x = grid(library)
            view = take(x)
            x.mul_(x.detach() + 1)
            (view * view).sum().backward()
            return view, leaf.grad

        assert_same(program)

    def test_a_write_through_another_view_reaches_it(self, take):
        def program(library):
            leaf, x = grid(library)
            view, other = take(x), x.reshape(-1)
            other[3:9].mul_(other[3:9].detach())
            (view * 3).sum().backward()
            return view, leaf.grad

        assert_same(program)

    def test_a_constant_becomes_part_of_the_graph_through_it(self, take):
        def program(library):
            w = leaf(library, 2.0)
            x = library.arange(12, dtype=library.float64).reshape(3, 4)
            view = take(x)
            view.mul_(w)
            (x * x).sum().backward()
            return x.requires_grad, view.requires_grad, x.is_leaf, w.grad

        assert_same(program)

    def test_what_was_kept_of_the_base_is_refused_after_a_write_through_it(self, take):
        def program(library):
            _, x = grid(library)
            y = x * x
            take(x).zero_()
            y.sum().backward()

        assert_same(program)

    def test_a_leaf_cannot_be_written_through_it(self, take):
        def program(library):
            x, _ = grid(library)
            take(x).zero_()

        assert_same(program)

    def test_its_gradient_is_retained_and_hooked_by_itself(self, take):
        def program(library):
            leaf, x = grid(library)
            view = take(x)
            view.retain_grad()
            (view * 3 + x.sum()).sum().backward()
            return view.grad, leaf.grad

        assert_same(program)


def test_a_view_keeps_its_base_alive_and_writable():
    def program(library):
        w = leaf(library, 1.0, 2.0)

        def last(x):
            return x[1:]

        view = last(w * 2)
        view.mul_(5)
        view.sum().backward()
        return w.grad

    assert_same(program)


@pytest.mark.parametrize("count", [100, 200, 300, 600])
def test_every_living_view_follows_a_write_however_many_there_are(count):
    w = leaf(tnn, 1.0, 2.0)
    x = w * 1
    views = [x[i % 2] for i in range(count)]
    del views[::3]
    x.mul_(7)
    for view in views:
        (gradient,) = tnn.autograd.grad(view, w, retain_graph=True)
        assert gradient.sum().item() == 7.0


def test_views_that_died_do_not_matter():
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w * 1
        x[0].mul_(3)
        x[1:].add_(w[:1])
        x.sum().backward()
        return w.grad

    assert_same(program)


def test_a_view_taken_under_no_grad_is_not_written_where_operations_are_recorded():
    def program(library):
        _, x = grid(library)
        with library.no_grad():
            view = x[0]
        view.mul_(2)

    assert "no_grad" in str(assert_same(program))


def test_a_view_taken_under_no_grad_can_be_written_under_no_grad():
    def program(library):
        leaf, x = grid(library)
        with library.no_grad():
            view = x[0]
            view.mul_(2)
        x.sum().backward()
        return x, leaf.grad

    assert_same(program)


def test_a_detached_view_is_written_but_leaves_the_graph_alone():
    def program(library):
        leaf, x = grid(library)
        x.detach()[0].zero_()
        x.sum().backward()
        return x, leaf.grad

    assert_same(program)


def test_detach_in_place_is_refused_on_a_view():
    def program(library):
        _, x = grid(library)
        x[0].detach_()

    assert "view" in str(assert_same(program))


def test_a_copy_is_no_view():
    def program(library):
        leaf, x = grid(library)
        copies = [x[[0, 1]], x[x > 1], x.clone(), x.T.reshape(-1), x * 1, x.T.contiguous()]
        for each in copies:
            each.zero_()
        x.sum().backward()
        return x, x._version, leaf.grad

    assert_same(program)


def test_a_contiguous_tensor_is_itself():
    x = tnn.ones(2, 2)
    assert x.contiguous() is x
    assert x.to(tnn.float32) is x


def test_operations_on_a_view_keep_the_version_of_the_base():
    def program(library):
        _, x = grid(library)
        y = x[0] * x[0]
        x[1].zero_()
        y.sum().backward()

    assert "in place" in str(assert_same(program))


def test_a_write_through_a_view_twice_over():
    def program(library):
        w = leaf(library, 1.0, 2.0, 3.0, 4.0)
        x = w * 1
        square = x.view(2, 2)
        square[0].mul_(square[1])
        square[:, 0].add_(square[:, 1].clone())
        (x * x).sum().backward()
        return x, w.grad

    assert_same(program)


def test_second_derivatives_go_through_writes():
    def program(library):
        w = leaf(library, 1.5, 2.0, 3.0)
        x = w**2
        x[1:].mul_(w[:2])
        x[0] = x[2] * w[1]
        (first,) = library.autograd.grad((x * x).sum(), w, create_graph=True)
        return first, library.autograd.grad((first * first).sum(), w)

    assert_same(program, rtol=1e-9)


def test_parts_of_no_dimension_are_views_too(library):
    x = library.zeros(3)
    x.unbind()[1].add_(1)
    assert x.tolist() == [0.0, 1.0, 0.0]


PARTED = {
    "unbind": lambda x: x.unbind(0),
    "split": lambda x: x.split(1),
    "chunk": lambda x: x.chunk(2),
}


@pytest.mark.parametrize("part", PARTED.values(), ids=PARTED)
@pytest.mark.parametrize("frozen", [False, True])
def test_one_of_several_views_is_not_used_after_a_write_into_their_base(part, frozen):
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w.detach().clone() if frozen else w * 2
        first, _ = part(x)
        x.mul_(w if frozen else 5)
        first.sum().backward()
        return w.grad

    assert "written in place" in str(assert_same(program))


@pytest.mark.parametrize("part", PARTED.values(), ids=PARTED)
def test_what_was_computed_from_one_of_several_views_before_the_write_is_right(part):
    def program(library):
        w = leaf(library, 1.0, 2.0)
        x = w * 2
        before = part(x)[0] * 3
        x.mul_(5)
        (before.sum() + x.sum()).backward()
        return w.grad

    assert_same(program)
