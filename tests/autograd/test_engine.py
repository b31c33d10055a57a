"""What backward and grad give and leave behind, beside PyTorch on the same lines.
Read `test_graph_lifetime.py` next: how deep and how wide a graph may be, and what frees it.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn
from tinygrad_nn.autograd import registry
from tinygrad_nn.autograd.engine import observe

# --- one tensor in several places -----------------------------------------------------------------

TWICE = {
    "x + x": lambda library, x: x + x,
    "x - x": lambda library, x: x - x,
    "x * x": lambda library, x: x * x,
    "x / x": lambda library, x: x / x,
    "x ** x": lambda library, x: x**x,
    "maximum(x, x)": lambda library, x: library.maximum(x, x),
    "minimum(x, x)": lambda library, x: library.minimum(x, x),
    "clamp(x, x, x)": lambda library, x: library.clamp(x, x, x),
    "where(x > 1, x, x)": lambda library, x: library.where(x > 1, x, x),
    "cat([x, x])": lambda library, x: library.cat([x, x]),
    "stack([x, x, x])": lambda library, x: library.stack([x, x, x]),
    "x @ x": lambda library, x: x @ x,
    "outer product": lambda library, x: x.unsqueeze(1) @ x.unsqueeze(0),
    "x[i] * x[j]": lambda library, x: x[[0, 0, 2]] * x[[0, 1, 1]],
    "linear(x, x)": lambda library, x: library.nn.functional.linear(x, x.unsqueeze(0), x[:1]),
    "mse_loss(x, x * x)": lambda library, x: library.nn.functional.mse_loss(x, x * x),
    "x broadcast against its column": lambda library, x: x * x.unsqueeze(1),
    "x twice in a sum of products": lambda library, x: (x * x + x * 2).tanh() * x,
}


@pytest.mark.parametrize("expression", TWICE.values(), ids=TWICE.keys())
def test_a_tensor_used_twice_gets_both_gradients(expression):
    def program(library):
        x = leaf(library, 0.5, 1.5, -2.0) ** 2 + 0.1
        y = expression(library, x)
        weight = library.tensor(np.random.default_rng(0).standard_normal(tuple(y.shape)))
        return y, library.autograd.grad((y * weight).sum(), x)

    assert_same(program)


def test_a_diamond_of_a_thousand_rungs_is_walked_once():
    visits = []
    x = tnn.tensor(3.0, requires_grad=True)
    y = x
    for _ in range(1000):
        y = 0.5 * (y + y)
    observe(y, np.ones((), np.float32), lambda node, g, contributions: visits.append(node))
    assert len(visits) == len(set(visits)) == 2000
    assert x.grad is None
    y.backward()
    assert x.grad.item() == 1.0


def test_paths_of_different_length_meet_before_they_go_on():
    def program(library):
        x = leaf(library, 2.0)
        y = 3 * x
        z = 2 * y + 5 * y
        (z * y + x).sum().backward()
        return x.grad

    assert_same(program)


# --- .grad ----------------------------------------------------------------------------------------


def test_gradients_of_several_passes_add_up():
    def program(library):
        x = leaf(library, 1.0, -2.0)
        seen = []
        for factor in (1.0, 2.0, 3.0):
            (x * x * factor).sum().backward()
            seen.append(x.grad.clone())
        return seen

    assert_same(program)


def test_a_pass_adds_into_the_gradient_that_is_there():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        x.grad = given = library.ones(2, dtype=library.float64)
        (x * 3).sum().backward()
        return x.grad is given, given

    assert_same(program)


def test_a_graph_kept_with_retain_graph_can_be_walked_again():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        y = (x.exp() * x).sum()
        y.backward(retain_graph=True)
        y.backward(retain_graph=True)
        y.backward()
        return x.grad

    assert_same(program)


def all_arrays(*tensors: Any) -> list[Any]:
    return [each for t in tensors for each in (t.array, t.grad.array)]


@pytest.mark.parametrize(
    "combine",
    [
        lambda x, y: x + y,
        lambda x, y: x - y,
        lambda x, y: tnn.cat([x, y]),
        lambda x, y: tnn.stack([x, y])[:, :2],
        lambda x, y: (x.reshape(1, 3) + y.reshape(1, 3)).transpose(0, 1),
        lambda x, y: x.clone() + y[...],
        lambda x, y: tnn.where(tnn.tensor([True, True, True]), x, y),
        lambda x, y: tnn.maximum(x, x) + y,
    ],
)
@pytest.mark.parametrize("ways", ["backward", "grad"])
def test_no_gradient_shares_memory_with_another_array(combine, ways):
    x, y = leaf(tnn, 1.0, 2.0, 3.0), leaf(tnn, 4.0, 5.0, 6.0)
    out = combine(x, y)
    out.retain_grad()
    given = tnn.ones(*out.shape, dtype=tnn.float64)
    if ways == "backward":
        out.backward(given)
    else:
        x.grad, y.grad, out.grad = tnn.autograd.grad(out, [x, y, out], given)
    arrays = [*all_arrays(x, y), out.grad.array, given.array]
    for a, b in itertools.combinations(arrays, 2):
        assert not np.shares_memory(a, b)
    assert given.tolist() == np.ones(out.shape).tolist()
    assert (x.tolist(), y.tolist()) == ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0])
    assert all(array.flags.writeable for array in arrays)


def test_a_later_pass_leaves_the_gradients_handed_out_earlier_alone():
    x = leaf(tnn, 1.0, 2.0)
    (first,) = tnn.autograd.grad((x * x).sum(), x)
    before = first.tolist()
    (x * x).sum().backward()
    x.grad.mul_(100)
    assert first.tolist() == before


def test_a_gradient_has_the_dtype_and_shape_of_its_tensor():
    def program(library):
        x = library.ones(2, 1, requires_grad=True)
        w = library.ones(3, dtype=library.float64, requires_grad=True)
        b = library.ones((), dtype=library.float16, requires_grad=True)
        ((x * w).sum(1) * b).sum().backward()
        return x.grad, w.grad, b.grad

    assert_same(program)


def test_a_gradient_of_another_dtype_is_converted():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        (x * 2).backward(library.ones(2))
        return x.grad

    assert_same(program)


# --- several roots, inputs, autograd.grad ---------------------------------------------------------


def test_several_roots_are_walked_together():
    def program(library):
        x, y = leaf(library, 1.0, 2.0), leaf(library, 3.0, 4.0)
        shared = x * y
        ones = library.ones(2, dtype=library.float64)
        library.autograd.backward([shared.sum(), shared * x, x], [None, ones, ones * 7])
        return x.grad, y.grad

    assert_same(program)


def test_a_root_named_twice_counts_twice():
    def program(library):
        x = leaf(library, 3.0)
        y = (x * x).sum()
        library.autograd.backward([y, y])
        return x.grad

    assert_same(program)


def test_a_leaf_is_its_own_gradient():
    def program(library):
        x = library.tensor(3.0, requires_grad=True)
        x.backward()
        return x.grad, library.autograd.grad(x, x)

    assert_same(program)


def test_backward_with_inputs_fills_only_those():
    def program(library):
        x, w, b = leaf(library, 1.0, 2.0), leaf(library, 3.0, 4.0), leaf(library, 5.0, 6.0)
        hidden = (x * w).tanh()
        (hidden * b).sum().backward(inputs=[w, hidden])
        return x.grad, w.grad, b.grad, hidden.grad

    assert_same(program)


def test_backward_with_inputs_frees_only_what_it_walked():
    def program(library):
        x, w = leaf(library, 1.0, 2.0), leaf(library, 3.0, 4.0)
        hidden = x * x
        out = (hidden * w).sum()
        (part,) = library.autograd.grad(out, hidden)
        hidden.sum().backward()
        return part, x.grad

    assert_same(program)


def test_a_freed_operation_is_refused_even_where_the_rule_asked_for_keeps_nothing():
    def program(library):
        x, weight = library.ones(3, 2), library.ones(4, 2, requires_grad=True)
        bias = library.zeros(4, requires_grad=True)
        total = library.nn.functional.linear(x, weight, bias).sum()
        total.backward()
        return library.autograd.grad(total, bias)

    assert "retain_graph" in str(assert_same(program))


def test_grad_returns_and_leaves_dot_grad_alone():
    def program(library):
        x, y = leaf(library, 1.0, 2.0), leaf(library, 3.0, 4.0)
        found = library.autograd.grad((x * x * y).sum(), [x, y])
        return found, x.grad, y.grad

    assert_same(program)


def test_grad_of_an_inner_tensor():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        hidden = x.exp()
        out = (hidden * hidden * x).sum()
        return library.autograd.grad(out, [hidden, x, out])

    assert_same(program)


def test_grad_of_an_input_named_twice():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        return library.autograd.grad((x * x).sum(), [x, x])

    assert_same(program)


def test_gradients_of_an_input_named_twice_are_two_arrays():
    x = leaf(tnn, 1.0, 2.0)
    first, second = tnn.autograd.grad((x * x).sum(), [x, x])
    first.zero_()
    assert second.tolist() == [2.0, 4.0]


def test_grad_outputs_weigh_the_outputs():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        ones = library.ones(2, dtype=library.float64)
        return library.autograd.grad([x * x, x.exp()], x, grad_outputs=[ones * 3, ones * 5])

    assert_same(program)


def test_grad_of_unused_inputs():
    def program(library):
        x, unused = leaf(library, 1.0, 2.0), leaf(library, 3.0)
        y = (x * x).sum()
        grad = library.autograd.grad
        return (
            grad(y, [x, unused], allow_unused=True, retain_graph=True),
            grad(y, [x, unused], materialize_grads=True),
        )

    assert_same(program)


@pytest.mark.parametrize(
    "call",
    [
        lambda grad, x, y: grad(y, y.detach()),
        lambda grad, x, y: grad(y.detach(), x),
        lambda grad, x, y: grad(y, [x], materialize_grads=True, allow_unused=False),
        lambda grad, x, y: grad([y, y], [x], grad_outputs=[None]),
        lambda grad, x, y: grad(y * x, [x]),
        lambda grad, x, y: grad(y, []),
    ],
    ids=[
        "an input without a gradient",
        "an output without a gradient",
        "zeros and an error for what is unused",
        "fewer gradients than outputs",
        "an output that is no scalar",
        "no inputs",
    ],
)
def test_grad_refuses(call):
    def program(library):
        x = leaf(library, 1.0, 2.0)
        return call(library.autograd.grad, x, (x * x).sum())

    assert_same(program)


def test_backward_with_an_empty_list_of_inputs_is_refused():
    def program(library):
        x = leaf(library, 1.0)
        (x * x).sum().backward(inputs=[])

    assert "empty" in str(assert_same(program))


def test_integers_and_comparisons_stop_the_gradient():
    def program(library):
        x = leaf(library, 1.0, 2.0)
        mask = (x > 1.5).double() * x
        places = x.long()
        mask.sum().backward()
        return mask, places, places.requires_grad, (x == x).requires_grad, x.grad

    assert_same(program)


def test_the_gradient_of_a_float32_variance_over_many_rows_is_right():
    """NumPy adds float32 rows one by one, and a mean that is off by 1 spoils every difference."""
    rows = np.random.default_rng(0).normal(1e4, 1.0, (200_000, 2)).astype(np.float32)
    x = tnn.tensor(rows, requires_grad=True)
    x.var(0).sum().backward()
    exact = 2 * (rows - rows.mean(0, dtype=np.float64)) / (len(rows) - 1)
    assert np.abs(x.grad.numpy() - exact).max() <= 1e-3 * np.abs(exact).max()


def test_an_empty_tensor_has_an_empty_gradient():
    def program(library):
        x = library.ones(0, 3, requires_grad=True)
        (x.exp() * 2).sum().backward()
        return x.grad

    assert_same(program)


def test_next_functions_lead_back_to_the_leaf():
    x = leaf(tnn, 1.0)
    y = (x * 2).exp()
    ((mul, index),) = y.grad_fn.next_functions
    ((accumulate, _), (nothing, _)) = mul.next_functions
    assert nothing is None  # of the number, as in PyTorch
    assert (y.grad_fn.name(), mul.name(), index) == ("ExpBackward0", "MulBackward0", 0)
    assert accumulate.name() == "AccumulateGrad"
    assert repr(y.grad_fn) == "<ExpBackward0>"


def test_a_gradient_rule_of_a_wrong_shape_is_named():
    @tnn.autograd.op(r"2x", name="broken_double", elementwise=True)
    def broken_double(x):
        return x * 2

    try:
        broken_double.vjp(x=lambda g: g[:1].repeat(5))
        with pytest.raises(ValueError, match=r"broken_double.*\(5,\).*\(2,\)"):
            broken_double(leaf(tnn, 1.0, 2.0)).sum().backward()
    finally:
        del registry["broken_double"]


@pytest.mark.parametrize("library", ["tinygrad_nn", "torch"])
def test_the_inputs_may_be_any_iterable(library):
    f = pytest.importorskip(library)
    held = {"a": f.ones(2, requires_grad=True), "b": f.ones(2, requires_grad=True)}

    def loss():
        return (held["a"] * 2 + held["b"] * 3).sum()

    for given in (held.values(), iter(held.values()), tuple(held.values())):
        assert [g.tolist() for g in f.autograd.grad(loss(), given)] == [[2.0, 2.0], [3.0, 3.0]]
    loss().backward(inputs=(each for each in [held["b"]]))
    assert held["a"].grad is None
    assert held["b"].grad.tolist() == [3.0, 3.0]
