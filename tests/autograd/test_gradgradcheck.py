"""Second derivatives are checked: wrong ones behind right first ones are caught.
Read `test_gradcheck_inputs.py` next, for what a check asks of its inputs and does to them.
"""

import sys

import pytest
from planted_gradients import RIGHT, X, function, leaf, planted, square

import tinygrad_nn as tnn
from tinygrad_nn.autograd import GradcheckError, gradcheck, gradgradcheck

WRONG_SECOND = {
    "detached": planted(square, lambda g, x: 2 * x.detach() * g, X),
    "twice": planted(
        square, lambda g, x: function(tnn, lambda y: 2 * y, lambda h, y: 4 * h)(x) * g, X
    ),
    "through the incoming gradient": planted(square, lambda g, x: 2 * x * g.detach(), X),
}


@pytest.mark.parametrize("name", WRONG_SECOND)
def test_a_wrong_second_derivative_behind_a_right_first_is_caught(name):
    func, inputs = WRONG_SECOND[name](tnn)
    assert gradcheck(func, inputs)
    assert not gradgradcheck(func, inputs, raise_exception=False)
    assert not gradgradcheck(func, inputs, raise_exception=False, fast_mode=True)


@pytest.mark.parametrize("name", ["detached", "through the incoming gradient"])
def test_the_verdict_on_second_derivatives_is_that_of_pytorch(name):
    torch = pytest.importorskip("torch")
    func, inputs = WRONG_SECOND[name](torch)
    assert torch.autograd.gradcheck(func, inputs)
    assert not torch.autograd.gradgradcheck(func, inputs, raise_exception=False)


TWICE = [
    "elementwise",
    "softmax",
    "matmul",
    "broadcasting",
    "two outputs",
    "a list of outputs",
    "integer output",
    "detached output beside",
    "0-d",
    "no entries",
    "other arguments",
    "one tensor twice",
    "unused input",
    "computed input",
    "non-contiguous input",
    "own function",
    "sum of copies by the engine",
]


@pytest.mark.parametrize("non_contiguous", [False, True])
@pytest.mark.parametrize("name", TWICE)
def test_right_second_derivatives_pass(name, non_contiguous):
    func, inputs = RIGHT[name](tnn)
    assert gradgradcheck(func, inputs, gen_non_contig_grad_outputs=non_contiguous)


@pytest.mark.parametrize("non_contiguous", [False, True])
def test_the_random_incoming_gradients_have_the_layout_asked_for(non_contiguous):
    seen = []

    def spy(g, x):
        seen.append(g.is_contiguous())
        return 2 * x * g

    func, inputs = planted(square, spy, X)(tnn)
    gradgradcheck(func, inputs, gen_non_contig_grad_outputs=non_contiguous)
    assert (False in seen) is non_contiguous


def test_incoming_gradients_can_be_given():
    func, inputs = WRONG_SECOND["through the incoming gradient"](tnn)
    constant = tnn.ones(2, 3, dtype=tnn.float64)
    assert gradgradcheck(func, inputs, constant)  # nothing flows back to a constant
    assert not gradgradcheck(func, inputs, constant.requires_grad_(), raise_exception=False)


def test_messages_number_the_incoming_gradients_behind_the_inputs():
    func, inputs = WRONG_SECOND["through the incoming gradient"](tnn)
    with pytest.raises(GradcheckError, match=r"of output 0\[\d, \d\] with respect to input 1\["):
        gradgradcheck(func, inputs)


def test_the_options_are_those_of_gradcheck(monkeypatch):
    module = sys.modules["tinygrad_nn.autograd.checks.gradcheck"]
    options = {
        "eps": 1e-5,
        "atol": 1e-4,
        "rtol": 1e-2,
        "raise_exception": False,
        "nondet_tol": 1e-9,
        "check_undefined_grad": False,
        "check_grad_dtypes": True,
        "check_batched_grad": True,
        "fast_mode": True,
        "masked": True,
    }
    monkeypatch.setattr(module, "gradcheck", lambda func, inputs, **given: given)
    assert gradgradcheck(square, leaf(tnn, X), **options) == options


def test_a_backward_that_is_once_differentiable_is_refused_rather_than_wrong():
    class Once(tnn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @tnn.autograd.function.once_differentiable
        def backward(ctx, g):
            return 2 * ctx.saved_tensors[0] * g

    x = leaf(tnn, X)
    assert gradcheck(Once.apply, x)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradgradcheck(Once.apply, x)
