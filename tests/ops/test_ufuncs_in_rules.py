"""A ufunc of NumPy's in a user's rule is recorded, with the right second derivative, or refused.
Read `test_ops_second_order.py` next.
"""

import numpy as np
import pytest

import tinygrad_nn as tnn
from tinygrad_nn.autograd import gradgradcheck, op, registry

VALUES = [0.2, 0.4, 0.9]


def in_rule(ufunc):
    return ufunc if ufunc.nin == 1 else lambda x: ufunc(x, x * 0.5)


def is_of_use(ufunc):
    """Whether a rule could use it: it takes vectors of floats."""
    try:
        np.multiply(in_rule(ufunc)(np.array(VALUES)), 1.0)
    except (TypeError, ValueError):
        return False
    return True


with np.errstate(all="ignore"):  # arccosh below 1
    UFUNCS = {
        each.__name__: each
        for each in vars(np).values()
        if isinstance(each, np.ufunc) and is_of_use(each)
    }

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # arccosh below 1


@pytest.fixture
def own_op():
    """An operation of the user's, x * 1, whose gradient rule is g * rule(x)."""

    def make(rule):
        @op(r"u(x)", name="own_operation", elementwise=True)
        def own_operation(x):
            return x * 1.0

        return own_operation.vjp(x=lambda g, x: g * rule(x))

    yield make
    registry.pop("own_operation", None)


@pytest.mark.parametrize("name", UFUNCS)
def test_a_ufunc_in_a_rule_has_its_derivative_or_is_refused_by_name(name, own_op):
    rule = in_rule(UFUNCS[name])
    x = tnn.tensor(VALUES, dtype=tnn.float64, requires_grad=True)
    call = own_op(rule)
    first = np.asarray(rule(np.array(VALUES))) * np.ones(3)
    if first.shape == (3,):
        np.testing.assert_allclose(tnn.autograd.grad(call(x).sum(), x)[0].numpy(), first)
    try:
        (slope,) = tnn.autograd.grad(call(x).sum(), x, create_graph=True)
    except tnn.errors.GraphError as refusal:
        refused = str(refusal)
    else:
        refused = ""
    if refused:
        assert refused.startswith(f"np.{name} calls")
        assert "cos, " in refused
        return
    np.testing.assert_allclose(slope.detach().numpy(), first)
    if np.shape(rule(np.array(VALUES))) != (3,):
        return  # matmul, whose second derivative has rows of the table of operations
    h = 1e-6
    numeric = (rule(np.array(VALUES) + h) * 1.0 - rule(np.array(VALUES) - h) * 1.0) / (2 * h)
    found = np.zeros(3)
    if slope.requires_grad:
        (second,) = tnn.autograd.grad(slope.sum(), x, allow_unused=True)
        found = found if second is None else second.numpy()
    np.testing.assert_allclose(found, numeric, rtol=1e-6, atol=1e-6)


def test_cos_and_tan_in_a_rule_differentiate_twice(own_op):
    x = tnn.tensor(VALUES, dtype=tnn.float64, requires_grad=True)
    assert np.cos(x).requires_grad
    assert np.tan(x).requires_grad
    assert np.floor(x).requires_grad
    assert gradgradcheck(lambda x: np.tan(x) * np.hypot(x, x * 2.0), (x,))


@pytest.mark.parametrize("name", ["cbrt", "spacing"])
def test_the_refusal_names_what_may_be_used(name):
    x = tnn.tensor([0.5], requires_grad=True)
    with pytest.raises(tnn.errors.GraphError, match=rf"np\.{name} .*cos, .*sqrt"):
        getattr(np, name)(x)
