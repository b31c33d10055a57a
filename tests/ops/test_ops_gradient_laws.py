"""What holds for every gradient of every operation: zeros for zeros, its own memory, no warning.
Read `test_ops_dtypes.py` next.
"""

from itertools import combinations

import numpy as np
import pytest
from looping import looped
from op_checks import array, assert_close, cotangents_for, leaf, outputs_of
from op_rows import cases, for_each_case
from op_table import COMPOSED, TABLE

import tinygrad_nn as tnn

ROWS = [row for row in TABLE + COMPOSED if row.differentiable]

TWICE = {
    "x + x": lambda f, x: x + x,
    "x - x": lambda f, x: x - x,
    "x * x": lambda f, x: x * x,
    "x / x": lambda f, x: x / x,
    "x ** x": lambda f, x: x**x,
    "x @ x.T": lambda f, x: x @ x.T,
    "maximum(x, x)": lambda f, x: f.maximum(x, x),
    "where(c, x, x)": lambda f, x: f.where(x > 1, x, x),
    "clamp(x, x, x)": lambda f, x: f.clamp(x, x, x),
    "cat([x, x])": lambda f, x: f.cat([x, x]),
    "stack([x, x])": lambda f, x: f.stack([x, x]),
    "linear(x, x)": lambda f, x: f.nn.functional.linear(x, x),
    "mse_loss(x, x + 1)": lambda f, x: f.nn.functional.mse_loss(x, x + 1),
    "x[0] * x": lambda f, x: x[0] * x,
}


class Pass:
    """A forward pass, with a cotangent for each output that can be differentiated."""

    def __init__(self, case, dtype=np.float64):
        self.operands = [x.astype(dtype) if x.dtype.kind == "f" else x for x in case.draw()]
        self.tensors = [leaf(tnn, operand) for operand in self.operands]
        self.all_outputs = outputs_of(tnn, case, self.tensors)
        self.outputs = [y for y in self.all_outputs if y.requires_grad]
        self.leaves = [tensor for tensor in self.tensors if tensor.requires_grad]
        self.cotangents = [each.detach() for each in cotangents_for(tnn, self.outputs)]

    def backward(self, cotangents=None, **given):
        tnn.autograd.backward(self.outputs, cotangents or self.cotangents, **given)

    def held(self):
        """What a gradient could share memory with, or change."""
        return [*self.operands, *(y.array for y in [*self.all_outputs, *self.cotangents])]


def passes(row, dtype=np.float64):
    """Each case of the row whose output can be differentiated, run forward."""
    for case in cases([row]):
        run = Pass(case, dtype)
        if run.outputs:
            yield case, run


def a_zero_cotangent_gives_exact_zeros(row):
    for case, run in passes(row):
        run.backward([each * 0 for each in run.cotangents])
        for x in run.leaves:
            np.testing.assert_array_equal(x.grad.array, 0, err_msg=str(case))


def operands_and_cotangent_stay_as_they_are(row):
    for case, run in passes(row):
        before = [held.tobytes() for held in run.held()]
        run.backward(retain_graph=True)
        run.backward(create_graph=True)
        assert [held.tobytes() for held in run.held()] == before, case


@looped("create_graph", [False, True])
def a_gradient_has_memory_of_its_own(row, create_graph):
    for case, run in passes(row):
        run.backward(retain_graph=True, create_graph=create_graph)
        gradients = [x.grad.array for x in run.leaves]
        again = tnn.autograd.grad(run.outputs, run.leaves, run.cotangents)
        for gradient in gradients:
            assert gradient.flags.writeable, case
            for other in run.held():
                assert not np.shares_memory(gradient, other), case
        for first, second in combinations([*gradients, *(each.array for each in again)], 2):
            assert not np.shares_memory(first, second), case


@looped("dtype", [np.float32, np.float64])
def a_gradient_has_the_shape_and_dtype_of_its_operand(row, dtype):
    for case, run in passes(row, dtype):
        run.backward()
        for x in run.leaves:
            assert x.grad.array.shape == x.array.shape, case
            assert x.grad.array.dtype == x.array.dtype, case
            assert row.is_complex or x.array.dtype == dtype, case


def finite_numbers_raise_no_floating_point_flag(row):
    with np.errstate(all="raise"):
        for case, run in passes(row):
            if not all(np.isfinite(y.array).all() for y in run.outputs):
                assert 0 in case.sample.shapes[0], case  # the mean of nothing is nan
                continue
            run.backward(create_graph=True)
            assert all(np.isfinite(x.grad.array).all() for x in run.leaves), case


def two_passes_over_a_retained_graph_give_the_same_bits(row):
    for case, run in passes(row):
        once, again = (
            tnn.autograd.grad(run.outputs, run.leaves, run.cotangents, retain_graph=True)
            for _ in range(2)
        )
        for one, other in zip(once, again, strict=True):
            assert one.array.tobytes() == other.array.tobytes(), case


LAWS = (
    a_zero_cotangent_gives_exact_zeros,
    operands_and_cotangent_stay_as_they_are,
    a_gradient_has_memory_of_its_own,
    a_gradient_has_the_shape_and_dtype_of_its_operand,
    finite_numbers_raise_no_floating_point_flag,
    two_passes_over_a_retained_graph_give_the_same_bits,
)


@pytest.mark.parametrize("row", ROWS, ids=str)
@looped("law", LAWS)
def test_a_gradient_keeps_the_laws(row, law):
    law(row)


@pytest.mark.parametrize("name", TWICE)
def test_a_tensor_used_twice_collects_both_gradients(name):
    torch = pytest.importorskip("torch")
    data = np.random.default_rng(3).uniform(0.5, 2.0, (3, 3))
    found = []
    for framework in (tnn, torch):
        x = leaf(framework, data)
        y = TWICE[name](framework, x)
        drawn = np.random.default_rng(4).standard_normal(tuple(y.shape))
        y.backward(framework.from_numpy(drawn))
        found.append(x.grad)
    assert_close(array(found[0]), array(found[1]), name)


SEVERAL = [row for row in TABLE + COMPOSED if row.differentiable and len(row.operands) > 1]


@for_each_case(cases(SEVERAL))
def test_an_operand_that_was_made_of_another_is_gone_through_once(case):
    """A recorded pass goes through the parts of a fused operation and ends at its operands."""
    gradients, calls = [], []
    for create_graph in (False, True):
        first, *others = [leaf(tnn, operand) for operand in case.draw()]
        if not first.requires_grad:
            return
        made = [
            other + 0.01 * first.abs().sum().to(other.dtype) if other.requires_grad else other
            for other in others
        ]
        for each in made:
            if each.requires_grad:
                each.register_hook(lambda _, recorded=create_graph: calls.append(recorded))
        roots = [y for y in outputs_of(tnn, case, [first, *made]) if y.requires_grad]
        gradients.append(
            tnn.autograd.grad(
                roots,
                first,
                cotangents_for(tnn, roots),
                create_graph=create_graph,
                materialize_grads=True,
            )
        )
    (plain,), (recorded,) = gradients
    assert_close(array(recorded), array(plain), case, rtol=1e-8)
    assert calls.count(True) == calls.count(False), case
