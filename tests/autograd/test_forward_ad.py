"""Tensors with tangents, beside PyTorch.
Read `../func/test_transforms.py` beside it: `func.jvp`, for functions.
"""

from __future__ import annotations

import pytest
from beside_torch import assert_same, leaf

import tinygrad_nn as tnn
from tinygrad_nn.autograd import forward_ad
from tinygrad_nn.errors import ArgumentError, DTypeError, GraphError, ShapeError

torch = pytest.importorskip("torch")
pytest.importorskip("torch.autograd.forward_ad")
pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")  # PyTorch's


def given(library):
    """A tensor and a tangent."""
    x = library.tensor([1.0, 2.0], dtype=library.float64)
    return x, library.tensor([1.0, 3.0], dtype=library.float64)


def _computed(library):
    forward = library.autograd.forward_ad
    x, v = given(library)
    with forward.dual_level():
        dual = forward.make_dual(x, v)
        made = [dual * dual + x, dual.exp().sum(), library.softmax(dual, 0), library.ones(2)]
        found = [forward.unpack_dual(each) for each in made]
    return [tuple(each) for each in found]


def _given_back(library):
    forward = library.autograd.forward_ad
    x, v = given(library)
    square = library.ones(2, 2)
    with forward.dual_level():
        dual = forward.make_dual(x, v)
        turned = forward.make_dual(square, square.T)
        same = forward.unpack_dual(dual)
        answers = [same.tangent is v, same.primal, dual.requires_grad is not None]
        answers.append(forward.unpack_dual(turned).tangent)
    return answers, forward.unpack_dual(dual).tangent


def _of_what_requires_a_gradient(library):
    forward = library.autograd.forward_ad
    x, (_, v) = leaf(library, 1.0, 2.0), given(library)
    with forward.dual_level():
        y = forward.unpack_dual(forward.make_dual(x, v) ** 3)
        y.tangent.sum().backward()
    return x.grad, y.tangent, y.primal.requires_grad


def _through_a_layer(library):
    forward = library.autograd.forward_ad
    layer = library.nn.Linear(2, 3).double()
    with library.no_grad():
        for i, each in enumerate(layer.parameters()):
            each.copy_(library.arange(each.numel()).reshape(each.shape) / 7.0 + i)
    x, _ = given(library)
    weights = dict(layer.named_parameters())
    with forward.dual_level():
        for name, weight in weights.items():
            delattr(layer, name)
            setattr(layer, name, forward.make_dual(weight, library.ones_like(weight) * 2))
        return forward.unpack_dual(layer(x)).tangent


def _of_a_function(library):
    forward = library.autograd.forward_ad

    class Scaled(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            y = x.exp() * factor
            ctx.save_for_forward(y)
            return y

        @staticmethod
        def jvp(ctx, tangent, _):
            (y,) = ctx.saved_tensors
            return tangent * y

    x, v = given(library)
    with forward.dual_level():
        return tuple(forward.unpack_dual(Scaled.apply(forward.make_dual(x, v) * 2, 3.0) * 5))


PROGRAMS = [_computed, _given_back, _of_what_requires_a_gradient, _through_a_layer, _of_a_function]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__.strip("_"))
def test_tangents_are_pytorchs(program):
    assert_same(program)


@pytest.mark.parametrize(
    ("x", "v", "error", "words"),
    [
        (tnn.ones(2), tnn.ones(3), ShapeError, r"tangent of shape \(3,\) for .* \(2,\)"),
        (tnn.ones(2), tnn.ones(2).double(), DTypeError, "float32 tensor and a .*float64 tangent"),
        (tnn.arange(2), tnn.arange(2), DTypeError, "floating-point"),
        (tnn.ones(2), 1.0, DTypeError, "Tensor expected, got"),
    ],
)
def test_a_wrong_tangent_is_told(x, v, error, words):
    with forward_ad.dual_level(), pytest.raises(error, match=words):
        forward_ad.make_dual(x, v)


def test_levels_are_entered_once_and_left():
    with pytest.raises(GraphError, match="for inside"):
        forward_ad.make_dual(tnn.ones(2), tnn.ones(2))
    with pytest.raises(GraphError, match="no level is entered"):
        forward_ad.exit_dual_level()
    with forward_ad.dual_level(), pytest.raises(GraphError, match="do not nest"):
        forward_ad.enter_dual_level()


def test_a_wrong_jvp_is_found_by_gradcheck():
    class Wrong(tnn.autograd.Function):
        factor = 2.0

        @staticmethod
        def forward(ctx, x):
            return x * x

        @staticmethod
        def jvp(ctx, tangent):
            return tangent * Wrong.factor

    x = tnn.tensor([1.0, 1.0], dtype=tnn.float64, requires_grad=True)
    only_forward = {"check_forward_ad": True, "check_backward_ad": False}
    assert tnn.autograd.gradcheck(Wrong.apply, x, **only_forward)
    Wrong.factor = 3.0
    with pytest.raises(tnn.autograd.GradcheckError, match=r"tangent of output 0 .* input 0"):
        tnn.autograd.gradcheck(Wrong.apply, x, **only_forward)
    assert tnn.autograd.gradcheck(lambda x: x.sin() * x, x, check_forward_ad=True)
    with pytest.raises(ArgumentError, match="check_forward_ad=True"):
        tnn.autograd.gradcheck(lambda x: x, x, check_backward_ad=False)
